"""Tables of text (RFC 4180): bounded cells and rows, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hrd_desktop.domain.errors.contacts import ContactsFileTooMany

MAX_CELL: Final = 200_000  # characters: the longest note and key fit
MAX_COLUMNS: Final = 1_000

_BLANK: Final = re.compile(r"[\r\n]+")

# A cell that a spreadsheet would run, or that our own apostrophe could be mistaken in. White space and
# apostrophes in front are looked through, so that ``safe_cell`` can be undone exactly. The full-width
# signs run as well where spreadsheets are set to East Asian languages.
_FORMULA: Final = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


@dataclass(frozen=True, repr=False)
class Row:
    """The cells of a row and the line (from 1) it begins on; ``fault`` is the code of what is wrong."""

    line: int
    cells: tuple[str, ...]
    fault: str | None = None

    def __repr__(self) -> str:
        return f"<Row line {self.line}>"


def safe_cell(text: str) -> str:
    """Return ``text`` with an apostrophe before it when a spreadsheet could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(untrusted_text: str) -> str:
    """Undo ``safe_cell`` exactly: an apostrophe that it did not put there stays."""
    if untrusted_text.startswith("'") and _FORMULA.match(untrusted_text):
        return untrusted_text[1:]
    return untrusted_text


def format_row(cells: Iterable[str]) -> bytes:
    """Return one row in UTF-8 with its CRLF, every cell safe."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8")


def iter_rows(untrusted_text: str, delimiter: str) -> Iterator[Row]:
    """Yield every row that is not blank.

    As spreadsheets do, text after a closing quote is taken as it stands. A row whose quote is never
    closed is the last, with fault ``csv-quote``; a cell beyond ``MAX_CELL`` makes
    ``csv-cell-too-long``, and the rows after it are read. Raises ContactsFileTooMany (columns).
    The time is linear: no part of the pattern can match what another part gives back.
    """
    mark = re.escape(delimiter)
    cell = re.compile(rf'(?:"([^"]*(?:""[^"]*)*)("|\Z))?([^{mark}\r\n]*)({mark}|\r\n|\r|\n|\Z)')
    line = 1
    row_line = 1
    cells: list[str] = []
    fault: str | None = None
    position = 0
    more = False  # a delimiter at the very end has an empty cell after it
    while position < len(untrusted_text) or more:
        if not cells and not more:
            blank = _BLANK.match(untrusted_text, position)
            if blank is not None:
                line += _count_breaks(untrusted_text, position, blank.end())
                row_line = line
                position = blank.end()
                continue
        match = cell.match(untrusted_text, position)
        if match is None:  # the pattern matches anywhere, an empty cell at the least
            raise AssertionError
        quoted, closing, rest, end = match.groups()
        if quoted is not None and not closing:
            fault = fault or "csv-quote"
        if match.end() - position > MAX_CELL:
            fault = fault or "csv-cell-too-long"
        if len(cells) >= MAX_COLUMNS:
            raise ContactsFileTooMany(kind="columns", limit=MAX_COLUMNS)
        cells.append(rest if quoted is None else quoted.replace('""', '"') + rest)
        line += _count_breaks(untrusted_text, position, match.end())
        position = match.end()
        more = end == delimiter
        if more:
            continue
        if fault is not None or any(text.strip() for text in cells):
            yield Row(row_line, () if fault else tuple(cells), fault)
        cells = []
        fault = None
        row_line = line


def _count_breaks(text: str, start: int, end: int) -> int:
    returns = text.count("\r", start, end)
    feeds = text.count("\n", start, end)
    return returns + feeds - (text.count("\r\n", start, end) if returns else 0)
