"""The two databases of a compartment as they are named in errors, and what a re-key tells of the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hrd_desktop.domain.errors.base import IntegrityError, SheafError
from hrd_desktop.domain.errors.vault import (
    DerivedDamagedError,
    DiskFailedError,
    DiskFullError,
    RecordsDamagedError,
)


@dataclass(frozen=True)
class Part:
    """One of the two databases: its name in errors and resources, and what damage to it is called."""

    name: str
    damaged: type[IntegrityError]


#: By ``application_id``.
PARTS: Final = {
    0x53484652: Part("records", RecordsDamagedError),
    0x53484644: Part("derived", DerivedDamagedError),
}


def find_refusal(error: Exception, part: Part) -> SheafError | None:
    """The disk's refusal behind a failed re-key, or None when it was something else.

    Giving a new key is the one call that tells of a failure without its number, only in SQLite's own words
    (``sqlite3_errstr``: SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN for the journal, SQLITE_READONLY).
    """
    if "disk is full" in str(error):
        return DiskFullError()
    refused = ("disk I/O error", "unable to open database file", "attempt to write a readonly database")
    if any(words in str(error) for words in refused):
        return DiskFailedError(errno=None, step=part.name)
    return None
