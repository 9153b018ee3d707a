"""Checking a backup: opened with its credential, decrypted and hashed again, against its lists.

Method: docs/spec/backup-format.md, section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hrd_desktop.crypto.backup_keys import OpensWith
from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.backup import SnapshotInfo
from hrd_desktop.domain.errors.backup import BackupDamagedError, BackupDiskFailed
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.backup_places import Place, change_place, load_places
from hrd_desktop.services.backup_prune import info_of
from hrd_desktop.services.lanes import WorkLanes
from hrd_desktop.services.session import Session
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.backup.lists import BackupList
from hrd_desktop.storage.backup.opening import open_backup
from hrd_desktop.storage.backup.store import BackupStore
from hrd_desktop.storage.vault import Randomness

TENTH = 10
LANES = 2


@dataclass(frozen=True, repr=False)
class BadPart:
    """Something in the backup that is not as its list says.

    ``part`` is *list*, *item*, *records* (a copy of them) or *reserve*; ``snapshot`` the newest number that
    names it; ``item_id`` the item's, where it is one; ``code`` a kind of refusal; ``name`` the object's.
    """

    part: str
    snapshot: int
    item_id: UUID | None
    code: str
    name: bytes = b""


@dataclass(frozen=True, repr=False)
class CheckReport:
    """What a check found.

    ``objects`` is how many objects the snapshots need, ``checked`` how many were read. ``absent``: items that
    the newest snapshot could not take from the vault. ``newest_keys`` tell which backup it was.
    """

    snapshots: tuple[SnapshotInfo, ...]
    objects: int
    checked: int
    checked_bytes: int
    tenth: bool
    own: bool
    absent: int
    bad: tuple[BadPart, ...]
    newest_keys: tuple[bytes, ...]

    @property
    def ok(self) -> bool:
        """Whether all that was read is as it should be."""
        return not self.bad

    @property
    def counts(self) -> bool:
        """Whether this is a check to rely on: of everything, and all of it well."""
        return self.ok and not self.tenth and bool(self.snapshots)


@dataclass(frozen=True, repr=False)
class _Wanted:
    name: bytes
    part: str
    snapshot: int
    item_id: UUID | None
    expected: tuple[int, bytes] | None


def check_backup(
    path: str,
    credential: Credential,
    *,
    tenth: bool,
    random: Randomness,
    progress: Progress,
    cancel: CancelToken,
) -> CheckReport:
    """Check the backup at ``path``, or a random tenth of its objects. Changes nothing.

    Raises what ``open_backup`` raises, BackupDamagedError (no snapshot can be read), BackupDiskFailed,
    Cancelled.
    """
    opened = open_backup(path, credential=credential, stretch=stretch, random=random)
    lists = opened.found.lists
    bad = [BadPart("list", number, None, BackupDamagedError.code) for number in opened.found.damaged]
    if not lists:
        raise BackupDamagedError(part="list" if bad else "snapshot")
    wanted = _wanted(lists)
    chosen = wanted
    if tenth and wanted:
        chosen = sorted(wanted, key=lambda _: random(8))[: -(-len(wanted) // TENTH)]
    progress.begin(len(chosen), sum(opened.sizes.get(one.name, 0) for one in chosen))
    lanes = WorkLanes(LANES)
    checked_bytes = 0
    try:
        futures = [
            (one, lanes.submit(lambda one=one: _read(opened.store, one, progress, cancel)))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
            for one in chosen
        ]
        for one, future in futures:
            try:
                checked_bytes += future.result()
            except (IntegrityError, BackupDiskFailed) as error:
                if isinstance(error, BackupDiskFailed):
                    # One bad place on the medium, or all of it gone: then nothing can be said of the rest.
                    opened.folder.ensure_answers()
                bad.append(BadPart(one.part, one.snapshot, one.item_id, error.code, one.name))
    finally:
        lanes.close()
        progress.end()
    return CheckReport(
        snapshots=tuple(info_of(one) for one in lists),
        objects=len(wanted),
        checked=len(chosen),
        checked_bytes=checked_bytes,
        tenth=tenth,
        own=opened.key_files[0].box.opens_with is OpensWith.OWN,
        absent=sum(row.absent for row in lists[0].rows),
        bad=tuple(bad),
        newest_keys=opened.store.backup_keys,
    )


def note_check(session: Session, report: CheckReport) -> Place | None:
    """Note in the vault that this backup was checked whole, then its age counts; or what is to be mended.

    None when it is not a backup of this vault.
    """
    keys = {key.hex() for key in report.newest_keys}
    place = next((one for one in session.read(load_places) if keys & set(one.keys)), None)
    if place is None:
        return None
    damaged = tuple(one.name.hex() for one in report.bad if one.name)
    if damaged:
        place = change_place(session, place, lambda known: replace(known, mend=damaged))
    if not report.counts:
        return place
    newest = max(report.snapshots, key=lambda one: one.number)
    made_us = round(newest.made_utc.timestamp() * 1_000_000)

    def noted(known: Place) -> Place:
        # A backup that found nothing new since says as much as a new snapshot.
        age_us = known.saved_us if known.number == newest.number else made_us
        return replace(known, checked_us=max(age_us, known.checked_us), checked_number=newest.number)

    return change_place(session, place, noted)


def _wanted(lists: Sequence[BackupList]) -> list[_Wanted]:
    """Everything that the lists need, each once, said by the newest that names it."""
    found: dict[bytes, _Wanted] = {}
    destroyed = lists[0].destroyed
    for one in lists:
        found.setdefault(one.snapshot, _Wanted(one.snapshot, "records", one.number, None, None))
        for row in one.rows:
            if row.absent or row.name in found or row.name in destroyed:
                continue
            item_id = None if row.record_id is None else UUID(bytes=row.record_id)
            found[row.name] = _Wanted(row.name, "item", one.number, item_id, (row.size_bytes, row.sha256))
    reserve = lists[0].reserve
    if reserve is not None:
        found[reserve.object_name] = _Wanted(reserve.object_name, "reserve", lists[0].number, None, None)
    return list(found.values())


def _read(store: BackupStore, one: _Wanted, progress: Progress, cancel: CancelToken) -> int:
    cancel.raise_if_cancelled()
    read = 0
    with store.open(one.name, one.expected) as reader, backup_errors("read-object"):
        for piece in reader.iter_content():
            cancel.raise_if_cancelled()
            read += len(piece)
            progress.advance(len(piece))
    progress.finish_item()
    return read
