"""What was chosen for a recipient the last time, and the pseudonyms that people bear towards this recipient.

Pseudonyms are drawn, not counted: two recipients who compare their bundles find no person in common, neither
the same one nor two different ones under one name. Both are kept inside the vault, by contact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from hrd_desktop.domain.people import ConsentPurpose
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

_PROFILE = "recipient.profile/"
_NAMES = "recipient.names/"
_SIGNS = "23456789BCDFGHJKMNPQRSTVWXZ"
_LENGTH = 4


@dataclass(frozen=True, repr=False)
class RecipientProfile:
    """The choices of an export. ``form``: ``recipients``, ``passphrase`` or ``self-opening``."""

    with_notes: bool = False
    with_sources: bool = False
    with_custodian: bool = False
    pseudonyms: bool = False
    purpose: ConsentPurpose = ConsentPurpose.SHARE_WITH_LAWYER
    language: str = "en"
    form: str = "recipients"


def find_profile(session: Session, recipient: UUID) -> RecipientProfile | None:
    """What was chosen for this contact the last time, or None."""
    text = session.read(lambda vault: vault.records.settings.find(f"{_PROFILE}{recipient}"))
    told = _object(text)
    try:
        return RecipientProfile(**(told | {"purpose": ConsentPurpose(told["purpose"])})) if told else None
    except (KeyError, TypeError, ValueError):
        # Written by a newer version: the choices are made anew, and the names are not touched.
        return None


def draw_names(vault: Vault, recipient: UUID | None, persons: Iterable[UUID]) -> dict[UUID, str]:
    """A pseudonym for each of these people: the one this recipient knows, else a new one.

    Nothing is kept: ``keep_profile`` does that, once the bundle is out. Without a recipient all are new.
    """
    known = _names(vault, recipient) if recipient is not None else {}
    used = set(known.values())
    found: dict[UUID, str] = {}
    for person in persons:
        if person in found:
            continue
        name = known.get(person)
        while name is None or (name in used and person not in known):
            name = _draw(vault)
        used.add(name)
        found[person] = name
    return found


def keep_profile(vault: Vault, recipient: UUID, profile: RecipientProfile, names: Mapping[UUID, str]) -> None:
    """Remember what was chosen and who was named how; forget what is about contacts that are gone."""
    settings = vault.records.settings
    contacts = {contact.id for contact in vault.records.contacts.iter_contacts()}
    kept = _names(vault, recipient) | dict(names)
    settings.set(f"{_PROFILE}{recipient}", json.dumps(asdict(profile)))
    settings.set(
        f"{_NAMES}{recipient}",
        json.dumps({str(person): name for person, name in kept.items() if person in contacts}),
    )
    for prefix in (_PROFILE, _NAMES):
        for name in settings.names(prefix):
            if UUID(name.removeprefix(prefix)) not in contacts:
                settings.remove(name)


def _names(vault: Vault, recipient: UUID) -> dict[UUID, str]:
    told = _object(vault.records.settings.find(f"{_NAMES}{recipient}"))
    return {UUID(person): str(name) for person, name in told.items()}


def _draw(vault: Vault) -> str:
    signs = ""
    while len(signs) < _LENGTH:
        # Of the 256 values of a byte as many as the signs divide evenly; the others would favour some.
        signs += "".join(_SIGNS[byte % 27] for byte in vault.random(8) if byte < 243)[: _LENGTH - len(signs)]
    return f"P-{signs}"


def _object(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text is not None else {}
    return found if isinstance(found, dict) else {}
