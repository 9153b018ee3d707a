"""The logs of cases that tell of one item, and how much of it others can hold against them."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.domain.records import Case, CaseItem
from hrd_desktop.services.receipts import CaseCustody, custody_in
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ItemInLog:
    """An item in the log of one of its cases.

    ``events`` of that log tell of the item; the first ``held`` of these lie before the latest receipt or
    countersignature, so that whoever has it would notice if they were changed.
    """

    case: Case
    exhibit: int
    custody: CaseCustody
    events: int
    held: int


def item_in_log(vault: Vault, entry: CaseItem, case: Case) -> ItemInLog:
    """Look the item's place in a case up in the log of the case. Runs on the vault lane."""
    custody = custody_in(vault, case)
    log = vault.records.custody.log_of(case.id)
    told = [event.sequence for event in vault.records.custody.iter_events(log.id, item_number=entry.number)]
    seen = max((*(given.size for given in custody.given), *(size for size, _ in custody.cosigned)), default=0)
    return ItemInLog(
        case=case,
        exhibit=entry.number,
        custody=custody,
        events=len(told),
        held=sum(sequence < seen for sequence in told),
    )
