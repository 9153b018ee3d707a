"""Shares by command: made, proved, opened with, removed; and read by the second reader."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.e2e.cli import Argument, Done, Place

SECOND_READER = "tests/vectors/second_reader.py"


def shares(place: Place, *words: Argument, **options: object) -> Done:
    return place.run("shares", place.vault, *words, **options)  # type: ignore[arg-type]  # those of run


def test_the_whole_life_of_a_set(seeded: Place, project) -> None:  # type: ignore[no-untyped-def]  # a Path
    folder, opening = seeded.folder / "shares", ("--passphrase-file", seeded.passfile)
    made = shares(seeded, "make", "--needed", "2", "--of", "3", "--out", folder, "--holder", "Ana", *opening)
    assert made.text == "slot 1\n"
    lines = [(folder / f"share-{number}.txt").read_bytes() for number in (1, 2, 3)]
    assert {(folder / f"share-{number}.txt").stat().st_mode & 0o777 for number in (1, 2, 3)} == {0o600}
    assert "NOT PROVED" in shares(seeded, "list", *opening).text

    one = shares(seeded, "prove", "--shares-file", "-", stdin=lines[2], expect=3)
    assert one.error_code == "shares-missing"
    assert "missing=1 needed=2" in one.err
    proved = shares(seeded, "prove", "--shares-file", "-", stdin=lines[2] + b"\n" + lines[0].upper())
    assert proved.text == "slot 1: any 2 of 3 shares open this vault\n"
    (found,) = shares(seeded, "list", "--json", *opening).document["sets"]
    assert (found["proved"], found["needed"], found["count"]) == (True, 2, 3)
    assert found["holders"] == ["Ana", "", ""]

    two = seeded.secret("two", (lines[1] + lines[2]).decode())
    assert seeded.run("unlock-test", seeded.vault, "--shares-file", two, "--json").document["items"] == 3
    both = seeded.run("unlock-test", seeded.vault, "--shares-file", two, *opening, expect=2)
    assert both.error_code == "two-credentials"
    done = subprocess.run(
        [sys.executable, project / SECOND_READER, "--shares", seeded.vault, two, "list"],
        capture_output=True,
        check=True,
    )
    second = json.loads(done.stdout)
    assert second["slot"] == 1
    assert len([entry for entry in second["objects"] if entry.get("role") == 1]) == 3

    shares(seeded, "remove", "1", *opening)
    gone = seeded.run("unlock-test", seeded.vault, "--shares-file", two, expect=3)
    assert gone.error_code == "wrong-passphrase"


def test_a_rescued_vault_opens_with_the_shares_that_opened_the_old_one(seeded: Place) -> None:
    folder = seeded.folder / "shares"
    seeded.opened("shares", "make", "--needed", "2", "--of", "2", "--out", folder)
    two = seeded.secret("two", "".join((folder / f"share-{n}.txt").read_text() for n in (1, 2)))
    (seeded.vault / "records.0").unlink()
    new = seeded.vault.with_name("new")
    document = seeded.run("rescue", seeded.vault, new, "--shares-file", two, "--json").document
    assert document["from_records"] == 3
    assert seeded.run("unlock-test", new, "--shares-file", two, "--json").document["items"] == 3


def test_shares_open_a_backup_wherever_a_passphrase_does(seeded: Place) -> None:
    folder, backup = seeded.folder / "shares", seeded.folder / "backup"
    seeded.opened("shares", "make", "--needed", "2", "--of", "2", "--out", folder)
    two = seeded.folder / "two"
    two.write_text("\n".join((folder / f"share-{number}.txt").read_text() for number in (1, 2)))
    seeded.opened("backup", backup)
    checked = seeded.run("backup-check", backup, "--shares-file", two, "--vault", seeded.vault, "--json")
    assert checked.document["ok"] and checked.document["noted"]
    assert seeded.run("backup-drill", backup, "--shares-file", two, "--json").document["ok"]
    asked = ("--item", "E0001", "--vault-shares-file", two, "--passphrase-file", seeded.passfile, "--json")
    (back,) = seeded.run("restore", backup, seeded.vault, *asked).document["items"]
    assert back["result"] == "already-here"


def test_nothing_is_left_when_a_set_cannot_be_made(seeded: Place) -> None:
    folder = seeded.folder / "shares"
    for needed, count in (("1", "3"), ("4", "3"), ("2", "17")):
        done = seeded.opened("shares", "make", "--needed", needed, "--of", count, "--out", folder, expect=2)
        assert done.error_code == "share-count"
    assert not folder.exists()
    folder.mkdir()
    done = seeded.opened("shares", "make", "--needed", "2", "--of", "2", "--out", folder, expect=2)
    assert done.error_code == "secret-file-exists"
    assert seeded.json("shares", "list")["sets"] == []
