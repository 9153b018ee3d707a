"""People: the consent each gives for each purpose, and the part each plays in a case."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.people import (
    CaseRole,
    Consent,
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
    verify_consent,
    verify_person_note,
)
from hrd_desktop.domain.records import Case, CasePerson
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, kw_only=True, repr=False)
class ConsentDraft:
    """What is entered about one answer; the fields are those of ``domain.people.Consent``."""

    purpose: ConsentPurpose
    decision: ConsentDecision
    reason: str = ""
    given_by: ConsentGiver = ConsentGiver.SELF
    given_by_name: str = ""
    given_on: date | None = None
    language: str = ""
    interpreter: str = ""
    form: ConsentForm = ConsentForm.ORAL
    anonymity_asked: bool = False
    expires_on: date | None = None
    withdrawn_on: date | None = None
    capacity: ConsentCapacity = ConsentCapacity.NOT_ASSESSED
    risks_explained: bool = False
    recorded_by: str = ""
    note: str = ""


@dataclass(frozen=True, repr=False)
class PersonInCase:
    """A contact and the part it plays in one case."""

    contact: Contact
    role: CaseRole
    note: str = ""


@dataclass(frozen=True, repr=False)
class PartInCase:
    """A case and the part that one contact plays in it."""

    case: Case
    role: CaseRole
    note: str = ""


_ENTERED = tuple(field.name for field in fields(ConsentDraft))


def draft_of_consent(consent: Consent) -> ConsentDraft:
    """What was entered about an answer, for editing with ``dataclasses.replace``."""
    return ConsentDraft(**{name: getattr(consent, name) for name in _ENTERED})


def today(session: Session) -> date:
    """The day it is where this computer is; what reminders and expiry are compared with."""
    return (session.clock.now_utc() + session.clock.offset()).date()


# -- consent ------------------------------------------------------------------------------------


def record_consent(session: Session, contact_id: UUID, draft: ConsentDraft) -> Consent:
    """Record an answer; it takes the place of an earlier one about the same purpose, which is kept.

    Raises NotFoundError, ContactFieldError.
    """

    def work(vault: Vault) -> Consent:
        now = vault.clock.now_utc()
        consent = Consent(
            id=new_uuid(vault.random),
            person_id=contact_id,
            created_utc=now,
            changed_utc=now,
            **_values(draft),
        )
        verify_consent(consent)
        vault.records.people.insert_consent(consent)
        return consent

    return session.write(work)


def edit_consent(session: Session, consent_id: UUID, draft: ConsentDraft) -> Consent:
    """Replace what was entered about an answer. Raises NotFoundError, ContactFieldError."""

    def work(vault: Vault) -> Consent:
        current = vault.records.people.load_consent(consent_id)
        consent = replace(current, changed_utc=vault.clock.now_utc(), **_values(draft))
        verify_consent(consent)
        vault.records.people.update_consent(consent)
        return consent

    return session.write(work)


def remove_consent(session: Session, consent_id: UUID) -> None:
    """Take back the record of an answer, as if nobody had asked. Raises NotFoundError."""
    session.write(lambda vault: vault.records.people.remove_consent(consent_id))


def list_consents(session: Session, contact_id: UUID) -> list[Consent]:
    """All answers of one person, by purpose; the one that counts (recorded last) first of its purpose."""
    return session.read(lambda vault: vault.records.people.consents_of(contact_id))


def _values(draft: ConsentDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _ENTERED}


# -- parts in cases -----------------------------------------------------------------------------


def people_of_case(session: Session, case_id: UUID) -> list[PersonInCase]:
    """The people in a case, by alias and part. Raises NotFoundError."""

    def work(vault: Vault) -> list[PersonInCase]:
        vault.records.cases.load(case_id)
        return [
            PersonInCase(vault.records.contacts.load(entry.contact_id), CaseRole(entry.role), entry.note)
            for entry in vault.records.cases.persons_of(case_id)
        ]

    return session.read(work)


def parts_of_contact(session: Session, contact_id: UUID) -> list[PartInCase]:
    """The cases a contact is in and its part in each, by the cases' references."""

    def work(vault: Vault) -> list[PartInCase]:
        return [
            PartInCase(vault.records.cases.load(entry.case_id), CaseRole(entry.role), entry.note)
            for entry in vault.records.cases.cases_of_person(contact_id)
        ]

    return session.read(work)


def put_person_in_case(
    session: Session, case_id: UUID, contact_id: UUID, role: CaseRole, note: str = ""
) -> None:
    """Give a contact a part in a case; for a part it has already, the note is replaced.

    Raises NotFoundError, ContactFieldError.
    """
    verify_person_note(note)
    wanted = CasePerson(case_id, contact_id, role.value, note)

    def work(vault: Vault) -> None:
        others = [
            entry
            for entry in vault.records.cases.persons_of(case_id)
            if (entry.contact_id, entry.role) != (contact_id, role.value)
        ]
        vault.records.cases.set_persons(case_id, [*others, wanted])

    session.write(work)


def take_person_from_case(session: Session, case_id: UUID, contact_id: UUID, role: CaseRole) -> None:
    """End a contact's part in a case; nothing happens when it has none. Raises NotFoundError."""

    def work(vault: Vault) -> None:
        others = [
            entry
            for entry in vault.records.cases.persons_of(case_id)
            if (entry.contact_id, entry.role) != (contact_id, role.value)
        ]
        vault.records.cases.set_persons(case_id, others)

    session.write(work)
