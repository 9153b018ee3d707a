"""Cases: opening them, registering items in them, looking them up."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.domain.errors.records import ExistsError, FieldValueError, NotFoundError
from hrd_desktop.domain.records import Case, CaseItem, CaseStatus, Item
from hrd_desktop.services.custody import Event, record_event, restate
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

REFERENCE_LIMIT = 200


def add_case(session: Session, reference: str, title: str = "") -> Case:
    """Open a case. Raises ExistsError (the reference is taken), FieldValueError (it is no reference)."""
    return session.write(lambda vault: _add(vault, reference, title))


def _add(vault: Vault, reference: str, title: str) -> Case:
    reference = reference.strip()
    if not reference or len(reference) > REFERENCE_LIMIT or any(ord(c) < 32 for c in reference):
        raise FieldValueError(field="reference", reason="length-or-characters")
    if vault.records.cases.find(reference) is not None:
        raise ExistsError(kind="case")
    now = vault.clock.now_utc()
    case = Case(
        id=new_uuid(vault.random),
        reference=reference,
        title=title,
        status=CaseStatus.OPEN,
        summary="",
        to_be_preserved=False,
        opened_utc=now,
        changed_utc=now,
    )
    vault.records.cases.insert(case)
    # The key of the case's custody log is made with the case, so that every event can be signed later.
    vault.records.custody.create_log(
        new_uuid(vault.random), case.id, new_signing_key(vault.random), vault.now_us()
    )
    return case


def find_or_add_case(session: Session, reference: str) -> Case:
    """The case with this reference, opened now if there is none."""

    def work(vault: Vault) -> Case:
        found = vault.records.cases.find(reference)
        if found is not None:
            return found
        with vault.records.transaction():
            return _add(vault, reference, "")

    return session.change(work)


def load_case(session: Session, reference: str) -> Case:
    """The case with this reference. Raises NotFoundError."""
    found = session.read(lambda vault: vault.records.cases.find(reference))
    if found is None:
        raise NotFoundError(kind="case")
    return found


def list_cases(session: Session) -> list[Case]:
    """All cases, newest first."""
    return session.read(lambda vault: list(vault.records.cases.iter_cases()))


def items_of_case(session: Session, case: Case) -> list[tuple[CaseItem, Item]]:
    """The items registered in a case, by exhibit number."""

    def work(vault: Vault) -> list[tuple[CaseItem, Item]]:
        return [
            (entry, vault.records.items.load(entry.item_id))
            for entry in vault.records.cases.items_of(case.id)
        ]

    return session.read(work)


def register(session: Session, item_id: UUID, case_id: UUID, *, actor: str = "") -> None:
    """Register an item in a case. Does nothing when it is there already."""

    def work(vault: Vault) -> None:
        item = vault.records.items.load(item_id)
        if all(entry.case_id != case_id for entry in vault.records.cases.cases_of(item.id)):
            register_in_transaction(vault, item, case_id, actor=actor)

    session.write(work)


def register_in_transaction(vault: Vault, item: Item, case_id: UUID, *, actor: str = "") -> CaseItem:
    """Give the item its exhibit number, tell its history in the case's log, log the registration."""
    case = vault.records.cases.load(case_id)
    entry = vault.records.cases.register(case_id, item.id)
    restate(vault, item, case_id, entry.number)
    record_event(
        vault,
        item,
        Event(action="registered-in", actor=actor or None, to=case.reference),
        only_case=case_id,
    )
    return entry


def unregister_in_transaction(vault: Vault, item: Item, case_id: UUID, *, actor: str = "") -> None:
    """Take an item out of a case. The case's log keeps its history and tells of it as the last entry.

    Raises NotFoundError when it is not in the case.
    """
    case = vault.records.cases.load(case_id)
    # While it is still in the case, so that the case's own log is told.
    record_event(
        vault,
        item,
        Event(action="removed-from", actor=actor or None, from_=case.reference),
        only_case=case_id,
    )
    vault.records.cases.unregister(case_id, item.id)


def update_case(
    session: Session,
    case: Case,
    *,
    title: str | None = None,
    summary: str | None = None,
    status: CaseStatus | None = None,
    to_be_preserved: bool | None = None,
) -> Case:
    """Change what the user wrote about a case; None leaves a field as it is."""

    def work(vault: Vault) -> Case:
        current = vault.records.cases.load(case.id)
        changed = replace(
            current,
            title=current.title if title is None else title,
            summary=current.summary if summary is None else summary,
            status=current.status if status is None else status,
            to_be_preserved=current.to_be_preserved if to_be_preserved is None else to_be_preserved,
            changed_utc=vault.clock.now_utc(),
        )
        vault.records.cases.update(changed)
        return changed

    return session.write(work)
