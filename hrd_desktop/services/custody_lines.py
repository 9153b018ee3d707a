"""The custody lines of a bundle: a case's own log, or a one-off log for loose items, fields withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.crypto.custody import json_line, seal_event
from hrd_desktop.domain.records import Item
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


def lines_of_case(
    vault: Vault, case_id: UUID, numbers: Sequence[int], choices: CustodyChoices
) -> dict[int, tuple[bytes, ...]]:
    """The lines of each exhibit of a case, from the case's log, in order."""
    log = vault.records.custody.log_of(case_id)
    disclosed = choices.disclosed()
    return {
        number: tuple(
            _line(event.leaf, event.disclosures, disclosed)
            for event in vault.records.custody.iter_events(log.id, item_number=number)
        )
        for number in numbers
    }


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
