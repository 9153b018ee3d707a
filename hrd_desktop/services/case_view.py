"""Everything that one case shows: its fields, the numbers of its exhibits, its people, its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Case, CaseItem, ItemKind, ItemState
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class CaseView:
    """A case; ``entries`` by exhibit number, the size of its custody log."""

    case: Case
    entries: tuple[CaseItem, ...]
    event_count: int


@dataclass(frozen=True, repr=False)
class Exhibit:
    """One line of a case's list of exhibits; ``title`` is safe to show."""

    item_id: UUID
    reference: str
    title: str
    kind: ItemKind
    state: ItemState
    imported_utc: datetime
    privileged: bool
    sealed: bool


def view_case(session: Session, case_id: UUID) -> CaseView:
    """Look a case up. Raises NotFoundError."""

    def work(vault: Vault) -> CaseView:
        log = vault.records.custody.find_log(case_id)
        return CaseView(
            case=vault.records.cases.load(case_id),
            entries=tuple(vault.records.cases.items_of(case_id)),
            event_count=log.size if log is not None else 0,
        )

    return session.read(work)


def load_exhibits(session: Session, item_ids: Sequence[UUID]) -> list[Exhibit]:
    """The lines of these items, in this order; those that are gone are left out."""

    def work(vault: Vault) -> list[Exhibit]:
        found = (vault.records.items.find(item_id) for item_id in item_ids)
        return [
            Exhibit(
                item_id=item.id,
                reference=item.reference,
                title=shown(item.details.title) or shown(item.original_name),
                kind=item.details.kind,
                state=item.state,
                imported_utc=item.imported_utc,
                privileged=item.details.privileged,
                sealed=item.details.sealed,
            )
            for item in found
            if item is not None
        ]

    return session.read(work)
