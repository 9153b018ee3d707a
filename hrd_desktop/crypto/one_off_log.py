"""A log made for one bundle: its receipt and the proofs of its events (docs/spec/custody.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hrd_desktop.crypto.checkpoints import sign_checkpoint
from hrd_desktop.crypto.custody import leaf_hash as leaf_hash_of
from hrd_desktop.crypto.custody import parse_line
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.merkle import MemoryTree, inclusion_proof, root_of
from hrd_desktop.crypto.receipts import format_proof, format_receipt


@dataclass(frozen=True, repr=False)
class OneOffPapers:
    """The only receipt, by its number of events, and for each item the proofs of its lines."""

    receipts: tuple[tuple[int, bytes], ...]
    proofs: Mapping[int, tuple[bytes, ...]]


def papers_of_lines(lines: Mapping[int, Sequence[bytes]], key: SigningKey) -> OneOffPapers:
    """The papers of a log whose events are these lines, item after item in this order."""
    tree = MemoryTree()
    for item_lines in lines.values():
        for line in item_lines:
            tree.append(leaf_hash_of(parse_line(line)[0]))
    size = tree.size
    note = sign_checkpoint(key, size, root_of(size, tree.get))
    proofs: dict[int, tuple[bytes, ...]] = {}
    index = 0
    for number, item_lines in lines.items():
        told = [
            format_proof(place, inclusion_proof(place, size, tree.get), note).encode("utf-8")
            for place in range(index, index + len(item_lines))
        ]
        proofs[number] = tuple(told)
        index += len(item_lines)
    receipt = format_receipt(key.public, note, (), {}).encode("utf-8")
    return OneOffPapers(((size, receipt),), proofs)
