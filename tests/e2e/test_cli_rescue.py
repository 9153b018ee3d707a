"""Rescue by command: what it prints, how it ends, and what a kill or a panic in the middle leaves."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.e2e.cli import Place
from tests.e2e.conftest import SEEDS


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_way_without_records(seeded: Place) -> None:
    new = seeded.vault.with_name("new")
    for name in ("records.0", "keyslots.a"):
        (seeded.vault / name).unlink()
    before = bytes_of(seeded.vault)
    document = seeded.opened("rescue", new, "--json").document
    assert document["complete"] is True
    assert document["items"] == document["from_records"] == len(SEEDS)
    assert document["records"]["from"] == "snapshot"
    assert bytes_of(seeded.vault) == before
    items = seeded.json("list", vault=new)["items"]
    assert {item["title"]: item["cases"] for item in items} == {"letter": ["GATE"], "photo": [], "empty": []}
    assert seeded.json("verify", vault=new)["ok"] is True
    for item in items:
        done = seeded.opened("cat", item["ref"], vault=new)
        assert done.out in SEEDS.values()


def test_a_loss_is_named_and_the_exit_code_tells_of_it(seeded: Place) -> None:
    new = seeded.vault.with_name("new")
    largest = max(seeded.vault.glob("objects/*/*"), key=lambda path: path.stat().st_size)
    for path in seeded.vault.glob("objects/*/*"):
        if 70_000 < path.stat().st_size < 100_000:
            largest = path
    data = largest.read_bytes()
    largest.write_bytes(data[:8192])
    done = seeded.opened("rescue", new, expect=6)
    assert "lost  E0002  photo.bin  its file is damaged; its record is kept" in done.text
    assert "2 items are in the new vault" in done.text
    assert "\n1 item is lost; a backup may have it\n" in done.text
    again = seeded.opened("rescue", seeded.vault.with_name("other"), "--json", expect=6).document
    (lost,) = again["lost"]
    assert (lost["ref"], lost["name"], lost["code"], lost["record"]) == (
        "E0002",
        "photo.bin",
        "damaged",
        True,
    )
    assert seeded.opened("verify", vault=new, expect=4).text.startswith("E0002  missing")


def test_how_it_ends_when_it_cannot(seeded: Place) -> None:
    new = seeded.vault.with_name("new")
    assert seeded.opened("rescue", seeded.vault / "inside", expect=2).error_code == "destination-in-vault"
    assert seeded.opened("rescue", seeded.originals, expect=1).error_code == "exists"
    wrong = seeded.secret("wrong", "not the passphrase")
    done = seeded.run("rescue", seeded.vault, new, "--passphrase-file", wrong, expect=3)
    assert done.error_code == "wrong-passphrase"
    seeded.run("panic", seeded.vault, "--yes", "--keys-only")
    assert seeded.opened("rescue", new, expect=3).error_code == "wiped"
    assert not new.exists()


def test_a_killed_rescue_leaves_no_vault_and_the_source_as_it_was(seeded: Place) -> None:
    new = seeded.vault.with_name("new")
    before = bytes_of(seeded.vault)
    process = _started(seeded, new)
    process.kill()
    process.communicate()
    assert not new.exists()
    assert bytes_of(seeded.vault) == before
    assert seeded.opened("rescue", new, "--json").document["complete"] is True


def test_a_panic_in_the_middle_leaves_nothing_that_opens(seeded: Place) -> None:
    new = seeded.vault.with_name("new")
    process = _started(seeded, new)
    process.send_signal(signal.SIGSTOP)
    seeded.run("panic", seeded.vault, "--yes", "--keys-only")
    process.send_signal(signal.SIGCONT)
    process.communicate()
    assert process.returncode == 3
    assert not new.exists()
    for left in seeded.vault.parent.glob("new.creating-*"):
        done = seeded.run("unlock-test", left, "--passphrase-file", seeded.passfile, expect=3)
        assert done.error_code in ("wiped", "not-a-vault", "key-slots-damaged")


def _started(place: Place, new: Path):  # type: ignore[no-untyped-def]  # a Popen
    """A rescue that is far enough to have begun the new vault, and has not finished it."""
    process = place.start("rescue", place.vault, new, "--passphrase-file", place.passfile)
    deadline = time.monotonic() + 60
    while not list(new.parent.glob("new.creating-*")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)
    os.sched_yield()
    return process
