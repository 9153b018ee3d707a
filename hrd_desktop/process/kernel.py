"""The few Linux system calls that Python has no name for, through ctypes.

Nothing is loaded when this module is imported, so it can be imported on every platform.
"""

from __future__ import annotations

import ctypes
import os

PR_SET_PDEATHSIG = 1
PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def _libc() -> ctypes.CDLL:
    # None is the running program itself, which has the C library linked in: no library is searched for,
    # so nobody can put another one in its place.
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, argument: int = 0) -> int:
    """Call prctl(2) with one argument and zeros after it. Raises ``OSError``."""
    function = _libc().prctl
    function.restype = ctypes.c_int
    function.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    result: int = function(option, argument, 0, 0, 0)
    if result < 0:
        raise OSError(ctypes.get_errno(), "prctl")
    return result


def system_call(number: int, *arguments: int) -> int:
    """Call syscall(2) by ``number`` with up to six integer or address ``arguments``. Raises ``OSError``."""
    function = _libc().syscall
    function.restype = ctypes.c_long
    # Every argument is passed as a whole register: a plain Python int would be cut to 32 bits.
    result: int = function(ctypes.c_long(number), *(ctypes.c_ulong(value) for value in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "syscall")
    return result


def thread_count() -> int:
    """The number of threads of this process (Linux)."""
    return len(os.listdir("/proc/self/task"))
