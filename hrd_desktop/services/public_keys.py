"""What a public key's text says of the key: its fingerprint, and whether a bundle can be encrypted to it."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.domain.contacts import KeyKind, public_key_kind
from hrd_desktop.domain.errors.base import SheafError


@dataclass(frozen=True, repr=False)
class KeyDescription:
    """``fingerprint`` is empty where this program cannot tell it; ``for_bundles``: can be encrypted to."""

    kind: KeyKind
    fingerprint: str
    for_bundles: bool


def describe_key(untrusted_text: str) -> KeyDescription | None:
    """What is known of this public key, or None for an empty text."""
    kind = public_key_kind(untrusted_text)
    if kind is None:
        return None
    try:
        recipient = parse_recipient(untrusted_text)
    except SheafError:
        return KeyDescription(kind, "", for_bundles=False)
    return KeyDescription(kind, recipient.fingerprint, for_bundles=True)
