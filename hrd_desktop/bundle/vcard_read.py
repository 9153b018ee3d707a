"""Reading contacts from vCard 4.0, 3.0 and, as telephones still write it, 2.1."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.bundle.vcard_draft import DraftReader
from hrd_desktop.bundle.vcard_lines import LineSource, LogicalLine, iter_logical_lines
from hrd_desktop.bundle.vcard_names import PICTURES, WANTED
from hrd_desktop.bundle.vcard_properties import Property, PropertyError, parse_property
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.contacts_read import ContactsRead, LeftOutReason, Refusal
from hrd_desktop.domain.errors.contacts import (
    ContactFieldError,
    ContactsFileTooLarge,
    ContactsFileTooMany,
    ContactsFileUnknown,
)

MAX_CARDS: Final = 20_000
MAX_PROPERTIES: Final = 1_000
MAX_KEPT_BYTES: Final = 64 * 1024 * 1024  # of properties that contacts have a field for, in all cards
MAX_STRAY: Final = 10_000  # lines before the first card, after which it is some other kind of file
_MARKERS: Final = frozenset({b"BEGIN", b"END:V"})
_VERSIONS: Final = frozenset({"2.1", "3.0", "4.0"})


def read_vcards(untrusted_data: bytes | BinaryIO) -> ContactsRead:
    """Read every card. Nothing is fetched, and pictures are not even collected.

    A card that cannot be read is refused by its number and the others come in. The kinds of refusal
    are ``vcard-line``, ``vcard-line-too-long``, ``vcard-parameters``, ``vcard-encoding``,
    ``vcard-version``, ``vcard-group``, ``vcard-unfinished``, ``vcard-too-many-properties`` and the
    codes of ContactFieldError.

    Raises ContactsFileTooLarge, ContactsFileTooMany (lines or cards), ContactsFileEncoding, and
    ContactsFileUnknown when there is no card at all.
    """
    source = LineSource(io.BytesIO(untrusted_data) if isinstance(untrusted_data, bytes) else untrusted_data)
    reader = _CardReader()
    for line in iter_logical_lines(source, WANTED):
        reader.take(line)
    return reader.finish(utf16=source.utf16)


@dataclass
class _Card:
    index: int
    line: int
    version: str = "3.0"
    properties: list[Property] = field(default_factory=list)
    count: int = 0
    fault: tuple[int, str] | None = None


class _CardReader:
    def __init__(self) -> None:
        self._tally = Tally()
        self._drafts: list[ContactDraft] = []
        self._refused: list[Refusal] = []
        self._cards = 0
        self._card: _Card | None = None
        self._guessed = False
        self._kept_bytes = 0
        self._stray = 0

    def take(self, line: LogicalLine) -> None:
        """Take the next logical line of the file."""
        card = self._card
        if card is None:
            self._outside(line)
        elif line.skipped:
            self._skip(card, line)
        elif card.fault is None or line.data[:5].upper() in _MARKERS:
            try:
                self._inside(card, line)
            except PropertyError as error:
                card.fault = card.fault or (line.number, error.code)

    def finish(self, *, utf16: bool) -> ContactsRead:
        """Return what was read."""
        if self._card is not None:
            self._refuse(self._card, self._card.line, "vcard-unfinished")
        if not self._cards:
            raise ContactsFileUnknown()
        return ContactsRead(
            drafts=tuple(self._drafts),
            refused=tuple(self._refused),
            left_out=self._tally.left_out(),
            encoding="windows-1252" if self._guessed else "utf-16" if utf16 else "utf-8",
        )

    def _outside(self, line: LogicalLine) -> None:
        if not line.skipped and line.data[:5].upper() == b"BEGIN":
            try:
                if _is_marker(parse_property(line.data, line.number), "BEGIN"):
                    self._begin(line.number)
                    return
            except PropertyError:
                pass  # as stray as any other line
        self._tally.add(LeftOutReason.STRAY)
        self._stray += 1
        if not self._cards and self._stray > MAX_STRAY:
            raise ContactsFileUnknown()

    def _inside(self, card: _Card, line: LogicalLine) -> None:
        if line.too_long:
            raise PropertyError("vcard-line-too-long")
        item = parse_property(line.data, line.number)
        if _is_marker(item, "BEGIN"):
            # No END, or a card inside a card (AGENT): which lines are whose cannot be known.
            self._refuse(card, card.line, "vcard-unfinished")
            self._begin(line.number)
        elif _is_marker(item, "END"):
            self._end(card)
        elif card.fault is None:
            self._kept_bytes += len(line.data)
            if self._kept_bytes > MAX_KEPT_BYTES:
                raise ContactsFileTooLarge(limit_bytes=MAX_KEPT_BYTES)
            self._add(card, item)

    def _begin(self, number: int) -> None:
        self._cards += 1
        if self._cards > MAX_CARDS:
            raise ContactsFileTooMany(kind="cards", limit=MAX_CARDS)
        self._card = _Card(index=self._cards, line=number)

    def _add(self, card: _Card, item: Property) -> None:
        card.count += 1
        if card.count > MAX_PROPERTIES:
            card.fault = (item.line, "vcard-too-many-properties")
        elif item.name == "VERSION":
            card.version = item.value.strip()
            if card.version not in _VERSIONS:
                card.fault = (item.line, "vcard-version")
        elif item.name in ("BEGIN", "END"):
            card.fault = (item.line, "vcard-line")
        elif item.name in WANTED:
            card.properties.append(item)
            self._guessed = self._guessed or item.guessed
        else:
            self._leave_out(item.name)

    def _skip(self, card: _Card, line: LogicalLine) -> None:
        card.count += 1
        if card.count > MAX_PROPERTIES:
            card.fault = card.fault or (line.number, "vcard-too-many-properties")
        self._leave_out(line.name)

    def _leave_out(self, name: str) -> None:
        reason = LeftOutReason.PICTURE if name in PICTURES else LeftOutReason.UNKNOWN
        self._tally.add(reason, name)

    def _end(self, card: _Card) -> None:
        self._card = None
        if card.fault is not None:
            self._refuse(card, *card.fault)
            return
        try:
            self._drafts.append(DraftReader(card.properties, card.version, self._tally).read())
        except PropertyError as error:
            self._refuse(card, card.line, error.code)
        except ContactFieldError as error:
            self._refuse(card, card.line, error.code, str(error.fields["field"]))

    def _refuse(self, card: _Card, line: int, code: str, name: str | None = None) -> None:
        self._refused.append(Refusal(index=card.index, line=line, code=code, field=name))


def _is_marker(item: Property, name: str) -> bool:
    return item.name == name and not item.group and item.value.strip().upper() == "VCARD"
