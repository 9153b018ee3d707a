"""Between domain values and columns: times, dates, texts, names of files, folded references."""

from __future__ import annotations

import enum
import unicodedata
from datetime import date, datetime
from typing import TypeVar

from hrd_desktop.domain.clock import from_microseconds, to_microseconds
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.errors.vault import RecordsDamagedError

E = TypeVar("E", bound=enum.StrEnum)


def text_column(field: str, value: str) -> str:
    """``value`` itself. Raises FieldValueError for a lone surrogate or a zero character.

    Neither fits a column: the first is no UTF-8, and SQL functions stop at the second.
    """
    if "\0" in value or not _is_utf8(value):
        raise FieldValueError(field=field, reason="characters")
    return value


def _is_utf8(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def name_to_bytes(name: str) -> bytes:
    """The bytes of a file's name: surrogate escapes become the byte they stand for (PEP 383).

    A surrogate that is no escape (an unpaired half in a name from Windows) becomes its three bytes.
    """
    if _is_utf8(name):
        return name.encode("utf-8")
    return b"".join(
        bytes([ord(character) - 0xDC00])
        if "\udc80" <= character <= "\udcff"
        else character.encode("utf-8", "surrogatepass")
        for character in name
    )


def name_from_bytes(data: bytes) -> str:
    """The name as text, bytes that are not UTF-8 as surrogate escapes."""
    return data.decode("utf-8", "surrogateescape")


def time_column(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC. Raises FieldValueError for a time without its zone."""
    if moment.tzinfo is None:
        raise FieldValueError(field="time", reason="zone")
    return to_microseconds(moment)


def time_value(column: int) -> datetime:
    """The aware UTC time of a column."""
    return from_microseconds(column)


def date_column(day: date | None) -> str | None:
    """``YYYY-MM-DD``, or None."""
    return None if day is None else day.isoformat()[:10]


def date_value(column: str | None) -> date | None:
    """The day of a column. Raises RecordsDamagedError when it is none."""
    if column is None:
        return None
    try:
        return date.fromisoformat(column)
    except ValueError:
        pass
    raise RecordsDamagedError(part="date")


def enum_value(kind: type[E], column: str) -> E:
    """The member of ``kind`` for a column. Raises RecordsDamagedError for a word that this program lacks.

    A later program that adds a word raises the schema number, which this one refuses.
    """
    try:
        return kind(column)
    except ValueError:
        pass
    raise RecordsDamagedError(part=kind.__name__)


def folded(text: str) -> str:
    """What two references, tags or aliases are compared by: NFKC, without regard to case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
