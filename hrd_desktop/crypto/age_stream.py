"""The payload of an age file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB, source c2sp.org/age."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hrd_desktop.domain.errors.bundle import AgePayloadInvalid

CHUNK_BYTES = 65536
TAG_BYTES = 16
NONCE_BYTES = 16


class ByteSource(Protocol):
    """What a payload is read from; ``read`` gives fewer bytes than asked only at the end."""

    def read(self, size: int, /) -> bytes: ...


def payload_size_bytes(plaintext_bytes: int) -> int:
    """Size of the payload, nonce included, that holds this many bytes."""
    chunks = max(1, -(-plaintext_bytes // CHUNK_BYTES))
    return NONCE_BYTES + plaintext_bytes + chunks * TAG_BYTES


def encrypt_payload(
    pieces: Iterable[bytes], sink: Callable[[bytes], object], file_key: bytes, nonce: bytes
) -> None:
    """Write the nonce and the encryption of ``pieces``, of any sizes, to ``sink``.

    ``nonce`` is 16 fresh random bytes; with the file key it makes the key of this payload alone.
    """
    cipher = _payload_cipher(file_key, nonce)
    sink(nonce)
    waiting = bytearray()
    counter = 0
    for piece in pieces:
        waiting += piece
        # A chunk is written only when a byte after it is known, for the last one is marked as such.
        while len(waiting) > CHUNK_BYTES:
            sink(cipher.encrypt(_chunk_nonce(counter, last=False), bytes(waiting[:CHUNK_BYTES]), None))
            del waiting[:CHUNK_BYTES]
            counter += 1
    sink(cipher.encrypt(_chunk_nonce(counter, last=True), bytes(waiting), None))


def iter_decrypt_payload(source: ByteSource, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext chunk by chunk, each only after it was authenticated.

    Raises ``AgePayloadInvalid`` at the first chunk that does not fit, and at the end when the file
    stops before its last chunk: only an iteration that ends by itself has given the whole.
    """
    nonce = source.read(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise AgePayloadInvalid(detail="nonce")
    cipher = _payload_cipher(file_key, nonce)
    counter = 0
    sealed = source.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        last = not following
        if len(sealed) < TAG_BYTES:
            raise AgePayloadInvalid(detail="truncated")
        if last and counter and len(sealed) == TAG_BYTES:
            raise AgePayloadInvalid(detail="empty-chunk")
        try:
            chunk = cipher.decrypt(_chunk_nonce(counter, last=last), sealed, None)
        except InvalidTag:
            raise AgePayloadInvalid(detail="last-chunk" if last else "chunk") from None
        yield chunk
        if last:
            return
        sealed = following
        counter += 1


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(
        HKDF(algorithm=hashes.SHA256(), length=32, salt=nonce, info=b"payload").derive(file_key)
    )


def _chunk_nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
