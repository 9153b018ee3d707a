"""What passes between the program and its key derivation process: one request, one answer."""

from __future__ import annotations

import struct

# memory in KiB, passes, lanes, bytes of the secret, salt
_REQUEST = struct.Struct("<4I32s")
_ANSWER = struct.Struct("<B32s")
REQUEST_HEAD_BYTES = _REQUEST.size
ANSWER_BYTES = _ANSWER.size
SALT_BYTES = 32
OUTPUT_BYTES = 32
SECRET_LIMIT_BYTES = 4096

DONE = 1
NO_MEMORY = 2


def pack_request(memory_kib: int, passes: int, lanes: int, salt: bytes, secret: bytes) -> bytes:
    """The request as bytes; ``salt`` has 32 bytes and ``secret`` 1 to 4,096."""
    if len(salt) != SALT_BYTES or not 0 < len(secret) <= SECRET_LIMIT_BYTES:
        raise ValueError("the salt or the secret does not have a permitted length")
    return _REQUEST.pack(memory_kib, passes, lanes, len(secret), salt) + secret


def unpack_request_head(head: bytes) -> tuple[int, int, int, int, bytes]:
    """Memory in KiB, passes, lanes, bytes of the secret that follows, and the salt."""
    memory_kib, passes, lanes, secret_bytes, salt = _REQUEST.unpack(head)
    if not 0 < secret_bytes <= SECRET_LIMIT_BYTES:
        raise ValueError("the secret does not have a permitted length")
    return memory_kib, passes, lanes, secret_bytes, salt


def pack_answer(status: int, stretched: bytes = bytes(OUTPUT_BYTES)) -> bytes:
    """The answer as bytes: ``DONE`` with the 32 bytes derived, or ``NO_MEMORY``."""
    return _ANSWER.pack(status, stretched)


def unpack_answer(answer: bytes) -> tuple[int, bytes]:
    """The status and the 32 bytes."""
    status, stretched = _ANSWER.unpack(answer)
    return status, stretched
