"""Puts a fault at one call of a process: the kernel asks us before it makes a call of that name.

strace can do the same, and stops the process at every call it makes, whatever its name: three quarters of
the time of a run went there. A filter of system calls with a listener (``seccomp_unotify(2)``) stops nothing
else. Needs root: then no other mark is left on the process, and its own filters work as before.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import struct
from dataclasses import dataclass
from typing import Any

#: Numbers on x86_64 and on aarch64 (-1: there is no such call), and which arguments are open files or paths.
_CALLS: dict[str, tuple[int, int, tuple[int, ...], tuple[int, ...]]] = {
    "read": (0, 63, (0,), ()),
    "pread64": (17, 67, (0,), ()),
    "getdents64": (217, 61, (0,), ()),
    "write": (1, 64, (0,), ()),
    "pwrite64": (18, 68, (0,), ()),
    "writev": (20, 66, (0,), ()),
    "pwritev": (296, 70, (0,), ()),
    "pwritev2": (328, 287, (0,), ()),
    "sendfile": (40, 71, (0, 1), ()),
    "copy_file_range": (326, 285, (0, 2), ()),
    "fsync": (74, 82, (0,), ()),
    "fdatasync": (75, 83, (0,), ()),
    "syncfs": (306, 267, (0,), ()),
    "sync_file_range": (277, 84, (0,), ()),
    "truncate": (76, 45, (), (0,)),
    "ftruncate": (77, 46, (0,), ()),
    "fallocate": (285, 47, (0,), ()),
    "rename": (82, -1, (), (0, 1)),
    "renameat": (264, 38, (), (1, 3)),
    "renameat2": (316, 276, (), (1, 3)),
    "unlink": (87, -1, (), (0,)),
    "unlinkat": (263, 35, (), (1,)),
    "rmdir": (84, -1, (), (0,)),
    "mkdir": (83, -1, (), (0,)),
    "mkdirat": (258, 34, (), (1,)),
    "link": (86, -1, (), (0, 1)),
    "linkat": (265, 37, (), (1, 3)),
    "symlink": (88, -1, (), (0, 1)),
    "symlinkat": (266, 36, (), (0, 2)),
    "mknod": (133, -1, (), (0,)),
    "mknodat": (259, 33, (), (1,)),
    "openat": (257, 56, (), (1,)),
    "open": (2, -1, (), (0,)),
    "creat": (85, -1, (), (0,)),
}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_ASK, _ALLOW = 0x7FC00000, 0x7FFF0000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
_PATH_BYTES = 4096


@dataclass(frozen=True)
class Aim:
    """The ``number``-th call ``name`` on ``path``, by whichever thread.

    ``error``: what it answers instead of being made, once or, ``lasting``, from then on; None: SIGKILL, and
    the call is not made.
    """

    name: str
    path: str
    number: int
    error: str | None
    lasting: bool


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def install(name: str) -> int:
    """In the process to be hurt: from now on every call ``name`` waits for an answer of the listener."""
    machine = platform.machine()
    number = _CALLS[name][0 if machine == "x86_64" else 1]
    steps = (
        struct.pack("=HBBI", _LOAD, 0, 0, 0),
        struct.pack("=HBBI", _JUMP_IF_EQUAL, 0, 1, number),
        struct.pack("=HBBI", _RETURN, 0, 0, _ASK),
        struct.pack("=HBBI", _RETURN, 0, 0, _ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(steps), 8 * len(steps))
    program = _Program(len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    listener: int = libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "no filter with a listener")
    return listener


class Injector:
    """Answers for the kernel until the process ends. ``fired``: the fault was put in."""

    def __init__(self, listener: int, aim: Aim) -> None:
        self.fired = False
        self._listener = listener
        self._aim = aim
        self._seen = 0
        _, _, self._files, self._paths = _CALLS[aim.name]

    def watch(self, process: int, wait_s: float) -> bool:
        """Until the process (a pidfd) ends: True, or for so long: False."""
        poll = select.poll()
        poll.register(process, select.POLLIN)
        poll.register(self._listener, select.POLLIN)
        while ready := poll.poll(wait_s * 1000):
            if any(handle == process for handle, _ in ready):
                return True
            if any(event & select.POLLHUP for _, event in ready):
                # Nobody is left who could ask; the end itself is still to come.
                poll.unregister(self._listener)
                continue
            self._answer()
        return False

    def close(self) -> None:
        """Nothing is answered any more."""
        os.close(self._listener)

    def _answer(self) -> None:
        asked = bytearray(80)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, asked)
        except OSError as gone:
            if gone.errno != errno.ENOENT:
                raise
            return
        question, thread = struct.unpack_from("=QI", asked)
        arguments = struct.unpack_from("=6Q", asked, 32)
        flags, error = _CONTINUE, 0
        if self._is_meant(thread, arguments):
            self._seen += 1
            if self._seen == self._aim.number or (self._aim.lasting and self._seen > self._aim.number):
                self.fired = True
                if self._aim.error is None:
                    # Unanswered: it dies before the call is made.
                    os.kill(thread, signal.SIGKILL)
                    return
                flags, error = 0, -getattr(errno, self._aim.error)
        try:
            fcntl.ioctl(self._listener, _SEND, struct.pack("=QqiI", question, 0, error, flags))
        except OSError as gone:
            if gone.errno != errno.ENOENT:
                raise

    def _is_meant(self, thread: int, arguments: tuple[Any, ...]) -> bool:
        wanted = self._aim.path
        try:
            if any(
                os.readlink(f"/proc/{thread}/fd/{arguments[at] & 0xFFFFFFFF}") == wanted for at in self._files
            ):
                return True
            if not self._paths:
                return False
            memory = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
            try:
                return any(
                    os.fsdecode(os.pread(memory, _PATH_BYTES, arguments[at]).partition(b"\0")[0]) == wanted
                    for at in self._paths
                )
            finally:
                os.close(memory)
        except OSError:
            # It has ended meanwhile, or the call is wrong by itself.
            return False
