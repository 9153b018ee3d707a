"""What a list of contacts shows: those that match, and those whose day of deletion has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hrd_desktop.domain.contacts import Contact, ContactKind
from hrd_desktop.services.index import refresh
from hrd_desktop.services.people import today
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

#: As many as a file of contacts may bring in.
SEARCH_LIMIT = 20_000


class ContactGroup(StrEnum):
    """A part of all contacts."""

    ALL = "all"
    EMERGENCY = "emergency"
    PEOPLE = "people"
    ORGANISATIONS = "organisations"
    DUE = "due"


@dataclass(frozen=True, repr=False)
class ContactsFound:
    """The contacts that match, the ids of all that are due to be deleted, and how many there are at all."""

    contacts: tuple[Contact, ...]
    due: frozenset[UUID]
    total: int


def find_contacts(session: Session, words: str = "", group: ContactGroup = ContactGroup.ALL) -> ContactsFound:
    """The contacts of a group: by alias, emergency contacts in their order; with words, the best first."""
    day = today(session)

    def work(vault: Vault) -> ContactsFound:
        contacts = vault.records.contacts
        due = contacts.due_for_deletion(day)
        if words.strip():
            found = _search(vault, words)
        elif group is ContactGroup.EMERGENCY:
            found = contacts.emergency()
        elif group is ContactGroup.DUE:
            found = due
        else:
            found = list(contacts.iter_contacts())
        due_ids = frozenset(contact.id for contact in due)
        wanted = tuple(contact for contact in found if _is_in(contact, group, due_ids))
        return ContactsFound(wanted, due_ids, contacts.count())

    return session.read(work)


def load_contact_by_id(session: Session, contact_id: UUID) -> Contact:
    """Raises NotFoundError."""
    return session.read(lambda vault: vault.records.contacts.load(contact_id))


def _search(vault: Vault, words: str) -> list[Contact]:
    if not vault.read_only:
        refresh(vault)
    hits = vault.derived.search(words, kind="contact", limit=SEARCH_LIMIT)
    found = (vault.records.contacts.find_by_id(hit.record_id) for hit in hits)
    return [contact for contact in found if contact is not None]


def _is_in(contact: Contact, group: ContactGroup, due: frozenset[UUID]) -> bool:
    if group is ContactGroup.EMERGENCY:
        return contact.emergency_order is not None
    if group is ContactGroup.DUE:
        return contact.id in due
    if group is ContactGroup.PEOPLE:
        return contact.kind is ContactKind.PERSON
    if group is ContactGroup.ORGANISATIONS:
        return contact.kind is ContactKind.ORGANISATION
    return True
