"""Folders that are made for a moment: removed at the end, and by the next one when a process was killed.

Each holds a file that its process has locked for as long as it lives. What is in them opens with nothing
that is written anywhere; it is only room that a killed process would leave taken.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from hrd_desktop.storage.disk import create_file, disk_errors, open_write
from hrd_desktop.storage.lockfile import try_lock

_PREFIX = "sheaf-"
_IN_USE = "in-use"


@contextmanager
def throw_away_folder(kind: str, parent: str | None = None) -> Iterator[str]:
    """A new folder in ``parent``, by default that for temporary files; gone afterwards, whatever happens.

    Those of this kind that a killed process has left there are removed first. Raises DiskFullError,
    DiskFailedError.
    """
    parent = parent or tempfile.gettempdir()
    prefix = f"{_PREFIX}{kind}-"
    _remove_left(parent, prefix)
    with disk_errors(kind):
        place = tempfile.mkdtemp(prefix=prefix, dir=parent)
        in_use = create_file(os.path.join(place, _IN_USE))
    try:
        try_lock(in_use, exclusive=True)
        yield place
    finally:
        os.close(in_use)
        _remove(place)


def _remove_left(parent: str, prefix: str) -> None:
    """What cannot be looked at or removed stays: whoever makes a folder has other things to do."""
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and _is_ours(entry) and _is_left(entry.path):
                _remove(entry.path)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """A folder, and no link to one, of this user: the folder for temporary files is everybody's."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (not hasattr(os, "geteuid") or found.st_uid == os.geteuid())


def _is_left(place: str) -> bool:
    """Whether its process has ended. One without the file is being made or was removed to the last."""
    try:
        in_use = open_write(os.path.join(place, _IN_USE))
    except OSError:
        return False
    try:
        return try_lock(in_use, exclusive=True)
    finally:
        os.close(in_use)


def _remove(place: str) -> None:
    """Everything, and the file that marks it last, so that what is cut short is found again."""
    with contextlib.suppress(OSError):
        for name in os.listdir(place):
            if name != _IN_USE:
                shutil.rmtree(os.path.join(place, name), ignore_errors=True)
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(place, name))
        if os.listdir(place) == [_IN_USE]:
            os.unlink(os.path.join(place, _IN_USE))
            os.rmdir(place)
