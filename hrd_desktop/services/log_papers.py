"""Reading a log for others: its key, its heads at any size, receipts, and the keys it had before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hrd_desktop.crypto.checkpoints import origin_of, parse_checkpoint, sign_checkpoint
from hrd_desktop.crypto.log_keys import WITNESS, LogKey, SigningKey
from hrd_desktop.crypto.merkle import consistency_proof, inclusion_proof, root_of
from hrd_desktop.crypto.receipts import MAX_OLD, Receipt, format_proof
from hrd_desktop.domain.errors.custody import ReceiptInvalid
from hrd_desktop.storage.records.custody import Log
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True)
class EarlierKey:
    """A key that the log had until the event at ``until``; ``known`` is the last size known under it."""

    origin: str
    until: int
    known: int


class LogPapers:
    """One log, read on the vault lane; nodes of the tree are read once."""

    def __init__(self, vault: Vault, log: Log) -> None:
        self._vault = vault
        self.log = log
        self.key = SigningKey(log.seed)
        self._nodes: dict[tuple[int, int], bytes] = {}

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.key.public.name

    def node(self, level: int, position: int) -> bytes:
        """A complete node of the tree."""
        found = self._nodes.get((level, position))
        if found is None:
            found = self._vault.records.custody.tree.node(self.log.number, level, position)
            self._nodes[level, position] = found
        return found

    def root(self, size: int) -> bytes:
        """The root of the first ``size`` events."""
        return root_of(size, self.node)

    def cosigned_sizes(self) -> list[int]:
        """The sizes that witnesses signed under the present key."""
        kept = self._vault.records.custody.witnessing.cosignatures(self.log.number)
        return sorted({entry.size for entry in kept if entry.origin == self.origin})

    def checkpoint(self, size: int) -> tuple[str, tuple[LogKey, ...]]:
        """The checkpoint at ``size`` with every countersignature there is of it, and the witnesses."""
        text = sign_checkpoint(self.key, size, self.root(size))
        witnesses: list[LogKey] = []
        for kept in self._vault.records.custody.witnessing.cosignatures(self.log.number):
            if kept.origin == self.origin and kept.size == size:
                text += kept.line
                witnesses.append(LogKey(kept.witness, WITNESS))
        return text, tuple(witnesses)

    def receipt(self, size: int, old_sizes: Iterable[int] = ()) -> Receipt:
        """A receipt for the first ``size`` events, with proofs from ``old_sizes``, the largest of them."""
        text, witnesses = self.checkpoint(size)
        old: dict[int, tuple[bytes, ...]] = {0: ()}
        for entry in sorted({entry for entry in old_sizes if 0 < entry < size})[-MAX_OLD:]:
            old[entry] = tuple(consistency_proof(entry, size, self.node))
        checkpoint = parse_checkpoint(text, self.key.public, witnesses)
        return Receipt(self.key.public, witnesses, checkpoint, old)

    def proof(self, index: int, size: int, checkpoint: str) -> bytes:
        """The proof file of the event at ``index`` in the tree of ``size``."""
        return format_proof(index, inclusion_proof(index, size, self.node), checkpoint).encode("utf-8")

    def earlier_keys(self) -> list[EarlierKey]:
        """The keys before the present one, the latest last."""
        found: list[EarlierKey] = []
        for event in self._vault.records.custody.iter_events(self.log.id, item_number=0):
            note = event.values.get("note")
            if event.values.get("action") != "continued" or not isinstance(note, str):
                continue
            try:
                origin, known = origin_of(note)
            except ReceiptInvalid:
                continue
            found.append(EarlierKey(origin, event.sequence, known))
        return found
