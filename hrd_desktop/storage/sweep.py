"""Clearing up after a crash: reserved names without a record, objects still to be unlinked.

Method: docs/spec/vault-format.md, section 6. Only names found in the open compartment's own records
are touched; a file that the records do not know is left alone, whatever it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from hrd_desktop.crypto.headers import Role, open_header
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.vault import DiskFailedError, NewerFormatError, RecordsOlderError
from hrd_desktop.domain.records import ItemState
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.vault import Vault

#: The setting of a refresh of the reserve that was begun (spec 7.5).
REFRESH_STATE = "vault.reserve_refresh"

#: How many names are dropped in one transaction: bounds memory and the journal, however many a crash left.
NAMES_AT_ONCE = 500
#: Names that were only reserved have a page of the records for each two hundred, and mostly no object.
RESERVED_AT_ONCE = 50_000


def has_unfinished(records: Records) -> bool:
    """Whether the records ask for anything to be finished: lists, a change of slots, a re-key."""
    return bool(
        records.names.reserved(limit=1)
        or records.names.to_unlink(limit=1)
        or records.items.count(ItemState.DESTROYING)
        or records.slots.find_intent() is not None
        or records.rekey.state() is not None
        or records.settings.find(REFRESH_STATE) is not None
    )


def verify_newest(records: Records, objects: ObjectStore, vault_id: bytes, keys: Iterable[bytes]) -> None:
    """Raise RecordsOlderError when a snapshot in the vault is of a later epoch than the records.

    Asked before anything is finished: what older records list as half done may have been completed long
    ago, and their names may be those of whole items now. ``keys`` are header keys, two in a re-key. Reads
    the header of every object; one that does not open is not this compartment's, or no witness.
    """
    epoch = records.state().epoch
    header_keys = tuple(keys)
    for name in objects.iter_names():
        try:
            data = objects.read_header_bytes(name)
        except (IntegrityError, DiskFailedError):
            continue
        for key in header_keys:
            try:
                opened = open_header(data, key, vault_id, name)
            except (IntegrityError, NewerFormatError):
                continue
            for header in (opened.header, opened.differing):
                if header is not None and header.role == Role.SNAPSHOT and header.sequence > epoch:
                    raise RecordsOlderError(evidence="snapshot")


def sweep(vault: Vault) -> int:
    """Remove objects under reserved names and finish unlinking. Returns how many names were dropped."""
    dropped = 0
    while names := vault.records.names.reserved(limit=RESERVED_AT_ONCE):
        vault.objects.unlink_all(names)
        with vault.records.quiet_transaction():
            vault.records.names.release_up_to(names[-1])
        dropped += len(names)
    while names := vault.records.names.to_unlink(limit=NAMES_AT_ONCE):
        unlink_now(vault, names)
        dropped += len(names)
    return dropped


def unlink_now(vault: Vault, names: list[bytes]) -> None:
    """Overwrite the headers of objects on the to-unlink list, unlink them, and drop their names."""
    for name in names:
        if vault.objects.exists(name):
            vault.objects.destroy(name)
            vault.objects.unlink(name)
    with vault.records.quiet_transaction():
        vault.records.names.unlinked(names)
