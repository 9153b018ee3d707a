"""Contacts in a vault: add, find, edit, delete, and files of contacts in and out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.domain.contacts import Contact, ContactDraft, edited_contact, new_contact, without_claims
from hrd_desktop.domain.contacts_read import ContactsRead
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ContactsTaken:
    """What a file of contacts became: those added, and what the reader said of the rest."""

    added: tuple[Contact, ...]
    read: ContactsRead


def add_contact(session: Session, draft: ContactDraft) -> Contact:
    """Add one contact. Raises a ContactFieldError for a field that does not fit."""

    def work(vault: Vault) -> Contact:
        contact = new_contact(draft, new_uuid(vault.random), vault.clock.now_utc())
        vault.records.contacts.insert(contact)
        vault.stale_contacts.add(contact.id)
        return contact

    return session.write(work)


def load_contact(session: Session, reference: str) -> Contact:
    """The contact with this alias or UUID. Raises NotFoundError, AmbiguousError."""

    def work(vault: Vault) -> Contact:
        found = vault.records.contacts.find(reference)
        if found is None:
            raise NotFoundError(kind="contact")
        return found

    return session.read(work)


def list_contacts(session: Session) -> list[Contact]:
    """All contacts by alias."""
    return session.read(lambda vault: list(vault.records.contacts.iter_contacts()))


def edit_contact(session: Session, contact_id: UUID, draft: ContactDraft) -> Contact:
    """Replace every field of a contact by those of ``draft``. Raises NotFoundError, ContactFieldError."""

    def work(vault: Vault) -> Contact:
        contact = edited_contact(vault.records.contacts.load(contact_id), draft, vault.clock.now_utc())
        vault.records.contacts.update(contact)
        _note_change(vault, contact_id)
        return contact

    return session.write(work)


def delete_contact(session: Session, contact_id: UUID) -> None:
    """Delete a contact with its consents, its parts in cases and its marks on items. Raises NotFoundError."""

    def work(vault: Vault) -> None:
        vault.records.contacts.load(contact_id)
        _note_change(vault, contact_id)
        vault.records.contacts.remove(contact_id)

    session.write(work)


def _note_change(vault: Vault, contact_id: UUID) -> None:
    """The index holds the contact's own words, and its names with every item it is in."""
    vault.stale_contacts.add(contact_id)
    vault.stale_items.update(person.item_id for person in vault.records.people.items_of(contact_id))


def take_contacts(session: Session, read: ContactsRead, *, ours: bool) -> ContactsTaken:
    """Add every draft that was read from a file, in one transaction.

    Unless ``ours`` (a file this user wrote), claims that only the user can make (checked, safe, emergency
    order) are left out.
    """

    def work(vault: Vault) -> tuple[Contact, ...]:
        added = []
        for draft in read.drafts:
            kept = draft if ours else without_claims(draft)
            contact = new_contact(kept, new_uuid(vault.random), vault.clock.now_utc())
            vault.records.contacts.insert(contact)
            vault.stale_contacts.add(contact.id)
            added.append(contact)
        return tuple(added)

    return ContactsTaken(session.write(work), read)
