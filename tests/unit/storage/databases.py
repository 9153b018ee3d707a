"""Small real databases and made-up records for the tests of the storage layer."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.records import Case, CaseStatus, Item, ItemDetails, ItemState
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.records.records import Records

RECORDS_ID = 0x53484652
DERIVED_ID = 0x53484644
KEY = bytes(range(32))
SALT = bytes(range(100, 116))
NOW = datetime(2026, 11, 22, 6, 30, 0, 123456, tzinfo=UTC)


class FixedClock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = NOW

    def now_utc(self) -> datetime:
        return self.now

    def offset(self) -> timedelta:
        return timedelta(hours=1)


def open_records(folder: Path, *, must_exist: bool = False) -> tuple[Database, Records, FixedClock]:
    database = open_database(str(folder / "records.0"), KEY, SALT, RECORDS_ID, must_exist=must_exist)
    clock = FixedClock()
    return database, Records(database, clock), clock


def open_derived(folder: Path, *, must_exist: bool = False) -> tuple[Database, Derived]:
    database = open_database(str(folder / "derived.0"), KEY, SALT, DERIVED_ID, must_exist=must_exist)
    return database, Derived(database)


def made_id(label: str) -> UUID:
    return UUID(bytes=hashlib.sha256(label.encode()).digest()[:16], version=4)


def made_item(
    number: int,
    *,
    details: ItemDetails | None = None,
    original_name: str = "IMG_1.jpg",
    state: ItemState = ItemState.KEPT,
    sha256: bytes | None = None,
    tags: tuple[str, ...] = (),
) -> Item:
    digest = hashlib.sha256(f"item {number}".encode()).digest()
    return Item(
        id=made_id(f"item {number}"),
        number=number,
        state=state,
        details=details or ItemDetails(title=f"title {number}"),
        original_name=original_name,
        media_type="image/jpeg",
        size_bytes=number * 1000,
        sha256=sha256 or digest,
        object_name=digest[16:],
        imported_utc=NOW + timedelta(seconds=number),
        original_modified_utc=None,
        changed_utc=NOW + timedelta(seconds=number),
        tags=tags,
    )


def made_case(reference: str) -> Case:
    return Case(
        id=made_id(f"case {reference}"),
        reference=reference,
        title=f"about {reference}",
        status=CaseStatus.OPEN,
        summary="",
        to_be_preserved=False,
        opened_utc=NOW,
        changed_utc=NOW,
    )


def made_contact(alias: str, **fields: object) -> Contact:
    return Contact(
        id=made_id(f"contact {alias}"),
        alias=alias,
        created_utc=NOW,
        changed_utc=NOW,
        **fields,  # type: ignore[arg-type]  # fields of any type, by name
    )
