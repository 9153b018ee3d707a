"""Swap in clear, on an encrypted disk, in memory alone, and where nobody can tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.services.memory_on_disk import MemoryOnDisk, look_at_swap

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


class System:
    """Files as the kernel shows them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.swaps: list[str] = []
        (root / "proc").mkdir()

    def device(self, name: str, number: str, uuid: str = "", below: tuple[str, ...] = ()) -> None:
        folder = self.root / "sys/dev/block" / number
        (folder / "dm").mkdir(parents=True)
        if uuid:
            (folder / "dm/uuid").write_text(uuid)
        (folder / "dev").write_text(number + "\n")
        (folder / "slaves").mkdir()
        for other in below:
            (folder / "slaves" / other).symlink_to(self.root / "sys/class/block" / other)
        (self.root / "sys/class/block").mkdir(parents=True, exist_ok=True)
        (self.root / "sys/class/block" / name).symlink_to(folder)

    def swap(self, path: str, kind: str = "partition") -> None:
        self.swaps.append(f"{path}  {kind}  1000  0  -2\n")

    def look(self) -> MemoryOnDisk:
        (self.root / "proc/swaps").write_text(HEAD + "".join(self.swaps))
        return look_at_swap(str(self.root), "linux")


@pytest.fixture
def system(tmp_path: Path) -> System:
    made = System(tmp_path)
    made.device("sda2", "8:2")
    made.device("dm-0", "253:0", "CRYPT-LUKS2-abc-luks", ("sda2",))
    made.device("dm-1", "253:1", "LVM-xyz", ("dm-0",))
    made.device("dm-2", "253:2", "LVM-mixed", ("dm-0", "sda2"))
    return made


def test_no_swap_leaks_nothing(system: System) -> None:
    assert system.look() == MemoryOnDisk(True, "")
    assert not system.look().may_leak


@pytest.mark.parametrize(
    ("path", "swap"),
    [
        ("/dev/sda2", "clear"),
        ("/dev/dm-0", "encrypted"),
        ("/dev/dm-1", "encrypted"),
        ("/dev/dm-2", "clear"),
        ("/dev/nothing", "unknown"),
        ("/dev/zram0", ""),
    ],
)
def test_each_kind_of_area(system: System, path: str, swap: str) -> None:
    system.swap(path)
    found = system.look()
    assert found == MemoryOnDisk(True, swap)
    assert found.may_leak == (swap in ("clear", "unknown"))


def test_the_worst_counts(system: System) -> None:
    system.swap("/dev/dm-0")
    system.swap("/dev/zram0")
    assert system.look().swap == "encrypted"
    system.swap("/dev/sda2")
    assert system.look().swap == "clear"


def test_a_swap_file_is_where_its_file_system_is(system: System) -> None:
    (system.root / "swap file").write_bytes(b"")
    number = os.stat(system.root / "swap file").st_dev
    system.swap("/swap\\040file", "file")
    # Of a file system whose device is none of the kernel's own nobody can tell.
    assert system.look().swap == "unknown"
    system.device("here", f"{os.major(number)}:{os.minor(number)}")
    assert system.look().swap == "clear"


def test_compressed_memory_that_is_written_back_is_not_called_safe(system: System) -> None:
    (system.root / "sys/block/zram0").mkdir(parents=True)
    (system.root / "sys/block/zram0/backing_dev").write_text("none\n")
    system.swap("/dev/zram0")
    assert system.look().swap == ""
    (system.root / "sys/block/zram0/backing_dev").write_text("/dev/loop0\n")
    assert system.look().swap == "unknown"


def test_what_cannot_be_known_is_not_said(tmp_path: Path) -> None:
    assert look_at_swap(str(tmp_path), "linux") == MemoryOnDisk(False)
    assert look_at_swap("/", "darwin") == MemoryOnDisk(False)
    assert not MemoryOnDisk(False).may_leak
