"""The second reader's section 4 of vault-format.md: the header and the body of an object."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from second_reader_credentials import RefusedError, require

CHUNK_BYTES = 16_384
MAX_CONTENT_BYTES = 2**52  # 2^38 chunks


def derive(key: bytes, salt: bytes, label: str, size: int) -> bytes:
    return HKDF(SHA512(), size, salt, label.encode("ascii")).derive(key)


@dataclass(frozen=True)
class ObjectHeader:
    """What an object says of itself; sizes in bytes, times in microseconds since 1970."""

    role: int
    flags: int
    name: bytes
    record_id: bytes
    file_key: bytes
    size: int
    sha256: bytes
    ingested_us: int
    modified_us: int
    sequence: int
    media_type: str
    original_name: bytes


def body_bytes(size: int) -> int:
    return 56 + size + 16 * (size // CHUNK_BYTES + 1)


def padded_bytes(length: int) -> int:
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    padme = -(-length >> low_bits) << low_bits
    return -(-padme // 4096) * 4096


def open_copies(untrusted: bytes, header_key: bytes, vault_id: bytes) -> dict[int, bytes]:
    inside = {}
    for copy in (0, 1):
        sealed = untrusted[2048 * copy : 2048 * (copy + 1)]
        if len(sealed) < 2048:
            continue
        okm = derive(header_key, sealed[:32], "sheaf/v1/object-header", 44)
        try:
            inside[copy] = AESGCM(okm[:32]).decrypt(okm[32:], sealed[32:], struct.pack("<I", 1) + vault_id)
        except InvalidTag:
            continue
    return inside


def parse_object_header(inside: bytes, file_name: bytes) -> ObjectHeader:
    version, role, flags = struct.unpack_from("<HBB", inside)
    if version > 1:
        raise RefusedError("newer-format", version)
    require(version == 1)
    require(inside[8:24] == file_name, "misplaced")
    size, digest, ingested, modified, sequence, m, n = struct.unpack_from("<Q32sqqQHH", inside, 72)
    require(1 <= role <= 4 and flags <= 1 and not any(inside[4:8]) and size < MAX_CONTENT_BYTES)
    require(m <= 127 and n <= 1024 and not any(inside[140 + m + n :]))
    media = inside[140 : 140 + m]
    require(all(0x20 <= byte <= 0x7E for byte in media))
    names = inside[140 + m : 140 + m + n]
    return ObjectHeader(
        role,
        flags,
        inside[8:24],
        inside[24:40],
        inside[40:72],
        size,
        digest,
        ingested,
        modified,
        sequence,
        media.decode("ascii"),
        names,
    )


def open_object(
    untrusted: bytes,
    file_length: int,
    file_name: bytes,
    header_keys: list[bytes],
    vault_id: bytes,
    compartment: int = 0,
) -> tuple[ObjectHeader, list[int]]:
    """The header of an object from its first 4,096 bytes, and the copies that opened."""
    require(file_length >= 8192 and file_length % 4096 == 0)
    for header_key in header_keys:
        copies = open_copies(untrusted, header_key, vault_id)
        if copies:
            break
    else:
        raise RefusedError("not-ours")
    sound: dict[int, ObjectHeader] = {}
    kinds: dict[str, RefusedError] = {}
    for copy, inside in copies.items():
        try:
            sound[copy] = parse_object_header(inside, file_name)
        except RefusedError as error:
            kinds[error.kind] = error
    if not sound:
        raise next(kinds[kind] for kind in ("newer-format", "misplaced", "damaged") if kind in kinds)
    header = sound[min(sound)]
    padded = padded_bytes(4096 + body_bytes(header.size))
    require(file_length == padded or (compartment == 1 and file_length > padded))
    return header, [copy for copy, other in sound.items() if other == header]


def iter_body(source: BinaryIO, header: ObjectHeader, vault_id: bytes) -> Iterator[bytes]:
    """The content, chunk by chunk, each only after its tag; `damaged` at the end when size or hash differ.

    C2SP chunked-encryption, HKDF-Expand with SHA-512 and AEAD_AES_256_GCM.
    """
    salt, commitment = source.read(24), source.read(32)
    context = b"sheaf/v1/object-body" + vault_id + header.name
    info = b"c2sp.org/chunked-encryption@v1+" + b"AEAD_AES_256_GCM" + b"\0" + salt + context
    okm = HKDFExpand(SHA512(), 76, info).derive(header.file_key)
    require(len(salt) == 24 and hmac.compare_digest(okm[44:], commitment))
    aead, base = AESGCM(okm[:32]), int.from_bytes(okm[32:44], "big")
    seen = hashlib.sha256()
    for number in range(header.size // CHUNK_BYTES + 1):
        size = min(CHUNK_BYTES, header.size - number * CHUNK_BYTES)
        try:
            chunk = aead.decrypt((base ^ number).to_bytes(12, "big"), source.read(size + 16), None)
        except InvalidTag:
            raise RefusedError("damaged") from None
        require(len(chunk) == size)
        seen.update(chunk)
        yield chunk
    require(seen.digest() == header.sha256)
