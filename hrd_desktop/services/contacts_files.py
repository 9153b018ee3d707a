"""Contacts from a file of the user's choice, and to a new one, in the clear."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from hrd_desktop.bundle.contacts_csv import read_contacts_csv, write_contacts_csv
from hrd_desktop.bundle.destination import NewFile, typed_errors
from hrd_desktop.bundle.vcard_read import read_vcards
from hrd_desktop.bundle.vcard_write import VCardVersion, write_vcards
from hrd_desktop.domain.contacts import ContactFields, draft_of
from hrd_desktop.domain.contacts_read import ContactsRead
from hrd_desktop.domain.errors.contacts import ContactsFileError
from hrd_desktop.services.contacts import ContactsTaken, take_contacts
from hrd_desktop.services.session import Session

_CARD_MARK = "BEGIN:VCARD"
_LOOKED_AT_BYTES = 4_096
_ENDINGS = {".csv": False, ".tsv": False, ".vcf": True, ".vcard": True}
_RANDOM_NAME_BYTES = 8


class ContactsFileUnreadable(ContactsFileError):
    """The file cannot be opened or read, or is no ordinary file. Field: ``errno``, where there is one."""

    code = "contacts-file"


class ContactsFormat(StrEnum):
    """What a file of contacts is written as."""

    VCARD_4 = "vcard-4"
    VCARD_3 = "vcard-3"
    CSV = "csv"


def read_contacts_file(path: str) -> ContactsRead:
    """Read a vCard or CSV file; which of them, its content tells where its name does not.

    Raises ContactsFileUnreadable, and what ``read_vcards`` and ``read_contacts_csv`` raise.
    """
    try:
        # O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise ContactsFileUnreadable()
            return read_vcards(source) if _holds_cards(path, source) else read_contacts_csv(source)
    except OSError as error:
        raise ContactsFileUnreadable(errno=error.errno) from None


def _holds_cards(path: str, source: BinaryIO) -> bool:
    by_name = _ENDINGS.get(os.path.splitext(path)[1].lower())
    if by_name is not None:
        return by_name
    start = source.read(_LOOKED_AT_BYTES)
    source.seek(0)
    # NUL bytes are dropped, so that UTF-16 is seen through.
    return _CARD_MARK.encode() in start.replace(b"\0", b"").upper()


def import_contacts(session: Session, path: str, *, ours: bool) -> ContactsTaken:
    """Add every contact of a file. Raises what ``read_contacts_file`` raises.

    Unless ``ours``, what only this user can vouch for is left out: see ``take_contacts``.
    """
    return take_contacts(session, read_contacts_file(path), ours=ours)


def export_contacts(
    session: Session,
    path: str,
    form: ContactsFormat,
    *,
    only: Sequence[UUID] | None = None,
    bare: bool = False,
) -> int:
    """Write contacts to a new file, 0600, in the clear; returns how many.

    ``only`` names those to write, None all of them. ``bare`` leaves out real names, notes and tags.
    Raises BundleDestinationExists, -Full, -Failed; then nothing is left there.
    """
    wanted = None if only is None else set(only)
    contacts: list[ContactFields] = [
        contact
        for contact in session.read(lambda vault: list(vault.records.contacts.iter_contacts()))
        if wanted is None or contact.id in wanted
    ]
    if bare:
        contacts = [replace(draft_of(contact), real_name="", notes="", tags=()) for contact in contacts]
    out = io.BytesIO()
    if form is ContactsFormat.CSV:
        write_contacts_csv(contacts, out)
    else:
        write_vcards(contacts, VCardVersion.V3 if form is ContactsFormat.VCARD_3 else VCardVersion.V4, out)
    final = Path(path)
    temporary = final.with_name(f".{session.random(_RANDOM_NAME_BYTES).hex()}.part")
    with typed_errors(out.tell()), NewFile(final, temporary) as file:
        file.write(out.getvalue())
        file.flush()
        file.publish()
    return len(contacts)
