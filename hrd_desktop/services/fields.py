"""The evidence fields by name, and how a text becomes a value of each."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.records import (
    Confidentiality,
    DatePrecision,
    HowReceived,
    ItemDetails,
    ItemKind,
    Place,
    PlacePrecision,
    Reliability,
    Verification,
    WhenTaken,
)

TEXT_LIMIT = 100_000
SHORT_TEXT_LIMIT = 2_000

_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?\Z", re.ASCII)
_OFFSET = re.compile(r"([+-](0\d|1[0-4]):[0-5]\d|Z|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2})\Z", re.ASCII)

E = TypeVar("E", bound=enum.StrEnum)


def _text(limit: int) -> Callable[[str, str], str]:
    def parse(field: str, text: str) -> str:
        if len(text) > limit:
            raise FieldValueError(field=field, reason="too-long")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise FieldValueError(field=field, reason="not-unicode") from None
        return text

    return parse


def _choice(kind: type[E]) -> Callable[[str, str], E]:
    def parse(field: str, text: str) -> E:
        try:
            return kind(text.strip().lower())
        except ValueError:
            raise FieldValueError(field=field, reason="choices: " + " ".join(kind)) from None

    return parse


def _yes_or_no(field: str, text: str) -> bool:
    answers = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    try:
        return answers[text.strip().lower()]
    except KeyError:
        raise FieldValueError(field=field, reason="choices: yes no") from None


def _date(field: str, text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FieldValueError(field=field, reason="date: YYYY-MM-DD") from None


def _partial_date(field: str, text: str) -> str:
    text = text.strip()
    if not _PARTIAL_DATE.match(text):
        raise FieldValueError(field=field, reason="date: YYYY[-MM[-DD[THH:MM[:SS]]]]")
    padded = (text.replace(" ", "T") + "-01-01T00:00:00"[len(text) - 4 :])[:19]
    try:
        datetime.fromisoformat(padded)
    except ValueError:
        raise FieldValueError(field=field, reason="no-such-date") from None
    return text.replace(" ", "T")


def _zone(field: str, text: str) -> str | None:
    text = text.strip()
    if not text:
        return None
    if not _OFFSET.match(text):
        raise FieldValueError(field=field, reason="zone: +HH:MM or Area/City")
    return "+00:00" if text == "Z" else text


def _degrees(bound: float) -> Callable[[str, str], float | None]:
    def parse(field: str, text: str) -> float | None:
        if not text.strip():
            return None
        try:
            value = float(text)
        except ValueError:
            raise FieldValueError(field=field, reason="decimal-degrees") from None
        if not -bound <= value <= bound:
            raise FieldValueError(field=field, reason="decimal-degrees")
        return value

    return parse


_SIMPLE: Mapping[str, Callable[[str, str], Any]] = {
    "kind": _choice(ItemKind),
    "title": _text(SHORT_TEXT_LIMIT),
    "description": _text(TEXT_LIMIT),
    "note": _text(TEXT_LIMIT),
    "collected_by": _text(SHORT_TEXT_LIMIT),
    "how_received": _choice(HowReceived),
    "source": _text(SHORT_TEXT_LIMIT),
    "device": _text(SHORT_TEXT_LIMIT),
    "capture_tool": _text(SHORT_TEXT_LIMIT),
    "language": _text(100),
    "reliability": _choice(Reliability),
    "verification": _choice(Verification),
    "confidentiality": _choice(Confidentiality),
    "privileged": _yes_or_no,
    "sealed": _yes_or_no,
    "distressing": _yes_or_no,
    "review_on": _date,
}

_PLACE: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "place": ("name", _text(SHORT_TEXT_LIMIT)),
    "latitude": ("latitude", _degrees(90.0)),
    "longitude": ("longitude", _degrees(180.0)),
    "place_precision": ("precision", _choice(PlacePrecision)),
}

_COLLECTED: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "collected": ("at", _partial_date),
    "collected_zone": ("zone", _zone),
    "collected_precision": ("precision", _choice(DatePrecision)),
}

#: Every field that a person can set, by the name used on the command line and in custody events.
FIELD_NAMES: tuple[str, ...] = (*_SIMPLE, *_COLLECTED, *_PLACE)


def with_fields(details: ItemDetails, values: Mapping[str, str]) -> ItemDetails:
    """``details`` with these fields set from text. Raises FieldValueError, also for an unknown field."""
    for field, text in values.items():
        if field in _SIMPLE:
            details = replace(details, **{field: _SIMPLE[field](field, text)})
        elif field in _PLACE:
            part, parse = _PLACE[field]
            place: Place = replace(details.place, **{part: parse(field, text)})
            details = replace(details, place=place)
        elif field in _COLLECTED:
            details = _with_collected(details, field, text)
        else:
            raise FieldValueError(field="set", reason="fields: " + " ".join(FIELD_NAMES))
    return details


def likely_precision(partial_date: str) -> str:
    """How sure a time of this form is at most; an empty text where the form tells nothing."""
    by_length = {4: "unknown-month-and-day", 7: "unknown-day", 10: "day", 16: "minute", 19: "exact"}
    return by_length.get(len(partial_date.strip()), "")


def _with_collected(details: ItemDetails, field: str, text: str) -> ItemDetails:
    if field == "collected" and not text.strip():
        return replace(details, collected=None)
    part, parse = _COLLECTED[field]
    value = parse(field, text)
    if details.collected is None:
        if field != "collected":
            raise FieldValueError(field=field, reason="set collected first")
        precision = DatePrecision(likely_precision(value) or DatePrecision.EXACT)
        return replace(details, collected=WhenTaken(at=value, precision=precision))
    return replace(details, collected=replace(details.collected, **{part: value}))


def changed_fields(before: ItemDetails, after: ItemDetails) -> tuple[str, ...]:
    """Names of the fields that differ, for the custody log; never their values."""
    old, new = as_texts(before), as_texts(after)
    return tuple(name for name in FIELD_NAMES if old[name] != new[name])


def as_texts(details: ItemDetails) -> dict[str, str]:
    """Every field as the text that would set it; an empty text where it is not known."""
    texts: dict[str, str] = {}
    for field in _SIMPLE:
        value = getattr(details, field)
        if isinstance(value, bool):
            texts[field] = "yes" if value else "no"
        else:
            texts[field] = "" if value is None else str(value)
    collected, place = details.collected, details.place
    texts["collected"] = collected.at if collected else ""
    texts["collected_zone"] = (collected.zone or "") if collected else ""
    texts["collected_precision"] = collected.precision.value if collected else ""
    texts["place"] = place.name
    texts["latitude"] = "" if place.latitude is None else repr(place.latitude)
    texts["longitude"] = "" if place.longitude is None else repr(place.longitude)
    texts["place_precision"] = place.precision.value
    return texts
