"""Files and folders outside the vault: written under a temporary name, flushed, never over another."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from hrd_desktop.domain.errors.bundle import (
    BundleDestinationExists,
    BundleDestinationFailed,
    BundleDestinationFull,
)

_CREATE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_PIECE_BYTES = 1 << 18
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# FAT and exFAT, which USB sticks have, and some network file systems know no hard links.
_NO_LINKS = (
    errno.EPERM,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EACCES,
    errno.EINVAL,
)


@contextlib.contextmanager
def typed_errors(needed_bytes: int) -> Iterator[None]:
    """Turn ``OSError`` of the destination into ``BundleDestinationFull``, ``...Exists`` or ``...Failed``."""
    try:
        yield
    except FileExistsError:
        raise BundleDestinationExists() from None
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise BundleDestinationFull(needed_bytes=needed_bytes) from None
        raise BundleDestinationFailed(errno=error.errno) from None


class NewFile:
    """A file in the making: ``write``, then ``flush``, then ``publish``; without it nothing remains."""

    def __init__(self, final: Path, temporary: Path) -> None:
        self._final = final
        self.temporary = temporary
        self.size_bytes = 0
        self.digest = hashlib.sha256()
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, "destination")
        self._descriptor = os.open(temporary, _CREATE, 0o600)
        self._published = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if not self._published:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.temporary)

    def write(self, data: bytes) -> None:
        """Write all of ``data``; a short write is continued."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.digest.update(data)
        self.size_bytes += len(data)

    def flush(self) -> None:
        """Bring everything to the medium and close the file."""
        os.fsync(self._descriptor)
        self._close()

    def publish(self) -> None:
        """Give the file its name; raises ``FileExistsError`` rather than replace anything."""
        move_without_replacing(self.temporary, self._final)
        self._published = True
        flush_folder(self._final.parent)

    def withdraw(self) -> None:
        """Take a published file back."""
        os.unlink(self._final)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class NewFolder:
    """A folder in the making, mode 0700, its files 0600; without ``publish`` nothing remains."""

    def __init__(self, final: Path, temporary: Path) -> None:
        self._final = final
        self.temporary = temporary
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, "destination")
        os.mkdir(temporary, 0o700)
        self._folders = [temporary]
        self._files: list[Path] = []
        self._published = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._published:
            return
        # Only what was made here is removed, by name: nothing that somebody put in meanwhile.
        for path in reversed(self._files):
            with contextlib.suppress(OSError):
                os.unlink(path)
        for folder in reversed(self._folders):
            with contextlib.suppress(OSError):
                os.rmdir(folder)

    def new_file(self, relative: str) -> Callable[[Iterator[bytes]], int]:
        """A function that writes, flushes and closes the file ``relative`` and returns its size in bytes."""
        path = self.temporary / relative
        self._make_folders(path.parent)

        def fill(pieces: Iterator[bytes]) -> int:
            self._files.append(path)
            descriptor = os.open(path, _CREATE, 0o600)
            size_bytes = 0
            try:
                for piece in pieces:
                    view = memoryview(piece)
                    size_bytes += len(view)
                    while view:
                        view = view[os.write(descriptor, view) :]
                os.fsync(descriptor)
                forget_cached(descriptor)
            finally:
                os.close(descriptor)
            return size_bytes

        return fill

    def flush(self) -> None:
        """Bring the names of everything inside to the medium."""
        for folder in reversed(self._folders):
            flush_folder(folder)

    def publish(self) -> None:
        """Give the folder its name; raises ``FileExistsError`` rather than replace anything."""
        # rename would take the place of an empty folder without a word.
        if os.path.lexists(self._final):
            raise FileExistsError(errno.EEXIST, "destination")
        os.rename(self.temporary, self._final)
        self._published = True
        flush_folder(self._final.parent)

    def _make_folders(self, folder: Path) -> None:
        if folder not in self._folders:
            self._make_folders(folder.parent)
            os.mkdir(folder, 0o700)
            self._folders.append(folder)


def move_without_replacing(source: Path, final: Path) -> None:
    """Rename ``source``; raises ``FileExistsError`` when ``final`` is there, on every file system."""
    if os.name == "nt":
        os.rename(source, final)
        return
    try:
        os.link(source, final)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, "destination") from None
        os.rename(source, final)
        return
    os.unlink(source)


def iter_read_back(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, from the medium rather than from memory as far as the system allows."""
    with open(path, "rb", buffering=0) as file:
        forget_cached(file.fileno())
        while data := file.read(_PIECE_BYTES):
            yield data


def forget_cached(descriptor: int) -> None:
    """Ask the system to drop what it holds of a flushed file in memory, so that reading reads the medium."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def flush_folder(folder: Path) -> None:
    """Bring the names in ``folder`` to the medium; some file systems have no such call, and need none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
