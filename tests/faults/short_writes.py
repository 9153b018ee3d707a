"""Writes that take less than they were given, as POSIX allows every write to: for this process, from now on.

``strace`` can refuse a call, and cannot make the system do half of one. So the calls themselves are put in
between: ``os.write`` and ``os.pwrite``, and SQLite's own ``pwrite`` by the door that SQLite has for its tests
(``sqlite3_vfs.xSetSystemCall``, https://sqlite.org/c3ref/vfs.html). What Python's buffered files write is
not reached; they go on after a short write by themselves.
"""

from __future__ import annotations

import ctypes
import os
import stat
import threading
from collections.abc import Callable
from typing import Any

#: Every write, instead of the one of this number.
EVERY = -1

_PWRITE = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
#: Callbacks that SQLite may call until the process ends.
_kept: list[Any] = []


class _Vfs(ctypes.Structure):
    """As far as the two members that are used; see ``sqlite3.h``."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("app_data", ctypes.c_void_p),
        *((f"method_{number}", ctypes.c_void_p) for number in range(13)),
        ("set_system_call", ctypes.c_void_p),
    )


def write_short(which: int, counted: int) -> None:
    """Do half of write number ``which``, or of every one; their number so far stands in file ``counted``."""
    length = _lengths(which, counted)
    _shorten_python(length)
    _shorten_sqlite(length)


def _lengths(which: int, counted: int) -> Callable[[int, int], int]:
    guard = threading.Lock()
    done = [0]
    tell = os.pwrite

    def length(file: int, size: int) -> int:
        if file <= 2 or size < 2 or not stat.S_ISREG(os.fstat(file).st_mode):
            return size
        with guard:
            done[0] += 1
            tell(counted, done[0].to_bytes(8, "big"), 0)
            return size // 2 if which in (EVERY, done[0]) else size

    return length


def _shorten_python(length: Callable[[int, int], int]) -> None:
    write, pwrite = os.write, os.pwrite

    def short_write(file: int, data: Any) -> int:
        view = memoryview(data).cast("B")
        return write(file, view[: length(file, len(view))])

    def short_pwrite(file: int, data: Any, offset: int) -> int:
        view = memoryview(data).cast("B")
        return pwrite(file, view[: length(file, len(view))], offset)

    os.write, os.pwrite = short_write, short_pwrite


def _shorten_sqlite(length: Callable[[int, int], int]) -> None:
    from sqlcipher3 import _sqlite3  # type: ignore[attr-defined]  # the compiled part has no stubs

    library = ctypes.CDLL(_sqlite3.__file__)
    system = ctypes.CDLL(None, use_errno=True).pwrite64
    system.restype = ctypes.c_ssize_t
    system.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64)

    def short(file: int, data: int, size: int, offset: int) -> int:
        return int(system(file, data, length(file, size), offset))

    callback = _PWRITE(short)
    _kept.append(callback)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None)
    put = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
        vfs.contents.set_system_call
    )
    for name in (b"pwrite", b"pwrite64"):
        if put(vfs, name, callback) != 0:
            raise OSError("SQLite does not let its writes be put in between")
