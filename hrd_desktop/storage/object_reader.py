"""Reading one object: any range of it, or the whole as a checked stream.

Method: docs/spec/vault-format.md, section 4.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from types import TracebackType

from hrd_desktop.crypto.body import (
    BODY_AT,
    BodyDecryptor,
    RangeReader,
    body_size,
    buffer_size,
    object_size,
)
from hrd_desktop.crypto.headers import ObjectHeader
from hrd_desktop.domain.errors.vault import ObjectDamagedError
from hrd_desktop.storage.background_hash import BackgroundSha256
from hrd_desktop.storage.disk import disk_errors, read_at


class ObjectReader:
    """An object whose header and length are checked. Used by one thread at a time.

    ``bad_header_copies``: copies of the header (0, 1) that are to be mended.
    """

    def __init__(
        self, fd: int, header: ObjectHeader, context: bytes, bad_header_copies: tuple[int, ...]
    ) -> None:
        self._fd: int | None = fd
        self._context = context
        self.header = header
        self.bad_header_copies = bad_header_copies
        self._ranges = RangeReader(header.file_key, context, header.size_bytes, self._read_file)

    @property
    def size_bytes(self) -> int:
        """The size of the content as the header says; authenticated by the first read."""
        return self.header.size_bytes

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of the content from ``offset``, less only at its end.

        No byte is released before its tag is checked. Raises ObjectDamagedError, DiskFailedError.
        """
        return self._ranges.read(offset, length)

    def iter_content(self, chunk_bytes: int = 1024 * 1024) -> Iterator[bytes]:
        """The content in order, in pieces of about ``chunk_bytes``.

        Every piece is authenticated. The last one is held back until the size and the SHA-256 agree with the
        header, so whoever has received all of it has received what was imported. Raises ObjectDamagedError,
        DiskFailedError.
        """
        decryptor = BodyDecryptor(self.header.file_key, self._context)
        digest = BackgroundSha256()
        try:
            held = b""
            released = 0
            offset, end = BODY_AT, BODY_AT + body_size(self.header.size_bytes)
            while offset < end:
                untrusted = self._read_file(offset, min(chunk_bytes, end - offset))
                if not untrusted:
                    raise ObjectDamagedError(part="length")
                offset += len(untrusted)
                piece = decryptor.update(untrusted)
                if offset == end:
                    piece += decryptor.finalize()
                digest.update(piece)
                released += len(piece)
                if held:
                    yield held
                held = piece
            if released != self.header.size_bytes:
                raise ObjectDamagedError(part="length")
            if not hmac.compare_digest(digest.digest(), self.header.sha256):
                raise ObjectDamagedError(part="digest")
            if held:
                yield held
        finally:
            digest.close()

    def iter_sealed(self, *, hashed: bool = False, piece_bytes: int = 1024 * 1024) -> Iterator[bytes]:
        """What follows the header in the file, as it is: the body, every tag checked, and the padding.

        For copying without encrypting again. The tag of the last chunk of a piece is checked with the next
        piece, so a copy counts when the iteration has ended; ``hashed`` checks the SHA-256 too. Raises
        ObjectDamagedError, DiskFailedError.
        """
        decryptor = BodyDecryptor(self.header.file_key, self._context)
        digest = BackgroundSha256() if hashed else None
        buffer = bytearray(buffer_size(piece_bytes))
        try:
            offset, end = BODY_AT, BODY_AT + body_size(self.header.size_bytes)
            while offset < end:
                untrusted = self._read_file(offset, min(piece_bytes, end - offset))
                if not untrusted:
                    raise ObjectDamagedError(part="length")
                offset += len(untrusted)
                written = decryptor.update_into(untrusted, buffer)
                if digest is not None:
                    digest.update(memoryview(buffer)[:written])
                    digest.settle()
                if offset == end:
                    last = decryptor.finalize()
                    if digest is not None:
                        digest.update(last)
                yield untrusted
            if digest is not None and not hmac.compare_digest(digest.digest(), self.header.sha256):
                raise ObjectDamagedError(part="digest")
            padded = object_size(self.header.size_bytes)
            while offset < padded:
                padding = self._read_file(offset, min(piece_bytes, padded - offset))
                if not padding:
                    raise ObjectDamagedError(part="length")
                offset += len(padding)
                yield padding
        finally:
            if digest is not None:
                digest.close()

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_file(self, offset: int, length: int) -> bytes:
        if self._fd is None:
            raise ValueError("this object is closed")
        with disk_errors("read-object"):
            return read_at(self._fd, offset, length)
