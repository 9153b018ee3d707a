"""What a list of contacts shows: those that match, and those whose day of deletion has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hrd_desktop.domain.contact_line import ContactLine
from hrd_desktop.domain.contacts import Contact, ContactKind
from hrd_desktop.services.index import refresh
from hrd_desktop.services.people import today
from hrd_desktop.services.session import Session
from hrd_desktop.storage.records.contact_lines import ContactLines
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

    lines: tuple[ContactLine, ...]
    due: frozenset[UUID]
    total: int


def find_contacts(session: Session, words: str = "", group: ContactGroup = ContactGroup.ALL) -> ContactsFound:
    """The contacts of a group: by alias, emergency contacts in their order; with words, the best first."""
    day = today(session)

    def work(vault: Vault) -> ContactsFound:
        reader = ContactLines(vault.records_database)
        if words.strip():
            lines = [line for line in _search(vault, reader, words) if _is_in(line, group, day)]
        else:
            lines = _group(reader, group, day)
        due = frozenset(line.id for line in reader.due(day))
        return ContactsFound(tuple(lines), due, vault.records.contacts.count())

    return session.read(work)


def load_contact_by_id(session: Session, contact_id: UUID) -> Contact:
    """Raises NotFoundError."""
    return session.read(lambda vault: vault.records.contacts.load(contact_id))


def _search(vault: Vault, reader: ContactLines, words: str) -> list[ContactLine]:
    if not vault.read_only:
        refresh(vault)
    hits = vault.derived.search(words, kind="contact", limit=SEARCH_LIMIT)
    return reader.load([hit.record_id for hit in hits])


def _group(reader: ContactLines, group: ContactGroup, day: date) -> list[ContactLine]:
    if group is ContactGroup.EMERGENCY:
        return reader.emergency()
    if group is ContactGroup.DUE:
        return reader.due(day)
    if group is ContactGroup.PEOPLE:
        return reader.of_kind(ContactKind.PERSON)
    if group is ContactGroup.ORGANISATIONS:
        return reader.of_kind(ContactKind.ORGANISATION)
    return reader.all()


def _is_in(line: ContactLine, group: ContactGroup, day: date) -> bool:
    if group is ContactGroup.EMERGENCY:
        return line.emergency_order is not None
    if group is ContactGroup.DUE:
        return line.is_due(day)
    if group is ContactGroup.PEOPLE:
        return line.kind is ContactKind.PERSON
    if group is ContactGroup.ORGANISATIONS:
        return line.kind is ContactKind.ORGANISATION
    return True
