"""The form that texts and field values must have, kept by the decoder and checked by the program."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from hrd_desktop.decode.frames import FIELD_VALUE_CHARS
from hrd_desktop.domain.decoded import FieldKind, FieldName, kind_of

_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
_COUNT = re.compile(r"[0-9]{1,12}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_RANGES = {
    FieldName.LATITUDE: 90.0,
    FieldName.LONGITUDE: 180.0,
    FieldName.ALTITUDE: 100_000.0,
    FieldName.DIRECTION: 360.0,
}
# All control characters but line feed and tab, and those that reorder what stands around them, with which a
# name could be made to look like another.
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\n\t]")


def is_clean(text: str, *, lines: bool) -> bool:
    """Whether ``text`` has no character that controls or reorders; line feed and tab only where ``lines``."""
    return _UNCLEAN.search(text) is None and (lines or _BREAKS.search(text) is None)


def clean(untrusted_text: str, *, lines: bool) -> str:
    """``untrusted_text`` without what ``is_clean`` refuses; every kind of line end becomes a line feed."""
    text = untrusted_text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    text = _UNCLEAN.sub("", text)
    return text if lines else " ".join(text.split())


def is_valid_field(name: FieldName, value: str) -> bool:
    """Whether ``value`` has the form that ``kind_of(name)`` promises, within sane bounds."""
    kind = kind_of(name)
    if kind is FieldKind.COUNT:
        return _COUNT.fullmatch(value) is not None
    if kind is FieldKind.DECIMAL:
        if _DECIMAL.fullmatch(value) is None:
            return False
        number = float(value)
        return math.isfinite(number) and abs(number) <= _RANGES.get(name, 1e12)
    if kind is FieldKind.TIME:
        return _is_time(value)
    return 0 < len(value) <= FIELD_VALUE_CHARS and is_clean(value, lines=False)


def _is_time(value: str) -> bool:
    if _TIME.fullmatch(value) is None:
        return False
    try:
        if "T" in value:
            datetime.fromisoformat(value)
        else:
            date.fromisoformat(value)
    except ValueError:
        return False
    return True
