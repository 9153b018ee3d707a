"""The USB sticks and disks that are plugged in, by the names that the system gives them for good."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

#: Links that udev makes, one for each disk and one for each part of it; on Linux only.
BY_ID = "/dev/disk/by-id"

_PART = re.compile(r"-part\d+$")
_UNIT = re.compile(r"-\d+:\d+$")


@dataclass(frozen=True)
class Stick:
    """``name`` is the one in ``/dev/disk/by-id``; ``words`` are what a person reads of it."""

    name: str
    words: str


def list_sticks(folder: str = BY_ID) -> tuple[Stick, ...]:
    """What is plugged in; empty where the system does not tell."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(
        Stick(name, words_of(name)) for name in names if name.startswith("usb-") and not _PART.search(name)
    )


def words_of(name: str) -> str:
    """``usb-SanDisk_Ultra_4C5300-0:0`` as ``SanDisk Ultra 4C5300``."""
    return _UNIT.sub("", name.removeprefix("usb-")).replace("_", " ").strip()


def is_plugged_in(name: str, folder: str = BY_ID) -> bool:
    """Whether it is there now."""
    return bool(name) and os.path.lexists(os.path.join(folder, name))
