"""The parts of a vault that is made from a backup: slots, objects, records, reserve.

Method: docs/spec/backup-format.md, section 8. Everything is made in a folder that is no vault yet; whoever
calls gives it its name when all is there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from hrd_desktop.crypto.backup_keys import BOX_AT, OpensWith
from hrd_desktop.crypto.credential import Credential, root_of
from hrd_desktop.crypto.headers import seal_header
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters
from hrd_desktop.crypto.keys import CompartmentKeys, derive_keys
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.slots import (
    KEY_SLOT_FILE_BYTES,
    KeySlotHeader,
    SlotContent,
    open_slots,
    parse_header,
)
from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.backup import BackupDamagedError
from hrd_desktop.domain.errors.base import IntegrityError, NotOpenedError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind, SlotRecord
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.backup.lists import BackupList, CarriedReserve, ListRow
from hrd_desktop.storage.backup.opening import OpenedBackup
from hrd_desktop.storage.backup.store import BackupStore, copy_sealed
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.disk import create_file, disk_errors, fsync_file, write_at
from hrd_desktop.storage.keyslot_file import HEADER_BYTES, SLOT_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.put_back import make_fit
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.slot_changes import FIRST_SLOT_OFFSET, slots_of, unused_slot, used_slot
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID, RECORDS_APPLICATION_ID

Stretch = Callable[[bytes, bytes, KdfParameters], bytes]
HIDDEN_SLOTS_AT = FIRST_SLOT_OFFSET + 4 * SLOT_BYTES


@dataclass(frozen=True, repr=False)
class RestoredSlots:
    """Both key slot files, what the records are to say of them, and the keys of the new vault."""

    header: KeySlotHeader
    files: tuple[bytes, bytes]
    records: tuple[SlotRecord, ...]
    generation: int
    keys: CompartmentKeys


def restored_slots(
    opened: OpenedBackup, credential: Credential, stretch: Stretch, random: Random, clock: Clock
) -> RestoredSlots:
    """The slots of the new vault: those of the backup where it opens like the vault, else one of its own.

    Raises BackupDamagedError, NotEnoughMemoryError.
    """
    newest = opened.found.lists[0]
    try:
        header = parse_header(newest.vault_header + bytes(KEY_SLOT_FILE_BYTES - HEADER_BYTES))
    except NotOpenedError:
        raise BackupDamagedError(part="list") from None
    if opened.key_files[0].box.opens_with is OpensWith.VAULT:
        return _slots_of_vault(opened, header, newest, random)
    return _own_slot(header, credential, stretch, random, clock)


def _slots_of_vault(
    opened: OpenedBackup, header: KeySlotHeader, newest: BackupList, random: Random
) -> RestoredSlots:
    by_copy = {entry.box.copy: entry for entry in opened.key_files}
    # One of the two key files is enough: its slots then stand in both copies.
    either = opened.key_files[0]
    files = tuple(
        by_copy.get(copy, either).data[:BOX_AT] + random(KEY_SLOT_FILE_BYTES - BOX_AT) for copy in (0, 1)
    )
    own = [slots_of(file, 0) for file in files]
    records = tuple(
        replace(
            record,
            hash_a=hashlib.sha256(own[0][record.number]).digest(),
            hash_b=hashlib.sha256(own[1][record.number]).digest(),
        )
        for record in newest.slots
    )
    generation = max(newest.slot_generation, *(one.slot.content.generation for one in opened.key_files))
    keys = derive_keys(either.access_key, header.vault_id)
    return RestoredSlots(header, (files[0], files[1]), records, generation, keys)


def _own_slot(
    header: KeySlotHeader, credential: Credential, stretch: Stretch, random: Random, clock: Clock
) -> RestoredSlots:
    stretched = stretch(credential.secret, header.salt, header.parameters)
    compartment_key, header_bytes = random(32), header.pack()
    content = SlotContent(
        compartment=0,
        kind=SlotKind.RECOVERY_CODE if credential.is_recovery_code else SlotKind.PASSPHRASE,
        flags=FLAG_KEY_FILE if credential.key_file_digest is not None else 0,
        slot_id=random(16),
        made_utc_us=to_microseconds(clock.now_utc()),
        compartment_key=compartment_key,
        generation=1,
    )
    root = root_of(stretched, credential.key_file_digest)
    sealed = [used_slot(content, root, header_bytes, 0, "", random)]
    sealed += [unused_slot(number, random) for number in (1, 2, 3)]
    images = [bytearray(KeySlotFiles.new_file(header_bytes, random)) for _ in (0, 1)]
    for number, (a, b, _) in enumerate(sealed):
        start = FIRST_SLOT_OFFSET + number * SLOT_BYTES
        for image, slot in zip(images, (a, b), strict=True):
            image[start : start + SLOT_BYTES] = slot
    records = tuple(record for _, _, record in sealed)
    keys = derive_keys(compartment_key, header.vault_id)
    return RestoredSlots(header, (bytes(images[0]), bytes(images[1])), records, 1, keys)


def verify_slots_open(slots: RestoredSlots, credential: Credential, stretch: Stretch) -> None:
    """``credential`` opens the key slot files, to the keys of the new vault. Raises BackupDamagedError."""
    stretched = stretch(credential.secret, slots.header.salt, slots.header.parameters)
    root = root_of(stretched, credential.key_file_digest)
    try:
        found = open_slots(slots.files, root, slots.header.pack())
    except NotOpenedError:
        raise BackupDamagedError(part="key-file") from None
    if not any(
        derive_keys(slot.content.compartment_key, slots.header.vault_id) == slots.keys for slot in found
    ):
        raise BackupDamagedError(part="key-file")


def throw_away_slots(
    slots: RestoredSlots, credential: Credential, stretch: Stretch, random: Random, clock: Clock
) -> RestoredSlots:
    """Slots with a new key, which ``credential`` alone opens. It has to be random: the cost is the least."""
    header = KeySlotHeader(slots.header.vault_id, MINIMUM, random(len(slots.header.salt)))
    return _own_slot(header, credential, stretch, random, clock)


def restore_object(
    store: BackupStore,
    row: ListRow,
    layout: VaultLayout,
    header_key: bytes,
    random: Random,
    *,
    cancel: CancelToken,
    advance: Callable[[int], None],
) -> None:
    """Put one object into the new vault: hashed on the way, its header sealed anew; not synced.

    Raises ObjectMissingError, ObjectDamagedError and the like of the backup's file, then nothing is left;
    DiskFullError, DiskFailedError, BackupDiskFailed, Cancelled.
    """
    path = layout.object_path(row.name)
    with store.open(row.name, (row.size_bytes, row.sha256)) as reader:
        with disk_errors("restore"):
            fd = create_file(path)
        try:
            copy_sealed(
                reader,
                fd,
                seal_header(reader.header, header_key, store.vault_id, random),
                errors=lambda: disk_errors("restore"),
                reading=lambda: backup_errors("read-object"),
                cancel=cancel,
                advance=advance,
                hashed=True,
            )
        except BaseException:
            os.unlink(path)
            raise
        finally:
            os.close(fd)


def restore_records(
    store: BackupStore,
    chosen: BackupList,
    layout: VaultLayout,
    slots: RestoredSlots,
    above_epoch: int,
    clock: Clock,
) -> int:
    """Put the records of a snapshot into the new vault, and take out what was destroyed since.

    Returns how many items were taken out. Raises BackupDamagedError, RecordsDamagedError, DiskFullError,
    DiskFailedError, BackupDiskFailed.
    """
    path = layout.records(0)
    write_records(store, chosen, path)
    key = chosen.records_key
    database = open_database(path, key[:32], key[32:], RECORDS_APPLICATION_ID, must_exist=True)
    try:
        database.rekey(slots.keys.records.key, slots.keys.records.salt)
        records = Records(database, clock)
        make_fit(
            records,
            slots=slots.records,
            generation=slots.generation,
            above_epoch=above_epoch,
            keep_reserve=layout.has_reserve(),
        )
        destroyed = (
            [item for item in records.items.iter_items() if item.object_name in chosen.destroyed]
            if chosen.destroyed
            else []
        )
        if destroyed:
            with records.transaction():
                for item in destroyed:
                    records.items.remove(item.id)
    finally:
        database.close()
    derived = slots.keys.derived
    Derived(open_database(layout.derived(0), derived.key, derived.salt, DERIVED_APPLICATION_ID)).close()
    return len(destroyed)


def write_records(store: BackupStore, chosen: BackupList, path: str) -> None:
    """The copy of the records as it is, still encrypted under the snapshot's own records key.

    Raises BackupDamagedError, DiskFullError, DiskFailedError, BackupDiskFailed.
    """
    try:
        with store.open(chosen.snapshot) as reader:
            _write_file(path, reader.iter_content())
    except IntegrityError:
        raise BackupDamagedError(part="records") from None


def restore_reserve(
    store: BackupStore, reserve: CarriedReserve, layout: VaultLayout, slots: RestoredSlots
) -> RestoredSlots:
    """Put the reserve into the new vault; the slots with those of compartment 1.

    Raises BackupDamagedError, DiskFullError, DiskFailedError, BackupDiskFailed.
    """
    databases = {"records": layout.records(1), "derived": layout.derived(1)}
    databases |= {f"{kind}-journal": layout.journal(path) for kind, path in list(databases.items())}
    files = [bytearray(file) for file in slots.files]
    try:
        with store.open(reserve.object_name) as reader:
            source = _Pieces(reader.iter_content())
            for part in reserve.parts:
                if part.kind in ("slots-a", "slots-b"):
                    data = b"".join(source.take(part.size_bytes))
                    files[part.kind == "slots-b"][HIDDEN_SLOTS_AT : HIDDEN_SLOTS_AT + len(data)] = data
                    continue
                path = layout.object_path(part.name) if part.name is not None else databases[part.kind]
                _write_file(path, source.take(part.size_bytes))
            source.verify_end()
    except IntegrityError:
        raise BackupDamagedError(part="reserve") from None
    return replace(slots, files=(bytes(files[0]), bytes(files[1])))


def leave_reserve_out(reserve: CarriedReserve, layout: VaultLayout) -> None:
    """Remove what ``restore_reserve`` had written when it failed. Raises DiskFailedError."""
    paths = [layout.records(1), layout.derived(1)]
    paths += [layout.journal(path) for path in paths]
    paths += [layout.object_path(part.name) for part in reserve.parts if part.name is not None]
    with disk_errors("restore"):
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def write_slot_files(layout: VaultLayout, slots: RestoredSlots) -> None:
    """Both key slot files. Raises DiskFullError, DiskFailedError."""
    files = KeySlotFiles(layout)
    for copy in (0, 1):
        files.write_whole(copy, slots.files[copy])


def _write_file(path: str, pieces: Iterator[bytes]) -> None:
    with disk_errors("restore"):
        fd = create_file(path)
    try:
        end = 0
        while True:
            with backup_errors("read-object"):
                piece = next(pieces, None)
            if piece is None:
                break
            with disk_errors("restore"):
                write_at(fd, end, piece)
            end += len(piece)
        with disk_errors("restore"):
            fsync_file(fd)
    finally:
        os.close(fd)


class _Pieces:
    """A stream cut into parts of given sizes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def take(self, size_bytes: int) -> Iterator[bytes]:
        """The next ``size_bytes``. Raises BackupDamagedError when there are fewer."""
        while size_bytes > 0:
            if not self._left:
                self._left = next(self._pieces, b"")
                if not self._left:
                    raise BackupDamagedError(part="reserve")
            piece, self._left = self._left[:size_bytes], self._left[size_bytes:]
            size_bytes -= len(piece)
            yield piece

    def verify_end(self) -> None:
        """Raise BackupDamagedError unless nothing is left."""
        if self._left or next(self._pieces, b""):
            raise BackupDamagedError(part="reserve")
