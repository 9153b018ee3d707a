"""From what a person types (E0001 or a UUID) to the item."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.records import Item
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


def load_item(session: Session, reference: str) -> Item:
    """The item with this reference. Raises NotFoundError."""
    return load_items(session, [reference])[0]


def load_items(session: Session, references: Sequence[str]) -> list[Item]:
    """The items with these references, each once, in order. Raises NotFoundError for the first unknown."""

    def work(vault: Vault) -> list[Item]:
        found: dict[bytes, Item] = {}
        for position, reference in enumerate(references):
            item = vault.records.items.find_by_reference(reference)
            if item is None:
                raise NotFoundError(kind="item", position=position)
            found.setdefault(item.id.bytes, item)
        return list(found.values())

    return session.read(work)


def reference_of(session: Session, item_id: UUID) -> str:
    """``E0001`` of an item, or its UUID when the vault does not know it any more."""
    item = session.read(lambda vault: vault.records.items.find(item_id))
    return str(item_id) if item is None else item.reference
