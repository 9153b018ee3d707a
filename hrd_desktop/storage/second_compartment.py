"""Making a compartment in the reserve of an open vault, over whatever may be there.

Method: docs/spec/vault-format.md, section 7.2. Compartment 0 keeps no note of it: nothing is written but
slots 4 to 7 and the files of the reserve, each in place.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence

from hrd_desktop.crypto.headers import HEADER_BYTES
from hrd_desktop.crypto.keys import CompartmentKeys, derive_keys
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.crypto.slots import SlotContent, open_slots
from hrd_desktop.domain.errors.vault import CredentialInUseError, DiskFailedError
from hrd_desktop.domain.slots import FLAG_KEY_FILE
from hrd_desktop.storage.creating import COMPARTMENT_KEY_BYTES, FIRST_GENERATION, NewSlot
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.disk import disk_errors, open_write, sync_data, write_at
from hrd_desktop.storage.fixed_database import make_fixed_database
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.records.reserve import ReserveList
from hrd_desktop.storage.reserve_refresh import forget_refresh, load_reserve, overwrite_second_slots
from hrd_desktop.storage.slot_changes import (
    GENERATION,
    SLOTS_OF_A_COMPARTMENT,
    SealedSlot,
    slot_set,
    unused_slot,
    used_slot,
    write_slots,
)
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID, RECORDS_APPLICATION_ID, Vault

SECOND = 1
_FIRST_SLOT = 4


def make_second_compartment(vault: Vault, slots: Sequence[NewSlot]) -> None:
    """Make a compartment that opens with each of ``slots`` (one to four) in the reserve of ``vault``.

    On the vault lane, in no transaction. One that is there is destroyed: its slots go first, then its
    databases and the headers of its objects. The new slots come last, so what a crash leaves opens with
    nothing and is done again. Raises NoReserveError, CredentialInUseError (before anything is touched),
    DiskFullError, DiskFailedError.
    """
    vault.ensure_writable()
    reserve = load_reserve(vault)
    _ensure_new(vault, slots)
    _ensure_there(vault, reserve)
    try:
        overwrite_second_slots(vault)
        forget_refresh(vault)
        _overwrite_headers(vault, reserve)
        key = vault.random(COMPARTMENT_KEY_BYTES)
        keys = derive_keys(key, vault.header.vault_id)
        make_fixed_database(vault.layout.derived(SECOND), keys.derived, DERIVED_APPLICATION_ID, vault.random)
        make_fixed_database(vault.layout.records(SECOND), keys.records, RECORDS_APPLICATION_ID, vault.random)
        sealed = _seal(vault, slots, key)
        _fill_databases(vault, keys, reserve, sealed)
        write_slots(vault.files, _FIRST_SLOT, slot_set(sealed, FIRST_GENERATION))
    except DiskFailedError:
        vault.read_only = True
        raise


def _ensure_new(vault: Vault, slots: Sequence[NewSlot]) -> None:
    """What opens compartment 0 would open nothing else: it comes first (spec 2.3)."""
    for slot in slots:
        opened = open_slots(vault.files.read(), slot.root, vault.header_bytes)
        if any(found.content.compartment == 0 for found in opened):
            raise CredentialInUseError()


def _ensure_there(vault: Vault, reserve: ReserveList) -> None:
    """Every file of the reserve, at its length; DiskFailedError otherwise."""
    layout = vault.layout
    files = [(layout.records(SECOND), reserve.records_bytes), (layout.derived(SECOND), reserve.derived_bytes)]
    files += [(layout.object_path(name), size) for name, size in reserve.objects]
    for path, size in files:
        with disk_errors("reserve"):
            found = os.lstat(path).st_size
        if found != size:
            raise DiskFailedError(errno=None, step="reserve-length")


def _overwrite_headers(vault: Vault, reserve: ReserveList) -> None:
    """An older copy of the key slots must open nothing of a compartment that was here before."""
    with disk_errors("reserve"):
        for name, _ in reserve.objects:
            fd = open_write(vault.layout.object_path(name))
            try:
                write_at(fd, 0, vault.random(HEADER_BYTES))
                sync_data(fd)
            finally:
                os.close(fd)


def _seal(vault: Vault, slots: Sequence[NewSlot], key: bytes) -> list[SealedSlot]:
    sealed = [
        used_slot(
            SlotContent(
                compartment=SECOND,
                kind=slot.kind,
                flags=FLAG_KEY_FILE if slot.with_key_file else 0,
                slot_id=vault.random(16),
                made_utc_us=vault.now_us(),
                compartment_key=key,
                generation=FIRST_GENERATION,
            ),
            slot.root,
            vault.header_bytes,
            _FIRST_SLOT + number,
            slot.label,
            vault.random,
        )
        for number, slot in enumerate(slots)
    ]
    rest = range(_FIRST_SLOT + len(slots), _FIRST_SLOT + SLOTS_OF_A_COMPARTMENT)
    return sealed + [unused_slot(number, vault.random) for number in rest]


def _fill_databases(
    vault: Vault, keys: CompartmentKeys, reserve: ReserveList, sealed: Sequence[SealedSlot]
) -> None:
    database = open_database(
        vault.layout.records(SECOND), keys.records.key, keys.records.salt, RECORDS_APPLICATION_ID, fixed=True
    )
    try:
        records = Records(database, vault.clock)
        with records.transaction():
            records.slots.replace([record for _, _, record in sealed])
            records.settings.set(GENERATION, str(FIRST_GENERATION))
            records.custody.create_log(
                uuid.UUID(bytes=vault.random(16), version=4),
                None,
                new_signing_key(vault.random),
                vault.now_us(),
            )
            records.reserve.insert(reserve.objects, reserve.records_bytes, reserve.derived_bytes)
    finally:
        database.close()
    open_database(
        vault.layout.derived(SECOND), keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID, fixed=True
    ).close()
