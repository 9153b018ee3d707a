"""Restoring a backup: a new vault, made beside its place, that opens with what opened the backup.

Method: docs/spec/backup-format.md, section 8. The backup is only read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from hrd_desktop.crypto.backup_keys import OpensWith, rekey_mark
from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.kdf import stretch as stretch_in_child
from hrd_desktop.domain.backup import SnapshotInfo
from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.backup import BackupDamagedError, BackupDiskFailed, BackupPlaceError
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.backup_places import Place, load_places, put_place
from hrd_desktop.services.backup_prune import info_of
from hrd_desktop.services.custody_fork import RESTORED, fork_logs
from hrd_desktop.services.lanes import VaultLane, WorkLanes
from hrd_desktop.services.session import Session
from hrd_desktop.services.stretched_once import Stretch, StretchedOnce
from hrd_desktop.services.whole_session import whole
from hrd_desktop.services.wipe_keys import overwrite_keys
from hrd_desktop.storage.backup.lists import BackupList, ListRow
from hrd_desktop.storage.backup.opening import OpenedBackup, open_backup
from hrd_desktop.storage.backup.restoring import (
    RestoredSlots,
    leave_reserve_out,
    restore_object,
    restore_records,
    restore_reserve,
    restored_slots,
    throw_away_slots,
    verify_slots_open,
    write_slot_files,
)
from hrd_desktop.storage.creating import ensure_place_is_free, make_parts, sync_tree
from hrd_desktop.storage.disk import disk_errors, fsync_folder, make_folder, set_all_mtimes
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.vault import Randomness, Vault

LANES = 2
GROUP = 64

Chooser = Callable[[Sequence[ListRow]], Sequence[ListRow]]


@dataclass(frozen=True, repr=False)
class NotRestored:
    """An item whose bytes are not in the new vault, and why. Its record and custody are there."""

    item_id: UUID
    reference: str
    code: str


@dataclass(frozen=True, repr=False)
class RestoreReport:
    """What a restore made.

    ``left_out`` counts items that were destroyed after this snapshot; ``logs`` the custody logs that go on
    under new keys; ``reserve_lost``: the reserve in the backup is damaged, and the new vault has none;
    ``other_damaged`` snapshots of the backup that could not be read.
    """

    snapshot: SnapshotInfo
    items: int
    files: int
    failed: tuple[NotRestored, ...]
    left_out: int
    logs: int
    own: bool
    reserve_lost: bool
    other_damaged: int


class Restore:
    """One restore. Call ``run`` once, from any thread."""

    def __init__(
        self,
        path: str,
        target: str,
        credential: Credential,
        *,
        random: Randomness,
        clock: Clock,
        progress: Progress,
        cancel: CancelToken,
        work_lanes: int = LANES,
        stretch: Stretch = stretch_in_child,
        throw_away: Credential | None = None,
    ) -> None:
        """``throw_away``, for a drill: the new vault has a key of its own and opens with this alone."""
        self._path = os.path.realpath(path)
        self._target = os.path.abspath(target)
        self._credential = credential
        self._random = random
        self._clock = clock
        self._progress = progress
        self._cancel = cancel
        self._work_lanes = work_lanes
        self._stretch = StretchedOnce(stretch)
        self._throw_away = throw_away
        #: Where the new vault is made; it has its own name only when all is done.
        self.building = f"{self._target}.creating-{random(4).hex()}"
        self._begun = False
        self._guard = threading.Lock()

    def abandon(self) -> None:
        """Overwrite the keys of what is being made, from any thread; the process may be about to end."""
        self._cancel.cancel()
        with self._guard:
            # Under whichever of its two names; others may have one that begins alike.
            for folder in (self.building, self._target) if self._begun else ():
                overwrite_keys(VaultLayout(folder), self._random, read_back=False)

    def run(self, number: int | None = None, *, only: Chooser | None = None) -> RestoreReport:
        """Make the new vault from snapshot ``number``, by default the newest.

        ``only`` chooses some of the objects and leaves the reserve out, for a drill. Raises what
        ``open_backup`` raises, NotFoundError (no such snapshot), BackupDamagedError, VaultExistsError,
        BackupPlaceError, DiskFullError, DiskFailedError, Cancelled; then nothing is at the new place.
        """
        _ensure_apart(self._path, self._target)
        ensure_place_is_free(self._target)
        opened = open_backup(
            self._path, credential=self._credential, stretch=self._stretch, random=self._random
        )
        chosen = choose_list(opened, number)
        building = self.building
        self._begun = True
        with disk_errors("restore"):
            make_folder(building)
        try:
            report = self._build(building, opened, chosen, only)
            self._cancel.raise_if_cancelled()
            with disk_errors("restore"):
                sync_tree(VaultLayout(building))
                os.rename(building, self._target)
                building = self._target
                fsync_folder(os.path.dirname(self._target))
        except BaseException:
            # Only what was made here a moment ago is removed, under whichever of its two names.
            shutil.rmtree(building, ignore_errors=True)
            raise
        finally:
            self._progress.end()
        return report

    def _build(
        self,
        building: str,
        opened: OpenedBackup,
        chosen: BackupList,
        only: Chooser | None,
    ) -> RestoreReport:
        layout = VaultLayout(building)
        with disk_errors("restore"):
            make_parts(layout)
        slots = restored_slots(opened, self._credential, self._stretch, self._random, self._clock)
        if self._throw_away is not None:
            verify_slots_open(slots, self._credential, self._stretch)
            slots = throw_away_slots(slots, self._throw_away, self._stretch, self._random, self._clock)
        newest = opened.found.lists[0]
        rows = [row for row in chosen.rows if row.name not in newest.destroyed]
        failed = {row.name: "missing" for row in rows if row.absent}
        wanted: Sequence[ListRow] = [row for row in rows if not row.absent]
        if only is not None:
            wanted = only(wanted)
        self._progress.begin(len(wanted), sum(row.size_bytes for row in wanted))
        failed |= self._restore_objects(opened, wanted, layout, slots)
        reserve_lost = False
        if newest.reserve is not None and only is None:
            try:
                slots = restore_reserve(opened.store, newest.reserve, layout, slots)
            except (BackupDamagedError, BackupDiskFailed):
                # All else is worth having. Where the newest list cannot be read, the reserve is always lost.
                opened.folder.ensure_answers()
                leave_reserve_out(newest.reserve, layout)
                reserve_lost = True
        above = max(one.epoch for one in opened.found.lists)
        left_out = restore_records(
            opened.store,
            replace(chosen, destroyed=newest.destroyed),
            layout,
            slots,
            above,
            self._clock,
        )
        with self._guard:
            # Not between the overwriting and the end of the process: what is written then would open.
            self._cancel.raise_if_cancelled()
            write_slot_files(layout, slots)
        set_all_mtimes(layout, to_microseconds(self._clock.now_utc()) * 1000)

        def settle(vault: Vault) -> tuple[int, int, list[NotRestored]]:
            logs = fork_logs(vault, RESTORED)
            self._note_place(vault, opened)
            items = vault.records.items.count()
            return logs, items, _not_restored(vault, failed)

        with whole(self._session(building)) as session:
            logs, items, not_restored = session.write(settle)
        return RestoreReport(
            snapshot=info_of(chosen),
            items=items,
            files=len(wanted) - len(failed.keys() & {row.name for row in wanted}),
            failed=tuple(not_restored),
            left_out=left_out,
            logs=logs,
            own=opened.key_files[0].box.opens_with is OpensWith.OWN,
            reserve_lost=reserve_lost,
            other_damaged=len(opened.found.damaged),
        )

    def _restore_objects(
        self, opened: OpenedBackup, rows: Sequence[ListRow], layout: VaultLayout, slots: RestoredSlots
    ) -> dict[bytes, str]:
        failed: dict[bytes, str] = {}
        lanes = WorkLanes(self._work_lanes)

        def one(row: ListRow) -> None:
            self._cancel.raise_if_cancelled()
            restore_object(
                opened.store,
                row,
                layout,
                slots.keys.object_headers,
                self._random,
                cancel=self._cancel,
                advance=self._progress.advance,
            )
            self._progress.finish_item()

        try:
            for start in range(0, len(rows), GROUP):
                group = rows[start : start + GROUP]
                futures = [(row, lanes.submit(partial(one, row))) for row in group]
                for row, future in futures:
                    try:
                        future.result()
                    except IntegrityError as error:
                        failed[row.name] = error.code
                    except BackupDiskFailed as error:
                        # One bad place on the medium costs what lies there; one that is gone, everything.
                        opened.folder.ensure_answers()
                        failed[row.name] = error.code
        finally:
            lanes.close()
        return failed

    def _note_place(self, vault: Vault, opened: OpenedBackup) -> None:
        """The new vault goes on backing up into the same folder, with a list that counts on."""
        keys = {key.hex() for key in opened.store.backup_keys}
        known = next((one for one in load_places(vault) if keys & set(one.keys)), None)
        newest = opened.found.lists[0]
        place = Place(
            path=self._path,
            keys=tuple(key.hex() for key in opened.store.backup_keys),
            mark=rekey_mark(vault.compartment_key, vault.header.vault_id).hex(),
            # Fits no vault: the next backup writes new key files where they have the vault's slots.
            slots_sha256="",
            key_files=tuple(hashlib.sha256(entry.data).hexdigest() for entry in opened.key_files),
            own=opened.key_files[0].box.opens_with is OpensWith.OWN,
            keep=str(known.keep) if known is not None else Place.keep,
            number=newest.number,
            epoch=newest.epoch,
        )
        put_place(vault, place, known)

    def _session(self, building: str) -> Session:
        lane = VaultLane()

        def opened() -> Vault:
            return open_vault(
                building,
                credential=self._throw_away or self._credential,
                stretch=self._stretch,
                random=self._random,
                clock=self._clock,
            )

        try:
            vault = lane.call(opened)
        except BaseException:
            lane.close()
            raise
        return Session(vault, lane, lambda: None)


def _ensure_apart(backup: str, target: str) -> None:
    target = os.path.realpath(target)
    if os.path.commonpath([backup, target]) in (backup, target):
        raise BackupPlaceError(reason="in-backup")


def choose_list(opened: OpenedBackup, number: int | None) -> BackupList:
    """The list of snapshot ``number``, or the newest. Raises NotFoundError, BackupDamagedError."""
    lists = opened.found.lists
    if not lists:
        raise BackupDamagedError(part="list" if opened.found.damaged else "snapshot")
    if number is None:
        return lists[0]
    chosen = next((one for one in lists if one.number == number), None)
    if chosen is None:
        raise NotFoundError(kind="snapshot")
    return chosen


def _not_restored(vault: Vault, failed: dict[bytes, str]) -> list[NotRestored]:
    if not failed:
        return []
    return [
        NotRestored(item.id, item.reference, failed[item.object_name])
        for item in vault.records.items.iter_items()
        if item.object_name in failed
    ]
