"""The bytes and primitives all vector writers share: pieces, seeded filler, HKDF."""

from __future__ import annotations

import base64
import hashlib
import itertools
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Json = dict[str, Any]
TIME_US = 1_795_000_000_000_000
KIB64 = 65_536
CHUNK = 16_384

BYTES_NOTE = (
    "Bytes are written as a list of pieces to be joined. A piece is {hex}, {base64}, {zeros: how"
    " many}, {blob: a name in 'blobs'} with optional from/to (a slice), or {fill: seed, size}: the"
    " first `size` bytes of SHA-256(seed ‖ 0) ‖ SHA-256(seed ‖ 1) ‖ … with seed in ASCII and the"
    " counter as 8 bytes, little-endian. 'patch' lists changes made afterwards: at `at`, `xor`"
    " (hex) is combined with what stands there."
)
KIND_NOTE = (
    "A vector with 'kind' must be refused with that kind of error and has exactly one fault; one"
    " without is valid."
)


def fill(seed: str, size: int) -> bytes:
    blocks = (
        hashlib.sha256(seed.encode("ascii") + struct.pack("<Q", i)).digest() for i in range(size // 32 + 1)
    )
    return b"".join(blocks)[:size]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hkdf(ikm: bytes, salt: bytes, info: str, size: int) -> bytes:
    return HKDF(hashes.SHA512(), size, salt, info.encode("ascii")).derive(ikm)


def xor(data: bytes, at: int, mask: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def put(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def pieces(data: bytes) -> list[Json]:
    """`data` as pieces, long runs of zero bytes apart so that the file stays small."""
    parts: list[Json] = []
    held = b""
    for is_zero, run in itertools.groupby(data, key=lambda byte: byte == 0):
        run_bytes = bytes(run)
        if is_zero and len(run_bytes) >= 64:
            parts += [*text_piece(held), {"zeros": len(run_bytes)}]
            held = b""
        else:
            held += run_bytes
    return parts + text_piece(held)


def text_piece(data: bytes) -> list[Json]:
    if not data:
        return []
    return [{"hex": data.hex()}] if len(data) <= 200 else [{"base64": b64(data)}]
