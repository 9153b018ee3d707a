"""A disk that really runs full: what did not fit is named, the rest is in, and the vault still opens."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import DiskFullError, VaultReadOnlyError
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID
from tests.faults.harness import Outcome, Place, look_at

pytestmark = [pytest.mark.root]

MIB = 1 << 20
#: The program keeps this much free beside a new object (``services.ingest``).
HEADROOM = 4 * MIB


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own, in memory, as small as ``options`` say."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"mode=0700,{options}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def disk_of(tmp_path: Path, start_of: Callable[[str], Place]) -> Iterator[Callable[[str], Place]]:
    """The prepared vault on a disk with these mount options."""
    open_disks = []

    def make(options: str) -> Place:
        start = start_of("vault")
        disk = small_disk(tmp_path / "disk", options)
        folder = disk.__enter__()
        open_disks.append(disk)
        subprocess.run(["cp", "-a", str(start.vault), str(folder)], check=True)
        return Place(folder, start.secrets, start.warm)

    yield make
    for disk in open_disks:
        disk.__exit__(None, None, None)


def free_bytes(folder: Path) -> int:
    """What is left on the disk."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def leave_free(folder: Path, size: int) -> Path:
    """Fill the disk until ``size`` bytes are left; the file that fills it."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free_bytes(folder) - size)
    assert abs(free_bytes(folder) - size) <= 8192
    return filler


def try_it(place: Place, *words: str, key: str = "one") -> Outcome:
    """One command on the vault of this disk."""
    command, *rest = words
    return place.run_all([command, str(place.vault), *rest, "--passphrase-file", place.secret(key)])[0]


def make_files(folder: Path, sizes: dict[str, int]) -> dict[str, str]:
    """Files outside the disk; their SHA-256 by path."""
    folder.mkdir()
    digests = {}
    for name, size in sizes.items():
        data = hashlib.shake_256(name.encode()).digest(size)
        (folder / name).write_bytes(data)
        digests[str(folder / name)] = hashlib.sha256(data).hexdigest()
    return digests


def check_import(place: Place, outcome: Outcome, digests: dict[str, str], before: int) -> tuple[int, int]:
    """Each file is said to be in and is, or is named with *disk-full* and is not; how many of each."""
    report = json.loads(outcome.out)
    assert {entry["code"] for entry in report["failed"]} <= {"disk-full"}
    taken = {entry["path"] for entry in report["items"]}
    refused = {entry["path"] for entry in report["failed"]}
    assert taken | refused == set(digests) and not taken & refused
    for path in refused:
        assert path in outcome.err
    seen = look_at(place, "one", ("one",))
    shown = {version[0] for version in seen.items.values()}
    assert all(digests[path] in shown for path in taken)
    assert not any(digests[path] in shown for path in refused)
    assert len(seen.items) == before + len(taken)
    return len(taken), len(refused)


def test_a_file_that_does_not_fit_is_named_and_the_others_are_in(
    disk_of: Callable[[str], Place], tmp_path: Path
) -> None:
    place = disk_of("size=24m")
    leave_free(place.folder, 8 * MIB)
    digests = make_files(tmp_path / "new", {"1-small": 40_000, "2-large": 6 * MIB, "3-small": 50_000})
    outcome = try_it(place, "import", str(tmp_path / "new"), "--json")
    assert outcome.code == 6
    assert check_import(place, outcome, digests, 4) == (2, 1)


def test_files_that_each_fit_but_not_together(disk_of: Callable[[str], Place], tmp_path: Path) -> None:
    place = disk_of("size=24m")
    leave_free(place.folder, HEADROOM + 5 * MIB // 2)
    digests = make_files(tmp_path / "new", {f"{number}": 2 * MIB - 100_000 for number in range(4)})
    outcome = try_it(place, "import", str(tmp_path / "new"), "--lanes", "4", "--json")
    assert outcome.code in (1, 6)
    _, refused = check_import(place, outcome, digests, 4)
    assert refused >= 1


def test_no_file_can_be_made_any_more(disk_of: Callable[[str], Place], tmp_path: Path) -> None:
    """The disk has room, but no place for another name: the failure comes with the first call, not before."""
    place = disk_of("size=24m")
    used = sum(1 for _ in place.folder.rglob("*")) + 1
    subprocess.run(["mount", "-o", f"remount,nr_inodes={used + 3}", str(place.folder)], check=True)
    digests = make_files(tmp_path / "new", {f"{number}": 30_000 for number in range(5)})
    outcome = try_it(place, "import", str(tmp_path / "new"), "--lanes", "1", "--json")
    assert outcome.code == 6
    # The snapshot afterwards needs a name as well, once what was tried is given back.
    subprocess.run(["mount", "-o", f"remount,nr_inodes={used + 50}", str(place.folder)], check=True)
    taken, refused = check_import(place, outcome, digests, 4)
    assert 1 <= taken <= 3
    assert refused == 5 - taken


CHANGES = {
    "edit": ["edit", "E0001", "--title", "Another", "--note", "word " * 2000],
    "delete": ["delete", "E0001"],
    "destroy": ["destroy", "E0002", "--yes"],
    "slots-change": ["slots", "change", "--new-passphrase-file", "SECRET/three"],
    "slots-rekey": ["slots", "rekey", "--keep-passphrase-file", "SECRET/code"],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_on_a_full_disk_is_refused_and_can_be_made_when_there_is_room(
    disk_of: Callable[[str], Place], name: str
) -> None:
    place = disk_of("size=24m")
    words = [place.secret(word[7:]) if word.startswith("SECRET/") else word for word in CHANGES[name]]
    before = look_at(place, "code", ("one", "two", "three", "code"))
    filler = leave_free(place.folder, 0)
    outcome = try_it(place, *words)
    assert outcome.code == 1, outcome.err
    assert "The disk is full." in outcome.err and "[disk-full" in outcome.err
    # Reading needs no room.
    for command in (["list"], ["cat", "E0001"], ["unlock-test"], ["verify"]):
        assert try_it(place, *command).code == 0
    assert look_at(place, "code", ("one", "two", "three", "code")) == before
    filler.unlink()
    assert try_it(place, *words).code == 0
    after = look_at(place, "code", ("one", "two", "three", "code"))
    assert (after.items, after.opens) != (before.items, before.opens)


def test_a_new_vault_on_a_full_disk_leaves_nothing(tmp_path: Path, start_of: Callable[[str], Place]) -> None:
    start = start_of("vault")
    with small_disk(tmp_path / "disk", "size=200k") as folder:
        place = Place(folder, start.secrets, start.warm)
        outcome = try_it(place, "create", "--kdf", "minimum")
        assert outcome.code == 1
        assert "The disk is full." in outcome.err
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("form", ["passphrase", "folder"])
def test_an_export_to_a_full_disk_leaves_nothing_there(
    tmp_path: Path, start_of: Callable[[str], Place], rooms: Iterator[Path], form: str
) -> None:
    place = start_of("vault").copy_to(next(rooms))
    out = {"passphrase": ["--passphrase-out", str(tmp_path / "words")], "folder": ["--plain-folder"]}[form]
    with small_disk(tmp_path / "stick", "size=64k") as stick:
        outcome = try_it(place, "export", "--out", str(stick / "bundle"), "--all", *out)
        assert outcome.code == 1, outcome.err
        assert "The destination is full." in outcome.err
        assert list(stick.iterdir()) == []
    assert not (tmp_path / "words").exists()
    assert len(look_at(place, "one", ("one",)).items) == 4
    place.remove()


@pytest.mark.parametrize("left", [0, 16 * 1024, 96 * 1024])
def test_a_database_whose_new_key_does_not_fit_keeps_the_old_one(tmp_path: Path, left: int) -> None:
    """Told as a full disk: the library itself would take its unfinished pages for damage."""
    key, salt = os.urandom(32), os.urandom(16)
    with small_disk(tmp_path / "disk", "size=800k") as folder:
        path = str(folder / "records.0")
        database = open_database(path, key, salt, RECORDS_APPLICATION_ID)
        filler = leave_free(folder, left)
        with pytest.raises(DiskFullError):
            database.rekey(os.urandom(32), os.urandom(16))
        with pytest.raises(VaultReadOnlyError), database.transaction():
            pass
        database.close()
        filler.unlink()
        again = open_database(path, key, salt, RECORDS_APPLICATION_ID, must_exist=True)
        again.verify()
        again.close()
