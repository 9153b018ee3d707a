"""Taking originals in: reserve names, write and sync objects, then one transaction, then acknowledge.

Method: ARCHITECTURE ("The way of an evidence file") and docs/spec/vault-format.md, section 6.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from hrd_desktop.crypto.body import object_size
from hrd_desktop.crypto.headers import Role
from hrd_desktop.decode.signatures import media_type_of
from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError, NoRoomError, VaultReadOnlyError
from hrd_desktop.domain.ingest import Duplicate, Ingested, IngestReport, NotIngested
from hrd_desktop.domain.names import title_from_name
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item, ItemDetails, ItemKind, ItemState
from hrd_desktop.services.cases import register_in_transaction
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.lanes import WorkLanes
from hrd_desktop.services.object_names import AT_ONCE, ObjectNames
from hrd_desktop.services.originals import Candidate, Original, OriginalError, find_originals
from hrd_desktop.services.session import Session
from hrd_desktop.storage.objects import HeaderFields, StoredObject
from hrd_desktop.storage.vault import Vault

#: A group of small files shares one sync and one transaction; bounded so that little is lost to a crash
#: and so that a wipe never waits behind much unwritten data.
GROUP_FILES = AT_ONCE
GROUP_BYTES = 8 << 20

#: Space left free beside an object for the databases, their journals and the folder itself.
HEADROOM_BYTES = 4 << 20

#: So many small files are one piece of work for a lane: handing each over by itself costs as much again.
SLICE_FILES = 8

SNIFF_BYTES = 4096


@dataclass(frozen=True, repr=False)
class IngestChoices:
    """What the user chose for everything taken in at once."""

    case_id: UUID | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    actor: str = ""


@dataclass(frozen=True, repr=False)
class _Written:
    candidate: Candidate
    stored: StoredObject
    item_id: UUID
    media_type: str
    original_name: bytes
    modified_us: int


#: A file to be taken in, and the name its object gets.
_Named = tuple[Candidate, bytes]


class Ingest:
    """One import. Call ``run`` once, from any thread but the vault lane."""

    def __init__(
        self,
        session: Session,
        choices: IngestChoices,
        *,
        work_lanes: int,
        progress: Progress,
        cancel: CancelToken,
        new_id: Callable[[], UUID],
        on_ingested: Callable[[Ingested], None] | None = None,
    ) -> None:
        self._session = session
        self._choices = choices
        self._lanes = WorkLanes(work_lanes)
        self._progress = progress
        self._cancel = cancel
        self._new_id = new_id
        self._on_ingested = on_ingested
        self._names = ObjectNames(session)
        self._items: list[Ingested] = []
        self._duplicates: list[Duplicate] = []
        self._failed: list[NotIngested] = []
        self._stopped: str | None = None
        self._no_room: NoRoomError | None = None

    def run(self, paths: list[bytes]) -> IngestReport:
        """Take in every regular file at or under ``paths``.

        Never raises for a single file: it stands in ``failed`` with its code. After a failed sync or
        write (``disk-failed``) nothing more is tried. Cancelling keeps what was acknowledged.
        """
        self._session.vault.ensure_writable()
        cancelled = False
        try:
            candidates = list(find_originals(paths, os.fsencode(self._session.vault.layout.root)))
            wanted = [candidate for candidate in candidates if candidate.refusal is None]
            for candidate in candidates:
                if candidate.refusal is not None:
                    self._fail(candidate, candidate.refusal)
            self._progress.begin(len(wanted), sum(candidate.size_bytes for candidate in wanted))
            try:
                for group in _groups(wanted):
                    if self._stopped is not None:
                        for candidate in group:
                            self._fail(candidate, self._stopped)
                        continue
                    self._take(group)
            except Cancelled:
                cancelled = True
            self._names.release()
        finally:
            self._lanes.close()
            self._progress.end()
        return IngestReport(
            tuple(self._items), tuple(self._duplicates), tuple(self._failed), cancelled, self._no_room
        )

    def _fail(self, candidate: Candidate, code: str) -> None:
        self._failed.append(NotIngested(os.fsdecode(candidate.path), code))

    def _refuse(self, candidate: Candidate, refusal: NoRoomError) -> None:
        self._fail(candidate, refusal.code)
        self._no_room = refusal

    # -- one group ------------------------------------------------------------------------------

    def _take(self, group: list[Candidate]) -> None:
        self._cancel.raise_if_cancelled()
        try:
            names = self._names.take([candidate.size_bytes for candidate in group])
        except (DiskFullError, DiskFailedError, VaultReadOnlyError) as error:
            self._stop_group(group, error.code)
            return
        wanted: list[_Named] = []
        for candidate, name in zip(group, names, strict=True):
            if name is None:
                self._refuse(candidate, self._names.refusal())
            else:
                wanted.append((candidate, name))
        slices = [wanted[start : start + SLICE_FILES] for start in range(0, len(wanted), SLICE_FILES)]
        futures = [self._lanes.submit(partial(self._write_all, part)) for part in slices]
        written, unused, cancelled = self._gather(slices, futures)
        try:
            self._acknowledge(written, unused)
        except (DiskFullError, DiskFailedError, VaultReadOnlyError) as error:
            for entry in written:
                self._fail(entry.candidate, error.code)
            if not isinstance(error, DiskFullError):
                self._stopped = error.code
            else:
                # The names stay reserved: their objects are removed now, or by the next unlock.
                for entry in written:
                    with suppress(DiskFullError, DiskFailedError):
                        self._session.vault.objects.unlink(entry.stored.name)
                self._no_room = error if isinstance(error, NoRoomError) else self._no_room
        if cancelled:
            raise Cancelled()

    def _gather(
        self, slices: list[list[_Named]], futures: list[Future[list[_Written | Exception]]]
    ) -> tuple[list[_Written], list[bytes], bool]:
        """What was written, the names that were not used, and whether somebody cancelled."""
        written: list[_Written] = []
        unused: list[bytes] = []
        cancelled = False
        for part, future in zip(slices, futures, strict=True):
            for (candidate, name), outcome in zip(part, future.result(), strict=True):
                if isinstance(outcome, _Written):
                    written.append(outcome)
                    continue
                unused.append(name)
                if isinstance(outcome, Cancelled):
                    cancelled = True
                else:
                    self._not_written(candidate, outcome)
        return written, unused, cancelled

    def _not_written(self, candidate: Candidate, failure: Exception) -> None:
        if isinstance(failure, NoRoomError):
            # It has grown since its length was asked for.
            self._refuse(candidate, self._names.refusal())
        elif isinstance(failure, OriginalError | DiskFullError):
            self._fail(candidate, failure.code)
        elif isinstance(failure, DiskFailedError):
            self._stopped = failure.code
            self._session.vault.read_only = True
            self._fail(candidate, failure.code)
        else:
            raise failure

    def _stop_group(self, group: list[Candidate], code: str) -> None:
        for candidate in group:
            self._fail(candidate, code)
        if code != DiskFullError.code:
            self._stopped = code

    def _write_all(self, wanted: list[_Named]) -> list[_Written | Exception]:
        """On a work lane: one after another, each with its object or with what kept it out."""
        outcomes: list[_Written | Exception] = []
        for candidate, name in wanted:
            try:
                outcomes.append(self._write(candidate, name))
            except (OriginalError, SheafError) as failure:
                outcomes.append(failure)
        return outcomes

    def _write(self, candidate: Candidate, name: bytes) -> _Written:
        """Read the original once, write its object."""
        self._cancel.raise_if_cancelled()
        objects = self._session.vault.objects
        with Original(candidate.path) as original:
            if self._session.vault.compartment == 0:
                ensure_space(self._session.vault.layout.root, original.size_bytes)
            writer = objects.create(name)
            try:
                head = b""
                for piece in original.iter_content():
                    if len(head) < SNIFF_BYTES:
                        head += piece[: SNIFF_BYTES - len(head)]
                    writer.write(piece)
                    self._progress.advance(len(piece))
                    self._cancel.raise_if_cancelled()
                text_name = os.fsdecode(original.name)
                media_type = media_type_of(head, os.path.splitext(text_name)[1])
                item_id = self._new_id()
                stored = writer.finish(
                    HeaderFields(
                        role=Role.ORIGINAL,
                        record_id=item_id.bytes,
                        media_type=media_type,
                        original_name=original.name,
                        ingested_us=self._session.vault.now_us(),
                        modified_us=original.modified_us,
                        sequence=0,
                    ),
                    sync=False,
                )
            except BaseException:
                writer.abort()
                raise
            return _Written(candidate, stored, item_id, media_type, original.name, original.modified_us)

    def _acknowledge(self, written: list[_Written], unused: list[bytes]) -> None:
        self._session.vault.objects.sync([entry.stored.name for entry in written])
        copies: list[bytes] = []

        def commit(vault: Vault) -> tuple[list[Ingested], list[Duplicate]]:
            copies.clear()
            with vault.records.transaction():
                known = vault.records.items.find_by_digests([entry.stored.sha256 for entry in written])
                new: dict[bytes, _Written] = {}
                again: list[_Written] = []
                for entry in written:
                    if entry.stored.sha256 in known or entry.stored.sha256 in new:
                        again.append(entry)
                    else:
                        new[entry.stored.sha256] = entry
                items = self._insert(vault, list(new.values()))
                known.update((item.sha256, item) for item in items)
                for entry in again:
                    self._take_duplicate(vault, known[entry.stored.sha256])
                copies.extend(entry.stored.name for entry in again)
                vault.records.names.release([entry.stored.name for entry in new.values()])
            return (
                [
                    Ingested(os.fsdecode(entry.candidate.path), item)
                    for entry, item in zip(new.values(), items, strict=True)
                ],
                [_duplicate_of(entry, known[entry.stored.sha256]) for entry in again],
            )

        ingested, duplicates = self._session.change(commit) if written else ([], [])
        self._items += ingested
        self._duplicates += duplicates
        for done in ingested:
            self._progress.finish_item()
            if self._on_ingested is not None:
                self._on_ingested(done)
        self._drop(copies + unused)

    def _drop(self, names: list[bytes]) -> None:
        """Remove objects that were not kept; their names are used again for the next files.

        What the disk does not let go stays reserved until the next unlock removes it. Nothing more is taken
        in then, but what was acknowledged is in.
        """
        removed: list[bytes] = []
        for name in names:
            try:
                self._session.vault.objects.unlink(name)
                removed.append(name)
            except (DiskFullError, DiskFailedError) as failure:
                self._stopped = failure.code
        if removed:
            self._names.give_back(removed)

    def _insert(self, vault: Vault, entries: list[_Written]) -> list[Item]:
        if not entries:
            return []
        records, choices = vault.records, self._choices
        now = vault.clock.now_utc()
        items = [
            self._item_of(entry, number, now)
            for entry, number in zip(entries, records.items.next_numbers(len(entries)), strict=True)
        ]
        records.items.insert_all(items)
        vault.new_items.update(item.id for item in items)
        for item in items:
            event = Event(
                action="imported",
                actor=choices.actor or None,
                from_=choices.source or None,
                sha256_after=item.sha256.hex(),
                size=item.size_bytes,
            )
            # A new item is in no case yet.
            record_event(vault, item, event, inbox_only=True)
            if choices.case_id is not None:
                register_in_transaction(vault, item, choices.case_id, actor=choices.actor)
        return items

    def _item_of(self, entry: _Written, number: int, now: datetime) -> Item:
        original_name = os.fsdecode(entry.original_name)
        return Item(
            id=entry.item_id,
            number=number,
            state=ItemState.KEPT,
            details=ItemDetails(
                kind=kind_of(entry.media_type),
                title=title_from_name(original_name),
                source=self._choices.source,
            ),
            original_name=original_name,
            media_type=entry.media_type,
            size_bytes=entry.stored.size_bytes,
            sha256=entry.stored.sha256,
            object_name=entry.stored.name,
            imported_utc=now,
            original_modified_utc=from_microseconds(entry.modified_us),
            changed_utc=now,
            tags=self._choices.tags,
        )

    def _take_duplicate(self, vault: Vault, item: Item) -> None:
        """What is here already still goes into the case that was asked for."""
        case_id = self._choices.case_id
        if case_id is None or item.state is not ItemState.KEPT:
            return
        if all(entry.case_id != case_id for entry in vault.records.cases.cases_of(item.id)):
            register_in_transaction(vault, item, case_id, actor=self._choices.actor)


def _duplicate_of(entry: _Written, item: Item) -> Duplicate:
    return Duplicate(os.fsdecode(entry.candidate.path), item.id, item.reference)


def _groups(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    group: list[Candidate] = []
    group_bytes = 0
    for candidate in candidates:
        if group and (len(group) >= GROUP_FILES or group_bytes + candidate.size_bytes > GROUP_BYTES):
            yield group
            group, group_bytes = [], 0
        group.append(candidate)
        group_bytes += candidate.size_bytes
    if group:
        yield group


def ensure_space(root: str, size_bytes: int) -> None:
    """Refuse a file that cannot fit before writing gigabytes of it. Raises DiskFullError."""
    try:
        system = os.statvfs(root)
    except (OSError, AttributeError):
        return
    needed = object_size(size_bytes) + HEADROOM_BYTES
    if system.f_bavail * system.f_frsize < needed:
        raise DiskFullError(needed_bytes=needed)


def kind_of(media_type: str) -> ItemKind:
    """A first guess at what sort of thing a file of this media type is."""
    family = media_type.split("/", 1)[0]
    known = {"image": ItemKind.PHOTOGRAPH, "video": ItemKind.VIDEO, "audio": ItemKind.AUDIO}
    if family in known:
        return known[family]
    if media_type == "message/rfc822":
        return ItemKind.MESSAGE
    if family == "text" or media_type == "application/pdf" or "document" in media_type:
        return ItemKind.DOCUMENT
    return ItemKind.OTHER
