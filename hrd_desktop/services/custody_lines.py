"""The custody lines of a bundle: a case's own log, or a one-off log for loose items, fields withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.crypto.custody import json_line, seal_event
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.one_off_log import papers_of_lines
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.domain.records import Item
from hrd_desktop.services.log_papers import LogPapers
from hrd_desktop.storage.vault import Vault

#: Always disclosed: what happened, when, to which bytes, and in which order.
_ALWAYS = frozenset(
    {
        "sequence",
        "time",
        "clock_back",
        "item",
        "action",
        "tool",
        "sha256_before",
        "sha256_after",
        "size",
        "changed",
        "restated",
        "previous",
    }
)
_NOTES = frozenset({"note", "reason"})
_SOURCES = frozenset({"from", "place"})
#: The custodian's name, and the computer's offset from UTC, which tells roughly where it stood.
_CUSTODIAN = frozenset({"actor", "offset"})

#: Actions that name other cases or other recipients; a log for loose items does not tell of them.
_PRIVATE_ACTIONS = frozenset({"registered-in", "removed-from", "exported"})


@dataclass(frozen=True)
class CustodyChoices:
    """Which groups of fields are disclosed. Other recipients (``to``) never are."""

    with_notes: bool
    with_sources: bool
    with_custodian: bool

    def disclosed(self) -> frozenset[str]:
        """Names of the fields whose disclosures go along."""
        names = _ALWAYS
        if self.with_notes:
            names |= _NOTES
        if self.with_sources:
            names |= _SOURCES
        if self.with_custodian:
            names |= _CUSTODIAN
        return names


def _line(leaf: bytes, disclosures: Mapping[str, str], disclosed: frozenset[str]) -> bytes:
    return json_line(leaf, {name: text for name, text in disclosures.items() if name in disclosed})


@dataclass(frozen=True, repr=False)
class CustodyOfBundle:
    """Lines and proofs by exhibit number (0: the log itself), receipts by size, and the key that signs."""

    lines: Mapping[int, tuple[bytes, ...]]
    proofs: Mapping[int, tuple[bytes, ...]]
    receipts: tuple[tuple[int, bytes], ...]
    key: SigningKey


#: How many receipts given away travel in a bundle, so that they can be compared with it.
RECEIPTS_CARRIED = 16


def custody_of_case(
    vault: Vault, case_id: UUID, numbers: Sequence[int], choices: CustodyChoices
) -> CustodyOfBundle:
    """The history of each exhibit of a case from the case's log, with the proof of every event."""
    custody = vault.records.custody
    papers = LogPapers(vault, custody.log_of(case_id))
    size = papers.log.size
    given = [entry.size for entry in custody.witnessing.receipts(papers.log.number)]
    cosigned = papers.cosigned_sizes()
    sizes = {*list(dict.fromkeys(given))[:RECEIPTS_CARRIED], *cosigned[-RECEIPTS_CARRIED:]} - {0, size}
    notes = {entry: papers.checkpoint(entry)[0] for entry in sorted({size, *sizes} & {size, *cosigned})}
    disclosed = choices.disclosed()
    lines: dict[int, tuple[bytes, ...]] = {}
    proofs: dict[int, tuple[bytes, ...]] = {}
    for number in (0, *numbers):
        # The log's own events say how it goes on and name nobody.
        names = disclosed | _NOTES if number == 0 else disclosed
        told, proven = [], []
        for event in custody.iter_events(papers.log.id, item_number=number):
            told.append(_line(event.leaf, event.disclosures, names))
            within = min(entry for entry in notes if entry > event.sequence)
            proven.append(papers.proof(event.sequence, within, notes[within]))
        lines[number], proofs[number] = tuple(told), tuple(proven)
    receipts = tuple(
        (entry, papers.receipt(entry, sizes if entry == size else ()).text.encode("utf-8"))
        for entry in sorted({size, *sizes})
    )
    return CustodyOfBundle(lines, proofs, receipts, papers.key)


def custody_of_items(
    vault: Vault, numbered: Sequence[tuple[int, Item]], choices: CustodyChoices
) -> CustodyOfBundle:
    """The history of loose items under a log made for this bundle alone, whose key is then forgotten."""
    lines = lines_of_items(vault, numbered, choices)
    key = SigningKey(new_signing_key(vault.random))
    papers = papers_of_lines(lines, key)
    return CustodyOfBundle(lines, papers.proofs, papers.receipts, key)


def lines_of_items(
    vault: Vault, numbered: Sequence[tuple[int, Item]], choices: CustodyChoices
) -> dict[int, tuple[bytes, ...]]:
    """The Inbox events of each item told again under a one-off log, with fresh salts and numbers.

    So two bundles of the same items share no digest, and neither can be tied to the vault's own log.
    """
    inbox = vault.records.custody.log_of(None)
    disclosed = choices.disclosed()
    sequence = 0
    lines: dict[int, tuple[bytes, ...]] = {}
    for number, item in numbered:
        previous: str | None = None
        told = []
        for event in vault.records.custody.iter_events(inbox.id, item_number=item.number):
            if event.values.get("action") in _PRIVATE_ACTIONS:
                continue
            values = dict(event.values)
            values.update(sequence=sequence, item=number, restated="yes", previous=previous)
            sealed = seal_event(values, vault.random)
            told.append(_line(sealed.leaf, sealed.disclosures, disclosed))
            previous = sealed.leaf_hash.hex()
            sequence += 1
        lines[number] = tuple(told)
    return lines
