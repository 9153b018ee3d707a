"""Whether memory can reach the disk in clear: swap and hibernation, as far as the system tells.

Linux only (proc(5), sysfs): the device mapper names encrypted devices by a uuid that begins with CRYPT.
Hibernation writes to a swap area, so what holds for swap holds for it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

#: What a swap area lies on.
ENCRYPTED, CLEAR, UNKNOWN = "encrypted", "clear", "unknown"


@dataclass(frozen=True)
class MemoryOnDisk:
    """``swap``: the worst of all areas, empty where there is none. ``known``: whether the system tells."""

    known: bool
    swap: str = ""

    @property
    def may_leak(self) -> bool:
        """Whether keys may be written to a disk in clear, for all that can be seen."""
        return self.known and self.swap in (CLEAR, UNKNOWN)


def look_at_swap(root: str = "/", platform: str = sys.platform) -> MemoryOnDisk:
    """What holds now. ``root`` is where ``proc`` and ``sys`` are found."""
    if platform != "linux":
        return MemoryOnDisk(False)
    try:
        lines = (Path(root) / "proc/swaps").read_bytes().splitlines()[1:]
    except OSError:
        return MemoryOnDisk(False)
    kinds = [_kind_of(line.split(b" ")[0], line, root) for line in lines if line.strip()]
    kinds = [kind for kind in kinds if kind]
    for worst in (CLEAR, UNKNOWN, ENCRYPTED):
        if worst in kinds:
            return MemoryOnDisk(True, worst)
    return MemoryOnDisk(True)


def _kind_of(untrusted_path: bytes, line: bytes, root: str) -> str:
    """What one area lies on; empty for one that stays in memory (zram)."""
    path = os.fsdecode(untrusted_path.replace(b"\\040", b" "))
    words = line.split()
    if len(words) > 1 and words[1] == b"file":
        try:
            number = os.stat(os.path.join(root, path.lstrip("/"))).st_dev
        except OSError:
            return UNKNOWN
        return _kind_of_device(f"{os.major(number)}:{os.minor(number)}", root)
    name = os.path.basename(os.path.realpath(path)) if root == "/" else os.path.basename(path)
    if name.startswith("zram"):
        # Compressed in memory. Where it writes back to a disk, that disk counts.
        return _write_back(name, root)
    try:
        number_text = (Path(root) / "sys/class/block" / name / "dev").read_text("ascii").strip()
    except (OSError, ValueError):
        return UNKNOWN
    return _kind_of_device(number_text, root)


def _write_back(name: str, root: str) -> str:
    try:
        device = (Path(root) / "sys/block" / name / "backing_dev").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    return "" if device in ("", "none") else UNKNOWN


def _kind_of_device(number: str, root: str) -> str:
    """Encrypted when it is a crypt device, or lies on such devices alone; a disk of its own is in clear."""
    device = Path(root) / "sys/dev/block" / number
    if not device.exists():
        # A file system on several devices (btrfs) has a number that no device has.
        return UNKNOWN
    try:
        if (device / "dm/uuid").read_text("ascii", "replace").startswith("CRYPT-"):
            return ENCRYPTED
    except OSError:
        pass
    try:
        below = sorted((device / "slaves").iterdir())
    except OSError:
        below = []
    if not below:
        return CLEAR
    kinds = []
    for slave in below:
        try:
            kinds.append(_kind_of_device((slave / "dev").read_text("ascii").strip(), root))
        except (OSError, ValueError):
            kinds.append(UNKNOWN)
    return next((worst for worst in (CLEAR, UNKNOWN) if worst in kinds), ENCRYPTED)
