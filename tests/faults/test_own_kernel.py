"""FAT32 and exFAT as the kernel has them: a vault is used there, and survives a stick that is pulled out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.faults.own_kernel import DISK, JOB, OwnKernel, own_kernel_or_skip

pytestmark = [pytest.mark.gate, pytest.mark.timeout(0)]

DISK_BYTES = 96 << 20
#: How often the power is taken away from each file system, and after how many seconds of work at most.
CUTS = 10
WORK_S = 30
MODULE = (sys.executable, "-P", "-m", "tests.faults.portable_disk")


@pytest.fixture
def machine(tmp_path: Path) -> OwnKernel:
    """One with a kernel of its own."""
    return own_kernel_or_skip(tmp_path / "machine")


@pytest.fixture(params=["vfat", "exfat"])
def kind(request: pytest.FixtureRequest) -> str:
    """The file system."""
    return str(request.param)


@pytest.fixture
def disk(tmp_path: Path, kind: str) -> Path:
    """An image with an empty file system."""
    image = tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    command = {"vfat": ["mkfs.vfat", "-F", "32"], "exfat": ["mkfs.exfat"]}[kind]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    subprocess.run([*command, str(image)], check=True, capture_output=True)
    return image


def test_a_vault_is_used(machine: OwnKernel, disk: Path, kind: str) -> None:
    code, said = machine.run([*MODULE, "use", DISK], disk, kind)
    assert code == 0, said


def test_a_stick_that_is_pulled_out_loses_nothing_that_was_said_to_be_done(
    machine: OwnKernel, disk: Path, kind: str
) -> None:
    """What the machine had not written is gone; the next one looks at all that had been said, and goes on."""
    log = machine.job / "log"
    random = Random(kind)
    for cut in range(CUTS + 1):
        before = log.read_bytes().count(b"\n") if log.exists() else 0
        waited = Wait(log, before, 0 if cut == CUTS else random.uniform(0, WORK_S))
        code, said = machine.run([*MODULE, "work", DISK, f"{JOB}/log"], disk, kind, cut_when=waited.is_over)
        assert code is None, f"after {cut} cuts: {said}"
    assert log.read_bytes().count(b'"look"') == CUTS


class Wait:
    """Over some seconds after the log has a new line: after the machine has begun, or has looked."""

    def __init__(self, log: Path, lines: int, seconds: float) -> None:
        self._log = log
        self._lines = lines
        self._seconds = seconds
        self._since: float | None = None

    def is_over(self) -> bool:
        """Ask now."""
        if self._since is None:
            if self._log.exists() and self._log.read_bytes().count(b"\n") > self._lines:
                self._since = time.monotonic()
            return False
        return time.monotonic() - self._since >= self._seconds
