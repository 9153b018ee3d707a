"""The user's files outside the vault: found, opened read-only, read once, never changed.

Paths are bytes as the file system gives them (``os.fsencode``), so that no name is too strange.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

READ_BYTES = 1 << 20


class OriginalError(Exception):
    """An original that cannot be taken in. ``code`` is one of ``domain.ingest.NotIngested``'s."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, repr=False)
class Candidate:
    """A path that was asked for or found in a folder; ``refusal`` says why it is not taken, if so."""

    path: bytes
    size_bytes: int = 0
    refusal: str | None = None


def find_originals(paths: list[bytes], vault_root: bytes) -> Iterator[Candidate]:
    """Every regular file at or under ``paths``, in a stable order, and what is refused, with the reason.

    Links, sockets, devices and pipes are refused by name, links inside folders too: what they point
    at is not what the user dropped. The vault's own files are refused, so that a vault inside a dropped
    folder is not swallowed by itself.
    """
    try:
        vault_identity = _identity(os.stat(vault_root))
    except OSError:
        vault_identity = None
    seen: set[bytes] = set()
    for path in paths:
        for candidate in _find(path, vault_identity):
            absolute = os.path.abspath(candidate.path)
            if absolute not in seen:
                seen.add(absolute)
                yield candidate


def _find(path: bytes, vault_identity: tuple[int, int] | None) -> Iterator[Candidate]:
    try:
        status = os.lstat(path)
    except (OSError, ValueError) as error:
        yield Candidate(path, refusal=_code_of(error))
        return
    if stat.S_ISREG(status.st_mode):
        yield Candidate(path, size_bytes=status.st_size)
        return
    if not stat.S_ISDIR(status.st_mode):
        yield Candidate(path, refusal="link" if stat.S_ISLNK(status.st_mode) else "not-regular")
        return
    # A stack of folders instead of recursion: a tree may be deeper than Python's limit.
    stack = [path]
    while stack:
        folder = stack.pop()
        try:
            if vault_identity is not None and _identity(os.stat(folder)) == vault_identity:
                yield Candidate(folder, refusal="inside-vault")
                continue
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Candidate(folder, refusal=_code_of(error))
            continue
        folders = []
        for entry in found:
            try:
                if entry.is_symlink():
                    yield Candidate(entry.path, refusal="link")
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield Candidate(entry.path, size_bytes=entry.stat(follow_symlinks=False).st_size)
                else:
                    yield Candidate(entry.path, refusal="not-regular")
            except OSError as error:
                yield Candidate(entry.path, refusal=_code_of(error))
        stack.extend(reversed(folders))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _code_of(error: Exception) -> str:
    if not isinstance(error, OSError):
        return "not-found"  # an embedded null byte
    return {
        errno.ENOENT: "not-found",
        errno.ENOTDIR: "not-found",
        errno.EACCES: "no-permission",
        errno.EPERM: "no-permission",
        errno.ELOOP: "link",
        errno.ENAMETOOLONG: "path-too-long",
    }.get(error.errno or 0, "unreadable")


class Original:
    """One original, open read-only. Raises OriginalError; leaves access to the file as it found it."""

    def __init__(self, path: bytes) -> None:
        self.name = os.path.basename(path)
        # O_NOFOLLOW and O_NONBLOCK: the path may have become a link or a pipe since it was listed.
        flags = os.O_RDONLY
        for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOCTTY"):
            flags |= getattr(os, flag, 0)
        try:
            self._handle = os.open(path, flags)
        except (OSError, ValueError) as error:
            raise OriginalError(_code_of(error)) from None
        try:
            self._before = os.fstat(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise OriginalError(_code_of(error)) from None
        if not stat.S_ISREG(self._before.st_mode):
            os.close(self._handle)
            raise OriginalError("not-regular")

    @property
    def size_bytes(self) -> int:
        """The size when it was opened."""
        return self._before.st_size

    @property
    def modified_us(self) -> int:
        """Modification time in microseconds since 1970-01-01 UTC."""
        return self._before.st_mtime_ns // 1000

    def iter_content(self) -> Iterator[bytes]:
        """The bytes, once, front to back; then the file is checked for a change during the read."""
        read_bytes = 0
        while True:
            try:
                # One byte more than should be left: a file that grows meanwhile is noticed.
                piece = os.read(self._handle, min(READ_BYTES, self.size_bytes - read_bytes + 1))
            except OSError as error:
                raise OriginalError(_code_of(error)) from None
            if not piece:
                break
            read_bytes += len(piece)
            if read_bytes > self.size_bytes:
                raise OriginalError("changed-while-read")
            yield piece
        try:
            after = os.fstat(self._handle)
        except OSError as error:
            raise OriginalError(_code_of(error)) from None
        before = self._before
        if read_bytes != before.st_size or (after.st_size, after.st_mtime_ns, after.st_ctime_ns) != (
            before.st_size,
            before.st_mtime_ns,
            before.st_ctime_ns,
        ):
            raise OriginalError("changed-while-read")

    def close(self) -> None:
        """Let the file go."""
        os.close(self._handle)

    def __enter__(self) -> Original:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
