"""Verifying the custody logs: every event against the kept tree, the tree against the signed head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hrd_desktop.crypto.checkpoints import parse_checkpoint
from hrd_desktop.crypto.custody import leaf_hash, verify_event
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.merkle import MemoryTree, root_of
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.custody import ReceiptInvalid
from hrd_desktop.domain.errors.vault import CustodyError, RecordsDamagedError
from hrd_desktop.domain.records import CustodyEvent
from hrd_desktop.storage.records.custody import Log
from hrd_desktop.storage.vault import Vault

INBOX = "Inbox"


@dataclass(frozen=True, repr=False)
class LogCheck:
    """One custody log: the case's reference (or ``Inbox``), how many events, and the first fault if any.

    ``sequence`` is the place of the first event concerned, where the fault is about one.
    """

    case: str
    events: int
    fault: str | None
    sequence: int | None


@dataclass(frozen=True)
class _Fault:
    kind: str
    sequence: int | None = None


def check_logs(vault: Vault) -> list[LogCheck]:
    """Every log of the vault; kinds of fault in docs/spec/custody.md."""
    names = {None: INBOX} | {case.id: case.reference for case in vault.records.cases.iter_cases()}
    checks: list[LogCheck] = []
    for case_id, name in names.items():
        log = vault.records.custody.log_of(case_id)
        fault = _first_fault(vault, log)
        if fault is None:
            checks.append(LogCheck(name, log.size, None, None))
        else:
            checks.append(LogCheck(name, log.size, fault.kind, fault.sequence))
    return checks


def _first_fault(vault: Vault, log: Log) -> _Fault | None:
    hashes: list[bytes] = []
    try:
        in_event = _fault_in_events(vault, log, hashes)
    except RecordsDamagedError:
        # What is kept of this event cannot even be read.
        return _Fault("event-digest", len(hashes))
    tree = vault.records.custody.tree
    if not tree.has_heads():
        # Nothing was written yet by a program that keeps trees.
        return in_event
    leaves = [node.hash for node in tree.iter_nodes(log.number) if node.level == 0]
    displaced = _displaced(hashes, leaves)
    # What names the place where events and tree part says more than what follows from it there.
    if displaced is not None and (in_event is None or (displaced.sequence or 0) <= (in_event.sequence or 0)):
        return displaced
    return in_event or _fault_in_tree(vault, log, leaves)


def _fault_in_events(vault: Vault, log: Log, hashes: list[bytes]) -> _Fault | None:
    """The first event that contradicts itself or its place; ``hashes`` gets the leaf hash of each."""
    last_of_item: dict[int, str] = {}
    first: _Fault | None = None
    for count, event in enumerate(vault.records.custody.iter_events(log.id)):
        found = hashlib.sha256(b"\x00" + event.leaf).digest()
        hashes.append(found)
        if first is None:
            first = _fault_in_event(event, count, last_of_item)
        last_of_item[event.item_number] = found.hex()
    if first is None and len(hashes) != log.size:
        return _Fault("event-order", len(hashes))
    return first


def _fault_in_event(event: CustodyEvent, count: int, last_of_item: dict[int, str]) -> _Fault | None:
    try:
        if event.sequence != count:
            raise CustodyError(kind="event-order")
        values = verify_event(event.leaf, event.disclosures)
        if event.leaf_hash != leaf_hash(event.leaf):
            raise CustodyError(kind="event-leaf")
        if "sequence" in values and values["sequence"] != count:
            raise CustodyError(kind="event-order")
        if "item" in values and values["item"] != event.item_number:
            raise CustodyError(kind="event-order")
        if "previous" in values and values["previous"] != last_of_item.get(event.item_number):
            raise CustodyError(kind="event-order")
    except SheafError as error:
        return _Fault(str(error.fields.get("kind", error.code)), count)
    return None


def _displaced(events: Sequence[bytes], leaves: Sequence[bytes]) -> _Fault | None:
    """Where the events part from the leaves of the tree, and in which way."""
    for place, (found, logged) in enumerate(zip(events, leaves, strict=False)):
        if found == logged:
            continue
        known, still_there = found in leaves[place:], logged in events[place:]
        if known and still_there:
            return _Fault("event-moved", place)
        if known:
            return _Fault("event-removed", place)
        return _Fault("event-inserted" if still_there else "event-altered", place)
    if len(events) < len(leaves):
        return _Fault("event-removed", len(events))
    if len(events) > len(leaves):
        return _Fault("event-inserted", len(leaves))
    return None


def _fault_in_tree(vault: Vault, log: Log, leaves: Sequence[bytes]) -> _Fault | None:
    """Whether the inner nodes follow from the leaves, and the head is the log's own and that of this tree."""
    tree = vault.records.custody.tree
    made = MemoryTree()
    for leaf in leaves:
        made.append(leaf)
    stored = ((node.level, node.position, node.hash) for node in tree.iter_nodes(log.number))
    if list(_iter_nodes(made)) != list(stored):
        return _Fault("tree")
    head = tree.find_head(log.number)
    try:
        checkpoint = parse_checkpoint(head or "", SigningKey(log.seed).public)
    except ReceiptInvalid:
        return _Fault("head")
    if (checkpoint.size, checkpoint.root) != (len(leaves), root_of(len(leaves), made.get)):
        return _Fault("head", min(checkpoint.size, len(leaves)))
    return None


def _iter_nodes(tree: MemoryTree) -> Iterator[tuple[int, int, bytes]]:
    level, size = 0, tree.size
    while size:
        for position in range(size):
            yield level, position, tree.get(level, position)
        level, size = level + 1, size >> 1
