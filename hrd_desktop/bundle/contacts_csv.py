"""Contacts as a table in CSV: written for any spreadsheet, read from those of others as well."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import BinaryIO, Final

from hrd_desktop.bundle.contacts_csv_columns import (
    CHANNEL_PARTS,
    OWN_HEADINGS,
    Column,
    columns_of,
)
from hrd_desktop.bundle.contacts_csv_row import RowReader
from hrd_desktop.bundle.contacts_csv_table import Row, format_row, iter_rows
from hrd_desktop.bundle.contacts_text import Tally, decode_bytes, sniff_utf16
from hrd_desktop.domain.contacts import ContactDraft, ContactFields, KeyCheck, verify_contact
from hrd_desktop.domain.contacts_read import ContactsRead, Refusal
from hrd_desktop.domain.errors.contacts import (
    ContactFieldError,
    ContactsFileEncoding,
    ContactsFileTooLarge,
    ContactsFileTooMany,
    ContactsFileUnknown,
)

MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_ROWS: Final = 20_000
_MAX_HEADER: Final = 64 * 1024  # characters looked at for the headings
_DELIMITERS: Final = (",", ";", "\t")


def write_contacts_csv(contacts: Sequence[ContactFields], out: BinaryIO) -> int:
    """Write one row for each contact, UTF-8 with a byte order mark, and return how many.

    There are as many columns for channels as the longest list of them needs. Languages stand in one
    cell with spaces between them, tags with line breaks. Ids and times are never written.
    Raises a ContactFieldError, before anything is written, for a contact that breaks the rules.
    """
    for contact in contacts:
        verify_contact(contact)
    count = max((len(contact.channels) for contact in contacts), default=0)
    out.write(codecs.BOM_UTF8)
    headings = [f"Channel {number} {part}" for number in range(1, count + 1) for part in CHANNEL_PARTS]
    out.write(format_row([*OWN_HEADINGS, *headings]))
    for contact in contacts:
        out.write(format_row(_cells(contact)))
    return len(contacts)


def read_contacts_csv(untrusted_data: bytes | BinaryIO) -> ContactsRead:
    """Read every row under a line of headings; commas, semicolons or tabs, UTF-8, UTF-16 or Windows-1252.

    A row that cannot be read is refused by its number, counted from the first row under the headings,
    and the others come in. The kinds of refusal are ``csv-quote``, ``csv-cell-too-long``,
    ``csv-row-too-wide`` (more cells than headings: none can be trusted to be in its column) and the
    codes of ContactFieldError.

    Raises ContactsFileTooLarge, ContactsFileTooMany (rows or columns), ContactsFileEncoding, and
    ContactsFileUnknown when no heading is known.
    """
    text, encoding = _decode(_read_bounded(untrusted_data))
    text, delimiters = _spreadsheet_hint(text)
    delimiter, headings = _headings(text, delimiters)
    columns = columns_of(headings)
    tally = Tally()
    reader = RowReader(headings, columns, tally)
    drafts: list[ContactDraft] = []
    refused: list[Refusal] = []
    rows = iter_rows(text, delimiter)
    next(rows)  # the headings
    for index, row in enumerate(rows, start=1):
        if index > MAX_ROWS:
            raise ContactsFileTooMany(kind="rows", limit=MAX_ROWS)
        _take(index, row, reader, drafts, refused)
    return ContactsRead(
        drafts=tuple(drafts),
        refused=tuple(refused),
        left_out=tally.left_out(),
        encoding=encoding,
    )


def _cells(contact: ContactFields) -> list[str]:
    checked = "" if contact.how_checked is KeyCheck.NOT_CHECKED else contact.how_checked.value
    cells = [
        contact.alias,
        contact.kind.value,
        contact.real_name,
        contact.role,
        contact.organisation,
        " ".join(contact.languages),
        "" if contact.emergency_order is None else str(contact.emergency_order),
        contact.public_key,
        contact.fingerprint,
        checked,
        "" if contact.checked_on is None else contact.checked_on.isoformat(),
        contact.notes,
        "" if contact.delete_on is None else contact.delete_on.isoformat(),
        "\n".join(contact.tags),
    ]
    for channel in contact.channels:
        preferred = "yes" if channel.preferred else ""
        cells += [
            channel.kind.value,
            channel.value,
            channel.safe.value,
            channel.hours,
            channel.note,
            preferred,
        ]
    return cells


def _take(
    index: int, row: Row, reader: RowReader, drafts: list[ContactDraft], refused: list[Refusal]
) -> None:
    if row.fault is not None:
        refused.append(Refusal(index=index, line=row.line, code=row.fault))
        return
    if not reader.fits(row.cells):
        refused.append(Refusal(index=index, line=row.line, code="csv-row-too-wide"))
        return
    try:
        drafts.append(reader.read(row.cells))
    except ContactFieldError as error:
        refused.append(Refusal(index=index, line=row.line, code=error.code, field=str(error.fields["field"])))


def _read_bounded(untrusted_data: bytes | BinaryIO) -> bytes:
    if isinstance(untrusted_data, bytes):
        data = untrusted_data
    else:
        parts = bytearray()
        while len(parts) <= MAX_FILE_BYTES:
            part = untrusted_data.read(MAX_FILE_BYTES + 1 - len(parts))
            if not part:
                break
            parts += part
        data = bytes(parts)
    if len(data) > MAX_FILE_BYTES:
        raise ContactsFileTooLarge(limit_bytes=MAX_FILE_BYTES)
    return data


def _decode(data: bytes) -> tuple[str, str]:
    codec = sniff_utf16(data[:4])
    try:
        if codec is not None:
            return data.decode(codec), "utf-16"
        return decode_bytes(data.removeprefix(codecs.BOM_UTF8))
    except UnicodeDecodeError:
        raise ContactsFileEncoding() from None


def _spreadsheet_hint(text: str) -> tuple[str, tuple[str, ...]]:
    """Take off a first line such as ``sep=;``, by which spreadsheets are told the delimiter."""
    first, line_break, _ = text[:16].partition("\n")
    hint = first.rstrip("\r").lower()
    if line_break and hint.startswith("sep=") and hint[4:] in _DELIMITERS:
        return text[len(first) + 1 :], (hint[4:],)
    return text, _DELIMITERS


def _headings(text: str, delimiters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter under which most headings are known, and the headings under it."""
    best: tuple[int, str, tuple[str, ...]] = (0, "", ())
    for delimiter in delimiters:
        row = next(iter_rows(text[:_MAX_HEADER], delimiter), None)
        if row is None:
            break
        known = _known(columns_of(row.cells))
        if known > best[0]:
            best = (known, delimiter, row.cells)
    if not best[0]:
        raise ContactsFileUnknown()
    return best[1], best[2]


def _known(columns: Sequence[Column | None]) -> int:
    return sum(column is not None for column in columns)
