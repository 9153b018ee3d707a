"""One card's properties made into the draft of a contact."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from hrd_desktop.bundle.contacts_fields import FieldReader, choose_names
from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_channels import ChannelReader
from hrd_desktop.bundle.vcard_key import read_key
from hrd_desktop.bundle.vcard_properties import Property, PropertyError
from hrd_desktop.domain.contacts import (
    ContactDraft,
    ContactKind,
    verify_contact,
)
from hrd_desktop.domain.contacts_read import LeftOutReason

# Prefix, given, additional, family, suffix: the places of the parts of N in the order they are said.
_SPOKEN_ORDER: Final = (3, 1, 2, 0, 4)


class DraftReader:
    """Reads one card; what it cannot keep goes to the tally."""

    def __init__(self, properties: Sequence[Property], version: str, tally: Tally) -> None:
        self._properties = properties
        self._version = version
        self._tally = tally
        self._fields = FieldReader(tally)
        self._by_name: dict[str, list[Property]] = defaultdict(list)
        for item in properties:
            self._by_name[item.name].append(item)

    def read(self) -> ContactDraft:
        """Return the checked draft.

        Raises PropertyError ``vcard-group`` for a list of contacts, and ContactFieldError for a card
        without any name or with a value beyond the limits.
        """
        kind = self._kind()
        channels = ChannelReader(self._properties, self._version, self._tally).read()
        organisation = self._organisation()
        formatted, spoken = self._only("FN"), self._spoken_name()
        if organisation and not formatted.strip() and not spoken:
            kind = ContactKind.ORGANISATION
        alias, real_name = choose_names(
            formatted=formatted,
            spoken=spoken,
            nickname=self._only("NICKNAME"),
            real=self._only("X-SHEAF-REAL-NAME"),
            others=(organisation, *(self._tally.clean_line(item.value, "") for item in channels)),
        )
        key, fingerprint = self._key()
        how_checked, checked_on = self._fields.check(
            self._only("X-SHEAF-CHECKED"),
            self._date("X-SHEAF-CHECKED-ON"),
            "X-SHEAF-CHECKED",
            has_key=bool(key or fingerprint),
        )
        draft = ContactDraft(
            kind=kind,
            alias=alias,
            real_name=real_name,
            role=self._role(),
            organisation=organisation,
            channels=channels,
            languages=self._languages(),
            emergency_order=self._fields.emergency_order(
                self._only("X-SHEAF-EMERGENCY"), "X-SHEAF-EMERGENCY"
            ),
            public_key=key,
            fingerprint=fingerprint,
            how_checked=how_checked,
            checked_on=checked_on,
            notes="\n".join(self._texts("NOTE")),
            delete_on=self._date("X-SHEAF-DELETE-ON"),
            tags=self._tags(),
        )
        verify_contact(draft)
        return draft

    def _texts(self, name: str) -> list[str]:
        texts = (self._tally.clean_text(p.text(version=self._version), name) for p in self._by_name[name])
        return [text for text in texts if text]

    def _only(self, name: str) -> str:
        """Return the first value that is not empty, as one line, and count the others."""
        lines = [
            self._tally.clean_line(item.text(version=self._version), name)
            for item in self._by_name[name]
            if item.value
        ]
        for _ in lines[1:]:
            self._tally.add(LeftOutReason.MORE_THAN_ONE, name)
        return lines[0] if lines else ""

    def _kind(self) -> ContactKind:
        word = (self._only("KIND") or self._only("X-ADDRESSBOOKSERVER-KIND")).strip().lower()
        if word == "group":
            raise PropertyError("vcard-group")
        if word in ("org", "organization") or self._only("X-ABSHOWAS").strip().upper() == "COMPANY":
            return ContactKind.ORGANISATION
        return ContactKind.PERSON

    def _spoken_name(self) -> str:
        for item in self._by_name["N"]:
            parts = (*item.components(version=self._version), "", "", "", "", "")
            words = [self._tally.clean_line(parts[place], "N").strip() for place in _SPOKEN_ORDER]
            if any(words):
                return " ".join(word for word in words if word)
        return ""

    def _organisation(self) -> str:
        found = [item for item in self._by_name["ORG"] if item.value.strip(";")]
        for _ in found[1:]:
            self._tally.add(LeftOutReason.MORE_THAN_ONE, "ORG")
        if not found:
            return ""
        parts = found[0].components(version=self._version)
        if len(parts) == 1:
            return self._tally.clean_line(parts[0], "ORG")
        return self._tally.clean_line(", ".join(p.strip() for p in parts if p.strip()), "ORG")

    def _role(self) -> str:
        words = dict.fromkeys((self._only("TITLE"), self._only("ROLE")))
        return ", ".join(word for word in words if word)

    def _languages(self) -> tuple[str, ...]:
        items = (*sorted(self._by_name["LANG"], key=_preference), *self._by_name["X-SHEAF-LANG"])
        return self._fields.languages((item.text(version=self._version), item.name) for item in items)

    def _tags(self) -> tuple[str, ...]:
        tags = (
            self._tally.clean_line(tag, "CATEGORIES")
            for item in self._by_name["CATEGORIES"]
            for tag in item.listed(version=self._version)
        )
        return tuple(dict.fromkeys(tag for tag in tags if tag.strip()))

    def _key(self) -> tuple[str, str]:
        """Return the first key that is one, and the first fingerprint."""
        key = ""
        fingerprint = self._only("X-SHEAF-FINGERPRINT")
        for item in self._by_name["KEY"]:
            found = read_key(item, self._version, self._tally)
            if found is None:
                continue
            if found.fingerprint and not fingerprint:
                fingerprint = found.fingerprint
            elif found.key and not key:
                key = found.key
            else:
                self._tally.add(LeftOutReason.MORE_THAN_ONE, "KEY")
        return key, fingerprint

    def _date(self, name: str) -> date | None:
        return self._fields.day(self._only(name), name)


def _preference(item: Property) -> int:
    """Return 1 (best) to 100; a property without PREF comes last (RFC 6350, section 5.3)."""
    text = item.first("PREF")
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 100
