"""What can be searched for: the words of items and contacts, put into the derived database."""

from __future__ import annotations

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.records import Item
from hrd_desktop.storage.derived.derived import SearchDocument
from hrd_desktop.storage.vault import Vault


def item_document(vault: Vault, item: Item, text: str) -> SearchDocument:
    """An item's words: title, then everything written about it, then the text of the file."""
    details = item.details
    people = [
        vault.records.contacts.load(person.contact_id) for person in vault.records.people.people_of(item.id)
    ]
    parts = [
        item.reference,
        details.description,
        details.note,
        item.original_name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        details.source,
        details.collected_by,
        details.place.name,
        details.device,
        details.capture_tool,
        *item.tags,
        *item.cases,
    ]
    parts += [name for person in people for name in (person.alias, person.real_name)]
    return SearchDocument(
        kind="item",
        record_id=item.id,
        number=item.number,
        title=details.title,
        details="\n".join(part for part in parts if part),
        body=text,
    )


def contact_document(contact: Contact) -> SearchDocument:
    """A contact's words."""
    parts = [
        contact.real_name,
        contact.role,
        contact.organisation,
        contact.notes,
        *(channel.value for channel in contact.channels),
        *(channel.note for channel in contact.channels),
        *contact.tags,
    ]
    return SearchDocument(
        kind="contact",
        record_id=contact.id,
        number=0,
        title=contact.alias,
        details="\n".join(part for part in parts if part),
        body="",
    )


def index_contact(vault: Vault, contact: Contact) -> None:
    """Put a contact's words into the index, in a transaction of its own."""
    with vault.derived.transaction():
        vault.derived.index(contact_document(contact))
