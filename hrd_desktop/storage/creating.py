"""Making a new vault beside its place, and putting it there in one rename.

Method: docs/spec/vault-format.md, sections 1, 2, 6 and 7.
"""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import dataclass

from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.crypto.slots import KeySlotHeader, SlotContent
from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.vault import VaultExistsError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.disk import disk_errors, fsync_folder, make_folder, set_all_mtimes, sync_filesystem
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.reserve_files import fill, plan_reserve
from hrd_desktop.storage.slot_changes import (
    FIRST_SLOT_OFFSET,
    GENERATION,
    SLOT_BYTES,
    unused_slot,
    used_slot,
)
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID, RECORDS_APPLICATION_ID, Randomness

VAULT_ID_BYTES = 16
SALT_BYTES = 32
COMPARTMENT_KEY_BYTES = 32
FIRST_GENERATION = 1


@dataclass(frozen=True, repr=False)
class NewSlot:
    """A credential for a vault that is being made: the root of spec section 2.2, and what it is."""

    root: bytes
    kind: SlotKind
    label: str = ""
    with_key_file: bool = False


def new_header(parameters: KdfParameters, random: Randomness) -> KeySlotHeader:
    """A fresh header; credentials are stretched with its salt before ``create_vault`` is called."""
    return KeySlotHeader(vault_id=random(VAULT_ID_BYTES), parameters=parameters, salt=random(SALT_BYTES))


def ensure_place_is_free(root: str) -> None:
    """Raise VaultExistsError unless nothing, or an empty folder, is at ``root``.

    A folder that is not there yet must have a parent that is: OSError is raised as DiskFailedError.
    """
    with disk_errors("create"):
        try:
            with os.scandir(root) as entries:
                if any(True for _ in entries):
                    raise VaultExistsError()
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise VaultExistsError() from None


def create_vault(
    root: str,
    *,
    header: KeySlotHeader,
    slots: tuple[NewSlot, ...],
    reserve_bytes: int,
    random: Randomness,
    clock: Clock,
) -> None:
    """Make a vault at ``root`` that opens with each of ``slots`` (one to four).

    ``reserve_bytes`` is 0 for none. Raises VaultExistsError, ReserveSizeError, DiskFullError,
    DiskFailedError; then nothing is left at ``root`` or beside it.
    """
    ensure_place_is_free(root)
    reserve = plan_reserve(reserve_bytes) if reserve_bytes else None
    target = os.path.abspath(root)
    building = f"{target}.creating-{random(4).hex()}"
    with disk_errors("create"):
        make_folder(building)
        try:
            layout = VaultLayout(building)
            make_parts(layout)
            header_bytes = header.pack()
            compartment_key = random(COMPARTMENT_KEY_BYTES)
            keys = derive_keys(compartment_key, header.vault_id)
            now_us = to_microseconds(clock.now_utc())
            sealed = [
                used_slot(
                    SlotContent(
                        compartment=0,
                        kind=slot.kind,
                        flags=FLAG_KEY_FILE if slot.with_key_file else 0,
                        slot_id=random(16),
                        made_utc_us=now_us,
                        compartment_key=compartment_key,
                        generation=FIRST_GENERATION,
                    ),
                    slot.root,
                    header_bytes,
                    number,
                    slot.label,
                    random,
                )
                for number, slot in enumerate(slots)
            ]
            sealed += [unused_slot(number, random) for number in range(len(slots), 4)]

            objects = ObjectStore(layout, header.vault_id, keys.object_headers, random)
            database = open_database(
                layout.records(0), keys.records.key, keys.records.salt, RECORDS_APPLICATION_ID
            )
            try:
                records = Records(database, clock)
                with records.transaction():
                    records.slots.replace([record for _, _, record in sealed])
                    records.settings.set(GENERATION, str(FIRST_GENERATION))
                    records.custody.create_log(
                        uuid.UUID(bytes=random(16), version=4),
                        None,
                        new_signing_key(random),
                        now_us,
                    )
                    if reserve is not None:
                        names = [(objects.new_name(), size) for size in reserve.object_bytes]
                        records.reserve.insert(names, reserve.records_bytes, reserve.derived_bytes)
                        for name, size in names:
                            fill(layout.object_path(name), size, random)
                        fill(layout.records(1), reserve.records_bytes, random)
                        fill(layout.derived(1), reserve.derived_bytes, random)
                        _touch(layout.journal(layout.records(1)))
                        _touch(layout.journal(layout.derived(1)))
            finally:
                database.close()
            derived = Derived(
                open_database(layout.derived(0), keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID)
            )
            derived.close()

            files = KeySlotFiles(layout)
            for copy in (0, 1):
                image = bytearray(files.new_file(header_bytes, random))
                for number, (a, b, _) in enumerate(sealed):
                    start = FIRST_SLOT_OFFSET + number * SLOT_BYTES
                    image[start : start + SLOT_BYTES] = b if copy else a
                files.write_whole(copy, bytes(image))
            set_all_mtimes(layout, now_us * 1000)
            sync_tree(layout)
            os.rename(building, target)
            building = target
            fsync_folder(os.path.dirname(target))
        except BaseException:
            # Only what was made here a moment ago is removed, under whichever of its two names.
            shutil.rmtree(building, ignore_errors=True)
            raise


def make_parts(layout: VaultLayout) -> None:
    """The folders of a new vault, and its lock. Raises OSError."""
    make_folder(layout.objects_dir)
    for number in range(256):
        make_folder(layout.object_folder(number))
    _touch(layout.lock)


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sync_tree(layout: VaultLayout) -> None:
    """Sync every file and folder of a vault that has not its name yet."""
    folder = os.open(layout.root, os.O_RDONLY)
    try:
        if sync_filesystem(folder):
            return
    finally:
        os.close(folder)
    for parent, _, names in os.walk(layout.root):
        for name in names:
            handle = os.open(os.path.join(parent, name), os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        fsync_folder(parent)
