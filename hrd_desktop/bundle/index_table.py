"""The exhibit list as a table for spreadsheets (RFC 4180, UTF-8 with byte order mark)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from hrd_desktop.bundle.plain_text import spreadsheet_cell
from hrd_desktop.domain.export import BundleItem, BundlePlan, date_text, position_text

COLUMNS = (
    "exhibit",
    "title",
    "description",
    "original_name",
    "date",
    "date_precision",
    "place",
    "place_precision",
    "position",
    "persons",
    "sources",
    "note",
    "media_type",
    "size_bytes",
    "sha256",
    "file",
)


def iter_index_table(plan: BundlePlan, file_of: Callable[[BundleItem], str]) -> Iterator[bytes]:
    """Yield ``index.csv``; without the byte order mark spreadsheets would guess another character code."""
    yield b"\xef\xbb\xbf" + _format_row(COLUMNS)
    for item in plan.items:
        yield _format_row(
            (
                f"{item.number:04d}",
                item.title,
                item.description or "",
                item.original_name or "",
                date_text(item.when) if item.when else "",
                item.when.precision if item.when else "",
                item.place.name if item.place else "",
                item.place.precision if item.place else "",
                (position_text(item.place) or "") if item.place else "",
                "; ".join(item.persons),
                "; ".join(item.sources or ()),
                item.note or "",
                item.media_type,
                str(item.size_bytes),
                item.sha256.hex(),
                file_of(item),
            )
        )


def _format_row(values: tuple[str, ...]) -> bytes:
    row = io.StringIO()
    csv.writer(row, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(spreadsheet_cell, values))
    return row.getvalue().encode("utf-8")
