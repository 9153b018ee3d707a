"""What is kept of the custody files of a bundle while it streams by, to be judged when all of it was seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hrd_desktop.bundle.custody_check import LineFacts
from hrd_desktop.crypto.receipts import EventProof, parse_proof, split_proofs
from hrd_desktop.domain.errors.custody import ProofInvalid

#: Largest sizes of small files in bytes; a larger one is taken for one that cannot be read.
KEPT_BYTES = 256 * 1024
PROOF_BYTES = 16 * 1024
PROOFS_BYTES = 64 * 1024 * 1024
_BESIDE = re.compile(r"(?:[^/]+/)?(signer\.pub|bag\.sig|timestamp\.tsq|timestamp\.tsr)")
_RECEIPT = re.compile(r"(?:[^/]+/)?bag/data/custody/receipt-(0|[1-9][0-9]{0,15})\.txt")
_PROOF = re.compile(r"(?:[^/]+/)?bag/data/custody/([0-9]{4,})-([0-9]{4,})\.tlog-proof")
_PROOFS = re.compile(r"(?:[^/]+/)?bag/data/custody/([0-9]{4,})\.tlog-proofs")
_MAX_RECEIPTS = 200


@dataclass
class Lines:
    """The events of one item: their file and a few facts of each line."""

    path: str
    facts: list[LineFacts] = field(default_factory=list)


@dataclass
class Proof:
    """A proof file; ``read`` is None where it has no form."""

    path: str
    read: EventProof | None


class CustodyFacts:
    """Collects by path. Memory grows with the number of events, by a few hundred bytes each."""

    def __init__(self) -> None:
        self.beside: dict[str, bytes] = {}
        self.receipts: dict[int, tuple[str, bytes]] = {}
        self.lines: dict[str, Lines] = {}
        self.proofs: dict[tuple[str, int], Proof] = {}
        #: By item, the proofs that stand in one file, in the order of its events.
        self.together: dict[str, list[Proof]] = {}
        self._notes: dict[str, str] = {}

    def wants(self, path: str) -> int:
        """How many bytes of this file are to be kept for ``take``; 0 for none."""
        if _BESIDE.fullmatch(path) or _RECEIPT.fullmatch(path):
            return KEPT_BYTES
        if _PROOFS.fullmatch(path):
            return PROOFS_BYTES
        return PROOF_BYTES if _PROOF.fullmatch(path) else 0

    def take(self, path: str, content: bytes) -> None:
        """A small file, whole, or cut after more bytes than ``wants`` allows."""
        if match := _BESIDE.fullmatch(path):
            self.beside.setdefault(match[1], content)
        elif match := _RECEIPT.fullmatch(path):
            if len(self.receipts) < _MAX_RECEIPTS:
                self.receipts.setdefault(int(match[1]), (path, content))
        elif match := _PROOF.fullmatch(path):
            self.proofs.setdefault((match[1], int(match[2])), Proof(path, self._read(content)))
        elif match := _PROOFS.fullmatch(path):
            pieces = split_proofs(content) if len(content) <= PROOFS_BYTES else (b"",)
            self.together.setdefault(match[1], [Proof(path, self._read(piece)) for piece in pieces])

    def add_lines(self, number: str, path: str, facts: list[LineFacts]) -> None:
        """The events of the item with this number, as it stands in the file's name."""
        self.lines.setdefault(number, Lines(path, facts))

    def _read(self, content: bytes) -> EventProof | None:
        if len(content) > PROOF_BYTES:
            return None
        try:
            proof = parse_proof(content)
        except ProofInvalid:
            return None
        # Thousands of proofs end in the same checkpoint: one text for all of them.
        note = self._notes.setdefault(proof.checkpoint, proof.checkpoint)
        return EventProof(proof.index, proof.hashes, note)
