"""Everything known about one item."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.domain.decoded import Field
from hrd_desktop.domain.records import Item
from hrd_desktop.services.found import found_fields
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ItemView:
    """An item's record, what its file says of itself, the people shown, and its events in the Inbox log."""

    item: Item
    found: tuple[Field, ...]
    people: tuple[tuple[str, str], ...]
    derived_from: tuple[UUID, ...]
    custody: tuple[dict[str, str | int | None], ...]


def view_item(session: Session, item_id: UUID) -> ItemView:
    """Look everything up in one go. Raises NotFoundError."""

    def work(vault: Vault) -> ItemView:
        records = vault.records
        item = records.items.load(item_id)
        people = [
            (records.contacts.load(person.contact_id).alias, person.how)
            for person in records.people.persons_of(item_id)
        ]
        inbox = records.custody.log_of(None)
        return ItemView(
            item=item,
            found=found_fields(vault, item_id),
            people=tuple(people),
            derived_from=tuple(entry.source_id for entry in records.derivations.sources_of(item_id)),
            custody=tuple(
                event.values for event in records.custody.iter_events(inbox.id, item_number=item.number)
            ),
        )

    return session.read(work)
