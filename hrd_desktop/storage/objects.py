"""The objects of one compartment: made, opened, verified, mended, destroyed.

Method: docs/spec/vault-format.md, section 4.
"""

from __future__ import annotations

import errno
import hmac
import os
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from hrd_desktop.crypto.body import body_context, verify_object_size
from hrd_desktop.crypto.headers import (
    COPY_BYTES,
    COPY_COUNT,
    HEADER_BYTES,
    ObjectHeader,
    OpenedHeader,
    open_header,
    seal_header,
)
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import ObjectDamagedError, ObjectMissingError
from hrd_desktop.storage.disk import (
    create_file,
    disk_errors,
    fsync_file,
    fsync_folder,
    make_folder,
    map_os_error,
    open_read,
    open_write,
    read_at,
    sync_data,
    sync_filesystem,
    write_at,
)
from hrd_desktop.storage.layout import OBJECT_NAME_BYTES, VaultLayout
from hrd_desktop.storage.object_reader import ObjectReader
from hrd_desktop.storage.object_writer import HeaderFields, ObjectWriter, StoredObject

__all__ = [
    "HeaderFields",
    "ObjectReader",
    "ObjectStore",
    "ObjectWriter",
    "StoredObject",
    "VerifiedObject",
]

FILE_KEY_BYTES = 32
MINIMUM_BYTES = 8_192
BLOCK_BYTES = 4_096
#: From this many files on, one syncfs(2) is dearer for nobody: it also writes what other programs wrote.
_SYNCFS_FROM = 8
#: Finished objects that are kept open until their group is synced; bounds open files.
_KEPT_OPEN = 128


@dataclass(frozen=True, repr=False)
class VerifiedObject:
    """An object whose whole content was read and matches; ``bad_header_copies`` (0, 1) are to be mended."""

    name: bytes
    size_bytes: int
    sha256: bytes
    bad_header_copies: tuple[int, ...]


class ObjectStore:
    """Objects in the 256 folders of a vault, sealed under one header key (32 bytes).

    May be used from any thread, a name by one at a time. Names are 16 bytes. ``in_reserve`` (compartment 1):
    an object is written into a whole file of the reserve, whose name, inode and length stay, and to unlink it
    is to make its header random (docs/spec/vault-format.md, section 7).
    """

    def __init__(
        self,
        layout: VaultLayout,
        vault_id: bytes,
        header_key: bytes,
        random: Random,
        *,
        in_reserve: bool = False,
    ) -> None:
        self._in_reserve = in_reserve
        self._layout = layout
        self._vault_id = vault_id
        self._header_key = header_key
        self._random = random
        self._guard = threading.Lock()
        self._opened_count = 0
        self._unsynced: dict[bytes, tuple[int, int]] = {}

    def new_name(self) -> bytes:
        """16 random bytes, to be reserved in the records before anything is written under them."""
        return self._random(OBJECT_NAME_BYTES)

    def create(self, name: bytes) -> ObjectWriter:
        """Begin a new object. Raises DiskFullError, DiskFailedError (also when the name is taken).

        In the reserve the file is there already: ObjectMissingError where it is not.
        """
        path = self._layout.object_path(name)
        capacity_bytes = None
        if self._in_reserve:
            fd = self._open_file(name, for_writing=True)
            capacity_bytes = os.fstat(fd).st_size
        else:
            with disk_errors("create-object"):
                try:
                    fd = create_file(path)
                except FileNotFoundError:
                    self._make_folders(os.path.dirname(path))
                    fd = create_file(path)
        with self._guard:
            self._opened_count += 1
            order = self._opened_count
        return ObjectWriter(
            fd=fd,
            capacity_bytes=capacity_bytes,
            discard=lambda: self._discard(name),
            name=name,
            file_key=self._random(FILE_KEY_BYTES),
            context=body_context(self._vault_id, name),
            random=self._random,
            seal=self.seal,
            settle=lambda fd, sync: self._settle(name, order, fd, sync),
        )

    def seal(self, header: ObjectHeader) -> bytes:
        """The 4,096 bytes of both header copies."""
        return seal_header(header, self._header_key, self._vault_id, self._random)

    def open(self, name: bytes, expected: tuple[int, bytes] | None = None) -> ObjectReader:
        """Open an object after checking its header and length.

        ``expected``: size and SHA-256 of the content as the records know them. Raises ObjectMissingError,
        ObjectDamagedError, ObjectMisplacedError, ObjectNotOursError, NewerFormatError, DiskFailedError.
        """
        with disk_errors("read-object"):
            fd = self._open_file(name, for_writing=False)
            try:
                size_bytes = os.fstat(fd).st_size
                if size_bytes < MINIMUM_BYTES or size_bytes % BLOCK_BYTES:
                    raise ObjectDamagedError(part="length")
                opened = self._open_header(read_at(fd, 0, HEADER_BYTES), name)
                header, bad_copies = _choose(opened, expected)
                verify_object_size(size_bytes, header.size_bytes, in_reserve=self._in_reserve)
                return ObjectReader(fd, header, body_context(self._vault_id, name), bad_copies)
            except BaseException:
                os.close(fd)
                raise

    def verify(self, name: bytes, expected: tuple[int, bytes] | None = None) -> VerifiedObject:
        """Read the whole content and hash it again. Raises like ``open`` and ``iter_content``."""
        with self.open(name, expected) as reader:
            for _ in reader.iter_content():
                pass
            header = reader.header
            return VerifiedObject(name, header.size_bytes, header.sha256, reader.bad_header_copies)

    def read_header_bytes(self, name: bytes) -> bytes:
        """The first 4,096 bytes of the file, unchecked. Raises ObjectMissingError, DiskFailedError."""
        with disk_errors("read-object"):
            fd = self._open_file(name, for_writing=False)
            try:
                return read_at(fd, 0, HEADER_BYTES)
            finally:
                os.close(fd)

    def mend_header(self, name: bytes) -> tuple[int, ...]:
        """Seal the bad copy of the header again from the good one; which copies were written.

        Raises like ``open``, and ObjectDamagedError when both open and differ: then only the records know
        which is right.
        """
        opened = self._open_header(self.read_header_bytes(name), name)
        if opened.differing is not None:
            raise ObjectDamagedError(part="header")
        if opened.bad_copies:
            sealed = self.seal(opened.header)
            self._write_header(name, [(copy, _copy_of(sealed, copy)) for copy in opened.bad_copies])
        return opened.bad_copies

    def rewrite_header(self, name: bytes, header_bytes: bytes) -> None:
        """Replace both copies: copy 0, sync, copy 1, sync. Repeating it is harmless.

        Raises ObjectMissingError, DiskFailedError.
        """
        if len(header_bytes) != HEADER_BYTES:
            raise ValueError("a header has 4,096 bytes")
        self._write_header(name, [(copy, _copy_of(header_bytes, copy)) for copy in range(COPY_COUNT)])

    def destroy(self, name: bytes) -> None:
        """Overwrite both copies of the header, and with them the only file key, with random bytes; synced.

        Raises ObjectMissingError, DiskFailedError.
        """
        with disk_errors("destroy-object"):
            fd = self._open_file(name, for_writing=True)
            try:
                write_at(fd, 0, self._random(HEADER_BYTES))
                sync_data(fd)
            finally:
                os.close(fd)

    def unlink(self, name: bytes) -> None:
        """Remove the file, if it is there, and sync its folder. Raises DiskFailedError.

        In the reserve the file stays; its header is made random.
        """
        path = self._layout.object_path(name)
        self._forget_unsynced(name)
        if self._in_reserve:
            if self.exists(name):
                self.destroy(name)
            return
        with disk_errors("unlink-object"):
            try:
                os.unlink(path)
                fsync_folder(os.path.dirname(path))
            except FileNotFoundError:
                return

    def unlink_all(self, names: Iterable[bytes]) -> None:
        """Like ``unlink`` for many names of which most have no file. Raises DiskFailedError.

        Each folder is read once, and synced once if anything went: nobody is asked for a file that is not
        there, so that a million names left by crashes cost a second or two and not half a minute.
        """
        if self._in_reserve:
            for name in names:
                self.unlink(name)
            return
        by_folder: dict[str, list[bytes]] = {}
        for name in names:
            by_folder.setdefault(name[:1].hex(), []).append(name)
        with disk_errors("unlink-object"):
            for folder_name, inside in by_folder.items():
                folder = os.path.join(self._layout.objects_dir, folder_name)
                try:
                    there = set(os.listdir(folder))
                except (FileNotFoundError, NotADirectoryError):
                    continue
                going = [name for name in inside if name[1:].hex() in there]
                for name in going:
                    self._forget_unsynced(name)
                    with suppress(FileNotFoundError):
                        os.unlink(self._layout.object_path(name))
                if going:
                    fsync_folder(folder)

    def exists(self, name: bytes) -> bool:
        """Whether there is a regular file under this name. Raises DiskFailedError."""
        try:
            return stat.S_ISREG(os.lstat(self._layout.object_path(name)).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise map_os_error(error, "find-object") from None

    def iter_names(self) -> Iterator[bytes]:
        """The names of all files that could be objects, of any compartment, used or reserve."""
        return self._layout.iter_object_names()

    def sync(self, names: Iterable[bytes]) -> None:
        """Wait until these objects and their folders are on the device; many at once by one syncfs(2).

        A failure is final for all of them. Raises DiskFailedError, DiskFullError.
        """
        wanted = list(names)
        with disk_errors("sync-objects"):
            if len(wanted) >= _SYNCFS_FROM and self._sync_together(wanted):
                return
            for name in wanted:
                self._sync_one(name)
            for folder in sorted({os.path.dirname(self._layout.object_path(name)) for name in wanted}):
                fsync_folder(folder)

    def _discard(self, name: bytes) -> None:
        """What a writer that was given up leaves behind. The name is still reserved: unlock does it again."""
        try:
            if self._in_reserve:
                self.destroy(name)
            else:
                os.unlink(self._layout.object_path(name))
        except (OSError, SheafError):
            return

    def _settle(self, name: bytes, order: int, fd: int, sync: bool) -> None:
        """Take over the file of a finished object: sync it now, or keep it until its group is synced."""
        with self._guard:
            if not sync and len(self._unsynced) < _KEPT_OPEN:
                # Kept open: a failed write is reported to descriptors that were open when it happened.
                self._unsynced[name] = order, fd
                return
        try:
            fsync_file(fd)
        finally:
            os.close(fd)
        if sync:
            fsync_folder(os.path.dirname(self._layout.object_path(name)))

    def _sync_together(self, names: list[bytes]) -> bool:
        with self._guard:
            kept = [self._unsynced[name] for name in names if name in self._unsynced]
        if not kept:
            return False
        # The file that was opened first: through it every failure since the group began is reported.
        _, first = min(kept)
        if not sync_filesystem(first):
            return False
        for name in names:
            self._forget_unsynced(name)
        return True

    def _sync_one(self, name: bytes) -> None:
        with self._guard:
            _, fd = self._unsynced.pop(name, (0, -1))
        if fd < 0:
            fd = self._open_file(name, for_writing=True)
        try:
            fsync_file(fd)
        finally:
            os.close(fd)

    def _forget_unsynced(self, name: bytes) -> None:
        with self._guard:
            _, fd = self._unsynced.pop(name, (0, -1))
        if fd >= 0:
            os.close(fd)

    def _make_folders(self, folder: str) -> None:
        """Folders are all there from the start; one that was lost, in a copy for one, is made again."""
        for path in (self._layout.objects_dir, folder):
            try:
                make_folder(path)
            except FileExistsError:
                continue
            fsync_folder(os.path.dirname(path))

    def _open_file(self, name: bytes, *, for_writing: bool) -> int:
        path = self._layout.object_path(name)
        try:
            fd = open_write(path) if for_writing else open_read(path)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise ObjectMissingError() from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise ObjectMissingError() from None
            raise map_os_error(error, "open-object") from None
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise ObjectMissingError()
        return fd

    def _open_header(self, untrusted_data: bytes, name: bytes) -> OpenedHeader:
        return open_header(untrusted_data, self._header_key, self._vault_id, name)

    def _write_header(self, name: bytes, copies: list[tuple[int, bytes]]) -> None:
        with disk_errors("write-header"):
            fd = self._open_file(name, for_writing=True)
            try:
                for copy, data in copies:
                    write_at(fd, copy * COPY_BYTES, data)
                    sync_data(fd)
            finally:
                os.close(fd)


def _copy_of(header_bytes: bytes, copy: int) -> bytes:
    return header_bytes[copy * COPY_BYTES : (copy + 1) * COPY_BYTES]


def _choose(opened: OpenedHeader, expected: tuple[int, bytes] | None) -> tuple[ObjectHeader, tuple[int, ...]]:
    """The header to use and its bad copies; of two that differ, the one that the records name."""
    if opened.differing is None:
        if expected is not None and not _matches(opened.header, expected):
            raise ObjectDamagedError(part="digest")
        return opened.header, opened.bad_copies
    if expected is not None:
        if _matches(opened.header, expected):
            return opened.header, (1,)
        if _matches(opened.differing, expected):
            return opened.differing, (0,)
    raise ObjectDamagedError(part="header")


def _matches(header: ObjectHeader, expected: tuple[int, bytes]) -> bool:
    size_bytes, sha256 = expected
    return header.size_bytes == size_bytes and hmac.compare_digest(header.sha256, sha256)
