"""Writing custody events: into the Inbox log and into the log of every case an item is registered in.

What an event is: docs/spec/custody-event.md. Every function here runs on the vault lane inside the
transaction that changes what the event tells of, so that neither is ever without the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hrd_desktop.crypto.custody import FIELDS, seal_event
from hrd_desktop.domain.records import Item
from hrd_desktop.domain.version import TOOL
from hrd_desktop.storage.records.custody import Log
from hrd_desktop.storage.vault import Vault

Value = str | int | None


@dataclass(frozen=True, repr=False)
class Event:
    """What happened to an item, before it is sealed into a log. Unset fields are disclosed as null."""

    action: str
    actor: str | None = None
    from_: str | None = None
    to: str | None = None
    place: str | None = None
    reason: str | None = None
    sha256_before: str | None = None
    sha256_after: str | None = None
    size: int | None = None
    note: str | None = None
    changed: str | None = None

    def values(self) -> dict[str, Value]:
        """The fields under the names of the specification."""
        return {
            "action": self.action,
            "actor": self.actor,
            "from": self.from_,
            "to": self.to,
            "place": self.place,
            "tool": TOOL,
            "reason": self.reason,
            "sha256_before": self.sha256_before,
            "sha256_after": self.sha256_after,
            "size": self.size,
            "note": self.note,
            "changed": self.changed,
        }


def timestamp(moment: datetime) -> str:
    """RFC 3339 with whole seconds and ``Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def offset_text(offset: timedelta) -> str:
    """``+01:00``."""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def record_event(
    vault: Vault, item: Item, event: Event, *, only_case: UUID | None = None, inbox_only: bool = False
) -> None:
    """Append ``event`` to the Inbox log and the log of each case of ``item``, with fresh salts in each.

    With ``only_case``, to the Inbox log and that case's log alone: what is told of one case
    (registered there, exported from there) is not another case's business. With ``inbox_only``, to no case's.
    """
    # Every change of an item is an event, so this is the one place that tells the index.
    vault.stale_items.add(item.id)
    values = event.values()
    _append(vault, None, item, item.number, values, restated=False)
    if inbox_only:
        return
    for entry in vault.records.cases.cases_of(item.id):
        if only_case is None or entry.case_id == only_case:
            _append(vault, entry.case_id, item, entry.number, values, restated=False)


def restate(vault: Vault, item: Item, case_id: UUID, number: int) -> None:
    """Tell an item's earlier events again as its first entries in a case's log."""
    inbox = vault.records.custody.log_of(None)
    for event in list(vault.records.custody.iter_events(inbox.id, item_number=item.number)):
        if event.values.get("action") in {"registered-in", "removed-from", "exported"}:
            # These name other cases and other recipients.
            continue
        _append(vault, case_id, item, number, dict(event.values), restated=True)


def retell(vault: Vault, item: Item, events: Sequence[Mapping[str, Value]]) -> None:
    """Tell in the Inbox what somebody else's log told of an item, as far as it was disclosed to us."""
    own = {"sequence", "item", "previous", "restated"}
    for event in events:
        values = {name: value for name, value in event.items() if name in FIELDS and name not in own}
        _append(vault, None, item, item.number, values, restated=True)


def record_log_event(vault: Vault, log_id: UUID, *, action: str, reason: str, note: str | None) -> None:
    """Append an event about the log itself: its item is 0."""
    values: dict[str, Value] = {"action": action, "tool": TOOL, "reason": reason, "note": note}
    _append_to(vault, vault.records.custody.load_log(log_id), 0, log_id, values, restated=False)


def _append(
    vault: Vault,
    case_id: UUID | None,
    item: Item,
    number: int,
    values: Mapping[str, Value],
    *,
    restated: bool,
) -> None:
    log = vault.records.custody.log_of(case_id)
    _append_to(vault, log, number, item.id, values, restated=restated)


def _append_to(
    vault: Vault, log: Log, number: int, item_id: UUID, values: Mapping[str, Value], *, restated: bool
) -> None:
    custody = vault.records.custody
    sealed_values: dict[str, Value] = dict(values)
    if not restated:
        now, last_time = timestamp(vault.clock.now_utc()), custody.last_time(log.id)
        sealed_values["time"] = now
        sealed_values["offset"] = offset_text(vault.clock.offset())
        sealed_values["clock_back"] = "yes" if last_time is not None and now < last_time else "no"
    previous = custody.last_leaf_hash(log.id, number)
    sealed_values["sequence"] = log.size
    sealed_values["item"] = number
    sealed_values["restated"] = "yes" if restated else "no"
    sealed_values["previous"] = previous.hex() if previous is not None else None
    sealed = seal_event(sealed_values, vault.random)
    custody.append(log.id, number, item_id, sealed.leaf, sealed.leaf_hash, sealed.disclosures)
