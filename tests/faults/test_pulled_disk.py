"""A disk that is pulled while a command writes to it: told, and after it is put back nothing is lost.

The disk is a real ext4 on a loop device. ``EXT4_IOC_SHUTDOWN`` without a flush of its journal is what pulling
the device is to everything above: from that moment each call answers EIO, and what was not synced is gone.
Then it is mounted again, which plays its journal back, and judged.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Learned, Outcome, Place, Scenario, Tally, check_old_or_new
from tests.faults.inprocess import Looker
from tests.faults.scenarios import CHANGE, DELETE, DESTROY, EDIT, IMPORT, REKEY
from tests.faults.test_disk_errors import CLAIMS_NO_CHANGE, CODE_LINE, check_report

pytestmark = [pytest.mark.strace, pytest.mark.root]

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]

IMAGE_BYTES = 96 << 20
#: Moments at which the disk is pulled, spread over a command: by `make test`, and with ``--full``.
SAMPLE = 1
MANY = 40

_EXT4_IOC_SHUTDOWN = 0x8004587D
_NO_LOG_FLUSH = 2


class LoopDisk:
    """An ext4 of its own in a file, mounted at ``folder``."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        self.folder = folder
        with image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        folder.mkdir()
        subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
        self._root: int | None = None

    def put_in(self) -> None:
        """Mount it; whatever its journal holds is played back."""
        done = subprocess.run(
            ["mount", "-o", "loop", str(self.image), str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"no loop device can be mounted here: {done.stderr.strip()}")
        self._root = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)

    def pull(self) -> None:
        """From now on every call on it fails, and nothing more reaches it."""
        assert self._root is not None
        fcntl.ioctl(self._root, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))

    def take_out(self) -> None:
        """Unmount it, pulled or not."""
        if self._root is not None:
            os.close(self._root)
            self._root = None
            subprocess.run(["umount", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[LoopDisk]:
    """Not mounted yet."""
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")
    made = LoopDisk(tmp_path / "image", tmp_path / "disk")
    yield made
    made.take_out()


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    "scenario", [IMPORT, EDIT, DELETE, DESTROY, CHANGE, REKEY], ids=lambda scenario: scenario.name
)
def test_a_disk_that_is_pulled(
    scenario: Scenario, full: bool, learned_of: LearnedOf, looker: Looker, disk: LoopDisk, tally: Tally
) -> None:
    if not full and scenario not in (IMPORT, DESTROY):
        pytest.skip("only with --full")
    learned, start = learned_of(scenario)
    title = f"pulled disk: {scenario.name}"
    count = MANY if full else SAMPLE
    disk.put_in()
    place = start.copy_to(disk.folder / "0")
    began = time.monotonic()
    place.run(*scenario.command(place))
    whole_s = time.monotonic() - began
    for number in range(count):
        place.remove()
        place = start.copy_to(disk.folder / str(number + 1))
        os.sync()
        outcome = run_and_pull(disk, place, scenario, whole_s * (number + 0.5) / count)
        disk.take_out()
        disk.put_in()
        try:
            result = judge(scenario, learned, looker, place, outcome)
        except AssertionError as wrong:
            tally.wrong.append(f"{title}, exit code {outcome.code}: {wrong}\n{outcome.err[-600:]}")
            result = "wrong"
        tally.count(title, f"exit {outcome.code} {result}")
    tally.report()


def run_and_pull(disk: LoopDisk, place: Place, scenario: Scenario, seconds: float) -> Outcome:
    """Run the command and pull the disk after a time, or when it has ended."""
    timer = threading.Timer(seconds, disk.pull)
    timer.start()
    try:
        return place.run_all(scenario.command(place))[0]
    finally:
        timer.cancel()
        timer.join()
        # Repeating it is harmless.
        disk.pull()


def judge(scenario: Scenario, learned: Learned, looker: Looker, place: Place, outcome: Outcome) -> str:
    """What was acknowledged is there; anything else is whole or absent; what happened was said."""
    # 4 would be damage, and the advice to restore a backup.
    assert outcome.code in (0, 1, 6), "not a promised exit code"
    seen = looker.look_at(place.vault, scenario.always, scenario.judged)
    result = check_old_or_new(seen, learned, scenario.whole)
    if scenario is IMPORT and outcome.out:
        check_report(place, seen, outcome)
    if outcome.code == 0:
        assert result == "new", "said to be done, and is not"
    elif scenario is not IMPORT or not outcome.out:
        assert any(CODE_LINE.fullmatch(line) for line in outcome.err.splitlines()), "no code to quote"
        if any(claim in outcome.err for claim in CLAIMS_NO_CHANGE):
            assert result == "old", "said to have changed nothing, and has"
    return result
