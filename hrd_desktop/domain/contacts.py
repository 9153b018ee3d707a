"""Contacts: people and organisations the user needs to reach or protect, and the rules for their fields."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from hrd_desktop.domain.errors.contacts import (
    ContactFieldCharacters,
    ContactFieldMalformed,
    ContactFieldMissing,
    ContactFieldsDisagree,
    ContactFieldTooLong,
    ContactFieldTooMany,
    ContactSecretKey,
)

# Limits count characters (code points) of one text, or entries of one list.
MAX_ALIAS: Final = 200
MAX_NAME: Final = 300
MAX_ROLE: Final = 200
MAX_ORGANISATION: Final = 300
MAX_CHANNELS: Final = 50
MAX_CHANNEL_VALUE: Final = 1_000
MAX_CHANNEL_HOURS: Final = 200
MAX_CHANNEL_NOTE: Final = 1_000
MAX_LANGUAGES: Final = 20
MAX_LANGUAGE: Final = 35
MAX_EMERGENCY_ORDER: Final = 999
MAX_PUBLIC_KEY: Final = 100_000
MAX_FINGERPRINT: Final = 200
MAX_NOTES: Final = 50_000
MAX_TAGS: Final = 64
MAX_TAG: Final = 100


class ContactKind(StrEnum):
    """Whether a contact is one person or a body of people."""

    PERSON = "person"
    ORGANISATION = "organisation"


class ChannelKind(StrEnum):
    """By what means a contact is reached."""

    PHONE = "phone"
    EMAIL = "email"
    SIGNAL = "signal"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    THREEMA = "threema"
    WIRE = "wire"
    SESSION = "session"
    MATRIX = "matrix"
    XMPP = "xmpp"
    SOCIAL = "social"
    FAX = "fax"
    ADDRESS = "address"
    WEB = "web"
    OTHER = "other"


class Safety(StrEnum):
    """Whether a channel may be used without putting the contact in danger."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class KeyKind(StrEnum):
    """The kind of a public key, seen from its text."""

    AGE = "age"
    SSH = "ssh"
    PGP = "pgp"
    OTHER = "other"


class KeyCheck(StrEnum):
    """How it was made sure that a key or fingerprint is the contact's own."""

    NOT_CHECKED = "not-checked"
    IN_PERSON = "in-person"
    VOICE = "voice"
    VIDEO = "video"
    OTHER_CHANNEL = "other-channel"
    TRUSTED_PERSON = "trusted-person"
    PUBLISHED = "published"


class _Undisclosed:
    """Gives a repr with the class alone, so that no value reaches a log or a traceback."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, kw_only=True, repr=False)
class Channel(_Undisclosed):
    """One way to reach a contact. ``value`` may have several lines (an address); ``hours`` is free text."""

    kind: ChannelKind
    value: str
    safe: Safety = Safety.UNKNOWN
    hours: str = ""
    note: str = ""
    preferred: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class ContactFields(_Undisclosed):
    """What the user enters about a contact.

    ``alias`` is what is shown everywhere; all else may be empty. ``languages`` are BCP 47 tags, the best
    first. ``emergency_order`` is 1 for whoever is called first, ``None`` for nobody's emergency contact.
    ``public_key`` is text (an age recipient, a line of OpenSSH, an armoured OpenPGP key). The contact
    is to be deleted on ``delete_on``.
    """

    alias: str
    kind: ContactKind = ContactKind.PERSON
    real_name: str = ""
    role: str = ""
    organisation: str = ""
    channels: tuple[Channel, ...] = ()
    languages: tuple[str, ...] = ()
    emergency_order: int | None = None
    public_key: str = ""
    fingerprint: str = ""
    how_checked: KeyCheck = KeyCheck.NOT_CHECKED
    checked_on: date | None = None
    notes: str = ""
    delete_on: date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class ContactDraft(ContactFields):
    """A contact that is not in a vault yet, or the new fields of one that is."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Contact(ContactFields):
    """A contact as a vault keeps it; both times are UTC with their zone set."""

    id: uuid.UUID
    created_utc: datetime
    changed_utc: datetime

    def __repr__(self) -> str:
        return f"<Contact {self.id}>"


_FIELD_NAMES: Final = tuple(field.name for field in fields(ContactFields))


def draft_of(contact: ContactFields) -> ContactDraft:
    """Return the fields of ``contact`` as a draft, for editing with ``dataclasses.replace``."""
    return ContactDraft(**{name: getattr(contact, name) for name in _FIELD_NAMES})


def new_contact(draft: ContactFields, contact_id: uuid.UUID, now_utc: datetime) -> Contact:
    """Return the contact that ``draft`` becomes, checked.

    Raises what ``verify_contact`` raises.
    """
    values = {name: getattr(draft, name) for name in _FIELD_NAMES}
    contact = Contact(id=contact_id, created_utc=now_utc, changed_utc=now_utc, **values)
    verify_contact(contact)
    return contact


def edited_contact(contact: Contact, draft: ContactFields, now_utc: datetime) -> Contact:
    """Return ``contact`` with every field of ``draft``, its id and creation kept, checked.

    Raises what ``verify_contact`` raises.
    """
    values = {name: getattr(draft, name) for name in _FIELD_NAMES}
    changed = Contact(id=contact.id, created_utc=contact.created_utc, changed_utc=now_utc, **values)
    verify_contact(changed)
    return changed


def without_claims(draft: ContactDraft) -> ContactDraft:
    """Return ``draft`` without what only the user can vouch for; for a file that somebody else made.

    A stranger's file may say that its key was checked in person, that a number is safe, or that its
    contact is called first in an emergency. None of it is taken over. That a channel is *not* safe is.
    """
    return replace(
        draft,
        channels=tuple(
            replace(channel, safe=Safety.UNKNOWN) if channel.safe is Safety.YES else channel
            for channel in draft.channels
        ),
        emergency_order=None,
        how_checked=KeyCheck.NOT_CHECKED,
        checked_on=None,
    )


def verify_contact(contact: ContactFields) -> None:
    """Raise the first ``ContactFieldError`` that ``contact`` gives cause for."""
    verify_filled("alias", contact.alias)
    verify_line("alias", contact.alias, MAX_ALIAS)
    verify_line("real_name", contact.real_name, MAX_NAME)
    verify_line("role", contact.role, MAX_ROLE)
    verify_line("organisation", contact.organisation, MAX_ORGANISATION)
    verify_count("channels", len(contact.channels), MAX_CHANNELS)
    for index, channel in enumerate(contact.channels):
        verify_channel(channel, index=index)
    verify_count("languages", len(contact.languages), MAX_LANGUAGES)
    for index, tag in enumerate(contact.languages):
        verify_language("languages", tag, index=index)
    _verify_distinct("languages", (tag.lower() for tag in contact.languages))
    order = contact.emergency_order
    if order is not None and not 1 <= order <= MAX_EMERGENCY_ORDER:
        raise ContactFieldMalformed("emergency_order", limit=MAX_EMERGENCY_ORDER)
    _verify_public_key(contact.public_key)
    verify_line("fingerprint", contact.fingerprint, MAX_FINGERPRINT)
    if contact.how_checked is KeyCheck.NOT_CHECKED and contact.checked_on is not None:
        raise ContactFieldsDisagree("how_checked")
    if contact.how_checked is not KeyCheck.NOT_CHECKED and not (contact.public_key or contact.fingerprint):
        raise ContactFieldsDisagree("how_checked")
    verify_text("notes", contact.notes, MAX_NOTES)
    verify_count("tags", len(contact.tags), MAX_TAGS)
    for index, tag in enumerate(contact.tags):
        verify_filled("tags", tag, index=index)
        verify_line("tags", tag, MAX_TAG, index=index)
    _verify_distinct("tags", contact.tags)
    if isinstance(contact, Contact):
        verify_time("created_utc", contact.created_utc)
        verify_time("changed_utc", contact.changed_utc)


def verify_channel(channel: Channel, *, index: int = 0) -> None:
    """Raise the first ``ContactFieldError`` that the channel at ``index`` gives cause for."""
    verify_filled("channel-value", channel.value, index=index)
    verify_text("channel-value", channel.value, MAX_CHANNEL_VALUE, index=index)
    verify_line("channel-hours", channel.hours, MAX_CHANNEL_HOURS, index=index)
    verify_text("channel-note", channel.note, MAX_CHANNEL_NOTE, index=index)


def public_key_kind(text: str) -> KeyKind | None:
    """Return the kind of public key that ``text`` begins as, or ``None`` when it is empty.

    Looks at the first characters only: a result is no statement that the key is valid.
    """
    start = text.lstrip()[:64]
    if not start:
        return None
    if start.startswith("age1"):
        return KeyKind.AGE
    if start.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----"):
        return KeyKind.PGP
    if start.startswith(("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")):
        return KeyKind.SSH
    return KeyKind.OTHER


def is_secret_key(text: str) -> bool:
    """Return whether ``text`` holds a secret key of age, OpenSSH, PEM or OpenPGP."""
    upper = text.upper()
    return "AGE-SECRET-KEY-" in upper or "PRIVATE KEY" in upper


def verify_filled(field: str, value: str, *, index: int | None = None) -> None:
    """Raise ``ContactFieldMissing`` when ``value`` shows nothing."""
    if not value or value.isspace():
        raise ContactFieldMissing(field, index=index)


def verify_line(field: str, value: str, limit: int, *, index: int | None = None) -> None:
    """Raise when ``value`` is longer than ``limit``, or holds a control character or a line break.

    Raises ContactFieldTooLong, ContactFieldCharacters.
    """
    if len(value) > limit:
        raise ContactFieldTooLong(field, index=index, limit=limit)
    if not is_clean(value, lines=False):
        raise ContactFieldCharacters(field, index=index)


def verify_text(field: str, value: str, limit: int, *, index: int | None = None) -> None:
    """As ``verify_line``, but line feeds and tabs are allowed."""
    if len(value) > limit:
        raise ContactFieldTooLong(field, index=index, limit=limit)
    if not is_clean(value, lines=True):
        raise ContactFieldCharacters(field, index=index)


def verify_count(field: str, count: int, limit: int) -> None:
    """Raise ``ContactFieldTooMany`` when a list has more than ``limit`` entries."""
    if count > limit:
        raise ContactFieldTooMany(field, limit=limit)


def verify_time(field: str, value: datetime) -> None:
    """Raise ``ContactFieldMalformed`` unless ``value`` is a time in UTC with its zone set."""
    if value.utcoffset() != timedelta(0):
        raise ContactFieldMalformed(field)


def verify_language(field: str, tag: str, *, index: int | None = None) -> None:
    """Raise ``ContactFieldMalformed`` unless ``tag`` has the outline of a BCP 47 tag (RFC 5646, 2.1).

    The registry is not consulted: a tag of a small language that a list of ours missed must be allowed.
    """
    if len(tag) > MAX_LANGUAGE or _LANGUAGE.fullmatch(tag) is None:
        raise ContactFieldMalformed(field, index=index)


def is_clean(value: str, *, lines: bool) -> bool:
    """Return whether ``value`` has no control character and no lone surrogate.

    With ``lines``, a line feed and a tab are allowed. Without, neither they nor the Unicode line and
    paragraph separators are. Marks of direction and joiners stay allowed: scripts need them.
    """
    if value.isascii() and value.isprintable():
        return True
    return all(is_clean_character(character, lines=lines) for character in value)


def is_clean_character(character: str, *, lines: bool) -> bool:
    """Return whether ``is_clean`` allows this character."""
    if character in "\n\t":
        return lines
    category = unicodedata.category(character)
    if category in ("Zl", "Zp"):
        return lines
    return category not in ("Cc", "Cs")


_LANGUAGE: Final = re.compile(r"(?:[A-Za-z]{2,8}|[xXiI](?=-))(?:-[A-Za-z0-9]{1,8})*", re.ASCII)


def _verify_distinct(field: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise ContactFieldMalformed(field, index=index)
        seen.add(value)


def _verify_public_key(text: str) -> None:
    verify_text("public_key", text, MAX_PUBLIC_KEY)
    if text:
        verify_filled("public_key", text)
    if is_secret_key(text):
        raise ContactSecretKey("public_key")
