"""Writing one object as a stream: hashed and encrypted once, padded, its header last.

Method: docs/spec/vault-format.md, section 4.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.body import BODY_AT, BodyEncryptor, buffer_size, object_size
from hrd_desktop.crypto.headers import ObjectHeader, Role, cut_name, is_utf8
from hrd_desktop.crypto.padding import padded_bytes, random_fill
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.storage.background_hash import BackgroundSha256
from hrd_desktop.storage.disk import map_os_error, write_at
from hrd_desktop.storage.writeback import Writeback

#: A longer piece is taken in parts of this size: bounds memory.
PIECE_BYTES = 1024 * 1024
_NO_RECORD = bytes(16)


@dataclass(frozen=True, repr=False)
class HeaderFields:
    """What the header of a new object says, besides what the writer knows itself.

    ``record_id``: 16 bytes in the byte order of RFC 9562; None, or zero bytes, where there is no record.
    ``original_name``: as the file system gave it, of any length. Times are microseconds since 1970-01-01 UTC.
    """

    role: Role
    record_id: bytes | None
    media_type: str
    original_name: bytes
    ingested_us: int
    modified_us: int | None
    sequence: int = 0


@dataclass(frozen=True, repr=False)
class StoredObject:
    """An object that is in the vault: size and SHA-256 of its content, and the length of its file."""

    name: bytes
    size_bytes: int
    sha256: bytes
    padded_bytes: int


class ObjectWriter:
    """Takes one content. Ends with ``finish`` or ``abort``; after a failure it has aborted itself.

    Used by one thread at a time. ``seal`` makes the 4,096 bytes of a header; ``settle`` is given the open
    file and whether to sync it now, and takes the file over. ``capacity_bytes``: the length of a file of the
    reserve, which is written in place and never grows; None for a file of our own. ``discard`` removes what
    was given up, as far as that can be done, and raises nothing.
    """

    def __init__(
        self,
        *,
        fd: int,
        capacity_bytes: int | None,
        discard: Callable[[], None],
        name: bytes,
        file_key: bytes,
        context: bytes,
        random: Random,
        seal: Callable[[ObjectHeader], bytes],
        settle: Callable[[int, bool], None],
    ) -> None:
        self._fd: int | None = fd
        self._capacity_bytes = capacity_bytes
        self._discard = discard
        self._name = name
        self._file_key = file_key
        self._random = random
        self._seal = seal
        self._settle = settle
        self._encryptor = BodyEncryptor(file_key, context)
        self._hash = BackgroundSha256()
        self._writeback = Writeback(fd)
        self._buffer = bytearray()
        self._end = BODY_AT
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """How much content was taken so far."""
        return self._size_bytes

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes of the content. The caller may reuse ``data`` afterwards.

        Raises DiskFullError, DiskFailedError, NoRoomError; the object is then gone.
        """
        fd = self._open_fd()
        view = memoryview(data).cast("B")
        self._ensure_room(self._size_bytes + len(view))
        # Nobody can change bytes, so hashing them may lag behind; other buffers are hashed before we return.
        may_lag = type(view.obj) is bytes
        try:
            for start in range(0, len(view), PIECE_BYTES):
                piece = view[start : start + PIECE_BYTES]
                self._hash.update(piece)
                self._append(fd, piece)
                self._size_bytes += len(piece)
            if not may_lag:
                self._hash.settle()
        except OSError as error:
            raise self._failed(error) from None

    def finish(self, fields: HeaderFields, sync: bool = True) -> StoredObject:
        """Write the end of the body, the padding and then the header.

        With ``sync`` the file and its folder are on the device when this returns; without, the caller syncs
        the group (``ObjectStore.sync``). Raises DiskFullError, DiskFailedError; the object is then gone.
        """
        fd = self._open_fd()
        try:
            last = self._encryptor.finalize()
            write_at(fd, self._end, last)
            self._end += len(last)
            # What follows in a file of the reserve is random, or was sealed under a key that is gone.
            padded = self._capacity_bytes or padded_bytes(self._end)
            missing = 0 if self._capacity_bytes else padded - self._end
            for piece in random_fill(missing, self._random):
                write_at(fd, self._end, piece)
                self._end += len(piece)
                self._writeback.written_to(self._end)
            sha256 = self._hash.digest()
            write_at(fd, 0, self._seal(self._header(fields, sha256)))
            # From here on the file is no longer ours to close.
            self._fd = None
            self._settle(fd, sync)
        except OSError as error:
            raise self._failed(error) from None
        return StoredObject(self._name, self._size_bytes, sha256, padded)

    def abort(self) -> None:
        """Close and discard. Does nothing after ``finish`` or an earlier abort."""
        self._hash.close()
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
            self._discard()

    def _append(self, fd: int, piece: memoryview) -> None:
        needed = buffer_size(len(piece))
        if len(self._buffer) < needed:
            self._buffer = bytearray(needed)
        written = self._encryptor.update_into(piece, self._buffer)
        write_at(fd, self._end, memoryview(self._buffer)[:written])
        self._end += written
        self._writeback.written_to(self._end)

    def _header(self, fields: HeaderFields, sha256: bytes) -> ObjectHeader:
        original_name = cut_name(fields.original_name)
        return ObjectHeader(
            name=self._name,
            role=fields.role,
            file_key=self._file_key,
            size_bytes=self._size_bytes,
            sha256=sha256,
            ingested_utc_us=fields.ingested_us,
            modified_utc_us=fields.modified_us,
            record_id=None if fields.record_id == _NO_RECORD else fields.record_id,
            sequence=fields.sequence,
            media_type=fields.media_type,
            original_name=original_name,
            name_not_utf8=not is_utf8(original_name),
        )

    def _open_fd(self) -> int:
        if self._fd is None:
            raise ValueError("this object is finished or aborted")
        return self._fd

    def _failed(self, error: OSError) -> SheafError:
        if self._fd is None:
            self._discard()
        self.abort()
        return map_os_error(error, "write-object")

    def _ensure_room(self, size_bytes: int) -> None:
        if self._capacity_bytes is not None and object_size(size_bytes) > self._capacity_bytes:
            self.abort()
            raise NoRoomError(part="objects")
