"""Changes together with what takes each of them back.

What takes a change back is a change of its own, told in the custody log like any other. It lives in memory
only and is gone with the lock. Between reading how things were and changing them only this window could have
changed them, and what is put back is what its user saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from hrd_desktop.domain.contacts import Contact, ContactDraft, draft_of
from hrd_desktop.domain.people import Consent
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case, CasePerson, CaseStatus, Item, ItemPerson
from hrd_desktop.services.bulk import put_tags, unregister_items
from hrd_desktop.services.cases import update_case
from hrd_desktop.services.contacts import delete_contact, edit_contact
from hrd_desktop.services.edit import edit
from hrd_desktop.services.fields import FIELD_NAMES, as_texts
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

#: Takes one change back, as a job: with the session, its progress and the token that cancels it.
TakeBack = Callable[[Session, Progress, CancelToken], object]


# -- items --------------------------------------------------------------------------------------


def edit_item(
    session: Session,
    item_id: UUID,
    values: Mapping[str, str],
    *,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    people: Sequence[ItemPerson] | None = None,
    reason: str = "",
) -> TakeBack | None:
    """``edit``, and what takes it back; None when nothing changed. Raises what ``edit`` raises."""

    def look(vault: Vault) -> tuple[Item, tuple[ItemPerson, ...]]:
        return vault.records.items.load(item_id), tuple(vault.records.people.persons_of(item_id))

    before, persons = session.read(look)
    edit(
        session,
        item_id,
        values,
        add_tags=add_tags,
        remove_tags=remove_tags,
        people=people,
        reason=reason,
    )
    after, persons_after = session.read(look)
    if (before.details, before.tags, persons) == (after.details, after.tags, persons_after):
        return None
    earlier = _earlier_texts(before, after)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return edit(
            session,
            item_id,
            earlier,
            add_tags=[tag for tag in before.tags if tag not in after.tags],
            remove_tags=[tag for tag in after.tags if tag not in before.tags],
            people=persons if persons != persons_after else None,
        )

    return back


def _earlier_texts(before: Item, after: Item) -> dict[str, str]:
    """The fields that differ, as they were; without a date of collection its zone cannot be set."""
    old, new = as_texts(before.details), as_texts(after.details)
    return {
        field: old[field]
        for field in FIELD_NAMES
        if old[field] != new[field] and (before.details.collected or not field.startswith("collected_"))
    }


def back_to_tags(before: Sequence[Item]) -> TakeBack:
    """Gives items the tags that they had."""
    tags = {item.id: item.tags for item in before}

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return put_tags(session, tags, progress=progress, cancel=cancel)

    return back


def out_of_case(item_ids: Sequence[UUID], case_id: UUID) -> TakeBack:
    """Takes items out of the case that they were registered in; their exhibit numbers stay used."""

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return unregister_items(session, item_ids, case_id, progress=progress, cancel=cancel)

    return back


# -- contacts and cases -------------------------------------------------------------------------


def change_contact(session: Session, contact_id: UUID, draft: ContactDraft) -> tuple[Contact, TakeBack]:
    """``edit_contact``, and what takes it back."""
    before = draft_of(session.read(lambda vault: vault.records.contacts.load(contact_id)))
    after = edit_contact(session, contact_id, draft)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return edit_contact(session, contact_id, before)

    return after, back


def without_contacts(contact_ids: Iterable[UUID]) -> TakeBack:
    """Takes contacts out that were added."""
    added = tuple(contact_ids)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        for contact_id in added:
            delete_contact(session, contact_id)
        return None

    return back


def remove_contact(session: Session, contact_id: UUID) -> TakeBack:
    """``delete_contact``, and what brings it back with its consents, its parts and its marks."""

    def look(
        vault: Vault,
    ) -> tuple[Contact, list[Consent], list[CasePerson], list[ItemPerson]]:
        return (
            vault.records.contacts.load(contact_id),
            vault.records.people.consents_of(contact_id),
            vault.records.cases.cases_of_person(contact_id),
            vault.records.people.items_of(contact_id),
        )

    contact, consents, parts, marks = session.read(look)
    delete_contact(session, contact_id)

    def put_back(vault: Vault) -> None:
        records = vault.records
        records.contacts.insert(contact)
        # They were listed with the latest first, and the latest recorded is the one that counts.
        for consent in reversed(consents):
            records.people.insert_consent(consent)
        for part in parts:
            records.cases.set_persons(part.case_id, [*records.cases.persons_of(part.case_id), part])
        for mark in marks:
            if records.items.find(mark.item_id) is None:
                # Destroyed meanwhile.
                continue
            records.people.set_persons(mark.item_id, [*records.people.persons_of(mark.item_id), mark])
            vault.stale_items.add(mark.item_id)
        vault.stale_contacts.add(contact_id)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return session.write(put_back)

    return back


def change_consents(session: Session, contact_id: UUID, work: Callable[[Session], object]) -> TakeBack:
    """``work`` changes what a contact consents to; returns what puts all of its answers back."""
    before = session.read(lambda vault: vault.records.people.consents_of(contact_id))
    work(session)

    def put_back(vault: Vault) -> None:
        people = vault.records.people
        for consent in people.consents_of(contact_id):
            people.remove_consent(consent.id)
        for consent in reversed(before):
            people.insert_consent(consent)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return session.write(put_back)

    return back


def change_people(session: Session, case_id: UUID, work: Callable[[Session], object]) -> TakeBack:
    """``work`` changes who is in a case; returns what puts all of its people back."""
    before = session.read(lambda vault: vault.records.cases.persons_of(case_id))
    work(session)

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return session.write(lambda vault: vault.records.cases.set_persons(case_id, before))

    return back


def change_case(
    session: Session,
    case: Case,
    *,
    title: str,
    summary: str,
    status: CaseStatus,
    to_be_preserved: bool,
) -> tuple[Case, TakeBack]:
    """``update_case``, and what takes it back."""
    before = session.read(lambda vault: vault.records.cases.load(case.id))
    after = update_case(
        session, case, title=title, summary=summary, status=status, to_be_preserved=to_be_preserved
    )

    def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
        return update_case(
            session,
            before,
            title=before.title,
            summary=before.summary,
            status=before.status,
            to_be_preserved=before.to_be_preserved,
        )

    return after, back
