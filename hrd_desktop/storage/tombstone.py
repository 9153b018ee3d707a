"""The tombstone: random bytes over the key slots that say a wipe was begun.

Method: docs/spec/vault-format.md, section 8. Part of the panic path.
"""

from __future__ import annotations

import sys

from hrd_desktop.storage.disk import open_read, read_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hrd_desktop.storage.layout import VaultLayout

TOMBSTONE_BYTES = 65_536
#: How a key slot file begins that is none; here because crypto is not on the panic path.
KEY_SLOTS_MAGIC = b"SHEAFVLT"
MAGIC = b"SHEAFEND"
# Magic, random and digest: in the first 512-byte sector, so that a torn write leaves the old header or these.
PROOF_BYTES = 72


def _sha256(data: bytes) -> bytes:
    # CPython's own implementation, which hashlib uses too where OpenSSL has none: hashlib itself loads
    # OpenSSL, and that takes longer than overwriting the keys does.
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256  # type: ignore[import-not-found]  # no stubs for a private module
    except ImportError:
        from hashlib import sha256
    return bytes(sha256(data).digest())


def make_tombstone(random: Callable[[int], bytes]) -> bytes:
    """65,536 bytes to write over a key slot file; fresh random bytes for each write."""
    proof = MAGIC + random(32)
    return proof + _sha256(proof) + random(TOMBSTONE_BYTES - PROOF_BYTES)


def is_tombstone(data: bytes) -> bool:
    """Whether ``data``, the beginning of a key slot file, is a valid tombstone (72 bytes are enough)."""
    return data[:8] == MAGIC and len(data) >= PROOF_BYTES and _sha256(data[:40]) == data[40:PROOF_BYTES]


def find_tombstone(layout: VaultLayout) -> bool:
    """Whether either key slot file carries a valid tombstone. A file that cannot be read carries none."""
    return any(has_tombstone(layout.keyslots(copy)) for copy in (0, 1))


def has_tombstone(path: str) -> bool:
    """Whether the key slot file at ``path`` carries a valid tombstone; never follows a link."""
    try:
        fd = open_read(path)
    except OSError:
        return False
    import os

    try:
        return is_tombstone(read_at(fd, 0, PROOF_BYTES))
    except OSError:
        return False
    finally:
        os.close(fd)
