"""Keeping what a long write leaves in the system's cache down to a few MiB.

A panic must never wait behind an import: overwriting the keys ends with a sync, and on a journalling file
system that sync first carries out what others have waiting.
"""

from __future__ import annotations

import ctypes
import os
import sys

from hrd_desktop.storage.disk import sync_data

#: Written in windows of this size; at most two of them are dirty or on their way to the device.
WINDOW_BYTES = 4 * 1024 * 1024

# Flags of sync_file_range(2).
_WAIT_BEFORE = 1
_WRITE = 2
_WAIT_AFTER = 4


class Writeback:
    """Follows one file that is written from its beginning to its end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._started_to = 0
        self._libc: ctypes.CDLL | None = None

    def written_to(self, end: int) -> None:
        """Tell that the file is written up to ``end``; may wait for the device. Raises OSError.

        The failure of an earlier write can arrive here and then not again at the final sync, so it has to
        be taken as final.
        """
        while end - self._started_to >= WINDOW_BYTES:
            start = self._started_to
            self._started_to += WINDOW_BYTES
            if sys.platform != "linux":
                sync_data(self._fd)
                continue
            self._sync_range(start, WINDOW_BYTES, _WRITE)
            if start > 0:
                self._sync_range(start - WINDOW_BYTES, WINDOW_BYTES, _WAIT_BEFORE | _WRITE | _WAIT_AFTER)

    def _sync_range(self, offset: int, size_bytes: int, flags: int) -> None:
        if self._libc is None:
            # None is the running program itself, which has the C library linked in.
            self._libc = ctypes.CDLL(None, use_errno=True)
            offset_type = ctypes.c_int64
            self._libc.sync_file_range.argtypes = [ctypes.c_int, offset_type, offset_type, ctypes.c_uint]
        if self._libc.sync_file_range(self._fd, offset, size_bytes, flags) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
