"""What the facts found in a file are called, and what giving them away would mean."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hrd_desktop.domain.decoded import Disclosure, Field, FieldKind, kind_of
from hrd_desktop.ui.detail.marking import QT_TRANSLATE_NOOP

_CONTEXT = "found"

_NAMES: dict[str, str] = {
    "gps.latitude": QT_TRANSLATE_NOOP("found", "Latitude"),
    "gps.longitude": QT_TRANSLATE_NOOP("found", "Longitude"),
    "gps.altitude": QT_TRANSLATE_NOOP("found", "Height above sea level"),
    "gps.direction": QT_TRANSLATE_NOOP("found", "Direction"),
    "gps.time": QT_TRANSLATE_NOOP("found", "Time by satellite"),
    "place": QT_TRANSLATE_NOOP("found", "Place"),
    "time.original": QT_TRANSLATE_NOOP("found", "Taken"),
    "time.digitized": QT_TRANSLATE_NOOP("found", "Digitised"),
    "created": QT_TRANSLATE_NOOP("found", "Created"),
    "modified": QT_TRANSLATE_NOOP("found", "Modified"),
    "device.make": QT_TRANSLATE_NOOP("found", "Maker of the device"),
    "device.model": QT_TRANSLATE_NOOP("found", "Device"),
    "device.serial": QT_TRANSLATE_NOOP("found", "Serial number of the device"),
    "lens.make": QT_TRANSLATE_NOOP("found", "Maker of the lens"),
    "lens.model": QT_TRANSLATE_NOOP("found", "Lens"),
    "lens.serial": QT_TRANSLATE_NOOP("found", "Serial number of the lens"),
    "unique_id": QT_TRANSLATE_NOOP("found", "Unique number"),
    "maker_note": QT_TRANSLATE_NOOP("found", "Maker's own data"),
    "embedded_thumbnail": QT_TRANSLATE_NOOP("found", "Small picture inside"),
    "software": QT_TRANSLATE_NOOP("found", "Program"),
    "producer": QT_TRANSLATE_NOOP("found", "Made with"),
    "device.owner": QT_TRANSLATE_NOOP("found", "Owner of the device"),
    "author": QT_TRANSLATE_NOOP("found", "Author"),
    "last_modified_by": QT_TRANSLATE_NOOP("found", "Last changed by"),
    "organisation": QT_TRANSLATE_NOOP("found", "Organisation"),
    "copyright": QT_TRANSLATE_NOOP("found", "Copyright"),
    "title": QT_TRANSLATE_NOOP("found", "Title"),
    "subject": QT_TRANSLATE_NOOP("found", "Subject"),
    "description": QT_TRANSLATE_NOOP("found", "Description"),
    "keywords": QT_TRANSLATE_NOOP("found", "Keywords"),
    "comment": QT_TRANSLATE_NOOP("found", "Comment"),
    "language": QT_TRANSLATE_NOOP("found", "Language"),
    "width": QT_TRANSLATE_NOOP("found", "Width"),
    "height": QT_TRANSLATE_NOOP("found", "Height"),
    "orientation": QT_TRANSLATE_NOOP("found", "Orientation stored"),
    "rotation": QT_TRANSLATE_NOOP("found", "Rotation"),
    "frames": QT_TRANSLATE_NOOP("found", "Pictures in it"),
    "pages": QT_TRANSLATE_NOOP("found", "Pages"),
    "attachments": QT_TRANSLATE_NOOP("found", "Files attached"),
    "scripts": QT_TRANSLATE_NOOP("found", "Scripts"),
    "signatures": QT_TRANSLATE_NOOP("found", "Signatures"),
    "encrypted": QT_TRANSLATE_NOOP("found", "Encrypted"),
    "duration_s": QT_TRANSLATE_NOOP("found", "Length"),
    "sample_rate_hz": QT_TRANSLATE_NOOP("found", "Sample rate"),
    "channels": QT_TRANSLATE_NOOP("found", "Channels"),
    "codec": QT_TRANSLATE_NOOP("found", "Codec"),
    "charset": QT_TRANSLATE_NOOP("found", "Character set"),
}

_GROUPS: dict[str, str] = {
    "position": QT_TRANSLATE_NOOP("found", "Where it was made"),
    "device": QT_TRANSLATE_NOOP("found", "What device it was"),
    "person": QT_TRANSLATE_NOOP("found", "Who is named"),
    "hidden-content": QT_TRANSLATE_NOOP("found", "What lies hidden in it"),
    "nothing-personal": QT_TRANSLATE_NOOP("found", "Other facts"),
}

_UNITS: dict[str, str] = {
    "gps.altitude": QT_TRANSLATE_NOOP("found", "{value} m"),
    "gps.direction": QT_TRANSLATE_NOOP("found", "{value}°"),
    "gps.latitude": QT_TRANSLATE_NOOP("found", "{value}°"),
    "gps.longitude": QT_TRANSLATE_NOOP("found", "{value}°"),
    "maker_note": QT_TRANSLATE_NOOP("found", "{value} bytes"),
    "embedded_thumbnail": QT_TRANSLATE_NOOP("found", "{value} bytes"),
    "width": QT_TRANSLATE_NOOP("found", "{value} pixels"),
    "height": QT_TRANSLATE_NOOP("found", "{value} pixels"),
    "rotation": QT_TRANSLATE_NOOP("found", "{value}°"),
    "duration_s": QT_TRANSLATE_NOOP("found", "{value} seconds"),
    "sample_rate_hz": QT_TRANSLATE_NOOP("found", "{value} Hz"),
}


def group_word(disclosure: Disclosure) -> str:
    """What the facts that give this away have in common."""
    return QCoreApplication.translate(_CONTEXT, _GROUPS[disclosure.value])


def name_word(field: Field) -> str:
    """What a fact is called."""
    return QCoreApplication.translate(_CONTEXT, _NAMES[field.name.value])


def value_word(field: Field) -> str:
    """The value with its unit."""
    unit = _UNITS.get(field.name.value)
    if unit is None:
        return field.value.replace("T", " ") if kind_of(field.name) is FieldKind.TIME else field.value
    return QCoreApplication.translate(_CONTEXT, unit).replace("{value}", field.value)
