"""Items put straight into a vault's records, without files: for lists of any length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hrd_desktop.domain.records import Item, ItemDetails, ItemKind, ItemState
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

START = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 5_000


def plain_item(number: int) -> Item:
    """Item ``number``: a photograph titled ``Exhibit <number>``."""
    name = number.to_bytes(16, "big")
    return Item(
        id=UUID(bytes=name, version=4),
        number=number,
        state=ItemState.KEPT,
        details=ItemDetails(kind=ItemKind.PHOTOGRAPH, title=f"Exhibit {number}"),
        original_name=f"IMG_{number:06d}.jpg",
        media_type="image/jpeg",
        size_bytes=1000 + number,
        sha256=name * 2,
        object_name=name,
        imported_utc=START + timedelta(minutes=number),
        original_modified_utc=None,
        changed_utc=START,
    )


def insert_items(session: Session, count: int, make: Callable[[int], Item] = plain_item) -> list[Item]:
    """Insert ``count`` items, as ``make`` gives them for their numbers, and note them for the index."""

    def part(vault: Vault, wanted: int) -> list[Item]:
        made = [make(vault.records.items.next_number()) for _ in range(wanted)]
        for item in made:
            vault.records.items.insert(item)
        vault.stale_items.update(item.id for item in made)
        return made

    items: list[Item] = []
    while len(items) < count:
        wanted = min(AT_ONCE, count - len(items))
        items += session.write(lambda vault, wanted=wanted: part(vault, wanted))
    return items
