"""The KEY property: a public key as text, as base64 or in a data: URI; never one to be fetched."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_properties import Property
from hrd_desktop.domain.contacts import is_secret_key
from hrd_desktop.domain.contacts_read import LeftOutReason

_DATA: Final = re.compile(r"data:([^,]{0,200}),(.*)", re.DOTALL | re.IGNORECASE)
_FINGERPRINT: Final = re.compile(r"openpgp4fpr:([0-9a-f]{8,64})", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(r"(?:https?|ftp|ldaps?|hkps?|file|cid|content):", re.IGNORECASE)
# OpenPGP packet tags (RFC 9580, section 5).
_TAG_SECRET_KEY: Final = 5
_TAG_PUBLIC_KEY: Final = 6
_ARMOUR_WIDTH: Final = 64


@dataclass(frozen=True, repr=False)
class FoundKey:
    """A public key's text, or a fingerprint; the other is empty."""

    key: str = ""
    fingerprint: str = ""

    def __repr__(self) -> str:
        return "<FoundKey>"


def read_key(item: Property, version: str, tally: Tally) -> FoundKey | None:
    """Return what the property holds, or ``None`` with the reason counted.

    The text is not checked to be a valid key: that is for whoever encrypts to it.
    """
    if item.binary is not None:
        return _from_bytes(item.binary, tally)
    text = item.text(version=version)
    if not text.strip():
        return None
    if item.first("VALUE").lower() == "text":
        return _from_text(text, tally)
    data = _DATA.match(text)
    if data is not None:
        content = unquote_to_bytes(data.group(2))
        if data.group(1).lower().endswith(";base64"):
            try:
                content = binascii.a2b_base64(content)
            except binascii.Error:
                tally.add(LeftOutReason.UNREADABLE, "KEY")
                return None
        return _from_bytes(content, tally)
    fingerprint = _FINGERPRINT.fullmatch(text.strip())
    if fingerprint is not None:
        return FoundKey(fingerprint=fingerprint.group(1))
    if _ELSEWHERE.match(text):
        tally.add(LeftOutReason.ADDRESS, "KEY")
        return None
    return _from_text(text, tally)


def _from_bytes(content: bytes, tally: Tally) -> FoundKey | None:
    try:
        return _from_text(content.decode("utf-8"), tally)
    except UnicodeDecodeError:
        pass  # no text, so perhaps the packets of OpenPGP
    tag = _packet_tag(content[0])
    if tag == _TAG_PUBLIC_KEY:
        return FoundKey(key=_armour(content))
    tally.add(LeftOutReason.PRIVATE_KEY if tag == _TAG_SECRET_KEY else LeftOutReason.UNREADABLE, "KEY")
    return None


def _from_text(text: str, tally: Tally) -> FoundKey | None:
    if is_secret_key(text):
        tally.add(LeftOutReason.PRIVATE_KEY, "KEY")
        return None
    key = tally.clean_text(text, "KEY")
    return FoundKey(key=key) if key.strip() else None


def _packet_tag(first: int) -> int | None:
    """Return the packet's tag, old format or new (RFC 9580, section 4.2), or ``None`` for no packet."""
    if not first & 0x80:
        return None
    return first & 0x3F if first & 0x40 else (first & 0x3C) >> 2


def _armour(packets: bytes) -> str:
    """Return OpenPGP packets as text (RFC 9580, section 6), without the checksum it advises against."""
    encoded = base64.b64encode(packets).decode("ascii")
    lines = [encoded[at : at + _ARMOUR_WIDTH] for at in range(0, len(encoded), _ARMOUR_WIDTH)]
    return "\n".join(
        ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "", *lines, "-----END PGP PUBLIC KEY BLOCK-----", ""]
    )
