"""The ways to reach a contact, out of the properties of a card that anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from hrd_desktop.bundle.contacts_fields import FieldReader
from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_names import (
    CHANNEL_PROPERTIES,
    SERVICE_KINDS,
    SERVICE_PROPERTIES,
    SILENT_TYPES,
    UNSAFE_LABEL,
)
from hrd_desktop.bundle.vcard_properties import Property, unescape
from hrd_desktop.domain.contacts import Channel, ChannelKind, Safety

_DETAILS: Final = frozenset({"X-SHEAF-SAFE", "X-SHEAF-HOURS", "X-SHEAF-NOTE", "X-ABLABEL"})
_APPLE_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_")
_STREET: Final = 2  # its place among the components of ADR


class ChannelReader:
    """Turns the channel properties of one card into channels, in their order."""

    def __init__(self, properties: Iterable[Property], version: str, tally: Tally) -> None:
        self._version = version
        self._tally = tally
        self._channels = [p for p in properties if p.name in CHANNEL_PROPERTIES]
        self._labels = [p for p in properties if p.name == "LABEL"]
        self._details: dict[str, dict[str, Property]] = {}
        for item in properties:
            if item.name in _DETAILS and item.group:
                self._details.setdefault(item.group, {}).setdefault(item.name, item)

    def read(self) -> tuple[Channel, ...]:
        """Return the channels that have a value."""
        found = [self._channel(item) for item in self._channels]
        if not any(channel and channel.kind is ChannelKind.ADDRESS for channel in found):
            # LABEL (vCard 2.1 and 3.0) repeats an address; without one, it is the address.
            found += [self._address_label(item) for item in self._labels]
        return tuple(channel for channel in found if channel is not None)

    def _channel(self, item: Property) -> Channel | None:
        kind, value, remarks = self._reading(item)
        value = self._tally.clean_text(value, item.name)
        if not value.strip():
            return None
        details: Mapping[str, Property] = self._details.get(item.group, {})
        label = self._detail(details, "X-ABLABEL")
        match = _APPLE_LABEL.fullmatch(label)
        label = match.group(1) if match else label
        safe = self._safety(details)
        if label == UNSAFE_LABEL:
            # Our label outlives our own properties when a telephone passes the card on.
            safe = Safety.NO if "X-SHEAF-SAFE" not in details else safe
            label = ""
        if kind is ChannelKind.PHONE and label.strip().lower() in SERVICE_KINDS:
            kind = SERVICE_KINDS[label.strip().lower()]
            label = ""
        note = self._detail(details, "X-SHEAF-NOTE", lines=True)
        if not note:
            words = [label.strip(), *remarks]
            note = ", ".join(dict.fromkeys(word for word in words if word))
            note = self._tally.clean_line(note, item.name)
        return Channel(
            kind=kind,
            value=value,
            safe=safe,
            hours=self._detail(details, "X-SHEAF-HOURS"),
            note=note,
            preferred=item.first("PREF") == "1" or "pref" in item.types(),
        )

    def _reading(self, item: Property) -> tuple[ChannelKind, str, list[str]]:
        """Return kind, value, and words worth a note."""
        remarks = [word for word in item.types() if word not in SILENT_TYPES]
        text = item.text(version=self._version)
        uri = item.first("VALUE").lower() == "uri"
        if item.name == "TEL":
            kind = ChannelKind.FAX if "fax" in item.types() else ChannelKind.PHONE
            return kind, _telephone(text) if uri else text, remarks
        if item.name == "EMAIL":
            return ChannelKind.EMAIL, _without_scheme(text, "mailto") if uri else text, remarks
        if item.name == "ADR":
            return ChannelKind.ADDRESS, self._address(item), remarks
        if item.name == "URL":
            return ChannelKind.WEB, text, remarks
        if item.name in ("SOCIALPROFILE", "X-SOCIALPROFILE"):
            service = item.first("SERVICE-TYPE").lower()
            return ChannelKind.SOCIAL, text, [service, *remarks]
        if item.name == "IMPP":
            return _messenger(item, text, remarks)
        if item.name in SERVICE_PROPERTIES:
            service = SERVICE_PROPERTIES[item.name]
            known = SERVICE_KINDS.get(service)
            return known or ChannelKind.OTHER, text, remarks if known else [service, *remarks]
        return self._other(item, text)

    def _other(self, item: Property, text: str) -> tuple[ChannelKind, str, list[str]]:
        """Read X-SHEAF-CHANNEL. A kind that a later version may have made stays as a note."""
        named = item.first("TYPE").lower()
        if named in list(ChannelKind):
            return ChannelKind(named), text, []
        return ChannelKind.OTHER, text, [named]

    def _address(self, item: Property) -> str:
        label = item.first("LABEL")
        if label:
            return unescape(label, version=self._version)
        parts = item.components(version=self._version)
        if len(parts) > _STREET and not any(p for i, p in enumerate(parts) if i != _STREET):
            return parts[_STREET]
        return "\n".join(part.strip() for part in parts if part.strip())

    def _address_label(self, item: Property) -> Channel | None:
        value = self._tally.clean_text(item.text(version=self._version), item.name)
        if not value.strip():
            return None
        return Channel(kind=ChannelKind.ADDRESS, value=value)

    def _detail(self, details: Mapping[str, Property], name: str, *, lines: bool = False) -> str:
        item = details.get(name)
        if item is None:
            return ""
        text = item.text(version=self._version)
        return self._tally.clean_text(text, name) if lines else self._tally.clean_line(text, name)

    def _safety(self, details: Mapping[str, Property]) -> Safety:
        return FieldReader(self._tally).safety(self._detail(details, "X-SHEAF-SAFE"), "X-SHEAF-SAFE")


def _messenger(item: Property, text: str, remarks: list[str]) -> tuple[ChannelKind, str, list[str]]:
    scheme, colon, rest = text.partition(":")
    if not colon:
        scheme, rest = "", text
    service = item.first("SERVICE-TYPE") or item.first("X-SERVICE-TYPE")
    known = SERVICE_KINDS.get(service.lower()) or SERVICE_KINDS.get(scheme.lower())
    value = unquote(rest, errors="replace")
    if known is not None:
        return known, value, remarks
    return ChannelKind.OTHER, value, [(service or scheme).lower(), *remarks]


def _telephone(uri: str) -> str:
    """Return the number of a ``tel:`` URI (RFC 3966) as people write it, extension included."""
    number, *parameters = _without_scheme(uri, "tel").split(";")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.lower() == "ext":
            number += f" ext. {value}"
    return number


def _without_scheme(uri: str, scheme: str) -> str:
    start = f"{scheme}:"
    rest = uri[len(start) :] if uri.lower().startswith(start) else uri
    return unquote(rest, errors="replace")
