"""What the fields of a record and their choices are called, and what is wrong with a value."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hrd_desktop.ui.detail.marking import QT_TRANSLATE_NOOP

_CONTEXT = "record"

_FIELDS: dict[str, str] = {
    "kind": QT_TRANSLATE_NOOP("record", "Kind"),
    "title": QT_TRANSLATE_NOOP("record", "Title"),
    "description": QT_TRANSLATE_NOOP("record", "Description"),
    "note": QT_TRANSLATE_NOOP("record", "Note"),
    "collected_by": QT_TRANSLATE_NOOP("record", "Collected by"),
    "collected": QT_TRANSLATE_NOOP("record", "When"),
    "collected_zone": QT_TRANSLATE_NOOP("record", "Time zone"),
    "collected_precision": QT_TRANSLATE_NOOP("record", "How sure the time is"),
    "how_received": QT_TRANSLATE_NOOP("record", "How it was received"),
    "source": QT_TRANSLATE_NOOP("record", "Source"),
    "device": QT_TRANSLATE_NOOP("record", "Device"),
    "capture_tool": QT_TRANSLATE_NOOP("record", "Capture tool"),
    "place": QT_TRANSLATE_NOOP("record", "Place"),
    "latitude": QT_TRANSLATE_NOOP("record", "Latitude"),
    "longitude": QT_TRANSLATE_NOOP("record", "Longitude"),
    "place_precision": QT_TRANSLATE_NOOP("record", "How exact the place is"),
    "language": QT_TRANSLATE_NOOP("record", "Language"),
    "reliability": QT_TRANSLATE_NOOP("record", "Reliability of the source"),
    "verification": QT_TRANSLATE_NOOP("record", "Verification"),
    "confidentiality": QT_TRANSLATE_NOOP("record", "Confidentiality"),
    "privileged": QT_TRANSLATE_NOOP("record", "Privileged"),
    "sealed": QT_TRANSLATE_NOOP("record", "Sealed"),
    "distressing": QT_TRANSLATE_NOOP("record", "Distressing"),
    "review_on": QT_TRANSLATE_NOOP("record", "Review on"),
    "tags": QT_TRANSLATE_NOOP("record", "Tags"),
    "people": QT_TRANSLATE_NOOP("record", "People"),
}

_HINTS: dict[str, str] = {
    "title": QT_TRANSLATE_NOOP("record", "What it shows, in a few words."),
    "note": QT_TRANSLATE_NOOP(
        "record", "For you only: notes leave the vault only when you choose so in an export."
    ),
    "collected": QT_TRANSLATE_NOOP(
        "record", "As much as is known: 2026, 2026-03, 2026-03-14 or 2026-03-14 09:30."
    ),
    "collected_zone": QT_TRANSLATE_NOOP(
        "record", "Where the clock stood: +01:00, or a name like Europe/Rome."
    ),
    "source": QT_TRANSLATE_NOOP(
        "record", "Who or what it came from. It leaves the vault only when you choose so in an export."
    ),
    "latitude": QT_TRANSLATE_NOOP("record", "Degrees, north positive: 43.4674"),
    "longitude": QT_TRANSLATE_NOOP("record", "Degrees, east positive: 11.8851"),
    "language": QT_TRANSLATE_NOOP("record", "As spoken or written in it."),
    "privileged": QT_TRANSLATE_NOOP("record", "Between a lawyer and a client: held back from exports."),
    "sealed": QT_TRANSLATE_NOOP("record", "Not to be given out: held back from exports."),
    "distressing": QT_TRANSLATE_NOOP("record", "Shown only after a click."),
    "review_on": QT_TRANSLATE_NOOP("record", "The day to look at it again: 2026-12-31"),
}

_CHOICES: dict[str, dict[str, str]] = {
    "kind": {
        "photograph": QT_TRANSLATE_NOOP("record", "Photograph"),
        "video": QT_TRANSLATE_NOOP("record", "Video"),
        "audio": QT_TRANSLATE_NOOP("record", "Sound"),
        "document": QT_TRANSLATE_NOOP("record", "Document"),
        "message": QT_TRANSLATE_NOOP("record", "Message"),
        "web-capture": QT_TRANSLATE_NOOP("record", "Web capture"),
        "testimony": QT_TRANSLATE_NOOP("record", "Testimony"),
        "physical": QT_TRANSLATE_NOOP("record", "Physical object"),
        "data": QT_TRANSLATE_NOOP("record", "Data"),
        "other": QT_TRANSLATE_NOOP("record", "Other"),
    },
    "how_received": {
        "own-capture": QT_TRANSLATE_NOOP("record", "Captured by us"),
        "in-person": QT_TRANSLATE_NOOP("record", "In person"),
        "messenger": QT_TRANSLATE_NOOP("record", "By messenger"),
        "email": QT_TRANSLATE_NOOP("record", "By e-mail"),
        "post": QT_TRANSLATE_NOOP("record", "By post"),
        "download": QT_TRANSLATE_NOOP("record", "Downloaded"),
        "bundle": QT_TRANSLATE_NOOP("record", "In a bundle"),
        "other": QT_TRANSLATE_NOOP("record", "Other"),
        "unknown": QT_TRANSLATE_NOOP("record", "Not known"),
    },
    "collected_precision": {
        "exact": QT_TRANSLATE_NOOP("record", "Exact"),
        "minute": QT_TRANSLATE_NOOP("record", "To the minute"),
        "day": QT_TRANSLATE_NOOP("record", "To the day"),
        "unknown-day": QT_TRANSLATE_NOOP("record", "Day not known"),
        "unknown-month-and-day": QT_TRANSLATE_NOOP("record", "Month and day not known"),
        "estimate": QT_TRANSLATE_NOOP("record", "An estimate"),
    },
    "place_precision": {
        "exact": QT_TRANSLATE_NOOP("record", "Exact"),
        "street": QT_TRANSLATE_NOOP("record", "Street"),
        "town": QT_TRANSLATE_NOOP("record", "Town"),
        "region": QT_TRANSLATE_NOOP("record", "Region"),
        "country": QT_TRANSLATE_NOOP("record", "Country"),
        "unknown": QT_TRANSLATE_NOOP("record", "Not known"),
    },
    "reliability": {
        "highly-reliable": QT_TRANSLATE_NOOP("record", "Highly reliable"),
        "reliable": QT_TRANSLATE_NOOP("record", "Reliable"),
        "unreliable": QT_TRANSLATE_NOOP("record", "Unreliable"),
        "highly-unreliable": QT_TRANSLATE_NOOP("record", "Highly unreliable"),
        "unknown": QT_TRANSLATE_NOOP("record", "Not known"),
    },
    "verification": {
        "not-verified": QT_TRANSLATE_NOOP("record", "Not verified"),
        "in-progress": QT_TRANSLATE_NOOP("record", "In progress"),
        "likely": QT_TRANSLATE_NOOP("record", "Likely"),
        "confirmed": QT_TRANSLATE_NOOP("record", "Confirmed"),
        "disputed": QT_TRANSLATE_NOOP("record", "Disputed"),
        "refuted": QT_TRANSLATE_NOOP("record", "Refuted"),
    },
    "confidentiality": {
        "open": QT_TRANSLATE_NOOP("record", "Open"),
        "restricted": QT_TRANSLATE_NOOP("record", "Restricted"),
        "confidential": QT_TRANSLATE_NOOP("record", "Confidential"),
        "strictly-confidential": QT_TRANSLATE_NOOP("record", "Strictly confidential"),
    },
    "how": {
        "shown": QT_TRANSLATE_NOOP("record", "Shown"),
        "heard": QT_TRANSLATE_NOOP("record", "Heard"),
        "author": QT_TRANSLATE_NOOP("record", "Author"),
    },
}

_REASONS: dict[str, str] = {
    "too-long": QT_TRANSLATE_NOOP("record", "This text is too long."),
    "not-unicode": QT_TRANSLATE_NOOP("record", "This text has characters that cannot be kept."),
    "no-such-date": QT_TRANSLATE_NOOP("record", "There is no such day or time."),
    "decimal-degrees": QT_TRANSLATE_NOOP(
        "record", "Write degrees as a number: latitude from -90 to 90, longitude from -180 to 180."
    ),
    "both-or-none": QT_TRANSLATE_NOOP("record", "Enter both latitude and longitude, or neither."),
    "characters": QT_TRANSLATE_NOOP("record", "This text has characters that cannot be kept."),
    "set collected first": QT_TRANSLATE_NOOP("record", "Enter the time first."),
    "length-or-characters": QT_TRANSLATE_NOOP("record", "Use 1 to 200 characters that can be seen."),
}

_FORMS: dict[str, str] = {
    "choices:": QT_TRANSLATE_NOOP("record", "Choose one of the list."),
    "zone:": QT_TRANSLATE_NOOP("record", "Write it as +01:00, or as a name like Europe/Rome."),
}
_DATE = QT_TRANSLATE_NOOP("record", "Write it as 2026-03-14.")
_PARTIAL_DATE = QT_TRANSLATE_NOOP("record", "Write 2026, 2026-03, 2026-03-14 or 2026-03-14 09:30.")
_OTHER_REASON = QT_TRANSLATE_NOOP("record", "This value does not fit here.")


def field_word(field: str) -> str:
    """What a field is called; one that is not known here keeps its own name."""
    return _said(_FIELDS.get(field, field))


def field_hint(field: str) -> str:
    """A sentence that helps to fill a field in, or an empty text."""
    return _said(_HINTS.get(field, ""))


def choices_of(field: str) -> tuple[tuple[str, str], ...]:
    """The values that a field can have, each with its word; none where any text will do."""
    return tuple((value, _said(word)) for value, word in _CHOICES.get(field, {}).items())


def choice_word(field: str, value: str) -> str:
    """The word for one of the values of a field."""
    return _said(_CHOICES.get(field, {}).get(value, value))


def reason_word(field: str, reason: str) -> str:
    """What is wrong with the value of ``field``, for the ``reason`` of a FieldValueError."""
    if reason.startswith("date:"):
        return _said(_PARTIAL_DATE if field == "collected" else _DATE)
    for form, sentence in _FORMS.items():
        if reason.startswith(form):
            return _said(sentence)
    return _said(_REASONS.get(reason, _OTHER_REASON))


def _said(sentence: str) -> str:
    return QCoreApplication.translate(_CONTEXT, sentence) if sentence else ""
