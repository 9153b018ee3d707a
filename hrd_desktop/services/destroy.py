"""Destroying an item: its key is overwritten first, its record goes last.

Method: docs/spec/vault-format.md, section 6. Every step can be repeated; unlock resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.derived_again import make_derived_again
from hrd_desktop.services.session import Session
from hrd_desktop.storage.sweep import unlink_now
from hrd_desktop.storage.vault import Vault


def destroy(session: Session, item_ids: Sequence[UUID]) -> None:
    """Destroy items for good. Raises NotFoundError before anything is destroyed, DiskFailedError."""

    def work(vault: Vault) -> None:
        items = [vault.records.items.load(item_id) for item_id in item_ids]
        for item in items:
            with vault.records.transaction(essential=True):
                vault.records.items.set_state(item.id, ItemState.DESTROYING)
            _finish(vault, item)

    session.change(work)


def resume_destroying(vault: Vault) -> int:
    """Finish what was being destroyed when the program ended. Returns how many items."""
    items = list(vault.records.items.iter_items(state=ItemState.DESTROYING))
    for item in items:
        _finish(vault, item)
    return len(items)


def _finish(vault: Vault, item: Item) -> None:
    if vault.objects.exists(item.object_name):
        vault.objects.destroy(item.object_name)
    _forget_derived(vault, item)
    with vault.records.transaction(essential=True):
        record_event(
            vault,
            item,
            Event(action="destroyed", sha256_before=item.sha256.hex(), size=item.size_bytes),
        )
        vault.records.items.remove(item.id)
        vault.records.names.unlink_later([item.object_name])
    unlink_now(vault, [item.object_name])


def _forget_derived(vault: Vault, item: Item) -> None:
    try:
        vault.derived.remove(item.id)
    except DerivedDamagedError:
        # Here and not by doing all of it again: half of it may be done. The new one never knew the item.
        make_derived_again(vault)
