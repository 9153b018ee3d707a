"""What a reader hands back, and how it gives up: cleaned fields, and refusals with a code."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import UTC, datetime, timedelta

from hrd_desktop.decode.frames import FIELD_VALUE_CHARS, FailureCode
from hrd_desktop.decode.validity import clean, is_valid_field
from hrd_desktop.domain.decoded import FieldKind, FieldName, kind_of

# What parsers in Python raise over a damaged file. MemoryError is not among them: it means *too large*.
PARSER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

_TIME_PARTS = re.compile(
    r"(\d{4})[:./-](\d{1,2})[:./-](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


class Refusal(Exception):
    """The reader gives up, with the code that goes into the frame."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code.name)
        self.code = code


class Findings:
    """Fields in the order found, without repetition, cleaned so that the program will accept them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[tuple[FieldName, str], None] = {}

    @property
    def fields(self) -> list[tuple[FieldName, str]]:
        """All of them."""
        return list(self._found)

    def has(self, name: FieldName) -> bool:
        """Whether there is any value of ``name``."""
        return any(known is name for known, _ in self._found)

    def add(self, name: FieldName, untrusted_value: object) -> None:
        """Keep a value if there is any in it: text is cleaned and cut, other kinds need their form."""
        value = _in_form(kind_of(name), untrusted_value)
        if value and len(self._found) < self._most and is_valid_field(name, value):
            self._found[(name, value)] = None

    def add_first(self, name: FieldName, untrusted_value: object) -> None:
        """``add``, unless a better source gave a value already."""
        if not self.has(name):
            self.add(name, untrusted_value)


def _in_form(kind: FieldKind, untrusted_value: object) -> str:
    if isinstance(untrusted_value, bytes):
        untrusted_value = decode_loosely(untrusted_value)
    if kind is FieldKind.DECIMAL:
        return _decimal(untrusted_value)
    if kind is FieldKind.COUNT:
        return str(untrusted_value) if isinstance(untrusted_value, int) else ""
    text = clean(str(untrusted_value)[: 4 * FIELD_VALUE_CHARS], lines=False)
    if kind is FieldKind.TIME:
        return standard_time(text) or ""
    return text[:FIELD_VALUE_CHARS].strip()


def _decimal(untrusted_value: object) -> str:
    if not isinstance(untrusted_value, (int, float, str)):
        return ""
    try:
        number = float(untrusted_value)
    except ValueError:
        return ""
    if not abs(number) < 1e12:  # not a number is not less either
        return ""
    text = f"{number:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def decode_loosely(untrusted_bytes: bytes) -> str:
    """UTF-8 where it is that, else Latin-1; up to the first zero."""
    cut = untrusted_bytes.split(b"\0", 1)[0]
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError:
        return cut.decode("latin-1")


def standard_time(untrusted_text: str) -> str | None:
    """ISO 8601 from the ways in which files write a date or time (EXIF, XMP, ISO), or None."""
    match = _TIME_PARTS.match(untrusted_text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    text = f"{year}-{int(month):02d}-{int(day):02d}"
    if hour is None:
        return text
    text += f"T{int(hour):02d}:{minute}:{second or '00'}"
    if fraction:
        text += f".{fraction}"
    if zone:
        text += zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return text


def time_since(epoch_year: int, seconds: int) -> str | None:
    """The UTC time ``seconds`` after the first of January of ``epoch_year``; None for absurd values."""
    if not 0 < seconds < 1 << 33:
        return None
    moment = datetime(epoch_year, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
