"""What was found in a file: named fields, pixels and text; bounded and checked, but never trusted as true.

A field says what the *file* says. Nothing here proves where or when a picture was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disclosure(StrEnum):
    """What a field gives away when the file leaves the vault."""

    NOTHING_PERSONAL = "nothing-personal"
    POSITION = "position"
    DEVICE = "device"
    PERSON = "person"
    HIDDEN_CONTENT = "hidden-content"


class FieldKind(StrEnum):
    """The form of a field's value, which is always text.

    ``TEXT``: up to 1000 characters on one line. ``DECIMAL``: digits with an optional sign and point.
    ``COUNT``: digits only. ``TIME``: ``YYYY-MM-DD``, ``YYYY-MM-DDThh:mm:ss`` or that with up to six decimals
    and a zone (``Z`` or ``+hh:mm``); without a zone the file does not tell which.
    """

    TEXT = "text"
    DECIMAL = "decimal"
    COUNT = "count"
    TIME = "time"


class FieldName(StrEnum):
    """The stable names of fields. A name may occur several times with different values."""

    LATITUDE = "gps.latitude"  # degrees, north positive
    LONGITUDE = "gps.longitude"  # degrees, east positive
    ALTITUDE = "gps.altitude"  # metres above sea level
    DIRECTION = "gps.direction"  # degrees clockwise from north
    GPS_TIME = "gps.time"
    PLACE = "place"
    TIME_ORIGINAL = "time.original"
    TIME_DIGITIZED = "time.digitized"
    CREATED = "created"
    MODIFIED = "modified"
    DEVICE_MAKE = "device.make"
    DEVICE_MODEL = "device.model"
    DEVICE_SERIAL = "device.serial"
    LENS_MAKE = "lens.make"
    LENS_MODEL = "lens.model"
    LENS_SERIAL = "lens.serial"
    UNIQUE_ID = "unique_id"
    MAKER_NOTE = "maker_note"  # its size in bytes; its content is the maker's secret
    EMBEDDED_THUMBNAIL = "embedded_thumbnail"  # its size in bytes; may show what was cropped away
    SOFTWARE = "software"
    PRODUCER = "producer"
    DEVICE_OWNER = "device.owner"
    AUTHOR = "author"
    LAST_MODIFIED_BY = "last_modified_by"
    ORGANISATION = "organisation"
    COPYRIGHT = "copyright"
    TITLE = "title"
    SUBJECT = "subject"
    DESCRIPTION = "description"
    KEYWORDS = "keywords"
    COMMENT = "comment"
    LANGUAGE = "language"
    WIDTH = "width"  # pixels as shown, after turning
    HEIGHT = "height"
    ORIENTATION = "orientation"  # EXIF 1 to 8, as stored
    ROTATION = "rotation"  # degrees clockwise, of a video
    FRAMES = "frames"
    PAGES = "pages"
    ATTACHMENTS = "attachments"
    SCRIPTS = "scripts"
    SIGNATURES = "signatures"
    ENCRYPTED = "encrypted"
    DURATION = "duration_s"
    SAMPLE_RATE = "sample_rate_hz"
    CHANNELS = "channels"
    CODEC = "codec"
    CHARSET = "charset"


_DISCLOSURES: dict[FieldName, Disclosure] = {
    FieldName.LATITUDE: Disclosure.POSITION,
    FieldName.LONGITUDE: Disclosure.POSITION,
    FieldName.ALTITUDE: Disclosure.POSITION,
    FieldName.DIRECTION: Disclosure.POSITION,
    FieldName.GPS_TIME: Disclosure.POSITION,
    FieldName.PLACE: Disclosure.POSITION,
    FieldName.DEVICE_SERIAL: Disclosure.DEVICE,
    FieldName.LENS_SERIAL: Disclosure.DEVICE,
    FieldName.UNIQUE_ID: Disclosure.DEVICE,
    FieldName.MAKER_NOTE: Disclosure.DEVICE,
    FieldName.DEVICE_OWNER: Disclosure.PERSON,
    FieldName.AUTHOR: Disclosure.PERSON,
    FieldName.LAST_MODIFIED_BY: Disclosure.PERSON,
    FieldName.ORGANISATION: Disclosure.PERSON,
    FieldName.COPYRIGHT: Disclosure.PERSON,
    FieldName.EMBEDDED_THUMBNAIL: Disclosure.HIDDEN_CONTENT,
    FieldName.ATTACHMENTS: Disclosure.HIDDEN_CONTENT,
    FieldName.COMMENT: Disclosure.HIDDEN_CONTENT,
}

_KINDS: dict[FieldName, FieldKind] = {
    FieldName.LATITUDE: FieldKind.DECIMAL,
    FieldName.LONGITUDE: FieldKind.DECIMAL,
    FieldName.ALTITUDE: FieldKind.DECIMAL,
    FieldName.DIRECTION: FieldKind.DECIMAL,
    FieldName.DURATION: FieldKind.DECIMAL,
    FieldName.GPS_TIME: FieldKind.TIME,
    FieldName.TIME_ORIGINAL: FieldKind.TIME,
    FieldName.TIME_DIGITIZED: FieldKind.TIME,
    FieldName.CREATED: FieldKind.TIME,
    FieldName.MODIFIED: FieldKind.TIME,
    FieldName.MAKER_NOTE: FieldKind.COUNT,
    FieldName.EMBEDDED_THUMBNAIL: FieldKind.COUNT,
    FieldName.WIDTH: FieldKind.COUNT,
    FieldName.HEIGHT: FieldKind.COUNT,
    FieldName.ORIENTATION: FieldKind.COUNT,
    FieldName.ROTATION: FieldKind.COUNT,
    FieldName.FRAMES: FieldKind.COUNT,
    FieldName.PAGES: FieldKind.COUNT,
    FieldName.ATTACHMENTS: FieldKind.COUNT,
    FieldName.SCRIPTS: FieldKind.COUNT,
    FieldName.SIGNATURES: FieldKind.COUNT,
    FieldName.SAMPLE_RATE: FieldKind.COUNT,
    FieldName.CHANNELS: FieldKind.COUNT,
}


def disclosure_of(name: FieldName) -> Disclosure:
    """What ``name`` gives away; an export lists everything that is not ``NOTHING_PERSONAL`` beforehand."""
    return _DISCLOSURES.get(name, Disclosure.NOTHING_PERSONAL)


def kind_of(name: FieldName) -> FieldKind:
    """The form that the values of ``name`` have."""
    return _KINDS.get(name, FieldKind.TEXT)


@dataclass(frozen=True)
class Field:
    """One fact that a file states about itself, in the form of ``kind_of(name)``."""

    name: FieldName
    value: str

    def __repr__(self) -> str:
        # The value may be a place or a person and must not reach a log by accident.
        return f"Field({self.name.value})"


@dataclass(frozen=True)
class DecodedFile:
    """The answer to *what is this file?*

    ``media_type_found`` comes from the bytes. ``text`` is the beginning of the file's text as far as it was
    asked for: None when it was not or when there is no text.
    """

    media_type_found: str
    fields: tuple[Field, ...]
    text: str | None = None

    def __repr__(self) -> str:
        return f"DecodedFile({self.media_type_found}, {len(self.fields)} fields)"

    def all_of(self, name: FieldName) -> tuple[str, ...]:
        """Every value of ``name``, in the order found."""
        return tuple(field.value for field in self.fields if field.name is name)

    def find(self, name: FieldName) -> str | None:
        """The first value of ``name``, or None."""
        return next(iter(self.all_of(name)), None)

    def _find_count(self, name: FieldName) -> int | None:
        value = self.find(name)
        return None if value is None else int(value)

    def _find_decimal(self, name: FieldName) -> float | None:
        value = self.find(name)
        return None if value is None else float(value)

    @property
    def width(self) -> int | None:
        """Pixels across, as shown."""
        return self._find_count(FieldName.WIDTH)

    @property
    def height(self) -> int | None:
        """Pixels down, as shown."""
        return self._find_count(FieldName.HEIGHT)

    @property
    def page_count(self) -> int | None:
        """Pages of a document."""
        return self._find_count(FieldName.PAGES)

    @property
    def duration_s(self) -> float | None:
        """Seconds of sound or video."""
        return self._find_decimal(FieldName.DURATION)

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, both or none."""
        latitude, longitude = self._find_decimal(FieldName.LATITUDE), self._find_decimal(FieldName.LONGITUDE)
        return None if latitude is None or longitude is None else (latitude, longitude)

    def disclosing(self, disclosure: Disclosure) -> tuple[Field, ...]:
        """The fields that give away ``disclosure``, in the order found."""
        return tuple(field for field in self.fields if disclosure_of(field.name) is disclosure)


@dataclass(frozen=True)
class Pixels:
    """A picture as plain pixels, upright: ``height`` rows of ``width`` times R, G, B, A, one byte each.

    ``stride`` is the length of a row in bytes, always ``4 * width``. ``complete`` is False when the file
    broke off and the rest of the picture is empty.
    """

    width: int
    height: int
    stride: int
    rgba: bytes
    complete: bool = True

    def __repr__(self) -> str:
        return f"Pixels({self.width}x{self.height})"
