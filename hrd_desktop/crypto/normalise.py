"""A typed passphrase as the same bytes on every keyboard, system and Python version."""

from __future__ import annotations

import unicodedata

from hrd_desktop.crypto.unicode14 import find_unassigned
from hrd_desktop.domain.errors.vault import UnusablePassphraseError

LIMIT_BYTES = 4096
# Arabic and Persian keyboards have different keys for letters that a reader takes for the same one. The last
# three, tatweel and the joiners, are hardly seen and are typed on some keyboards only.
_MAPPED = {0x06CC: "\u064a", 0x0649: "\u064a", 0x06A9: "\u0643", 0x0640: "", 0x200C: "", 0x200D: ""}


def normalise_passphrase(text: str) -> bytes:
    """The UTF-8 bytes of ``text`` after section 2.4 of the vault format: 1 to 4,096, none of them zero.

    Only characters of Unicode 14.0 are taken, the version of the oldest supported Python: what a later
    version adds would be refused, or normalised in another way, by an earlier one.

    Raises ``UnusablePassphraseError`` with the 0-based position of the character that cannot be used, or
    None when the text is empty or too long. The text itself is in no exception.
    """
    position = find_unassigned(text)
    if position is not None:
        raise UnusablePassphraseError(position=position)
    prepared = _prepare(text)
    # Before the slow rules; every character has at least one byte, so nothing that fits is refused.
    if not 0 < len(prepared) <= LIMIT_BYTES:
        raise UnusablePassphraseError(position=None)
    refused = _find_refused(prepared)
    if refused is not None:
        raise UnusablePassphraseError(position=_position_typed(text, refused))
    encoded = prepared.encode("utf-8")
    if len(encoded) > LIMIT_BYTES:
        raise UnusablePassphraseError(position=None)
    return encoded


def _prepare(text: str) -> str:
    """Steps 1 to 4, and the two mappings of OpaqueString."""
    composed = unicodedata.normalize("NFC", text)
    mapped = "".join(_map(character) for character in composed).translate(_MAPPED)
    return unicodedata.normalize("NFC", mapped)


def _map(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return " " if category == "Zs" else character


def _find_refused(prepared: str) -> int | None:
    """The index of the first character that OpaqueString (RFC 8265, 4.2) does not allow."""
    import precis_i18n  # not needed for a recovery code, and 10 ms

    try:
        enforced = precis_i18n.get_profile("OpaqueString").enforce(prepared)
    except UnicodeEncodeError as refusal:
        # The refusal holds the whole passphrase: nothing is raised while it is being handled.
        return refusal.start
    if enforced != prepared:
        raise AssertionError("the passphrase was not prepared as OpaqueString wants it")
    return None


def _position_typed(text: str, index: int) -> int:
    """Where in ``text`` the character is that ends up at ``index`` of the prepared text."""
    low, high = 0, len(text) - 1
    while low < high:
        middle = (low + high) // 2
        if len(_prepare(text[: middle + 1])) > index:
            high = middle
        else:
            low = middle + 1
    return low
