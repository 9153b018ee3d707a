"""What can be searched for: the words of items and contacts, kept in step with the records.

Changes are noted in memory (``Vault.stale_items``) and put into the index by ``refresh`` before a search and
when the vault closes. After a crash the index's stamp is not the records' epoch, and ``refresh`` compares
everything.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.records import Item
from hrd_desktop.storage.derived.search_index import SearchDocument
from hrd_desktop.storage.vault import Vault

_AT_ONCE = 500


def _version(*texts: str) -> int:
    """A number that differs when the words differ; 63 bits, as SQLite's integers are signed."""
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def item_document(vault: Vault, item: Item) -> SearchDocument:
    """An item's words: the title, then everything written about it. The file's text is put in by itself."""
    details = item.details
    people = [
        vault.records.contacts.load(person.contact_id) for person in vault.records.people.persons_of(item.id)
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
    written = "\n".join(part for part in parts if part)
    return SearchDocument(
        kind="item",
        record_id=item.id,
        number=item.number,
        title=details.title,
        body=written,
        version=_version(details.title, written),
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
    written = "\n".join(part for part in parts if part)
    return SearchDocument(
        kind="contact",
        record_id=contact.id,
        title=contact.alias,
        body=written,
        version=_version(contact.alias, written),
    )


def refresh(vault: Vault) -> None:
    """Bring the index in step with the records. On the vault lane; makes its own transactions."""
    epoch = str(vault.records.state().epoch)
    if vault.index_is_current is None:
        vault.index_is_current = vault.derived.stamp() == epoch
    if not vault.index_is_current:
        _compare_items(vault)
        _compare_contacts(vault)
    else:
        _index_items(vault, sorted(vault.stale_items, key=lambda item_id: item_id.bytes))
        _index_contacts(vault)
    if vault.derived.stamp() != epoch:
        with vault.derived.transaction():
            vault.derived.set_stamp(epoch)
    vault.index_is_current = True
    vault.stale_items.clear()
    vault.stale_contacts.clear()


def _index_items(vault: Vault, item_ids: list[UUID]) -> None:
    for start in range(0, len(item_ids), _AT_ONCE):
        with vault.derived.transaction():
            part = item_ids[start : start + _AT_ONCE]
            # By number: the index writes out what it has gathered whenever a row comes before the last one.
            there = sorted(vault.records.items.load_ids(part), key=lambda item: item.number)
            known = {item.id for item in there}
            for item_id in part:
                if item_id not in known:
                    vault.derived.remove(item_id)
            for item in there:
                vault.derived.index(item_document(vault, item))
            vault.derived.add_pending([item.id for item in there if item.id in vault.new_items])
    vault.new_items.difference_update(item_ids)


def _index_contacts(vault: Vault) -> None:
    contact_ids = list(vault.stale_contacts)
    # In parts, so that one transaction and its journal stay small however many there are.
    for start in range(0, len(contact_ids), _AT_ONCE):
        _index_some_contacts(vault, contact_ids[start : start + _AT_ONCE])


def _index_some_contacts(vault: Vault, contact_ids: list[UUID]) -> None:
    with vault.derived.transaction():
        for contact_id in contact_ids:
            contact = vault.records.contacts.find_by_id(contact_id)
            if contact is None:
                vault.derived.remove(contact_id)
            else:
                vault.derived.index(contact_document(contact))


def _compare_items(vault: Vault) -> None:
    known = dict(vault.derived.versions("item"))
    stale: list[UUID] = []
    for item in vault.records.items.iter_items():
        version = known.pop(item.id, None)
        if version is None:
            vault.new_items.add(item.id)
        if version != item_document(vault, item).version:
            stale.append(item.id)
    _index_items(vault, stale + list(known))


def _compare_contacts(vault: Vault) -> None:
    known = dict(vault.derived.versions("contact"))
    for contact in vault.records.contacts.iter_contacts():
        if known.pop(contact.id, None) != contact_document(contact).version:
            vault.stale_contacts.add(contact.id)
    vault.stale_contacts.update(known)
    _index_contacts(vault)
