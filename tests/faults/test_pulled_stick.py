"""A stick that goes while it is written to or read: a real ext4 on a loop device, shut down meanwhile.

``FS_IOC_SHUTDOWN`` without flushing the log is what pulling it is to the file system: from then on calls
answer EIO, and what lay in memory only is gone. Mounted again, its journal is played back, as when a stick is
put in again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.backup import BackupDiskFailed
from hrd_desktop.domain.progress import CancelToken, NoProgress, Progress
from hrd_desktop.services.backup import Backup
from hrd_desktop.services.backup_check import check_backup
from hrd_desktop.services.restore import Restore
from tests.faults.harness import Place
from tests.faults.inprocess import Looker
from tests.faults.test_pulled_disk import LoopDisk, disk
from tests.faults.ways_back import credential, hashes, numbers, opened

__all__ = ["disk"]

pytestmark = pytest.mark.root

#: How far the command is when the stick goes, in bytes of content; the whole has about 9.2 MB.
EARLY, MIDDLE, LATE = 1, 4_000_000, 9_100_000


class Pulling:
    """Progress that pulls the stick when so many bytes are done."""

    def __init__(self, stick: LoopDisk, after_bytes: int) -> None:
        self._stick = stick
        self._left = after_bytes

    def begin(self, total_items: int, total_bytes: int) -> None:
        return None

    def advance(self, done_bytes: int) -> None:
        before, self._left = self._left, self._left - done_bytes
        if before > 0 >= self._left:
            self._stick.pull()

    def finish_item(self) -> None:
        return None

    def end(self) -> None:
        return None


@pytest.fixture
def stick(disk: LoopDisk) -> LoopDisk:
    """Mounted, and empty."""
    disk.put_in()
    return disk


def put_in_again(stick: LoopDisk) -> None:
    """Out and in: its journal is played back."""
    stick.take_out()
    stick.put_in()


@pytest.fixture
def place(start_of: Callable[[str], Place], rooms: Iterator[Path]) -> Iterator[Place]:
    copy = start_of("vault").copy_to(next(rooms))
    yield copy
    copy.remove()


def back_up(looker: Looker, place: Place, stick: LoopDisk, progress: Progress | None = None) -> int:
    """The number of the newest snapshot."""
    with opened(looker, place.vault) as session:
        run = Backup(session, progress=progress or NoProgress(), cancel=CancelToken(), work_lanes=1)
        return run.run(str(stick.folder / "backup")).number


def filled(looker: Looker, place: Place, stick: LoopDisk) -> None:
    """A first snapshot on the stick for good, and nine megabytes that are new since."""
    back_up(looker, place, stick)
    put_in_again(stick)
    place.run(
        "import", str(place.vault), str(place.folder / "incoming"), "--passphrase-file", place.secret("one")
    )


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(EARLY, marks=pytest.mark.gate),
        MIDDLE,
        pytest.param(LATE, marks=pytest.mark.gate),
    ],
)
def test_pulled_in_a_backup(after: int, looker: Looker, place: Place, stick: LoopDisk) -> None:
    filled(looker, place, stick)
    with pytest.raises(BackupDiskFailed):
        back_up(looker, place, stick, Pulling(stick, after))
    with opened(looker, place.vault):
        pass
    put_in_again(stick)
    assert numbers(looker, stick.folder / "backup") == [1]
    back_up(looker, place, stick)
    assert numbers(looker, stick.folder / "backup") == [2, 1]


@pytest.mark.gate
@pytest.mark.parametrize("after", [EARLY, MIDDLE, LATE])
def test_pulled_in_a_check(after: int, looker: Looker, place: Place, stick: LoopDisk) -> None:
    filled(looker, place, stick)
    back_up(looker, place, stick)
    before = hashes(stick.folder / "backup")
    with pytest.raises(BackupDiskFailed):
        check_backup(
            str(stick.folder / "backup"),
            credential(looker, "one"),
            tenth=False,
            random=os.urandom,
            progress=Pulling(stick, after),
            cancel=CancelToken(),
        )
    put_in_again(stick)
    assert hashes(stick.folder / "backup") == before


@pytest.mark.gate
@pytest.mark.parametrize("after", [EARLY, MIDDLE, LATE])
def test_pulled_in_a_restore(after: int, looker: Looker, place: Place, stick: LoopDisk) -> None:
    filled(looker, place, stick)
    back_up(looker, place, stick)
    before = hashes(stick.folder / "backup")
    with pytest.raises(BackupDiskFailed):
        Restore(
            str(stick.folder / "backup"),
            str(place.folder / "restored"),
            credential(looker, "one"),
            random=os.urandom,
            clock=SystemClock(),
            progress=Pulling(stick, after),
            cancel=CancelToken(),
            stretch=looker.stretch,
        ).run()
    assert not list(place.folder.glob("restored*"))
    put_in_again(stick)
    assert hashes(stick.folder / "backup") == before
