"""What a form for one item needs: everything known about it, and what can be chosen for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.records import Case, CaseItem, ItemDetails, ItemPerson
from hrd_desktop.services.fields import FIELD_NAMES, as_texts, with_fields
from hrd_desktop.services.item_logs import ItemInLog, item_in_log
from hrd_desktop.services.session import Session
from hrd_desktop.services.view import ItemView, view_item
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ItemForm:
    """An item with all that can be chosen for it.

    ``texts`` holds every evidence field as text. ``entries`` are the item's places in cases, beside the case;
    ``logs`` is what the logs of these cases tell of it. ``cases``, ``tags`` and ``contacts`` (id and alias)
    are the vault's. ``derived_from`` are references.
    """

    view: ItemView
    texts: Mapping[str, str]
    entries: tuple[tuple[CaseItem, Case], ...]
    logs: tuple[ItemInLog, ...]
    persons: tuple[ItemPerson, ...]
    derived_from: tuple[str, ...]
    cases: tuple[Case, ...]
    tags: tuple[str, ...]
    contacts: tuple[tuple[UUID, str], ...]


def load_item_form(session: Session, item_id: UUID) -> ItemForm:
    """Look everything up. Raises NotFoundError."""
    view = view_item(session, item_id)

    def work(vault: Vault) -> ItemForm:
        records = vault.records
        sources = (records.items.find(source) for source in view.derived_from)
        entries = [(entry, records.cases.load(entry.case_id)) for entry in records.cases.cases_of(item_id)]
        return ItemForm(
            view=view,
            texts=as_texts(view.item.details),
            entries=tuple(entries),
            logs=tuple(item_in_log(vault, entry, case) for entry, case in entries),
            persons=tuple(records.people.persons_of(item_id)),
            derived_from=tuple(source.reference for source in sources if source is not None),
            cases=tuple(records.cases.iter_cases()),
            tags=tuple(tag.name for tag in records.tags.load()),
            contacts=tuple((contact.id, contact.alias) for contact in records.contacts.iter_contacts()),
        )

    return session.read(work)


def field_problems(details: ItemDetails, values: Mapping[str, str]) -> dict[str, FieldValueError]:
    """What is wrong with ``values``, by field; empty when ``edit`` will take all of them.

    Every field is looked at, so that a person can correct all of them at once.
    """
    problems: dict[str, FieldValueError] = {}
    for field in FIELD_NAMES:
        if field not in values or ("collected" in problems and field.startswith("collected_")):
            continue
        try:
            details = with_fields(details, {field: values[field]})
        except FieldValueError as error:
            problems[field] = error
    if not problems and (details.place.latitude is None) != (details.place.longitude is None):
        missing = "latitude" if details.place.latitude is None else "longitude"
        problems[missing] = FieldValueError(field=missing, reason="both-or-none")
    return problems
