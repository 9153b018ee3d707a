"""Bodies of objects: C2SP chunked encryption, instance Cobblestone-256 (section 4.2 of the vault format)."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hrd_desktop.crypto.headers import HEADER_BYTES
from hrd_desktop.crypto.padding import BLOCK_BYTES, padded_bytes
from hrd_desktop.domain.errors.vault import ObjectDamagedError

CHUNK_BYTES = 16_384
SALT_BYTES = 24
COMMITMENT_BYTES = 32
PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES
TAG_BYTES = 16
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
BODY_AT = HEADER_BYTES

_INFO = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
_CONTEXT_LABEL = b"sheaf/v1/object-body"
# 1 MiB of plaintext for each read: few calls, and little memory.
_CHUNKS_A_READ = 64


def body_size(content_bytes: int) -> int:
    """The length of the body for a content of ``content_bytes``."""
    return PREFIX_BYTES + content_bytes + TAG_BYTES * (content_bytes // CHUNK_BYTES + 1)


def object_size(content_bytes: int) -> int:
    """The length of the whole object: header, body, and padding (section 4.3)."""
    return padded_bytes(BODY_AT + body_size(content_bytes))


def content_limit(size_bytes: int) -> int:
    """The largest content that a file of the reserve of ``size_bytes`` holds."""
    low, high = 0, size_bytes
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if object_size(middle) <= size_bytes else (low, middle - 1)
    return low


def verify_object_size(size_bytes: int, content_bytes: int, *, in_reserve: bool = False) -> None:
    """Raise ``ObjectDamagedError`` unless an object of ``size_bytes`` can hold ``content_bytes``.

    The length is exactly the padded one; ``in_reserve`` (compartment 1) permits a longer object.
    """
    wanted_bytes = object_size(content_bytes)
    fits = size_bytes >= wanted_bytes if in_reserve else size_bytes == wanted_bytes
    if not fits or size_bytes % BLOCK_BYTES:
        raise ObjectDamagedError(part="length")


def body_context(vault_id: bytes, object_name: bytes) -> bytes:
    """The context that binds a body to its vault (16 bytes) and object (16 bytes)."""
    if len(vault_id) != 16 or len(object_name) != 16:
        raise ValueError("a vault id and an object name have 16 bytes")
    return _CONTEXT_LABEL + vault_id + object_name


def buffer_size(data_bytes: int) -> int:
    """How large a buffer ``update_into`` of either direction needs for ``data_bytes`` at once."""
    return body_size(data_bytes) + CHUNK_BYTES


class BodyEncryptor:
    """Encrypts one content as a stream. The library draws the salt from the system's generator."""

    def __init__(self, file_key: bytes, context: bytes) -> None:
        self._encryptor = Cobblestone256Encryptor(file_key, context)

    def update(self, data: bytes | bytearray | memoryview) -> bytes:
        """The next bytes of the body; salt and commitment come with the first call."""
        return self._encryptor.update(data)

    def update_into(self, data: bytes | bytearray | memoryview, buffer: bytearray | memoryview) -> int:
        """Like ``update`` into a buffer of at least ``buffer_size(len(data))``; how many bytes it wrote."""
        return self._encryptor.update_into(data, buffer)

    def finalize(self) -> bytes:
        """The last chunk of the body. Nothing may follow."""
        return self._encryptor.finalize()


class BodyDecryptor:
    """Decrypts one body as a stream; no byte is released before the tag of its chunk is checked.

    The body MUST be given exactly, without the padding. After a failure the object is of no more use.
    """

    def __init__(self, file_key: bytes, context: bytes) -> None:
        self._decryptor = Cobblestone256Decryptor(file_key, context)
        self._released_bytes = 0

    def update(self, untrusted_data: bytes | bytearray | memoryview) -> bytes:
        """The next bytes of the content.

        Raises ``ObjectDamagedError`` with ``chunk`` the first chunk that was not released.
        """
        try:
            data = self._decryptor.update(untrusted_data)
        except InvalidTag:
            raise self._damaged() from None
        self._released_bytes += len(data)
        return data

    def update_into(
        self, untrusted_data: bytes | bytearray | memoryview, buffer: bytearray | memoryview
    ) -> int:
        """Like ``update`` into a buffer of at least ``buffer_size(len(untrusted_data))``; bytes written.

        After a failure the buffer holds nothing that may be used.
        """
        try:
            written_bytes = self._decryptor.update_into(untrusted_data, buffer)
        except InvalidTag:
            raise self._damaged() from None
        self._released_bytes += written_bytes
        return written_bytes

    def finalize(self) -> bytes:
        """The last bytes of the content; only now is it known to be whole. Raises ``ObjectDamagedError``."""
        try:
            data = self._decryptor.finalize()
        except InvalidTag:
            raise self._damaged() from None
        self._released_bytes += len(data)
        return data

    def _damaged(self) -> ObjectDamagedError:
        return ObjectDamagedError(part="body", chunk=self._released_bytes // CHUNK_BYTES)


class RangeReader:
    """Random access to the content of one object. Not for use by two threads at once.

    ``read_at(offset, length)`` gives bytes of the object's *file*; fewer than asked mean that it ends there.
    The first read checks the commitment, and authenticates the length by the last chunk, before any byte is
    released.
    """

    def __init__(
        self, file_key: bytes, context: bytes, size_bytes: int, read_at: Callable[[int, int], bytes]
    ) -> None:
        self._file_key = file_key
        self._context = context
        self._size_bytes = size_bytes
        self._read_at = read_at
        self._cipher: _ChunkCipher | None = None
        self._cached_number = -1
        self._cached = b""

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of the content from ``offset``: fewer only at its end.

        Raises ``ObjectDamagedError`` with the number of the chunk; nothing of that call is released.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length are not negative")
        cipher = self._cipher if self._cipher is not None else self._begin()
        end = min(offset + length, self._size_bytes)
        if offset >= end:
            return b""
        first = offset // CHUNK_BYTES
        content = b"".join(self._chunks(cipher, first, (end - 1) // CHUNK_BYTES))
        start = offset - first * CHUNK_BYTES
        return content[start : start + end - offset]

    def _begin(self) -> _ChunkCipher:
        untrusted_prefix = self._read_at(BODY_AT, PREFIX_BYTES)
        cipher = _ChunkCipher(self._file_key, self._context, untrusted_prefix)
        last = self._size_bytes // CHUNK_BYTES
        self._load(cipher, last, 1)
        self._cipher = cipher
        return cipher

    def _chunks(self, cipher: _ChunkCipher, first: int, last: int) -> list[bytes]:
        chunks: list[bytes] = []
        number = first
        while number <= last:
            if number == self._cached_number:
                chunks.append(self._cached)
                number += 1
                continue
            count = min(last - number + 1, _CHUNKS_A_READ)
            chunks += self._load(cipher, number, count)
            number += count
        return chunks

    def _load(self, cipher: _ChunkCipher, first: int, count: int) -> list[bytes]:
        """Read and authenticate ``count`` chunks from ``first``, and keep the last of them."""
        start = first * SEALED_CHUNK_BYTES
        end = min(start + count * SEALED_CHUNK_BYTES, body_size(self._size_bytes) - PREFIX_BYTES)
        untrusted = memoryview(self._read_at(BODY_AT + PREFIX_BYTES + start, end - start))
        if len(untrusted) != end - start:
            raise ObjectDamagedError(part="body", chunk=first + len(untrusted) // SEALED_CHUNK_BYTES)
        chunks = [
            cipher.decrypt(first + place, untrusted[place * SEALED_CHUNK_BYTES :][:SEALED_CHUNK_BYTES])
            for place in range(count)
        ]
        self._cached_number, self._cached = first + count - 1, chunks[-1]
        return chunks


class _ChunkCipher:
    """The key and base nonce of one body, after its commitment was checked."""

    def __init__(self, file_key: bytes, context: bytes, untrusted_prefix: bytes) -> None:
        if len(untrusted_prefix) != PREFIX_BYTES:
            raise ObjectDamagedError(part="body", chunk=0)
        salt = untrusted_prefix[:SALT_BYTES]
        okm = HKDFExpand(algorithm=SHA512(), length=76, info=_INFO + salt + context).derive(file_key)
        if not hmac.compare_digest(okm[44:], untrusted_prefix[SALT_BYTES:]):
            raise ObjectDamagedError(part="body", chunk=0)
        self._aead = AESGCM(okm[:32])
        self._base_nonce = int.from_bytes(okm[32:44], "big")

    def decrypt(self, number: int, untrusted_chunk: memoryview) -> bytes:
        nonce = (self._base_nonce ^ number).to_bytes(12, "big")
        try:
            return self._aead.decrypt(nonce, untrusted_chunk, None)
        except InvalidTag:
            raise ObjectDamagedError(part="body", chunk=number) from None
