"""Changes of many items at once: tags and cases, a part at a time, each part one transaction.

A cancel ends a change early: what was changed before it stays so and is returned, and can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from hrd_desktop.domain.errors.records import ItemInUseError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.bin import delete, undelete
from hrd_desktop.services.cases import register_in_transaction, unregister_in_transaction
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.edit import clean_tags
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

#: Items of one transaction: what was written stays when the rest is cancelled, and nothing waits for long.
AT_ONCE = 100


def tag_items(
    session: Session,
    item_ids: Sequence[UUID],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    progress: Progress,
    cancel: CancelToken,
    actor: str = "",
) -> list[Item]:
    """Add and take off tags. Returns the items that changed, as they were before.

    Raises FieldValueError before anything changes, NotFoundError, ItemInUseError.
    """
    added = clean_tags(add)
    removed = {tag.casefold() for tag in clean_tags(remove)}

    def change(vault: Vault, item: Item) -> bool:
        kept = [tag for tag in item.tags if tag.casefold() not in removed]
        known = {tag.casefold() for tag in kept}
        tags = (*kept, *(tag for tag in added if tag.casefold() not in known))
        if tags == item.tags:
            return False
        _set_tags(vault, item, tags, actor)
        return True

    return _change_each(session, item_ids, change, progress, cancel)


def put_tags(
    session: Session,
    tags: Mapping[UUID, tuple[str, ...]],
    *,
    progress: Progress,
    cancel: CancelToken,
    actor: str = "",
) -> list[Item]:
    """Give each item exactly these tags. Returns the items that changed, as they were before.

    Raises NotFoundError, ItemInUseError.
    """

    def change(vault: Vault, item: Item) -> bool:
        if tags[item.id] == item.tags:
            return False
        _set_tags(vault, item, tags[item.id], actor)
        return True

    return _change_each(session, list(tags), change, progress, cancel)


def register_items(
    session: Session,
    item_ids: Sequence[UUID],
    case_id: UUID,
    *,
    progress: Progress,
    cancel: CancelToken,
    actor: str = "",
) -> list[UUID]:
    """Register items in a case, in this order. Returns those that were not in it before.

    Raises NotFoundError, ItemInUseError.
    """

    def change(vault: Vault, item: Item) -> bool:
        if any(entry.case_id == case_id for entry in vault.records.cases.cases_of(item.id)):
            return False
        register_in_transaction(vault, item, case_id, actor=actor)
        return True

    return [item.id for item in _change_each(session, item_ids, change, progress, cancel)]


def unregister_items(
    session: Session,
    item_ids: Sequence[UUID],
    case_id: UUID,
    *,
    progress: Progress,
    cancel: CancelToken,
    actor: str = "",
) -> list[UUID]:
    """Take items out of a case; their exhibit numbers stay used. Returns those that were in it.

    Raises NotFoundError, ItemInUseError.
    """

    def change(vault: Vault, item: Item) -> bool:
        if all(entry.case_id != case_id for entry in vault.records.cases.cases_of(item.id)):
            return False
        unregister_in_transaction(vault, item, case_id, actor=actor)
        return True

    return [item.id for item in _change_each(session, item_ids, change, progress, cancel)]


def move_items(
    session: Session,
    item_ids: Sequence[UUID],
    state: ItemState,
    *,
    progress: Progress,
    cancel: CancelToken,
    actor: str = "",
) -> list[UUID]:
    """Move items to the bin (``BINNED``) or out of it (``KEPT``). Returns those that moved."""
    move = delete if state is ItemState.BINNED else undelete
    changed: list[UUID] = []
    progress.begin(len(item_ids), 0)
    for part in _parts(item_ids):
        if cancel.cancelled:
            break
        changed += [item.id for item in move(session, part, actor=actor)]
        for _ in part:
            progress.finish_item()
    progress.end()
    return changed


def destroy_items(
    session: Session, item_ids: Sequence[UUID], *, progress: Progress, cancel: CancelToken
) -> None:
    """Destroy items one after the other; a cancel leaves the rest. Raises what ``destroy`` raises."""
    progress.begin(len(item_ids), 0)
    for item_id in item_ids:
        cancel.raise_if_cancelled()
        destroy(session, [item_id])
        progress.finish_item()
    progress.end()


def _change_each(
    session: Session,
    item_ids: Sequence[UUID],
    change: Callable[[Vault, Item], bool],
    progress: Progress,
    cancel: CancelToken,
) -> list[Item]:
    changed: list[Item] = []
    progress.begin(len(item_ids), 0)
    for part in _parts(item_ids):
        if cancel.cancelled:
            break

        def work(vault: Vault, part: Sequence[UUID] = part) -> list[Item]:
            done = []
            for item_id in part:
                item = vault.records.items.load(item_id)
                if item.state is ItemState.DESTROYING:
                    raise ItemInUseError(reason=item.state.value)
                if change(vault, item):
                    done.append(item)
            return done

        changed += session.write(work)
        for _ in part:
            progress.finish_item()
    progress.end()
    return changed


def _set_tags(vault: Vault, item: Item, tags: tuple[str, ...], actor: str) -> None:
    vault.records.items.set_tags(item.id, tags)
    record_event(vault, item, Event(action="edited", actor=actor or None, changed="tags"))


def _parts(item_ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(item_ids), AT_ONCE):
        yield item_ids[start : start + AT_ONCE]
