"""The folders under which the disks and sticks of this computer lie now. Part of the panic path."""

from __future__ import annotations

import os
import sys

from hrd_desktop.storage.file_system import unescape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 64


def local_mounts() -> list[str]:
    """What hangs here by itself, so that a look into it cannot wait for a network; empty where unknown."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        there = kernel.GetLogicalDrives()
        drives = [f"{chr(ord('A') + number)}:\\" for number in range(26) if there >> number & 1]
        # Removable and fixed ones, and none of a network.
        return [drive for drive in drives if kernel.GetDriveTypeW(ctypes.c_wchar_p(drive)) in (2, 3)]
    if sys.platform == "darwin":
        try:
            return [os.path.join("/Volumes", name) for name in sorted(os.listdir("/Volumes"))][:_MOST]
        except OSError:
            return []
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            return parse_local_mounts(file.read().splitlines())
    except OSError:
        return []


def parse_local_mounts(lines: Iterable[bytes]) -> list[str]:
    """The mount points of block devices, each once, the newest first."""
    points: dict[str, None] = {}
    for line in lines:
        before, _, after = line.partition(b" - ")
        fields, rest = before.split(b" "), after.split(b" ")
        if len(fields) >= 6 and len(rest) > 1 and rest[1].startswith(b"/dev/"):
            points[os.fsdecode(unescape(fields[4]))] = None
    return list(reversed(points))[:_MOST]
