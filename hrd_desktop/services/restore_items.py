"""Bringing single items back from a backup into the open vault.

An item that the vault still knows gets its bytes back; one that it does not know comes in as a new item with
what was written about it. The backup is only read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.backup_prune import info_of
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.restore import choose_list
from hrd_desktop.services.session import Session
from hrd_desktop.services.throw_away import throw_away_folder
from hrd_desktop.storage.allocation import no_room, reserve_names
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.backup.lists import BackupList
from hrd_desktop.storage.backup.opening import OpenedBackup, open_backup
from hrd_desktop.storage.backup.restoring import write_records
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.objects import HeaderFields, StoredObject
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.sweep import unlink_now
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID, Randomness, Vault

REASON = "restored"


@dataclass(frozen=True, repr=False)
class BackedUpItem:
    """An item in a snapshot. ``here``: its object is in the backup."""

    item: Item
    here: bool


@dataclass(frozen=True, repr=False)
class ItemBack:
    """What became of one item.

    ``result``: *bytes-back* (the vault knew it), *new* (it came in as the item ``item_id``), *already-here*,
    or the code of what is wrong with it in the backup. ``asked_id`` is its id in the backup.
    """

    asked_id: UUID
    reference: str
    result: str
    item_id: UUID | None

    @property
    def ok(self) -> bool:
        """Whether the item is in the vault now."""
        return self.item_id is not None


class BackupReader:
    """An opened snapshot of a backup, and what can be brought back from it.

    ``snapshots`` are all that can be looked into, the newest first.
    """

    def __init__(self, opened: OpenedBackup, chosen: BackupList, items: Sequence[Item]) -> None:
        self._opened = opened
        self._list = chosen
        self.snapshot = info_of(chosen)
        self.snapshots = tuple(info_of(one) for one in opened.found.lists)
        destroyed = opened.found.lists[0].destroyed
        there = {row.name for row in chosen.rows if not row.absent} - destroyed
        self.items = tuple(
            BackedUpItem(item, item.object_name in there)
            for item in items
            if item.object_name not in destroyed
        )

    def look_into(self, number: int, clock: Clock) -> BackupReader:
        """Another snapshot of the same backup. Raises NotFoundError, BackupDamagedError, BackupDiskFailed."""
        chosen = choose_list(self._opened, number)
        return BackupReader(self._opened, chosen, _items_of(self._opened, chosen, clock))

    def find(self, reference: str) -> Item | None:
        """The item called ``E0001`` or by its UUID in the snapshot, or None."""
        wanted = reference.strip().upper()
        for one in self.items:
            if wanted in (one.item.reference, str(one.item.number), str(one.item.id).upper()):
                return one.item
        return None

    def bring_back(
        self,
        session: Session,
        items: Sequence[Item],
        *,
        new_id: Callable[[], UUID],
        progress: Progress,
        cancel: CancelToken,
    ) -> list[ItemBack]:
        """Bring these items into the open vault, one by one; each is in when the next is begun.

        Raises DiskFullError, DiskFailedError, VaultReadOnlyError, BackupDiskFailed, Cancelled.
        """
        session.vault.ensure_writable()
        progress.begin(len(items), sum(item.size_bytes for item in items))
        done: list[ItemBack] = []
        try:
            for item in items:
                cancel.raise_if_cancelled()
                done.append(self._bring_one(session, item, new_id, progress, cancel))
                progress.finish_item()
        finally:
            progress.end()
        return done

    def _bring_one(
        self,
        session: Session,
        item: Item,
        new_id: Callable[[], UUID],
        progress: Progress,
        cancel: CancelToken,
    ) -> ItemBack:
        known = session.read(lambda vault: vault.records.items.find(item.id))
        if known is not None and _is_whole(session, known):
            return ItemBack(item.id, item.reference, "already-here", known.id)
        if known is None:
            same = session.read(lambda vault: vault.records.items.find_by_sha256(item.sha256))
            if same:
                return ItemBack(item.id, item.reference, "already-here", same[0].id)
        try:
            stored = self._copy(session, item, progress, cancel)
        except IntegrityError as error:
            return ItemBack(item.id, item.reference, error.code, None)
        session.vault.objects.sync([stored.name])
        if known is not None:
            session.change(lambda vault: _give_bytes_back(vault, known, stored))
            return ItemBack(item.id, item.reference, "bytes-back", known.id)
        number = self._list.number
        taken = session.change(lambda vault: _take_in(vault, item, stored, new_id(), number))
        return ItemBack(item.id, item.reference, "new", taken)

    def _copy(self, session: Session, item: Item, progress: Progress, cancel: CancelToken) -> StoredObject:
        objects = session.vault.objects
        with self._opened.store.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            header = reader.header
            (name,) = session.change(lambda vault: reserve_names(vault, [item.size_bytes]))
            if name is None:
                raise session.read(no_room)
            writer = objects.create(name)
            try:
                for piece in _pieces(reader.iter_content()):
                    cancel.raise_if_cancelled()
                    writer.write(piece)
                    progress.advance(len(piece))
                return writer.finish(
                    HeaderFields(
                        role=Role.ORIGINAL,
                        record_id=item.id.bytes,
                        media_type=header.media_type,
                        original_name=header.original_name,
                        ingested_us=header.ingested_utc_us,
                        modified_us=header.modified_utc_us,
                    ),
                    sync=False,
                )
            except BaseException:
                # The name stays reserved: the next unlock drops it.
                writer.abort()
                raise


@contextmanager
def read_backup(
    path: str, credential: Credential, *, random: Randomness, clock: Clock, number: int | None = None
) -> Iterator[BackupReader]:
    """Open snapshot ``number`` of the backup at ``path``, by default the newest, to bring items back from.

    Raises what ``open_backup`` raises, NotFoundError, BackupDamagedError, DiskFullError, DiskFailedError.
    """
    opened = open_backup(os.path.realpath(path), credential=credential, stretch=stretch, random=random)
    chosen = choose_list(opened, number)
    yield BackupReader(opened, chosen, _items_of(opened, chosen, clock))


def _items_of(opened: OpenedBackup, chosen: BackupList, clock: Clock) -> list[Item]:
    """The snapshot's items.

    Its records are laid, encrypted as they are, into a temporary folder that is removed at once.
    """
    with throw_away_folder("snapshot") as folder:
        records = os.path.join(folder, "records")
        write_records(opened.store, chosen, records)
        key = chosen.records_key
        database = open_database(records, key[:32], key[32:], RECORDS_APPLICATION_ID, must_exist=True)
        try:
            return list(Records(database, clock).items.iter_items())
        finally:
            database.close()


def _is_whole(session: Session, item: Item) -> bool:
    try:
        session.vault.objects.verify(item.object_name, (item.size_bytes, item.sha256))
    except IntegrityError:
        return False
    return True


def _pieces(source: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with backup_errors("read-object"):
            piece = next(source, None)
        if piece is None:
            return
        yield piece


def _give_bytes_back(vault: Vault, item: Item, stored: StoredObject) -> None:
    with vault.records.transaction():
        vault.records.items.set_object(item.id, stored.name)
        vault.records.names.release([stored.name])
        vault.records.names.unlink_later([item.object_name])
        record_event(
            vault,
            item,
            Event(action="verified", reason=REASON, sha256_after=item.sha256.hex(), size=item.size_bytes),
        )
    unlink_now(vault, [item.object_name])


def _take_in(vault: Vault, item: Item, stored: StoredObject, new_id: UUID, snapshot: int) -> UUID:
    now = vault.clock.now_utc()
    with vault.records.transaction():
        # A new id: the logs of this vault may already tell of the old one.
        taken = replace(
            item,
            id=new_id,
            number=vault.records.items.next_number(),
            state=ItemState.KEPT,
            object_name=stored.name,
            changed_utc=now,
            cases=(),
        )
        vault.records.items.insert(taken)
        vault.records.names.release([stored.name])
        vault.new_items.add(taken.id)
        record_event(
            vault,
            taken,
            Event(
                action="imported",
                reason=REASON,
                note=f"snapshot {snapshot} {item.reference} {item.id} {to_microseconds(item.imported_utc)}",
                sha256_after=taken.sha256.hex(),
                size=taken.size_bytes,
            ),
        )
    return taken.id
