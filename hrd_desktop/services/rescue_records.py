"""Putting the records that were found into the vault that is being made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hrd_desktop.crypto.keys import DatabaseKey
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.rescue import RescuedRecords
from hrd_desktop.domain.slots import SlotRecord
from hrd_desktop.services.rescue_logs import LaterEvent, cut_at_gaps
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.put_back import make_fit
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.rescue_records import FoundRecords, RecordsFound
from hrd_desktop.storage.salvage import salvage
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID

FIRST_GENERATION = 1


@dataclass(frozen=True, repr=False)
class InstalledRecords:
    """What the new vault's records are made of. ``reserve_paths`` lie inside the damaged vault.

    ``later``: custody events behind a gap, to be told again.
    """

    origin: str
    epoch: int = 0
    changed_utc: datetime | None = None
    newest_epoch: int = 0
    incomplete: tuple[str, ...] = ()
    reserve_paths: tuple[str, ...] = ()
    later: tuple[LaterEvent, ...] = ()

    def described(self) -> RescuedRecords:
        """The same for the report."""
        return RescuedRecords(self.origin, self.epoch, self.changed_utc, self.newest_epoch, self.incomplete)


def install_records(
    layout: VaultLayout,
    found: RecordsFound,
    slots: Sequence[SlotRecord],
    keys: DatabaseKey,
    workspace: str,
    clock: Clock,
) -> InstalledRecords:
    """Make the found records those of the new vault at ``layout``, which is closed and has ``slots``.

    Without any, the new vault keeps the empty ones it was made with. Raises DiskFullError, DiskFailedError,
    RecordsDamagedError (a page that became unreadable in between).
    """
    incomplete: tuple[str, ...] = ()
    later: tuple[LaterEvent, ...] = ()
    if found.whole is not None:
        database = _opened(found.whole)
        origin, path = found.whole.origin, found.whole.path
    elif found.damaged is not None:
        path = os.path.join(workspace, "salvaged")
        database, incomplete, later = _salvaged(found.damaged, path, keys, clock)
        origin = "salvaged"
    else:
        return InstalledRecords("none", newest_epoch=found.newest_epoch)
    try:
        if found.whole is not None:
            database.rekey(keys.key, keys.salt)
        records = Records(database, clock)
        state = records.state()
        reserve = records.reserve.load()
        names = [name for name, _ in reserve.objects] if reserve is not None else []
        make_fit(records, slots=slots, generation=FIRST_GENERATION, above_epoch=found.newest_epoch)
    finally:
        database.close()
    with disk_errors("rescue"):
        os.replace(path, layout.records(0))
    return InstalledRecords(
        origin,
        state.epoch,
        state.changed_utc,
        found.newest_epoch,
        incomplete,
        tuple(os.path.join("objects", name.hex()[:2], name.hex()[2:]) for name in names),
        later,
    )


def _opened(found: FoundRecords) -> Database:
    return open_database(found.path, found.key, found.salt, RECORDS_APPLICATION_ID, must_exist=True)


def _salvaged(
    damaged: FoundRecords, path: str, keys: DatabaseKey, clock: Clock
) -> tuple[Database, tuple[str, ...], tuple[LaterEvent, ...]]:
    database = open_database(path, keys.key, keys.salt, RECORDS_APPLICATION_ID)
    try:
        with database.transaction():
            incomplete = salvage(lambda: _opened(damaged), database)
            records = Records(database, clock)
            records.items.raise_next_number()
            later = cut_at_gaps(records.custody)
    except BaseException:
        database.close()
        raise
    return database, incomplete, later
