"""backup, backup-check, backup-list, restore and backup-drill as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.cli import Place

OWN = "seven other words that open nothing else here"


@pytest.fixture
def backed(seeded: Place) -> tuple[Place, Path]:
    """The seeded vault with a backup."""
    place, backup = seeded, seeded.folder / "stick" / "backup"
    backup.parent.mkdir()
    done = place.opened("backup", backup, "--json").document
    assert (done["snapshot"], done["new"], done["items"], done["failed"]) == (1, True, 3, [])
    return place, backup


def test_from_backup_to_panic_and_back(backed: tuple[Place, Path]) -> None:
    place, backup = backed
    checked = place.opened("backup-check", "--vault", place.vault, "--json", vault=backup).document
    assert checked["ok"] and checked["noted"] and not checked["tenth"]
    assert place.opened("backup", backup, "--json").document["new"] is False
    panic = place.run("panic", place.vault, "--yes")
    assert panic.code == 0
    # Nothing that is left anywhere tells where the backup is.
    left = [path for path in place.home.rglob("*") if path.is_file()]
    assert all(b"stick" not in path.read_bytes() for path in left)
    assert not place.vault.exists() or not any(place.vault.rglob("*"))
    again = place.folder / "again"
    restored = place.opened("restore", again, "--json", vault=backup).document
    assert restored["files"] == 3 and restored["failed"] == []
    assert place.opened("verify", "--json", vault=again).document["ok"]
    assert place.opened("list", "--case", "GATE", "--json", vault=again).document["items"][0]["tags"] == [
        "water"
    ]


def test_its_own_passphrase_and_single_items(seeded: Place) -> None:
    place = seeded
    backup, own = place.folder / "backup", place.folder / "own"
    own.write_text(OWN + "\n")
    code = place.folder / "code"
    made = place.opened("backup", backup, "--own-passphrase-file", own, "--own-recovery-code-file", code)
    assert made.text == "snapshot 1: 3 items, 3 files copied\n1 snapshot is kept\n"
    assert place.opened("backup-check", vault=backup, expect=3).error_code == "wrong-passphrase"
    for opening in (own, code):
        assert place.run("backup-check", backup, "--passphrase-file", opening).code == 0
    listed = place.run("backup-list", backup, "--passphrase-file", own, "--json").document["items"]
    assert [item["ref"] for item in listed] == ["E0003", "E0002", "E0001"]
    place.opened("destroy", "E0002", "--yes")
    back = place.run(
        "restore", backup, place.vault, "--item", "E0002", "--item", "E0001",
        "--passphrase-file", own, "--vault-passphrase-file", place.passfile, "--json",
    ).document["items"]  # fmt: skip
    assert [one["result"] for one in back] == ["new", "already-here"]
    drilled = place.run("backup-drill", backup, "--passphrase-file", own, "--json").document
    assert drilled["ok"] and drilled["read"] == drilled["sample"] == 3
    assert list((place.home / "tmp").iterdir()) == []


def test_exit_codes(backed: tuple[Place, Path]) -> None:
    place, backup = backed
    assert place.opened("backup", backup, "--keep", "sometimes", expect=2).error_code == "keep-rule"
    assert place.opened("backup", place.vault / "inside", expect=2).error_code == "backup-place"
    assert place.opened("backup-check", vault=place.originals, expect=3).error_code == "not-a-backup"
    assert place.opened("restore", place.vault, vault=backup, expect=1).error_code == "exists"
    largest = max((backup / "objects").rglob("*"), key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[5000] ^= 1
    largest.write_bytes(data)
    bad = place.opened("backup-check", "--json", vault=backup, expect=4).document
    assert not bad["ok"] and len(bad["bad"]) == 1


@pytest.mark.root
def test_a_full_medium_and_one_that_is_pulled_out(place: Place) -> None:
    """A real small file system: full in the middle of a backup, and then gone."""
    stick = place.folder / "stick"
    stick.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "mode=0700,size=1800k", "tmpfs", str(stick)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        place.opened("backup", stick / "backup")
        place.original("large.bin", os.urandom(1 << 20))
        place.take(place.originals / "large.bin")
        full = place.opened("backup", stick / "backup", expect=1)
        assert full.error_code == "backup-disk-full"
        assert "Earlier snapshots are whole" in full.err
        checked = place.opened("backup-check", "--json", vault=stick / "backup").document
        assert [one["number"] for one in checked["snapshots"]] == [1]
    finally:
        subprocess.run(["umount", str(stick)], check=True)
    gone = place.opened("backup", stick / "nothing" / "backup", expect=2)
    assert gone.error_code == "backup-place"
    assert json.loads(place.opened("verify", "--json").out)["ok"]
