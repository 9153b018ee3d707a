"""Editing an item's record: fields, tags, people; each change is an event, without the values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from hrd_desktop.domain.errors.records import FieldValueError, ItemInUseError
from hrd_desktop.domain.records import Item, ItemPerson, ItemState
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.fields import changed_fields, with_fields
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

TAG_LIMIT = 200


def clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags trimmed, each once, in order.

    Raises FieldValueError for one that is empty, too long or has control characters.
    """
    cleaned: dict[str, str] = {}
    for tag in tags:
        text = " ".join(tag.split())
        if not text or len(text) > TAG_LIMIT or not text.isprintable():
            raise FieldValueError(field="tag", reason="length-or-characters")
        cleaned.setdefault(text.casefold(), text)
    return tuple(cleaned.values())


def edit(
    session: Session,
    item_id: UUID,
    values: Mapping[str, str],
    *,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    people: Sequence[ItemPerson] | None = None,
    actor: str = "",
    reason: str = "",
) -> Item:
    """Set fields from text, add and take off tags, replace the people shown. Returns the item as it is now.

    Raises NotFoundError, FieldValueError, ItemInUseError (being destroyed). Nothing is written when
    nothing changes.
    """
    added, removed = clean_tags(add_tags), {tag.casefold() for tag in clean_tags(remove_tags)}

    def work(vault: Vault) -> Item:
        item = vault.records.items.load(item_id)
        if item.state is ItemState.DESTROYING:
            raise ItemInUseError(reason=item.state.value)
        details = with_fields(item.details, values)
        if (details.place.latitude is None) is not (details.place.longitude is None):
            missing = "latitude" if details.place.latitude is None else "longitude"
            raise FieldValueError(field=missing, reason="both-or-none")
        changed = list(changed_fields(item.details, details))
        kept = [tag for tag in item.tags if tag.casefold() not in removed]
        known = {tag.casefold() for tag in kept}
        tags = tuple(kept) + tuple(tag for tag in added if tag.casefold() not in known)
        if tags != item.tags:
            changed.append("tags")
        if people is not None and set(_people(people)) != set(
            _people(vault.records.people.persons_of(item_id))
        ):
            changed.append("people")
        if not changed:
            return item
        with vault.records.transaction():
            vault.records.items.update_details(item_id, details, vault.clock.now_utc())
            if "tags" in changed:
                vault.records.items.set_tags(item_id, tags)
            if people is not None and "people" in changed:
                vault.records.people.set_persons(item_id, people)
            sealed = "sealed" in changed and details.sealed
            record_event(
                vault,
                item,
                Event(
                    action="sealed" if sealed else "edited",
                    actor=actor or None,
                    reason=reason or None,
                    changed=" ".join(changed),
                ),
            )
        return vault.records.items.load(item_id)

    return session.change(work)


def _people(people: Sequence[ItemPerson]) -> list[tuple[UUID, str]]:
    return [(person.contact_id, person.how) for person in people]
