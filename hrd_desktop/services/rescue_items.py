"""Bringing the bytes of a damaged vault's items into the new one, each read whole and checked on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from hrd_desktop.crypto.headers import ObjectHeader, Role
from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    ObjectDamagedError,
    ObjectMissingError,
    ObjectNotOursError,
)
from hrd_desktop.domain.names import title_from_name
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item, ItemDetails, ItemState
from hrd_desktop.domain.rescue import LostItem, UnknownFile
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.ingest import kind_of
from hrd_desktop.services.session import Session
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import HeaderFields, StoredObject
from hrd_desktop.storage.rescue_scan import FoundObject, Scan
from hrd_desktop.storage.vault import Vault

T = TypeVar("T")

#: Items that share one sync and one transaction.
GROUP_ITEMS = 64


@dataclass(repr=False)
class BroughtBack:
    """What came back and what did not. ``lost_paths`` are the places, inside the vault, of lost items."""

    from_records: int = 0
    from_headers: int = 0
    lost: tuple[LostItem, ...] = ()
    lost_paths: list[str] = field(default_factory=list)

    def unknown(self, scan: Scan) -> Iterator[UnknownFile]:
        """Files that did not open."""
        return (UnknownFile(stranger.name, stranger.code) for stranger in scan.strangers)


@dataclass(frozen=True, repr=False)
class _Copied:
    header: ObjectHeader
    stored: StoredObject


def bring_back_items(
    session: Session,
    source: VaultLayout,
    scan: Scan,
    *,
    new_id: Callable[[], UUID],
    progress: Progress,
    cancel: CancelToken,
) -> BroughtBack:
    """Copy every original into the vault of ``session``: first those in its records, then the others.

    Raises DiskFullError, DiskFailedError (the new vault's disk), Cancelled. What the damaged vault's disk
    refuses is a lost item.
    """
    return _BringingBack(session, source, scan, new_id, progress, cancel).run()


class _BringingBack:
    def __init__(
        self,
        session: Session,
        source: VaultLayout,
        scan: Scan,
        new_id: Callable[[], UUID],
        progress: Progress,
        cancel: CancelToken,
    ) -> None:
        self._session = session
        self._source = source
        self._scan = scan
        self._new_id = new_id
        self._progress = progress
        self._cancel = cancel
        self._originals = {files[0].header.name: files for files in scan.of_role(Role.ORIGINAL)}
        self._by_content: dict[tuple[bytes, int], list[FoundObject]] = {}
        for files in self._originals.values():
            for file in files:
                self._by_content.setdefault((file.header.sha256, file.header.size_bytes), []).append(file)
        self._lost: list[LostItem] = []
        self._result = BroughtBack()

    def run(self) -> BroughtBack:
        items = self._session.read(_all_items)
        recorded = {item.object_name for item in items}
        alone = [files for name, files in self._originals.items() if name not in recorded]
        total = sum(item.size_bytes for item in items) + sum(files[0].header.size_bytes for files in alone)
        self._progress.begin(len(items) + len(alone), total)
        try:
            for group in _grouped(items):
                self._take_recorded(group)
            known = {(item.sha256, item.size_bytes) for item in items}
            known -= {(item.sha256, item.size_bytes) for item in self._lost}
            for found in _grouped(alone):
                # Bytes that are in already: a second copy that an interrupted import left.
                self._take_alone([files for files in found if not _all_known(files, known)])
        finally:
            self._progress.end()
        self._result.lost = tuple(self._lost)
        return self._result

    # -- items that the records know --------------------------------------------------------

    def _take_recorded(self, items: Sequence[Item]) -> None:
        done: list[tuple[Item, StoredObject]] = []
        lost: list[tuple[Item, str]] = []
        for item in items:
            copied = self._copy(self._files_of(item), item)
            if isinstance(copied, _Copied):
                done.append((item, copied.stored))
            else:
                lost.append((item, copied))
        self._session.vault.objects.sync([stored.name for _, stored in done])

        def commit(vault: Vault) -> None:
            for item, stored in done:
                vault.records.items.set_object(item.id, stored.name)
            for item, code in lost:
                record_event(vault, item, Event(action="integrity-failed", reason=code))

        self._session.write(commit)
        self._result.from_records += len(done)
        for item, code in lost:
            self._result.lost_paths.append(_inside(self._source, item.object_name))
            self._lost.append(
                LostItem(
                    item.id, item.reference, item.original_name, item.sha256, item.size_bytes, code, True
                )
            )

    def _files_of(self, item: Item) -> list[FoundObject]:
        """The files of an item's object, and of any other with the same bytes."""
        files = list(self._originals.get(item.object_name, ()))
        if not any(_agrees(file, item) for file in files):
            files += self._by_content.get((item.sha256, item.size_bytes), ())
        return files

    # -- items that only their objects tell of ----------------------------------------------

    def _take_alone(self, found: Sequence[list[FoundObject]]) -> None:
        done: list[_Copied] = []
        for files in found:
            copied = self._copy(files, None)
            if isinstance(copied, _Copied):
                done.append(copied)
                continue
            header = files[0].header
            self._lost.append(
                LostItem(
                    UUID(bytes=header.record_id) if header.record_id is not None else self._new_id(),
                    None,
                    os.fsdecode(header.original_name),
                    header.sha256,
                    header.size_bytes,
                    copied,
                    False,
                )
            )
        self._session.vault.objects.sync([copied.stored.name for copied in done])

        def commit(vault: Vault) -> None:
            for copied in done:
                self._insert(vault, copied)

        self._session.write(commit)
        self._result.from_headers += len(done)

    def _insert(self, vault: Vault, copied: _Copied) -> None:
        header, stored = copied.header, copied.stored
        records = vault.records
        item_id = UUID(bytes=header.record_id) if header.record_id is not None else self._new_id()
        if records.items.find(item_id) is not None:
            item_id = self._new_id()
        name = os.fsdecode(header.original_name)
        item = Item(
            id=item_id,
            number=records.items.next_number(),
            state=ItemState.KEPT,
            details=ItemDetails(kind=kind_of(header.media_type), title=title_from_name(name)),
            original_name=name,
            media_type=header.media_type,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            object_name=stored.name,
            imported_utc=_time(header.ingested_utc_us) or vault.clock.now_utc(),
            original_modified_utc=None if header.modified_utc_us is None else _time(header.modified_utc_us),
            changed_utc=vault.clock.now_utc(),
        )
        records.items.insert(item)
        vault.new_items.add(item.id)
        record_event(
            vault,
            item,
            Event(
                action="imported",
                reason="rescued",
                sha256_after=item.sha256.hex(),
                size=item.size_bytes,
            ),
        )

    # -- bytes ------------------------------------------------------------------------------

    def _copy(self, files: Sequence[FoundObject], item: Item | None) -> _Copied | str:
        """Copy the first of these files that is whole and as recorded, or the code of what is wrong."""
        code: str | None = None
        for file in files:
            if item is not None and not _agrees(file, item):
                code = code or ObjectDamagedError.code
                continue
            copied = self._copy_file(file, item)
            if isinstance(copied, _Copied):
                self._progress.finish_item()
                return copied
            code = copied
        self._progress.finish_item()
        if code is None and item is not None and os.path.lexists(self._source.object_path(item.object_name)):
            return ObjectNotOursError.code
        return code or ObjectMissingError.code

    def _copy_file(self, file: FoundObject, item: Item | None) -> _Copied | str:
        objects = self._session.vault.objects
        writer = objects.create(objects.new_name())
        try:
            code = self._pour(file, writer.write)
            if code is not None:
                writer.abort()
                return code
            header = file.header
            stored = writer.finish(
                HeaderFields(
                    role=Role.ORIGINAL,
                    record_id=item.id.bytes if item is not None else header.record_id,
                    media_type=header.media_type,
                    original_name=header.original_name,
                    ingested_us=header.ingested_utc_us,
                    modified_us=header.modified_utc_us,
                ),
                sync=False,
            )
        except BaseException:
            writer.abort()
            raise
        return _Copied(header, stored)

    def _pour(self, file: FoundObject, write: Callable[[bytes], None]) -> str | None:
        """Write the content; the code of what is wrong with it, or None. Failures of ``write`` go through."""
        pieces = _pieces(file)
        while True:
            self._cancel.raise_if_cancelled()
            try:
                piece = next(pieces, None)
            except (IntegrityError, DiskFailedError) as error:
                return error.code
            if piece is None:
                return None
            write(piece)
            self._progress.advance(len(piece))


def _pieces(file: FoundObject) -> Iterator[bytes]:
    with file.open() as reader:
        yield from reader.iter_content()


def _all_known(files: Sequence[FoundObject], known: set[tuple[bytes, int]]) -> bool:
    return all((file.header.sha256, file.header.size_bytes) in known for file in files)


def _agrees(file: FoundObject, item: Item) -> bool:
    return (file.header.sha256, file.header.size_bytes) == (item.sha256, item.size_bytes)


def _time(us: int) -> datetime | None:
    try:
        return from_microseconds(us)
    except OverflowError:
        return None


def _inside(layout: VaultLayout, name: bytes) -> str:
    return os.path.relpath(layout.object_path(name), layout.root)


def _all_items(vault: Vault) -> list[Item]:
    return sorted(vault.records.items.iter_items(), key=lambda item: item.number)


def _grouped(entries: Iterable[T]) -> Iterator[list[T]]:
    group: list[T] = []
    for entry in entries:
        group.append(entry)
        if len(group) == GROUP_ITEMS:
            yield group
            group = []
    if group:
        yield group
