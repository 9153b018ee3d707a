"""The best records that a damaged vault still has: its database, a snapshot, or what can be read of either.

Method: docs/spec/vault-format.md, section 5.1. The database is copied, with its journal, into a folder of our
own before it is opened: opening rolls a journal back, and nothing is written into the damaged vault.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import IntegrityError, SheafError
from hrd_desktop.domain.errors.vault import DiskFullError, NewerFormatError
from hrd_desktop.storage.database import PAGE_BYTES, open_database
from hrd_desktop.storage.disk import create_file, disk_errors, open_read, read_at, write_at
from hrd_desktop.storage.fixed_database import fill_up
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.rescue_scan import FoundObject, Scan
from hrd_desktop.storage.rescue_slots import Identity
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID

COPY_BYTES = 1 << 20
DATABASE, SNAPSHOT = "database", "snapshot"


@dataclass(frozen=True, repr=False)
class FoundRecords:
    """A whole records database in a file of our own, and the key (32 bytes) and salt that open it.

    ``origin`` is ``database`` or ``snapshot``; ``epoch`` counts the changes it knows of.
    """

    path: str
    key: bytes
    salt: bytes
    epoch: int
    origin: str


@dataclass(frozen=True, repr=False)
class RecordsFound:
    """``whole`` are the newest whole records, or None. ``damaged`` is a database that opens and is not whole.

    ``newest_epoch`` is the largest epoch that anything in the vault tells of.
    """

    whole: FoundRecords | None
    damaged: FoundRecords | None
    newest_epoch: int


def find_records(
    layout: VaultLayout, identity: Identity, scan: Scan, workspace: str, clock: Clock
) -> RecordsFound:
    """Look for records, in ``workspace``, an empty folder of ours that is removed afterwards.

    Raises NewerFormatError when what was found was made by a newer program, DiskFullError, DiskFailedError.
    """
    database, damaged = _from_database(layout, identity, workspace, clock)
    snapshots = sorted(
        (files for files in scan.of_role(Role.SNAPSHOT)),
        key=lambda files: (files[0].header.sequence, files[0].header.ingested_utc_us),
        reverse=True,
    )
    epochs = [found.epoch for found in (database, damaged) if found is not None]
    epochs += [files[0].header.sequence for files in snapshots]
    newest = max(epochs, default=0)
    for number, files in enumerate(snapshots):
        if database is not None and files[0].header.sequence <= database.epoch:
            break
        snapshot = _from_snapshot(files, identity, os.path.join(workspace, f"snapshot.{number}"), clock)
        if snapshot is not None:
            return RecordsFound(snapshot, damaged, newest)
    return RecordsFound(database, damaged, newest)


def _from_database(
    layout: VaultLayout, identity: Identity, workspace: str, clock: Clock
) -> tuple[FoundRecords | None, FoundRecords | None]:
    """The records as they lie in the vault: whole, or opened and damaged, or neither."""
    source = layout.records(identity.compartment)
    damaged: FoundRecords | None = None
    # A journal may be another time's or another vault's; then the database is better off without it.
    for with_journal in (True, False) if _has_bytes(layout.journal(source)) else (False,):
        target = os.path.join(workspace, f"database.{int(with_journal)}")
        if not _copy(source, target):
            break
        if with_journal:
            _copy(layout.journal(source), layout.journal(target))
        found, is_whole = _judge(target, identity, DATABASE, clock)
        if is_whole:
            return found, None
        damaged = damaged or found
    return None, damaged


def _from_snapshot(
    files: list[FoundObject], identity: Identity, target: str, clock: Clock
) -> FoundRecords | None:
    for file in files:
        try:
            with file.open() as reader, disk_errors("rescue-records"):
                fd = create_file(target)
                try:
                    at = 0
                    for piece in reader.iter_content():
                        write_at(fd, at, piece)
                        at += len(piece)
                finally:
                    os.close(fd)
        except DiskFullError:
            raise
        except SheafError:
            _remove(target)
            continue
        found, is_whole = _judge(target, identity, SNAPSHOT, clock)
        if is_whole:
            return found
        _remove(target)
    return None


def _judge(path: str, identity: Identity, origin: str, clock: Clock) -> tuple[FoundRecords | None, bool]:
    """The records at ``path`` if any key opens them, and whether every page of them is sound."""
    for compartment_key in identity.compartment_keys:
        keys = derive_keys(compartment_key, identity.header.vault_id).records
        if identity.compartment == 1:
            fill_up(path, keys, os.urandom)
        try:
            database = open_database(path, keys.key, keys.salt, RECORDS_APPLICATION_ID, must_exist=True)
        except NewerFormatError:
            raise
        except IntegrityError:
            continue
        epoch = 0
        try:
            epoch = Records(database, clock).state().epoch
            database.verify()
        except (IntegrityError, ValueError):
            return FoundRecords(path, keys.key, keys.salt, epoch, origin), False
        finally:
            database.close()
        return FoundRecords(path, keys.key, keys.salt, epoch, origin), True
    return None, False


def _copy(source: str, target: str) -> bool:
    """Copy a regular file into a new one, as much of it as can be read. False where there is none."""
    try:
        fd = open_read(source)
    except OSError:
        return False
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return False
        with disk_errors("rescue-records"):
            new = create_file(target)
            try:
                _copy_blocks(fd, new, os.fstat(fd).st_size)
            finally:
                os.close(new)
    finally:
        os.close(fd)
    return True


def _copy_blocks(fd: int, new: int, size_bytes: int) -> None:
    """A page that the disk refuses becomes zeros: it does not authenticate, like any damaged one."""
    for at in range(0, size_bytes, COPY_BYTES):
        length = min(COPY_BYTES, size_bytes - at)
        try:
            block = read_at(fd, at, length)
        except OSError:
            block = b"".join(
                _page(fd, page, min(PAGE_BYTES, at + length - page))
                for page in range(at, at + length, PAGE_BYTES)
            )
        write_at(new, at, block)


def _page(fd: int, at: int, length: int) -> bytes:
    try:
        return read_at(fd, at, length)
    except OSError:
        return bytes(length)


def _has_bytes(path: str) -> bool:
    try:
        return os.lstat(path).st_size > 0
    except OSError:
        return False


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
