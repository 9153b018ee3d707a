"""A folder of others as events: regular files only, links and special files are faults."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hrd_desktop.bundle.limits import Event, FaultSeen, FileBegun, FileData, FileEnded, FolderSeen
from hrd_desktop.bundle.plain_text import escape_path
from hrd_desktop.domain.bundle_report import Fault, FaultKind

_PIECE_BYTES = 1 << 18
# A file swapped for a link or a pipe after it was listed is neither followed nor waited for.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def iter_folder(root: Path) -> Iterator[Event]:
    """Yield the events of every file under ``root``, in the order of their paths.

    Raises ``OSError`` when ``root`` itself cannot be listed; of what lies in it, what cannot be read is
    reported as a fault.
    """
    waiting = [""]
    while waiting:
        relative = waiting.pop()
        try:
            with os.scandir(root / relative) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError:
            if not relative:
                raise
            yield FaultSeen(Fault(FaultKind.FILE_UNREADABLE, escape_path(relative)))
            continue
        for entry in reversed(entries):
            path = f"{relative}/{entry.name}" if relative else entry.name
            if entry.is_symlink() or _is_junction(entry):
                yield FaultSeen(Fault(FaultKind.LINK, escape_path(path)))
            elif entry.is_dir(follow_symlinks=False):
                yield FolderSeen(path)
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield from _iter_file(root / path, path)
            else:
                yield FaultSeen(Fault(FaultKind.SPECIAL_FILE, escape_path(path)))


def _is_junction(entry: os.DirEntry[str]) -> bool:
    # Windows only; a junction is no symbolic link there but leads elsewhere all the same.
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & 0x400)


def _iter_file(location: Path, path: str) -> Iterator[Event]:
    try:
        descriptor = os.open(location, _FLAGS)
    except OSError:
        yield FaultSeen(Fault(FaultKind.FILE_UNREADABLE, escape_path(path)))
        return
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            yield FaultSeen(Fault(FaultKind.SPECIAL_FILE, escape_path(path)))
            return
        yield FileBegun(path)
        try:
            while data := file.read(_PIECE_BYTES):
                yield FileData(data)
        except OSError:
            yield FaultSeen(Fault(FaultKind.FILE_UNREADABLE, escape_path(path)))
        yield FileEnded()
