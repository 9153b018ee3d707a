"""Ending whoever else has the vault open, so that nobody holds its keys in memory or writes to it.

Part of the panic path; imported when the keys are overwritten once already.
"""

from __future__ import annotations

import os
import time

from hrd_desktop.services.wipe_report import FAILED, NOT_FOUND, OVERWRITTEN, Step
from hrd_desktop.storage.disk import open_read
from hrd_desktop.storage.lockfile import find_holder_pids, try_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hrd_desktop.storage.layout import VaultLayout

SIGKILL = 9
#: A killed process that does not end by then hangs in the kernel, on a failing disk for one.
PATIENCE_NS = 2_000_000_000
_PAUSE_S = 0.002


class Stopped:
    """The outcome, and the lock that keeps the vault from being opened until ``release``."""

    __slots__ = ("_fd", "step")

    def __init__(self, step: Step, fd: int | None = None) -> None:
        self.step = step
        self._fd = fd

    def release(self) -> None:
        """Let the lock go. Safe to call twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def stop_other_holders(layout: VaultLayout, clock_ns: Callable[[], int]) -> Stopped:
    """End every other process that has the vault open, and take the shared lock.

    The holder also watches the key slots and ends by itself, where ``/proc/locks`` does not name it (another
    system, another name space, a network file system): it is given two seconds. Where this process itself
    holds the lock, it is nobody to be ended.
    """
    try:
        fd = open_read(layout.lock)
    except OSError as error:
        # Without the file nobody can hold its lock.
        return Stopped(Step("holder", NOT_FOUND if isinstance(error, FileNotFoundError) else FAILED))
    ended: set[int] = set()
    deadline = clock_ns() + PATIENCE_NS
    while not try_lock(fd, exclusive=False):
        holders = find_holder_pids(layout)
        if holders == [os.getpid()]:
            os.close(fd)
            return Stopped(Step("holder", NOT_FOUND, "own-process"))
        for pid in holders:
            if pid not in ended and pid != os.getpid() and _kill(pid, layout):
                ended.add(pid)
        if clock_ns() > deadline:
            os.close(fd)
            return Stopped(Step("holder", FAILED, "still-open"))
        time.sleep(_PAUSE_S)
    if not ended:
        return Stopped(Step("holder", NOT_FOUND), fd)
    return Stopped(Step("holder", OVERWRITTEN, "ended"), fd)


def _kill(pid: int, layout: VaultLayout) -> bool:
    """Kill the process if it is, beyond doubt, the one that holds the lock; whether it was.

    The number could have gone to another process between reading ``/proc/locks`` and the signal. A pidfd
    stays with the process it was opened for, so the table is read again after opening it.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if pid not in find_holder_pids(layout):
            return False
        import signal

        signal.pidfd_send_signal(pidfd, SIGKILL)
    except OSError:
        return False
    finally:
        os.close(pidfd)
    return True
