"""Writing contacts as vCard 4.0 (RFC 6350) or 3.0 (RFC 2426)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import BinaryIO, Final
from urllib.parse import quote

from hrd_desktop.bundle.vcard_names import SERVICES, UNSAFE_LABEL
from hrd_desktop.bundle.vcard_properties import escape, format_property
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactFields,
    ContactKind,
    KeyCheck,
    KeyKind,
    Safety,
    public_key_kind,
    verify_contact,
)


class VCardVersion(StrEnum):
    """The versions that are written. Telephones of every age read 3.0."""

    V4 = "4.0"
    V3 = "3.0"


# What may stand in a URI property as it is; the backslash is left to ``escape`` on either side.
_PLAIN_URI: Final = re.compile(r"[!-\[\]-~]+", re.ASCII)


def write_vcards(contacts: Iterable[ContactFields], version: VCardVersion, out: BinaryIO) -> int:
    """Write one card for each contact and return how many.

    Everything a contact holds is written: who must not learn the real names or the notes is given
    contacts without them. Ids and times of the records are never written, nor the name of a program.
    Raises a ContactFieldError, before its card, for a contact that breaks the rules of its fields.
    """
    count = 0
    for contact in contacts:
        verify_contact(contact)
        out.write(b"".join(_iter_lines(contact, version)))
        count += 1
    return count


def _iter_lines(contact: ContactFields, version: VCardVersion) -> Iterator[bytes]:
    yield format_property("BEGIN", "VCARD")
    yield format_property("VERSION", version.value)
    if contact.kind is ContactKind.ORGANISATION:
        if version is VCardVersion.V4:
            yield format_property("KIND", "org")
        else:
            yield format_property("X-ABSHOWAS", "COMPANY")
    alias = escape(contact.alias)
    yield format_property("FN", alias)
    # Telephones show N and not FN. With the alias in both, the real name is on no lock screen.
    yield format_property("N", f";{alias};;;")
    yield from _line("X-SHEAF-REAL-NAME", contact.real_name)
    yield from _line("ORG", contact.organisation)
    yield from _line("TITLE", contact.role)
    for number, channel in enumerate(contact.channels, start=1):
        yield from _channel_lines(channel, f"item{number}", version)
    for number, tag in enumerate(contact.languages, start=1):
        if version is VCardVersion.V4:
            yield format_property("LANG", tag, parameters=[("PREF", str(number))])
        else:
            yield format_property("X-SHEAF-LANG", tag)
    if contact.tags:
        yield format_property("CATEGORIES", ",".join(escape(tag) for tag in contact.tags))
    yield from _key_lines(contact, version)
    if contact.emergency_order is not None:
        yield format_property("X-SHEAF-EMERGENCY", str(contact.emergency_order))
    if contact.delete_on is not None:
        yield format_property("X-SHEAF-DELETE-ON", contact.delete_on.isoformat())
    yield from _line("NOTE", contact.notes)
    yield format_property("END", "VCARD")


def _line(name: str, text: str, *, group: str = "") -> Iterator[bytes]:
    if text:
        yield format_property(name, escape(text), group=group)


def _channel_lines(channel: Channel, group: str, version: VCardVersion) -> Iterator[bytes]:
    name, value, parameters = _channel_property(channel, version)
    if channel.preferred:
        parameters.append(("PREF", "1") if version is VCardVersion.V4 else ("TYPE", "pref"))
    yield format_property(name, value, group=group, parameters=parameters)
    if channel.safe is not Safety.UNKNOWN:
        yield format_property("X-SHEAF-SAFE", channel.safe.value, group=group)
    if channel.safe is Safety.NO:
        # Apple's and Google's programs show this label beside the number.
        yield format_property("X-ABLabel", UNSAFE_LABEL, group=group)
    yield from _line("X-SHEAF-HOURS", channel.hours, group=group)
    yield from _line("X-SHEAF-NOTE", channel.note, group=group)


def _channel_property(channel: Channel, version: VCardVersion) -> tuple[str, str, list[tuple[str, str]]]:
    """Return name, value in its property's form, and parameters."""
    kind, value = channel.kind, channel.value
    if kind is ChannelKind.PHONE:
        return "TEL", escape(value), []
    if kind is ChannelKind.FAX:
        return "TEL", escape(value), [("TYPE", "fax")]
    if kind is ChannelKind.EMAIL:
        return "EMAIL", escape(value), []
    if kind is ChannelKind.ADDRESS:
        # One text in the street's place: taking an address apart is guesswork in most countries.
        return "ADR", f";;{escape(value)};;;;", []
    if kind is ChannelKind.WEB and _PLAIN_URI.fullmatch(value):
        return "URL", value, []
    if kind is ChannelKind.SOCIAL:
        if version is VCardVersion.V4:
            return "SOCIALPROFILE", escape(value), [("VALUE", "text")]  # RFC 9554
        return "X-SOCIALPROFILE", escape(value), []
    if kind in SERVICES:
        parameter = "SERVICE-TYPE" if version is VCardVersion.V4 else "X-SERVICE-TYPE"
        uri = f"{kind.value}:{quote(value, safe='+@.-_~')}"
        return "IMPP", uri, [(parameter, SERVICES[kind])]
    return "X-SHEAF-CHANNEL", escape(value), [("TYPE", kind.value)]


def _key_lines(contact: ContactFields, version: VCardVersion) -> Iterator[bytes]:
    key = contact.public_key
    if key and public_key_kind(key) is KeyKind.PGP:
        encoded = base64.b64encode(key.encode("utf-8")).decode("ascii")
        if version is VCardVersion.V4:
            yield format_property("KEY", f"data:application/pgp-keys;base64,{encoded}")
        else:
            yield format_property("KEY", encoded, parameters=[("TYPE", "PGP"), ("ENCODING", "b")])
    elif key:
        yield format_property("KEY", escape(key), parameters=[("VALUE", "text")])
    yield from _line("X-SHEAF-FINGERPRINT", contact.fingerprint)
    if contact.how_checked is not KeyCheck.NOT_CHECKED:
        yield format_property("X-SHEAF-CHECKED", contact.how_checked.value)
    if contact.checked_on is not None:
        yield format_property("X-SHEAF-CHECKED-ON", contact.checked_on.isoformat())
