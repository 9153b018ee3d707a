"""The words of an export: what leaves, where it stands, why something is held back."""

from __future__ import annotations

from hrd_desktop.domain.export import BundleResult, DisclosureKind, DisclosureWhere
from hrd_desktop.ui.text import filled, isolated, number_text, size_text, translated

#: Each language in itself: the recipient's, which the user may not read.
_LANGUAGE_NAMES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ar": "العربية",
    "fa": "فارسی",
    "pt": "Português",
    "ru": "Русский",
}


def language_name(language: str) -> str:
    """The language's own name."""
    return _LANGUAGE_NAMES[language]


def disclosure_name(kind: DisclosureKind) -> str:
    """``Place`` in the language of the interface."""
    return {
        DisclosureKind.TITLE: translated("export", "Title"),
        DisclosureKind.ORIGINAL_NAME: translated("export", "Name of the original"),
        DisclosureKind.DATE: translated("export", "Date"),
        DisclosureKind.PERSON: translated("export", "Person"),
        DisclosureKind.PLACE: translated("export", "Place"),
        DisclosureKind.POSITION: translated("export", "Position"),
        DisclosureKind.DEVICE_SERIAL: translated("export", "Device"),
        DisclosureKind.SOURCE: translated("export", "Source"),
        DisclosureKind.NOTE: translated("export", "Note or hidden content"),
        DisclosureKind.CONTACT: translated("export", "Contact"),
        DisclosureKind.CUSTODY: translated("export", "Custody"),
        DisclosureKind.BAG_INFO: translated("export", "About the bundle"),
    }[kind]


def where_name(where: DisclosureWhere) -> str:
    """Where in the bundle a value stands."""
    return {
        DisclosureWhere.INDEX: translated("export", "in the list of exhibits"),
        DisclosureWhere.FILE: translated("export", "inside the file itself"),
        DisclosureWhere.CUSTODY: translated("export", "in the custody log"),
        DisclosureWhere.CONTACTS: translated("export", "in the contacts"),
        DisclosureWhere.BAG_INFO: translated("export", "in the bundle's own data"),
    }[where]


def held_back_reason(reason: str) -> str:
    """Why an item stays here, by the stable reason of ``services.export.HeldBack``."""
    return {
        "privileged": translated("export", "privileged: between a lawyer and a client"),
        "sealed": translated("export", "sealed"),
        "no-consent": translated("export", "shows somebody who has not agreed to this purpose"),
        "binned": translated("export", "in the bin"),
    }.get(reason, reason)


def items_text(count: int) -> str:
    """``1 item``, ``12 items``."""
    if count == 1:
        return translated("export", "1 item")
    return translated("export", "{count} items", count=number_text(count))


def result_text(result: BundleResult) -> str:
    """Where the bundle is and what to compare it by."""
    lines = [
        filled(
            translated("export", "Written, read back and checked: {path}"), path=isolated(str(result.path))
        ),
        filled(
            translated("export", "{items}, {size}"),
            items=items_text(result.items),
            size=size_text(result.size_bytes),
        ),
        filled(translated("export", "SHA-256: {digest}"), digest=isolated(result.sha256.hex())),
    ]
    if result.beside_path is not None:
        sentence = translated("export", "The page needs the file beside it, give both: {path}")
        lines.append(filled(sentence, path=isolated(str(result.beside_path))))
    if result.cover_path is not None:
        sentence = translated("export", "A cover sheet that tells the recipient how to open it: {path}")
        lines.append(filled(sentence, path=isolated(str(result.cover_path))))
    return "\n".join(lines)
