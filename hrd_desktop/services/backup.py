"""Backing a vault up into a folder: what is not there yet is copied, then a list makes it a snapshot.

Method: docs/spec/backup-format.md, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hrd_desktop.crypto.body import object_size
from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.errors.backup import (
    BackupCompartmentError,
    BackupFileTooLarge,
    VaultOlderThanBackup,
)
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.slots import SlotRecord
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.backup_place import settle_place
from hrd_desktop.services.backup_places import Place, change_place
from hrd_desktop.services.backup_prune import destroyed_since, prune, prune_key_files
from hrd_desktop.services.backup_reserve import ReserveContent
from hrd_desktop.services.lanes import WorkLanes
from hrd_desktop.services.session import Session
from hrd_desktop.storage.backup.folder import IncomingFile
from hrd_desktop.storage.backup.lists import RESERVE_MEDIA_TYPE, BackupList, CarriedReserve, ListRow
from hrd_desktop.storage.backup.store import BackupStore, FoundLists
from hrd_desktop.storage.records.reserve import ReserveList
from hrd_desktop.storage.slot_changes import recorded_generation
from hrd_desktop.storage.snapshots import snapshot_is_due, take_snapshot
from hrd_desktop.storage.vault import Vault

GROUP_FILES = 64
GROUP_BYTES = 32 << 20
LANES = 2


@dataclass(frozen=True, repr=False)
class NotBackedUp:
    """An item that is not in the snapshot, and why (a kind of refusal, or what the medium could not take)."""

    item_id: UUID
    code: str


@dataclass(frozen=True, repr=False)
class BackupReport:
    """What a backup did.

    ``number`` is that of the newest snapshot; ``is_new`` is False where nothing had changed since.
    ``copied`` and ``copied_bytes`` count objects of the vault, without the reserve. ``notices`` are codes:
    ``backup-older`` (the folder is an older copy of what was there), ``list-damaged`` (a snapshot cannot be
    read, so nothing was removed), ``begun`` (a new backup).
    """

    place: Place
    number: int
    is_new: bool
    item_count: int
    copied: int
    copied_bytes: int
    snapshots: int
    removed: int
    failed: tuple[NotBackedUp, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class _State:
    """The vault at the moment of the snapshot."""

    rows: tuple[ListRow, ...]
    snapshot: bytes
    epoch: int
    item_count: int
    slots: tuple[SlotRecord, ...]
    slot_generation: int
    records_key: bytes
    vault_header: bytes
    reserve: ReserveList | None


class Backup:
    """One backup. Call ``run`` once, from any thread but the vault lane."""

    def __init__(
        self, session: Session, *, progress: Progress, cancel: CancelToken, work_lanes: int = LANES
    ) -> None:
        self._session = session
        self._work_lanes = work_lanes
        self._progress = progress
        self._cancel = cancel
        self._copied = self._copied_bytes = 0
        self._failed: dict[bytes, str] = {}

    def run(
        self, path: str, *, own: OwnCredential | None = None, keep: KeepRule | None = None
    ) -> BackupReport:
        """Back up into the folder ``path``.

        ``own`` begins a backup that opens with a passphrase of its own; ``keep`` changes its rule. Raises
        what ``settle_place`` raises, VaultOlderThanBackup, VaultReadOnlyError, BackupDiskFull,
        BackupDiskFailed, Cancelled. Whatever happens, earlier snapshots are whole.
        """
        session = self._session
        session.vault.ensure_writable()
        if session.vault.compartment != 0:
            raise BackupCompartmentError()
        settled = settle_place(session, path, own, keep)
        place, store, there = settled.place, settled.store, dict(settled.sizes)
        found = store.load_lists(there)
        for name in place.mend:
            # A check found another content there: it is copied again over it.
            there.pop(bytes.fromhex(name), None)
        newest = found.lists[0] if found.lists else None
        notices = self._notices(place, found)
        state = session.change(_collect)
        if newest is not None and newest.epoch > state.epoch:
            raise VaultOlderThanBackup(vault_epoch=state.epoch, backup_epoch=newest.epoch)
        self._copy(store, state, there)
        rows = tuple(replace(row, absent=row.name in self._failed) for row in state.rows)
        number = max((place.number, *found.names)) + 1
        reserve = self._carry_reserve(store, state, number, there)
        present = frozenset(row.name for row in rows)
        destroyed = session.read(lambda vault: destroyed_since(vault, found.lists, present))
        new = BackupList(
            number=number,
            epoch=state.epoch,
            item_count=state.item_count,
            made_us=session.vault.now_us(),
            vault_header=state.vault_header,
            slots=state.slots,
            slot_generation=state.slot_generation,
            snapshot=state.snapshot,
            records_key=state.records_key,
            rows=rows,
            earlier_keys=store.backup_keys[1:],
            destroyed=destroyed,
            reserve=reserve,
        )
        lists, names = found.lists, dict(found.names)
        is_new = newest is None or not _says_the_same(newest, new)
        if is_new:
            self._cancel.raise_if_cancelled()
            store.write_list(new)
            lists = (new, *lists)
            names[number] = store.list_name(number)
            there[names[number]] = 0
        kept, removed = len(lists), 0
        if found.damaged:
            notices.append("list-damaged")
        else:
            kept, removed = prune(store, lists, names, KeepRule.parse(place.keep), there)
            prune_key_files(store, place.key_files)
        place = self._note(place, lists[0])
        self._progress.end()
        return BackupReport(
            place=place,
            number=lists[0].number,
            is_new=is_new,
            item_count=state.item_count,
            copied=self._copied,
            copied_bytes=self._copied_bytes,
            snapshots=kept,
            removed=removed,
            failed=tuple(
                NotBackedUp(UUID(bytes=row.record_id), self._failed[row.name])
                for row in rows
                if row.absent and row.record_id is not None
            ),
            notices=tuple(notices),
        )

    def _notices(self, place: Place, found: FoundLists) -> list[str]:
        if not place.number and not found.names:
            return ["begun"]
        return ["backup-older"] if max(found.names, default=0) < place.number else []

    def _note(self, place: Place, newest: BackupList) -> Place:
        now_us = self._session.vault.now_us()

        def noted(known: Place) -> Place:
            return replace(known, number=newest.number, epoch=newest.epoch, saved_us=now_us, mend=())

        return change_place(self._session, place, noted)

    # -- copying ----------------------------------------------------------------------------

    def _copy(self, store: BackupStore, state: _State, there: dict[bytes, int]) -> None:
        missing = [row for row in state.rows if there.get(row.name) != object_size(row.size_bytes)]
        self._progress.begin(len(missing), sum(object_size(row.size_bytes) for row in missing))
        # First of all the records: the vault keeps two copies, and a later one may take this one's place.
        with self._session.vault.objects.open(state.snapshot) as reader:
            if there.get(state.snapshot) != object_size(reader.size_bytes):
                store.folder.settle([store.copy_in(reader, cancel=self._cancel)])
                there[state.snapshot] = object_size(reader.size_bytes)
        lanes = WorkLanes(self._work_lanes)
        try:
            for group in _groups(missing):
                self._copy_group(store, lanes, group, there)
        finally:
            lanes.close()

    def _copy_group(
        self, store: BackupStore, lanes: WorkLanes, group: Sequence[ListRow], there: dict[bytes, int]
    ) -> None:
        futures = [(row, lanes.submit(lambda row=row: self._copy_one(store, row))) for row in group]  # type: ignore[misc]  # mypy cannot type a lambda's defaults
        written: list[tuple[ListRow, IncomingFile]] = []
        failure: BaseException | None = None
        for row, future in futures:
            error = future.exception()
            if error is None:
                written.append((row, future.result()))
            elif isinstance(error, IntegrityError | BackupFileTooLarge):
                if row.name not in there:
                    self._failed[row.name] = str(error.code)
            else:
                failure = failure or error
        if failure is not None:
            for _, incoming in written:
                incoming.abandon()
            raise failure
        if written:
            store.folder.settle([incoming for _, incoming in written])
        for row, _ in written:
            there[row.name] = object_size(row.size_bytes)
            self._copied += 1
            self._copied_bytes += row.size_bytes
            self._progress.finish_item()

    def _copy_one(self, store: BackupStore, row: ListRow) -> IncomingFile:
        self._cancel.raise_if_cancelled()
        with self._session.vault.objects.open(row.name, (row.size_bytes, row.sha256)) as reader:
            return store.copy_in(reader, cancel=self._cancel, advance=self._progress.advance)

    def _carry_reserve(
        self, store: BackupStore, state: _State, number: int, there: dict[bytes, int]
    ) -> CarriedReserve | None:
        if state.reserve is None:
            return None
        content = ReserveContent(self._session.vault, state.reserve, self._cancel)
        name = store.new_name()
        store.write(name, content.iter_content(), RESERVE_MEDIA_TYPE, number, self._session.vault.now_us())
        there[name] = 0
        return CarriedReserve(name, content.parts)


def _collect(vault: Vault) -> _State:
    """A copy of the records into the vault, and in the same breath the names of all objects."""
    if snapshot_is_due(vault):
        take_snapshot(vault)
    name, _, _ = vault.records.snapshots.load()[-1]
    state = vault.records.state()
    return _State(
        rows=tuple(ListRow(*row[:2], row[3], row[2]) for row in vault.records.items.objects()),
        snapshot=name,
        epoch=state.epoch,
        item_count=state.item_count,
        slots=tuple(vault.records.slots.load()),
        slot_generation=recorded_generation(vault.records),
        records_key=vault.keys.records.key + vault.keys.records.salt,
        vault_header=vault.header_bytes,
        reserve=vault.records.reserve.load(),
    )


def _says_the_same(newest: BackupList, new: BackupList) -> bool:
    # Names that no list has any more need no new list to be dropped from.
    same = replace(new, number=newest.number, made_us=newest.made_us, destroyed=newest.destroyed)
    return new.reserve is None and new.destroyed <= newest.destroyed and newest == same


def _groups(rows: Sequence[ListRow]) -> Iterator[list[ListRow]]:
    group: list[ListRow] = []
    group_bytes = 0
    for row in rows:
        if group and (len(group) >= GROUP_FILES or group_bytes + row.size_bytes > GROUP_BYTES):
            yield group
            group, group_bytes = [], 0
        group.append(row)
        group_bytes += row.size_bytes
    if group:
        yield group
