"""What a bundle tells of its items, read for taking them in: the list, the events, the papers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hrd_desktop.bundle.plain_text import RISKY_STARTS
from hrd_desktop.crypto.custody import Value, parse_line, verify_event

INDEX_LIMIT_BYTES = 64 << 20
TEXT_LIMIT = 2_000
#: Of the two texts that may be long: with what is put before them, within what a record holds.
LONG_TEXT_LIMIT = 90_000
ORIGINAL = re.compile(r"data/items/([0-9]{4,})/original\.[a-z0-9]{1,8}")
EVENTS = re.compile(r"data/custody/([0-9]{4,})\.jsonl")

# A time with its zone, as ``domain.export.date_text`` writes it.
_ZONED = re.compile(r"([0-9-]{10}T[0-9:]{5,8})(Z|[+-][0-9:]{5}| [A-Za-z0-9_+/-]{1,64})")


@dataclass(frozen=True)
class ToldItem:
    """One row of the list, as far as the sender let it out; texts are cut at their limits."""

    title: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    original_name: str = field(default="", repr=False)
    persons: str = field(default="", repr=False)
    #: Date and place as texts, under the names of the fields of a record; each may be anything.
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_index(untrusted: bytes) -> dict[int, ToldItem]:
    """The rows of ``index.csv`` by exhibit number; what cannot be read is left out."""
    text = io.StringIO(untrusted.decode("utf-8-sig", "replace"), newline="")
    rows: dict[int, ToldItem] = {}
    try:
        for row in csv.DictReader(text):
            number = row.get("exhibit") or ""
            if re.fullmatch(r"[0-9]{1,9}", number):
                rows[int(number)] = _told(row)
    except csv.Error:
        return rows
    return rows


def _told(row: Mapping[str, str | None]) -> ToldItem:
    def value(name: str, limit: int = TEXT_LIMIT) -> str:
        cell = (row.get(name) or "")[:limit]
        # The apostrophe that keeps a spreadsheet from computing is no part of the text.
        if cell.startswith("'") and cell[1:].startswith(RISKY_STARTS):
            cell = cell[1:]
        return "".join(character for character in cell if character in "\n\t" or ord(character) >= 0x20)

    return ToldItem(
        title=" ".join(value("title").split()),
        description=value("description", LONG_TEXT_LIMIT),
        note=value("note", LONG_TEXT_LIMIT),
        source=value("sources"),
        place=value("place"),
        original_name=value("original_name").replace("/", "_").replace("\0", ""),
        persons=" ".join(value("persons").split()),
        fields=_when_and_where(value),
    )


def _when_and_where(value: Callable[[str], str]) -> dict[str, str]:
    at, zone = value("date"), ""
    if match := _ZONED.fullmatch(at):
        at, zone = match[1], match[2].strip()
    latitude, _, longitude = value("position").partition(",")
    told = {
        "collected": at,
        "collected_zone": zone,
        "collected_precision": value("date_precision"),
        "latitude": latitude.strip(),
        "longitude": longitude.strip(),
        "place_precision": value("place_precision"),
    }
    return {name: text for name, text in told.items() if text}


def read_events(untrusted: bytes) -> list[dict[str, Value]]:
    """The disclosed values of each event of an item. Raises CustodyError; the bundle was checked before."""
    events: list[dict[str, Value]] = []
    for line in untrusted.splitlines():
        leaf, disclosures = parse_line(line)
        events.append(verify_event(leaf, disclosures))
    return events
