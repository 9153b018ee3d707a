"""Custody logs of a rescued vault: made whole where events are missing, and continued under new keys.

In records that were read around damage, a log may lack events in the middle. What stands before the gap stays
as it is; what stands behind it is told again, behind the event that says that the log was continued.
Method: docs/spec/vault-format.md, section 10; docs/spec/custody.md, "Continued logs".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.crypto.custody import seal_event
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.domain.records import CustodyEvent
from hrd_desktop.services.custody_fork import RESCUED, fork_logs
from hrd_desktop.storage.records.custody import Custody
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class LaterEvent:
    """An event behind a gap in its log, and the item it is about."""

    log_id: UUID
    item_id: UUID
    event: CustodyEvent


def cut_at_gaps(custody: Custody) -> tuple[LaterEvent, ...]:
    """Cut every log where its first event is missing; the events behind. Inside a transaction."""
    later: list[LaterEvent] = []
    for log in list(custody.iter_logs()):
        events = list(custody.iter_events(log.id))
        sound = next((place for place, event in enumerate(events) if event.sequence != place), len(events))
        items = custody.item_ids(log.id)
        later += [LaterEvent(log.id, items[event.item_number], event) for event in events[sound:]]
        if sound < log.size:
            custody.cut(log.id, sound)
    return tuple(later)


def continue_logs(vault: Vault, later: Sequence[LaterEvent], new_id: Callable[[], UUID]) -> int:
    """Continue every log under a new key, then tell ``later`` again; how many logs there were.

    Inside a transaction, before anything else is logged. A log whose row was lost is begun anew.
    """
    custody = vault.records.custody
    continued = fork_logs(vault, RESCUED)
    for entry in later:
        _tell_again(vault, entry)
    for case_id in (None, *(case.id for case in vault.records.cases.iter_cases())):
        if custody.find_log(case_id) is None:
            custody.create_log(new_id(), case_id, new_signing_key(vault.random), vault.now_us())
    return continued


def _tell_again(vault: Vault, later: LaterEvent) -> None:
    custody, number = vault.records.custody, later.event.item_number
    previous = custody.last_leaf_hash(later.log_id, number)
    sealed = seal_event(
        {
            **later.event.values,
            "restated": "yes",
            "sequence": custody.load_log(later.log_id).size,
            "item": number,
            "previous": previous.hex() if previous is not None else None,
        },
        vault.random,
    )
    custody.append(later.log_id, number, later.item_id, sealed.leaf, sealed.leaf_hash, sealed.disclosures)
