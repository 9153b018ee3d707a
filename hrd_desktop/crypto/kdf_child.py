"""The process that runs Argon2id once and ends: what it leaves in memory dies with it."""

from __future__ import annotations

import os
import sys

from hrd_desktop.crypto.kdf_frames import (
    DONE,
    NO_MEMORY,
    OUTPUT_BYTES,
    REQUEST_HEAD_BYTES,
    pack_answer,
    unpack_request_head,
)
from hrd_desktop.process.spawn import begin_child

_STDIN = 0
_STDOUT = 1


def main() -> int:
    """Read one request, derive, write one answer. Needs no argument; the exit code is 0 after an answer."""
    _be_first_to_die()
    begin_child()
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        memory_kib, passes, lanes, secret_bytes, salt = unpack_request_head(_read_exactly(REQUEST_HEAD_BYTES))
        secret = _read_exactly(secret_bytes)
        derivation = Argon2id(
            salt=salt, length=OUTPUT_BYTES, iterations=passes, lanes=lanes, memory_cost=memory_kib
        )
        answer = pack_answer(DONE, derivation.derive(secret))
    except MemoryError:
        answer = pack_answer(NO_MEMORY)
    # At most 33 bytes: a pipe takes them whole.
    os.write(_STDOUT, answer)
    return 0


def _be_first_to_die() -> None:
    """Ask the kernel that a shortage of memory kills this process and not the one with the user's work.

    Before hardening: a process that cannot be read may not write here either.
    """
    if sys.platform != "linux":
        return
    try:
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(score, b"1000")
    except OSError:
        return
    finally:
        os.close(score)


def _read_exactly(size_bytes: int) -> bytes:
    received = b""
    while len(received) < size_bytes:
        piece = os.read(_STDIN, size_bytes - len(received))
        if not piece:
            raise EOFError("the request ends early")
        received += piece
    return received


if __name__ == "__main__":
    sys.exit(main())
