"""The Merkle tree of a log: roots, inclusion and consistency proofs (RFC 6962, 2.1; RFC 9162, 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from hrd_desktop.domain.errors.custody import ProofInvalid

GetNode = Callable[[int, int], bytes]
"""The hash of the complete subtree at (level, position): 2^level leaves from position * 2^level on."""

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_completed(position: int, leaf: bytes, get: GetNode) -> Iterator[tuple[int, int, bytes]]:
    """Level, position and hash of what a new leaf at ``position`` completes, itself first.

    ``get`` is asked only for nodes left of the leaf: one for each level that is completed.
    """
    level, current = 0, leaf
    yield level, position, current
    while position & 1:
        current = node_hash(get(level, position - 1), current)
        level, position = level + 1, position >> 1
        yield level, position, current


def root_of(size: int, get: GetNode) -> bytes:
    """The root of the first ``size`` leaves."""
    return _range_hash(0, size, get) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, get: GetNode) -> list[bytes]:
    """The proof for the leaf at ``index``, its sibling first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_hash(middle, end, get))
            end = middle
        else:
            proof.append(_range_hash(start, middle, get))
            start = middle
    return proof[::-1]


def consistency_proof(old_size: int, size: int, get: GetNode) -> list[bytes]:
    """The proof that the first ``old_size`` leaves are still the first (RFC 6962, 2.1.2)."""
    if not 0 <= old_size <= size:
        raise ValueError("no such tree")
    if old_size in (0, size):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_range_hash(middle, end, get))
            end = middle
        else:
            proof.append(_range_hash(start, middle, get))
            start, whole = middle, False
    if not whole:
        proof.append(_range_hash(start, end, get))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that ``proof`` leads to (RFC 9162, 2.1.3.2). Raises ProofInvalid for one of another length."""
    if not 0 <= index < size:
        raise ProofInvalid(detail="index")
    first, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid(detail="length")
        if first & 1 or first == last:
            current = node_hash(sibling, current)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofInvalid(detail="length")
    return current


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofInvalid unless the old tree is the beginning of the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old_size <= size:
        raise ProofInvalid(detail="size")
    if old_size in (0, size):
        if proof or old_root != (root if old_size else EMPTY_ROOT):
            raise ProofInvalid(detail="root")
        return
    # A tree whose size is a power of two is a node of the new one, and not repeated in the proof.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if _consistent_roots(old_size - 1, size - 1, path) != (old_root, root):
        raise ProofInvalid(detail="root")


def _consistent_roots(first: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a proof leads to, from the last leaf of each tree."""
    if not path:
        raise ProofInvalid(detail="length")
    while first & 1:
        first, last = first >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid(detail="length")
        if first & 1 or first == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new_hash = node_hash(new_hash, sibling)
        first, last = first >> 1, last >> 1
    if last:
        raise ProofInvalid(detail="length")
    return old_hash, new_hash


class MemoryTree:
    """A tree that is kept in memory: of a bundle's own log, or of a log read whole."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        for level, _, value in nodes_completed(self.size, leaf, self.get):
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)

    def get(self, level: int, position: int) -> bytes:
        """A complete node."""
        return self._levels[level][position]


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, end: int, get: GetNode) -> bytes:
    """The hash over leaves ``start`` to ``end``, where ``start`` is a multiple of the span's power of two."""
    parts: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(get(level, start >> level))
        start += 1 << level
    current = parts.pop()
    while parts:
        current = node_hash(parts.pop(), current)
    return current
