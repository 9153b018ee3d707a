"""Bytes to and from the disk so that they stay there, and the failures of doing so.

Functions raise ``OSError`` as the system gave it; ``disk_errors`` turns it into a failure that the user is
told about. Part of the panic path: third-party and heavy imports are made only where they are used.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from hrd_desktop.domain.errors.base import SheafError
    from hrd_desktop.storage.layout import VaultLayout

# A link in the vault is never followed, a FIFO planted there never blocks us, and no child inherits a file.
OPEN_FLAGS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_read(path: str) -> int:
    """Open an existing file for reading, not following a link."""
    return os.open(path, os.O_RDONLY | OPEN_FLAGS)


def open_write(path: str) -> int:
    """Open an existing file for reading and writing in place, not following a link."""
    return os.open(path, os.O_RDWR | OPEN_FLAGS)


def create_file(path: str) -> int:
    """Make a new file, 0600, and open it for reading and writing. Raises FileExistsError."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, 0o600)


def make_folder(path: str) -> None:
    """Make one folder, 0700. Raises FileExistsError."""
    os.mkdir(path, 0o700)


def write_at(fd: int, offset: int, data: bytes | bytearray | memoryview) -> None:
    """Write all of ``data`` at ``offset``; the system may take it in parts."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written


def read_at(fd: int, offset: int, size_bytes: int) -> bytes:
    """Up to ``size_bytes`` from ``offset``; less only where the file ends."""
    parts: list[bytes] = []
    while size_bytes > 0:
        part = os.pread(fd, size_bytes, offset)
        if not part:
            break
        parts.append(part)
        size_bytes -= len(part)
        offset += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def sync_data(fd: int) -> None:
    """Wait until the file's bytes and its length are on the device.

    A failure is final: the kernel may have dropped the page and report the next sync clean, so nobody may
    call this again for the same bytes. On Linux fdatasync(2), which spares the commit of a time stamp.
    """
    if sys.platform == "linux":
        os.fdatasync(fd)
    else:
        fsync_file(fd)


def fsync_file(fd: int) -> None:
    """Like ``sync_data``, with times and rights. F_FULLFSYNC on macOS, where fsync(2) stops short."""
    if sys.platform == "darwin":
        import fcntl  # absent on Windows

        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def fsync_folder(path: str) -> None:
    """Wait until the names in the folder are on the device. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | OPEN_FLAGS)
    try:
        fsync_file(fd)
    finally:
        os.close(fd)


def sync_filesystem(fd: int) -> bool:
    """Wait until everything written to the file system of ``fd`` is on the device.

    False, and nothing done, where no such call reports failures: then sync file by file. syncfs(2) does so
    from Linux 5.8 on, for failures since ``fd`` was opened.
    """
    if sys.platform != "linux" or _kernel_version() < (5, 8):
        return False
    import ctypes

    # None is the running program itself, which has the C library linked in: no library is searched for.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syncfs(fd) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return True


def _kernel_version() -> tuple[int, int]:
    major, _, rest = os.uname().release.partition(".")
    minor = rest.partition(".")[0].partition("-")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def write_in_place(path: str, offset: int, data: bytes | bytearray | memoryview) -> None:
    """Overwrite part of an existing file and wait until it is on the device."""
    fd = open_write(path)
    try:
        write_at(fd, offset, data)
        sync_data(fd)
    finally:
        os.close(fd)


def read_exact(path: str, offset: int, size_bytes: int) -> bytes:
    """Exactly ``size_bytes`` of a file from ``offset``. Raises EOFError when it ends before."""
    fd = open_read(path)
    try:
        data = read_at(fd, offset, size_bytes)
    finally:
        os.close(fd)
    if len(data) != size_bytes:
        raise EOFError
    return data


def is_unreadable(path: str) -> bool:
    """Whether the disk refuses any byte of this file, or the file itself. Reads all of it."""
    try:
        fd = open_read(path)
        try:
            while os.read(fd, 1 << 20):
                pass
        finally:
            os.close(fd)
    except OSError:
        return True
    return False


def set_all_mtimes(layout: VaultLayout, ns: int) -> None:
    """Give every file and folder of the vault one modification and access time, ``ns`` since 1970-01-01 UTC.

    What cannot be set (a file that is gone, a read-only disk) is passed over: this runs when the vault
    closes, and closing waits for nothing.
    """
    for path in _iter_own_paths(layout):
        try:
            if os.utime in os.supports_follow_symlinks:
                os.utime(path, ns=(ns, ns), follow_symlinks=False)
            else:
                os.utime(path, ns=(ns, ns))
        except OSError:
            continue


def _iter_own_paths(layout: VaultLayout) -> Iterator[str]:
    """Everything of the vault that is there, folders after what is in them."""
    yield from layout.iter_object_paths()
    yield from layout.iter_object_folders()
    yield layout.objects_dir
    for database in layout.iter_databases():
        yield database
        yield layout.journal(database)
    yield layout.lock
    yield layout.keyslots(0)
    yield layout.keyslots(1)
    yield layout.root


def map_os_error(error: OSError, step: str) -> SheafError:
    """The failure to tell the user: DiskFullError, NotPermittedError, or another DiskFailedError.

    The last two carry the number and our ``step``.
    """
    import errno

    from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError, NotPermittedError

    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return DiskFullError()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NotPermittedError(errno=error.errno, step=step)
    return DiskFailedError(errno=error.errno, step=step)


class disk_errors:  # noqa: N801 - a context manager, used like a function
    """``with disk_errors("step"):`` raises ``map_os_error`` of any OSError inside.

    Not made with contextlib, whose import would cost the panic path more than its own work.
    """

    __slots__ = ("_step",)

    def __init__(self, step: str) -> None:
        self._step = step

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            # From None: an OSError carries the path, and no failure of ours does.
            raise map_os_error(error, self._step) from None
