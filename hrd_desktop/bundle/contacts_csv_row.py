"""One row of a table of contacts made into the draft of a contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from hrd_desktop.bundle.contacts_csv_columns import PICTURE_HEADINGS, Column
from hrd_desktop.bundle.contacts_csv_table import plain_cell
from hrd_desktop.bundle.contacts_fields import FieldReader, choose_names
from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_names import SERVICE_KINDS
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactKind,
    is_secret_key,
    verify_contact,
)
from hrd_desktop.domain.contacts_read import LeftOutReason

_SEVERAL: Final = " ::: "  # between the values Google packs into one cell
_YES: Final = frozenset({"yes", "y", "true", "1", "x"})
# The parts of an address in the order they are written on an envelope.
_ADDRESS_PARTS: Final = (
    "po box", "address po box", "extended address", "street", "street 2", "street 3", "address", "address 2",
    "city", "region", "state", "postal code", "zipcode", "zip code", "zip", "country", "country/region",
)  # fmt: skip


class RowReader:
    """Reads the rows of one table; what it cannot keep goes to the tally."""

    def __init__(self, headings: Sequence[str], columns: Sequence[Column | None], tally: Tally) -> None:
        self._headings = headings
        self._columns = columns
        self._tally = tally
        self._fields = FieldReader(tally)

    def fits(self, cells: Sequence[str]) -> bool:
        """Return whether no cell stands to the right of the last heading."""
        return not any(cell.strip() for cell in cells[len(self._columns) :])

    def read(self, cells: Sequence[str]) -> ContactDraft:
        """Return the checked draft. Raises ContactFieldError."""
        fields: dict[str, str] = defaultdict(str)
        channels: dict[str, dict[str, tuple[Column, str]]] = {}
        for heading, column, untrusted_cell in zip(self._headings, self._columns, cells, strict=False):
            text = plain_cell(untrusted_cell)
            if column is None:
                self._leave_out(heading, text)
            elif column.field:
                fields[column.field] = text
            else:
                channels.setdefault(column.channel, {})[column.part] = (column, text)
        found = tuple(self._iter_channels(channels))
        return self._draft(fields, found)

    def _draft(self, fields: Mapping[str, str], channels: tuple[Channel, ...]) -> ContactDraft:
        line = {name: self._tally.clean_line(text, name) for name, text in fields.items() if name != "notes"}
        parts = (line.get(name, "").strip() for name in ("prefix", "given", "middle", "family", "suffix"))
        spoken = " ".join(part for part in parts if part)
        formatted = line.get("alias", "")
        if not formatted.strip():
            formatted = line.get("formatted", "")
        elif not spoken:
            spoken = line.get("formatted", "").strip()
        organisation = line.get("organisation", "")
        if line.get("department", "").strip():
            organisation = ", ".join(filter(None, (organisation.strip(), line["department"].strip())))
        alias, real_name = choose_names(
            formatted=formatted,
            spoken=spoken,
            nickname=line.get("nickname", ""),
            real=line.get("real_name", ""),
            others=(organisation, *(self._tally.clean_line(item.value, "") for item in channels)),
        )
        nameless = not formatted.strip() and not spoken
        key = self._public_key(fields.get("public_key", ""))
        fingerprint = line.get("fingerprint", "")
        how_checked, checked_on = self._fields.check(
            line.get("how_checked", ""),
            self._fields.day(line.get("checked_on", ""), "Checked on"),
            "How checked",
            has_key=bool(key or fingerprint),
        )
        draft = ContactDraft(
            alias=alias,
            kind=self._kind(line.get("kind", ""), organisation=organisation if nameless else ""),
            real_name=real_name,
            role=line.get("role", ""),
            organisation=organisation,
            channels=channels,
            languages=self._languages(line.get("languages", "")),
            emergency_order=self._fields.emergency_order(line.get("emergency_order", ""), "Emergency order"),
            public_key=key,
            fingerprint=fingerprint,
            how_checked=how_checked,
            checked_on=checked_on,
            notes=self._tally.clean_text(fields.get("notes", ""), "Notes"),
            delete_on=self._fields.day(line.get("delete_on", ""), "Delete on"),
            tags=self._tags(fields),
        )
        verify_contact(draft)
        return draft

    def _leave_out(self, heading: str, text: str) -> None:
        if text.strip():
            picture = heading.strip().lower() in PICTURE_HEADINGS
            self._tally.add(LeftOutReason.PICTURE if picture else LeftOutReason.UNKNOWN, heading)

    def _kind(self, untrusted_word: str, *, organisation: str) -> ContactKind:
        word = untrusted_word.strip().lower()
        if word in ("organisation", "organization", "company") or (not word and organisation):
            return ContactKind.ORGANISATION
        if word not in ("", "person"):
            self._tally.add(LeftOutReason.UNREADABLE, "Kind")
        return ContactKind.PERSON

    def _public_key(self, untrusted_text: str) -> str:
        if is_secret_key(untrusted_text):
            self._tally.add(LeftOutReason.PRIVATE_KEY, "Public key")
            return ""
        key = self._tally.clean_text(untrusted_text, "Public key")
        return key if key.strip() else ""

    def _languages(self, untrusted_text: str) -> tuple[str, ...]:
        words = untrusted_text.replace(",", " ").replace(";", " ").split()
        return self._fields.languages((word, "Languages") for word in words)

    def _tags(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        own = self._tally.clean_text(fields.get("tags", ""), "Tags").split("\n")
        labels = [text.strip().lstrip("* ") for text in fields.get("labels", "").split(_SEVERAL)]
        categories = [text.strip() for text in fields.get("categories", "").split(";")]
        clean = (self._tally.clean_line(tag, "Tags") for tag in (*own, *labels, *categories))
        return tuple(dict.fromkeys(tag for tag in clean if tag.strip()))

    def _iter_channels(self, channels: Mapping[str, Mapping[str, tuple[Column, str]]]) -> Iterator[Channel]:
        for name, parts in channels.items():
            texts = {part: text for part, (_, text) in parts.items()}
            column = next(iter(parts.values()))[0]
            if column.kind is None:
                yield from self._own_channel(name, texts)
            else:
                yield from self._others_channels(name, column, column.kind, texts)

    def _own_channel(self, name: str, texts: Mapping[str, str]) -> Iterator[Channel]:
        value = self._tally.clean_text(texts.get("value", ""), name)
        if not value.strip():
            return
        word = texts.get("kind", "").strip().lower()
        if word and word not in list(ChannelKind):
            self._tally.add(LeftOutReason.UNREADABLE, f"{name} kind")
        yield Channel(
            kind=ChannelKind(word) if word in list(ChannelKind) else ChannelKind.OTHER,
            value=value,
            safe=self._fields.safety(texts.get("safe", ""), f"{name} safe"),
            hours=self._tally.clean_line(texts.get("hours", ""), name),
            note=self._tally.clean_text(texts.get("note", ""), name),
            preferred=texts.get("preferred", "").strip().lower() in _YES,
        )

    def _others_channels(
        self, name: str, column: Column, kind: ChannelKind, texts: Mapping[str, str]
    ) -> Iterator[Channel]:
        """Yield the channels of a table that is not ours; Google marks the preferred one ``* Work``."""
        value = texts.get("value", "") or texts.get("formatted", "")
        if not value.strip():
            value = "\n".join(texts[p].strip() for p in _ADDRESS_PARTS if texts.get(p, "").strip())
        label = texts.get("label", "").strip()
        preferred = label.startswith("* ") or label == "*"
        label = label.lstrip("* ")
        service = (texts.get("service", "") or label).strip().lower()
        if kind in (ChannelKind.PHONE, ChannelKind.OTHER) and service in SERVICE_KINDS:
            kind = SERVICE_KINDS[service]
            label = "" if label.lower() == service else label
        elif kind is ChannelKind.PHONE and "fax" in label.lower().split():
            kind = ChannelKind.FAX
        elif texts.get("service", "").strip():
            label = ", ".join(filter(None, (texts["service"].strip(), label)))
        note = self._tally.clean_line(label or column.note, name)
        for single in value.split(_SEVERAL) if column.several else [value]:
            clean = self._tally.clean_text(single, name).strip()
            if clean:
                yield Channel(kind=kind, value=clean, note=note, preferred=preferred)
