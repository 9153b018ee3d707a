"""Rotating snapshots of the records database inside the vault: never only one copy of contacts and custody.

Method: docs/spec/vault-format.md, section 5.1.
"""

from __future__ import annotations

import os

from hrd_desktop.crypto.headers import Role
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.storage.allocation import reserve_names
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.fixed_database import used_bytes
from hrd_desktop.storage.objects import HeaderFields
from hrd_desktop.storage.sweep import unlink_now
from hrd_desktop.storage.vault import Vault

KEPT_SNAPSHOTS = 2
READ_BYTES = 1 << 20
#: Reserving the name may take a page or two more than were in use before.
_MARGIN_BYTES = 64 * 1024


def snapshot_is_due(vault: Vault) -> bool:
    """Whether records have changed since the newest snapshot.

    Never while slots are being changed or the vault re-keyed: records put back in that state would have the
    change finished a second time.
    """
    if vault.records.slots.find_intent() is not None or vault.records.rekey.state() is not None:
        return False
    taken = vault.records.snapshots.load()
    return not taken or max(epoch for _, epoch, _ in taken) < vault.records.state().epoch


def take_snapshot(vault: Vault) -> bool:
    """Write the records database's own encrypted bytes as an object, then let the oldest go.

    Must run on the vault lane with no transaction open: the journal is empty then, and the file
    is a whole database. Reading goes through a handle of our own; closing it lets go of the
    POSIX locks that SQLite holds on the file, which is safe because the vault's ``lock`` file, not
    those locks, keeps a second process out.

    In compartment 1 it is the beginning of the file that is needed (spec 7.4). False, and nothing changed
    but perhaps the oldest let go, where the reserve has no room for it.
    """
    vault.ensure_writable()
    epoch = vault.records.state().epoch
    name = _reserve_name(vault)
    if name is None:
        return False
    try:
        _write(vault, name, epoch)
    except NoRoomError:
        with vault.records.quiet_transaction():
            vault.records.names.release([name])
        return False
    vault.objects.sync([name])
    kept = sorted(vault.records.snapshots.load(), key=lambda entry: entry[1])
    outdated = [old for old, _, _ in kept[: max(0, len(kept) + 1 - KEPT_SNAPSHOTS)]]
    with vault.records.quiet_transaction():
        vault.records.snapshots.add(name, epoch, vault.now_us())
        vault.records.names.release([name])
        for old in outdated:
            vault.records.snapshots.remove(old)
        vault.records.names.unlink_later(outdated)
    unlink_now(vault, outdated)
    return True


def _reserve_name(vault: Vault) -> bytes | None:
    """A name for the snapshot; where the reserve is full, the oldest of two makes room for it."""
    content_bytes = _content_bytes(vault) + _MARGIN_BYTES
    (name,) = reserve_names(vault, [content_bytes])
    kept = vault.records.snapshots.load()
    if name is not None or len(kept) < KEPT_SNAPSHOTS:
        return name
    oldest = min(kept, key=lambda entry: entry[1])[0]
    with vault.records.quiet_transaction():
        vault.records.snapshots.remove(oldest)
        vault.records.names.unlink_later([oldest])
    unlink_now(vault, [oldest])
    (name,) = reserve_names(vault, [content_bytes])
    return name


def _content_bytes(vault: Vault) -> int:
    path = vault.layout.records(vault.compartment)
    if vault.compartment == 1:
        return used_bytes(path, vault.keys.records)
    with disk_errors("snapshot"):
        return os.path.getsize(path)


def _write(vault: Vault, name: bytes, epoch: int) -> None:
    left_bytes = _content_bytes(vault)
    writer = vault.objects.create(name)
    try:
        with disk_errors("snapshot"):
            handle = os.open(vault.layout.records(vault.compartment), os.O_RDONLY)
            try:
                while left_bytes > 0 and (piece := os.read(handle, min(READ_BYTES, left_bytes))):
                    left_bytes -= len(piece)
                    writer.write(piece)
            finally:
                os.close(handle)
        writer.finish(
            HeaderFields(
                role=Role.SNAPSHOT,
                record_id=bytes(16),
                media_type="",
                original_name=b"",
                ingested_us=vault.now_us(),
                modified_us=None,
                sequence=epoch,
            )
        )
    except BaseException:
        writer.abort()
        raise
