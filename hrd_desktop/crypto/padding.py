"""Lengths that say little about the content, and the random bytes that fill them."""

from __future__ import annotations

from collections.abc import Iterator

from hrd_desktop.crypto.randomness import Random

BLOCK_BYTES = 4096
_PIECE_BYTES = 1024 * 1024


def padded_bytes(size_bytes: int) -> int:
    """The padded length for ``size_bytes`` (2 or more): Padmé, then up to a multiple of 4,096.

    Padmé: Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and Communication with PURBs*,
    PETS 2019. It adds at most 12 % and leaves O(log log n) bits about the length.
    """
    if size_bytes < 2:
        raise ValueError("Padmé begins at 2 bytes")
    exponent = size_bytes.bit_length() - 1
    kept_bits = exponent.bit_length()
    mask = (1 << (exponent - kept_bits)) - 1
    padme = (size_bytes + mask) & ~mask
    return -(-padme // BLOCK_BYTES) * BLOCK_BYTES


def random_fill(size_bytes: int, random: Random) -> Iterator[bytes]:
    """``size_bytes`` random bytes, in pieces of at most 1 MiB."""
    while size_bytes > 0:
        piece = random(min(size_bytes, _PIECE_BYTES))
        size_bytes -= len(piece)
        yield piece
