"""What came of reading a file of contacts: drafts, what was refused, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hrd_desktop.domain.contacts import ContactDraft


class LeftOutReason(StrEnum):
    """Why a part of a file is in none of the drafts."""

    UNKNOWN = "unknown"  # a property or column that a contact has no field for
    PICTURE = "picture"  # a photograph, logo or sound, never decoded and never fetched
    ADDRESS = "address"  # a key that the file only gives a place for; nothing is ever fetched
    PRIVATE_KEY = "secret-key"  # a secret key where a public one belongs
    MORE_THAN_ONE = "more-than-one"  # a second value where a contact has one
    UNREADABLE = "unreadable"  # a value without the shape of its field
    CHARACTERS = "characters"  # control characters taken out of a text
    STRAY = "stray"  # lines outside any card


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """``count`` things called ``name`` were left out.

    ``name`` is a property or column heading of the file, bounded and printable, or empty: it is
    untrusted text and is shown as plain text only.
    """

    reason: LeftOutReason
    name: str
    count: int

    def __repr__(self) -> str:
        return f"<LeftOut {self.reason} {self.count}>"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Card or row ``index`` (from 1) that was not read, the line (from 1) of the fault, and its kind.

    ``field`` names the field at fault, where one is.
    """

    index: int
    line: int
    code: str
    field: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContactsRead:
    """Every card or row of a file is in ``drafts`` or in ``refused``.

    ``encoding`` is what the text turned out to be: ``utf-8``, ``utf-16``, or ``windows-1252`` where
    the bytes were no UTF-8, which is a guess that the user should be told of.
    """

    drafts: tuple[ContactDraft, ...]
    refused: tuple[Refusal, ...]
    left_out: tuple[LeftOut, ...]
    encoding: str

    def __repr__(self) -> str:
        return f"<ContactsRead {len(self.drafts)} drafts, {len(self.refused)} refused>"
