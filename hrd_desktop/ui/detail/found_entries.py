"""What was measured at import, and what the file says of itself, as entries of a list."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.domain.decoded import Disclosure, Field, disclosure_of
from hrd_desktop.domain.records import Item
from hrd_desktop.ui.detail.entries import Entry, EntryStyle
from hrd_desktop.ui.detail.found_words import group_word, name_word, value_word
from hrd_desktop.ui.text import isolated, size_text, time_text, translated

#: What can betray somebody comes first.
_ORDER = (
    Disclosure.POSITION,
    Disclosure.DEVICE,
    Disclosure.PERSON,
    Disclosure.HIDDEN_CONTENT,
    Disclosure.NOTHING_PERSONAL,
)


def found_entries(item: Item, found: Sequence[Field], derived_from: Sequence[str]) -> list[Entry]:
    """Facts in groups; each group that an export would give away says so.

    ``derived_from`` are the references of the items that this one was made from.
    """
    entries: list[Entry] = []
    if not found:
        entries.append(
            Entry(
                EntryStyle.SECTION,
                translated("found", "The file says nothing of itself."),
                translated("found", "Or it was not looked into yet, or it could not be understood."),
            )
        )
    for disclosure in _ORDER:
        fields = [field for field in found if disclosure_of(field.name) is disclosure]
        if not fields:
            continue
        carries = disclosure is not Disclosure.NOTHING_PERSONAL
        note = translated("found", "An export of this file carries this.") if carries else ""
        entries.append(Entry(EntryStyle.SECTION, group_word(disclosure), note))
        entries += [Entry(EntryStyle.FACT, name_word(field), isolated(value_word(field))) for field in fields]
    return entries + _measured(item, derived_from)


def _measured(item: Item, derived_from: Sequence[str]) -> list[Entry]:
    facts = [
        (translated("found", "Original name"), isolated(item.original_name)),
        (translated("found", "Kind of file"), isolated(item.media_type)),
        (translated("found", "Size"), size_text(item.size_bytes)),
        (translated("found", "SHA-256"), isolated(item.sha256.hex())),
        (translated("found", "Imported"), time_text(item.imported_utc)),
    ]
    if item.original_modified_utc is not None:
        facts.append((translated("found", "Last changed before"), time_text(item.original_modified_utc)))
    facts += [(translated("found", "Made from"), isolated(reference)) for reference in derived_from]
    headline = Entry(
        EntryStyle.SECTION,
        translated("found", "Measured at import"),
        translated("found", "None of this can be changed. Times are by this computer's clock."),
    )
    return [headline, *(Entry(EntryStyle.FACT, name, value) for name, value in facts)]
