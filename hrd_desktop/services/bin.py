"""The bin: delete moves an item there, undelete takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hrd_desktop.domain.errors.records import ItemInUseError
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


def delete(session: Session, item_ids: Sequence[UUID], *, actor: str = "") -> list[Item]:
    """Move items to the bin. Those already there stay there. Returns what changed."""
    return _move(session, item_ids, ItemState.BINNED, "to bin", actor)


def undelete(session: Session, item_ids: Sequence[UUID], *, actor: str = "") -> list[Item]:
    """Take items out of the bin. Returns what changed."""
    return _move(session, item_ids, ItemState.KEPT, "from bin", actor)


def _move(
    session: Session, item_ids: Sequence[UUID], state: ItemState, reason: str, actor: str
) -> list[Item]:
    def work(vault: Vault) -> list[Item]:
        changed = []
        for item_id in item_ids:
            item = vault.records.items.load(item_id)
            if item.state is state:
                continue
            if item.state is ItemState.DESTROYING:
                raise ItemInUseError(reason=item.state.value)
            vault.records.items.set_state(item.id, state)
            record_event(
                vault, item, Event(action="edited", actor=actor or None, reason=reason, changed="state")
            )
            changed.append(vault.records.items.load(item_id))
        return changed

    return session.write(work)
