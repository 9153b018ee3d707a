"""The words and icons of kinds of items, and how a row is spoken by a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hrd_desktop.domain.records import ItemKind
from hrd_desktop.services.browse import BrowseRow
from hrd_desktop.ui.text import time_text

_ICONS: dict[ItemKind, str] = {
    ItemKind.PHOTOGRAPH: "photo",
    ItemKind.VIDEO: "video",
    ItemKind.AUDIO: "sound",
    ItemKind.DOCUMENT: "document",
    ItemKind.MESSAGE: "message",
    ItemKind.WEB_CAPTURE: "document",
    ItemKind.TESTIMONY: "person",
}


def kind_name(kind: ItemKind) -> str:
    """``Photograph`` in the language of the interface."""
    translate = QCoreApplication.translate
    match kind:
        case ItemKind.PHOTOGRAPH:
            return translate("kinds", "Photograph")
        case ItemKind.VIDEO:
            return translate("kinds", "Video")
        case ItemKind.AUDIO:
            return translate("kinds", "Audio")
        case ItemKind.DOCUMENT:
            return translate("kinds", "Document")
        case ItemKind.MESSAGE:
            return translate("kinds", "Message")
        case ItemKind.WEB_CAPTURE:
            return translate("kinds", "Web capture")
        case ItemKind.TESTIMONY:
            return translate("kinds", "Testimony")
        case ItemKind.PHYSICAL:
            return translate("kinds", "Physical object")
        case ItemKind.DATA:
            return translate("kinds", "Data")
    return translate("kinds", "Other")


def kind_icon(kind: ItemKind) -> str:
    """The icon of a kind, as ``theme.icons`` names it."""
    return _ICONS.get(kind, "file")


def spoken_row(row: BrowseRow) -> str:
    """What a screen reader says of a row: title, reference, kind, time."""
    return ", ".join((row.title, row.reference, kind_name(row.kind), time_text(row.imported_utc)))
