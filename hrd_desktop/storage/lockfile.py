"""The lock that one process holds while it has a vault open, and who holds it.

The file stays empty: who holds it is the kernel's knowledge (``/proc/locks``), and a stale process id in it
could only mislead. Part of the panic path.
"""

from __future__ import annotations

import os
import sys

from hrd_desktop.storage.disk import OPEN_FLAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hrd_desktop.storage.layout import VaultLayout


class VaultLock:
    """Held from opening to closing. Given back by the kernel when the process ends, however it ends."""

    __slots__ = ("_fd",)

    def __init__(self) -> None:
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def acquire(self, layout: VaultLayout) -> None:
        """Take the lock at once or not at all; the file is made when it is missing.

        Raises VaultInUseError when another process, or this one through another VaultLock, holds it, and
        OSError when the file cannot be opened.
        """
        from hrd_desktop.domain.errors.vault import VaultInUseError

        if self._fd is not None:
            raise VaultInUseError()
        fd = os.open(layout.lock, os.O_RDWR | os.O_CREAT | OPEN_FLAGS, 0o600)
        try:
            if not try_lock(fd, exclusive=True) or not _is_at(fd, layout.lock):
                raise VaultInUseError()
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def release(self) -> None:
        """Let the lock go. Safe to call twice.

        It is given back by name, not only by closing: a child that another thread has just forked holds a
        copy of the descriptor until it has become another program, and a lock lives as long as its last copy.
        """
        fd, self._fd = self._fd, None
        if fd is not None:
            try:
                _unlock(fd)
            finally:
                os.close(fd)


def try_lock(fd: int, *, exclusive: bool) -> bool:
    """flock(2), or its like on Windows, without waiting; False when somebody else's lock is in the way.

    ``exclusive`` is for the process that opens the vault. A wipe takes the shared one: nobody can open
    meanwhile, and two wipes do not take each other for a holder.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(fd, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(fd: int) -> None:
    """Give back what try_lock took, for every copy of the descriptor."""
    if sys.platform == "win32":
        return  # msvcrt locks belong to the descriptor of one process, and end when it is closed
    import fcntl

    fcntl.flock(fd, fcntl.LOCK_UN)


def _is_at(fd: int, path: str) -> bool:
    """Whether the locked file is still the one that others will find: a wipe may have unlinked it."""
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    ours = os.fstat(fd)
    return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)


def find_holder_pids(layout: VaultLayout) -> list[int]:
    """Processes that hold the exclusive lock of this vault, as ``/proc/locks`` of Linux tells; else empty.

    A process is named when its lock is on our inode *and* our device. Some file systems (btrfs, overlayfs)
    show another device number there than stat(2) does; then the process must have the very file open,
    which ``/proc/<pid>/fd`` shows for processes that are not hardened against it.
    """
    try:
        there = os.stat(layout.lock, follow_symlinks=False)
        with open("/proc/locks", encoding="ascii", errors="replace") as file:
            lines = file.readlines()
    except OSError:
        return []
    device = f"{os.major(there.st_dev):02x}:{os.minor(there.st_dev):02x}"
    found: list[int] = []
    for line in lines:
        pid, place, inode = _parse_lock_line(line)
        if pid <= 0 or inode != there.st_ino or pid in found:
            continue
        if place == device or _has_open(pid, there):
            found.append(pid)
    return found


def _parse_lock_line(line: str) -> tuple[int, str, int]:
    """(pid, device, inode) of an exclusive flock, as in ``1: FLOCK  ADVISORY  WRITE 711 fe:00:265 0 EOF``.

    Zeros for any other line. A line with ``->`` is a process that waits for the lock and holds nothing.
    """
    fields = line.split()
    if len(fields) < 6 or fields[1] != "FLOCK" or fields[3] != "WRITE":
        return 0, "", 0
    device, _, inode = fields[5].rpartition(":")
    if not (fields[4].isdigit() and inode.isdigit()):
        return 0, "", 0
    return int(fields[4]), device, int(inode)


def _has_open(pid: int, wanted: os.stat_result) -> bool:
    folder = f"/proc/{pid}/fd"
    try:
        numbers = os.listdir(folder)
    except OSError:
        return False
    for number in numbers:
        try:
            found = os.stat(f"{folder}/{number}")
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
            return True
    return False
