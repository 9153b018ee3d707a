"""Custody logs of a rescued vault: each goes on under a new key, and first of all says what it goes on from.

A rescued vault cannot know how far its logs had gone: something may have been added, and shown to others,
after the records at hand were written. Two continuations under one key would look like a forged log.
Method: docs/spec/custody.md, "Continued logs".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from hrd_desktop.crypto.custody import seal_event
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.domain.records import CustodyEvent
from hrd_desktop.domain.version import TOOL
from hrd_desktop.services.custody import offset_text, timestamp
from hrd_desktop.storage.vault import Vault

Value = str | int | None

#: The number and id of the item in an event that is about the log itself.
NO_ITEM_NUMBER = 0
NO_ITEM = UUID(int=0)


def continue_logs(vault: Vault, new_id: Callable[[], UUID], *, salvaged: bool) -> int:
    """Give the Inbox log and every case's log a new id and key. Returns how many had one before.

    Inside a transaction, before anything else is logged. With ``salvaged`` events may be missing in the
    middle: what follows a gap is told again behind the first event under the new key.
    """
    custody = vault.records.custody
    continued = 0
    for case_id in (None, *(case.id for case in vault.records.cases.iter_cases())):
        log = custody.find_log(case_id)
        if log is None:
            # Its row could not be read, and with it its events.
            custody.create_log(new_id(), case_id, new_signing_key(vault.random), vault.now_us())
            continue
        later = _cut_at_gap(vault, log.id) if salvaged else []
        log_id = new_id()
        custody.continue_under(log.id, log_id, new_signing_key(vault.random), vault.now_us())
        _append(
            vault,
            log_id,
            NO_ITEM_NUMBER,
            NO_ITEM,
            {
                "action": "continued",
                "tool": TOOL,
                "reason": "rescued",
                "restated": "no",
                **_time(vault, log_id),
            },
        )
        for event, item_id in later:
            _append(vault, log_id, event.item_number, item_id, {**event.values, "restated": "yes"})
        continued += 1
    return continued


def _cut_at_gap(vault: Vault, log_id: UUID) -> list[tuple[CustodyEvent, UUID]]:
    """The events behind the first gap, taken out of the log."""
    custody = vault.records.custody
    events = list(custody.iter_events(log_id))
    sound = next((place for place, event in enumerate(events) if event.sequence != place), len(events))
    items = custody.item_ids(log_id)
    later = [(event, items[event.item_number]) for event in events[sound:]]
    custody.cut(log_id, sound)
    return later


def _time(vault: Vault, log_id: UUID) -> dict[str, Value]:
    now = timestamp(vault.clock.now_utc())
    last = vault.records.custody.last_time(log_id)
    return {
        "time": now,
        "offset": offset_text(vault.clock.offset()),
        "clock_back": "yes" if last is not None and now < last else "no",
    }


def _append(vault: Vault, log_id: UUID, number: int, item_id: UUID, values: Mapping[str, Value]) -> None:
    custody = vault.records.custody
    previous = custody.last_leaf_hash(log_id, number)
    sealed = seal_event(
        {
            **values,
            "sequence": custody.load_log(log_id).size,
            "item": number,
            "previous": previous.hex() if previous is not None else None,
        },
        vault.random,
    )
    custody.append(log_id, number, item_id, sealed.leaf, sealed.leaf_hash, sealed.disclosures)
