"""One card's properties made into the draft of a contact."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_channels import ChannelReader
from hrd_desktop.bundle.vcard_key import read_key
from hrd_desktop.bundle.vcard_properties import Property, PropertyError
from hrd_desktop.domain.contacts import (
    MAX_ALIAS,
    MAX_EMERGENCY_ORDER,
    Channel,
    ContactDraft,
    ContactKind,
    KeyCheck,
    verify_contact,
    verify_language,
)
from hrd_desktop.domain.contacts_read import LeftOutReason
from hrd_desktop.domain.errors.contacts import ContactFieldError

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Prefix, given, additional, family, suffix: the places of the parts of N in the order they are said.
_SPOKEN_ORDER: Final = (3, 1, 2, 0, 4)


class DraftReader:
    """Reads one card; what it cannot keep goes to the tally."""

    def __init__(self, properties: Sequence[Property], version: str, tally: Tally) -> None:
        self._properties = properties
        self._version = version
        self._tally = tally
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
        alias, real_name = self._names(formatted, spoken, organisation, channels)
        key, fingerprint = self._key()
        how_checked, checked_on = self._check(bool(key or fingerprint))
        draft = ContactDraft(
            kind=kind,
            alias=alias,
            real_name=real_name,
            role=self._role(),
            organisation=organisation,
            channels=channels,
            languages=self._languages(),
            emergency_order=self._emergency_order(),
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

    def _names(
        self, formatted: str, spoken: str, organisation: str, channels: Sequence[Channel]
    ) -> tuple[str, str]:
        """Return alias and real name.

        A nickname is what its owner wants shown, so the formatted name is then the real one. N is
        a real name only where it says another thing than FN; our own cards repeat the alias there.
        """
        nickname = self._only("NICKNAME")
        real = self._only("X-SHEAF-REAL-NAME")
        if not formatted.strip():
            formatted = spoken
        if nickname.strip() and formatted.strip() and _words(nickname) != _words(formatted):
            return nickname, real or formatted
        if formatted.strip():
            differs = bool(spoken) and _words(spoken) != _words(formatted)
            return formatted, real or (spoken if differs else "")
        values = (self._tally.clean_line(channel.value, "")[:MAX_ALIAS] for channel in channels)
        return next((name for name in (nickname, organisation, *values) if name.strip()), ""), real

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
        found: dict[str, str] = {}
        items = sorted(self._by_name["LANG"], key=_preference)
        for item in (*items, *self._by_name["X-SHEAF-LANG"]):
            tag = item.text(version=self._version).strip().replace("_", "-")
            try:
                verify_language("languages", tag)
            except ContactFieldError:
                self._tally.add(LeftOutReason.UNREADABLE, item.name)
            else:
                found.setdefault(tag.lower(), tag)
        return tuple(found.values())

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

    def _check(self, has_key: bool) -> tuple[KeyCheck, date | None]:
        word = self._only("X-SHEAF-CHECKED").strip().lower()
        checked_on = self._date("X-SHEAF-CHECKED-ON")
        if word in list(KeyCheck) and has_key and word != KeyCheck.NOT_CHECKED:
            return KeyCheck(word), checked_on
        if (word and word != KeyCheck.NOT_CHECKED) or checked_on is not None:
            self._tally.add(LeftOutReason.UNREADABLE, "X-SHEAF-CHECKED")
        return KeyCheck.NOT_CHECKED, None

    def _emergency_order(self) -> int | None:
        text = self._only("X-SHEAF-EMERGENCY").strip()
        if not text:
            return None
        if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MAX_EMERGENCY_ORDER:
            return int(text)
        self._tally.add(LeftOutReason.UNREADABLE, "X-SHEAF-EMERGENCY")
        return None

    def _date(self, name: str) -> date | None:
        text = self._only(name).strip()
        if not text:
            return None
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass  # the thirtieth of February is as unreadable as a word
        self._tally.add(LeftOutReason.UNREADABLE, name)
        return None


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold())) or {name.strip()}


def _preference(item: Property) -> int:
    """Return 1 (best) to 100; a property without PREF comes last (RFC 6350, section 5.3)."""
    text = item.first("PREF")
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 100
