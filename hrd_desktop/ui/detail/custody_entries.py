"""The custody events of an item as entries of a list, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hrd_desktop.ui.detail.custody_words import action_word
from hrd_desktop.ui.detail.entries import Entry, EntryStyle
from hrd_desktop.ui.detail.record_words import field_word
from hrd_desktop.ui.text import isolated, translated

_Values = Mapping[str, str | int | None]


def custody_entries(events: Iterable[_Values]) -> list[Entry]:
    """One entry for each event; values that were forgotten or never given are left out."""
    return [
        Entry(EntryStyle.EVENT, action_word(str(event.get("action", ""))), "\n".join(_lines(event)))
        for event in events
    ]


def _lines(event: _Values) -> Iterable[str]:
    time, offset = event.get("time"), event.get("offset")
    if time:
        yield translated(
            "custody",
            "{time} UTC, this computer's clock at {offset}",
            time=isolated(str(time).replace("T", " ").removesuffix("Z")),
            offset=isolated(str(offset or "")),
        )
    if event.get("clock_back") == "yes":
        yield translated("custody", "The clock had been set back before this.")
    for name, sentence in (
        ("actor", translated("custody", "By {value}")),
        ("from", translated("custody", "From {value}")),
        ("to", translated("custody", "To {value}")),
        ("place", translated("custody", "At {value}")),
        ("reason", translated("custody", "Reason: {value}")),
        ("note", translated("custody", "Note: {value}")),
    ):
        value = event.get(name)
        if value:
            yield sentence.replace("{value}", isolated(str(value)))
    changed = event.get("changed")
    if changed:
        names = [field_word(name) for name in str(changed).split()]
        yield translated("custody", "Changed: {fields}", fields=isolated(" · ".join(names)))
    yield from _hashes(event)


def _hashes(event: _Values) -> Iterable[str]:
    before, after = event.get("sha256_before"), event.get("sha256_after")
    if before and after and before != after:
        yield translated("custody", "SHA-256 before: {hash}", hash=isolated(str(before)))
        yield translated("custody", "SHA-256 after: {hash}", hash=isolated(str(after)))
    elif after or before:
        yield translated("custody", "SHA-256: {hash}", hash=isolated(str(after or before)))
