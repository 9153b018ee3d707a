"""Opening a vault: from two key slot files and a credential to an open compartment.

Method: docs/spec/vault-format.md, sections 2 to 6. Whatever a crash left half done is finished here,
before anybody reads a record.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.credential import Credential, root_of
from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.crypto.slots import KeySlotHeader, OpenedSlot, open_slots, parse_header
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import NotOpenedError
from hrd_desktop.domain.errors.vault import (
    KdfParametersError,
    KeySlotsDamagedError,
    KeySlotsMixedError,
    NewerFormatError,
    NotAVaultError,
    RecordsDamagedError,
    SlotNotCurrentError,
    WipedError,
    WrongCredentialError,
)
from hrd_desktop.storage import rekey
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.derived_file import open_or_remake_derived
from hrd_desktop.storage.keyslot_file import KEYSLOT_FILE_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.slot_changes import mend_slots, roll_forward
from hrd_desktop.storage.sweep import sweep
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID, Randomness, Vault

HEADER_BYTES = 4096

#: Argon2id: (secret, salt, parameters) to 32 bytes; the real one runs in a child process.
Stretch = Callable[[bytes, bytes, KdfParameters], bytes]


@dataclass(frozen=True, repr=False)
class KeySlotCopies:
    """Both files as read, and the header they agree on. ``bad`` lists the copies to be made whole."""

    copies: tuple[bytes | None, bytes | None]
    header: KeySlotHeader
    header_bytes: bytes
    bad: tuple[int, ...]


def read_key_slots(layout: VaultLayout) -> KeySlotCopies:
    """Read both key slot files and settle on one header, before any memory is set aside.

    Raises NotAVaultError, KeySlotsDamagedError, KeySlotsMixedError, NewerFormatError, KdfParametersError.
    """
    copies = KeySlotFiles(layout).read()
    headers: list[KeySlotHeader | None] = []
    reasons: list[NotOpenedError] = []
    for data in copies:
        try:
            if data is None:
                raise KeySlotsDamagedError(reason="missing")
            headers.append(parse_header(data))
        except NotOpenedError as error:
            headers.append(None)
            reasons.append(error)
    for reason in reasons:
        if isinstance(reason, NewerFormatError):
            raise reason
    sound = [number for number, header in enumerate(headers) if header is not None]
    if not sound:
        for reason in reasons:
            if isinstance(reason, KdfParametersError):
                raise reason
        nothing_like_one = all(
            data is None or isinstance(reason, NotAVaultError)
            for reason, data in zip(reasons, copies, strict=True)
        )
        if nothing_like_one and not os.path.isdir(layout.objects_dir):
            raise NotAVaultError()
        raise KeySlotsDamagedError(copy_a=reasons[0].code, copy_b=reasons[1].code)
    chosen = headers[sound[0]]
    data = copies[sound[0]]
    if chosen is None or data is None:
        raise KeySlotsDamagedError()
    if len(sound) == 2 and headers[0] != headers[1]:
        raise KeySlotsMixedError()
    return KeySlotCopies(copies, chosen, data[:HEADER_BYTES], tuple(n for n in (0, 1) if n not in sound))


def open_vault(
    root: str, *, credential: Credential, stretch: Stretch, random: Randomness, clock: Clock
) -> Vault:
    """Open the vault at ``root`` with ``credential``.

    Raises WipedError (the caller finishes the wipe), VaultInUseError, the errors of ``read_key_slots``,
    NotEnoughMemoryError, WrongCredentialError, SlotNotCurrentError, RecordsDamagedError,
    DiskFullError, DiskFailedError. Then nothing stays open or locked.
    """
    layout = VaultLayout(root)
    if not os.path.isdir(root):
        raise NotAVaultError()
    if find_tombstone(layout):
        raise WipedError()
    if not os.path.exists(layout.lock):
        # Without this, locking would leave a file in whatever folder was named by mistake.
        read_key_slots(layout)
    lock = VaultLock()
    lock.acquire(layout)
    try:
        # Read again under the lock: a change by the process that has just closed is then whole.
        slots = read_key_slots(layout)
        header = slots.header
        stretched = stretch(credential.secret, header.salt, header.parameters)
        secret = root_of(stretched, credential.key_file_digest)
        opened = open_slots(slots.copies, secret, slots.header_bytes)
        if not opened:
            raise WrongCredentialError()
        return _Opening(layout, lock, slots, secret, random, clock).run(opened)
    except BaseException:
        lock.release()
        raise


class _Opening:
    """The steps after a slot has opened. Holds what would otherwise be passed from step to step."""

    def __init__(
        self,
        layout: VaultLayout,
        lock: VaultLock,
        slots: KeySlotCopies,
        secret: bytes,
        random: Randomness,
        clock: Clock,
    ) -> None:
        self._layout = layout
        self._lock = lock
        self._slots = slots
        self._secret = secret
        self._random = random
        self._clock = clock
        self._files = KeySlotFiles(layout)
        self._notices: list[str] = []

    def run(self, opened: tuple[OpenedSlot, ...]) -> Vault:
        slot, database, by_old_key = self._open_records(opened)
        derived: Derived | None = None
        try:
            records = Records(database, self._clock)
            compartment = slot.content.compartment
            self._make_files_whole()
            if roll_forward(records, self._files, 4 * compartment):
                self._notices.append("slot-change-finished")
                opened = self._open_again()
            slot = self._current(
                records, [other for other in opened if other.content.compartment == compartment]
            )
            keys = derive_keys(slot.content.compartment_key, self._slots.header.vault_id)
            if records.rekey.state() is not None:
                if slot.content.old_compartment_key is None and by_old_key:
                    raise RecordsDamagedError(part="rekey")
                old = slot.content.old_compartment_key
                old_keys = derive_keys(old, self._slots.header.vault_id) if old is not None else keys
                derived = rekey.resume_databases(
                    self._layout, compartment, database, records, keys, old_keys, by_old_key
                )
                self._notices.append("rekey-continued")
            else:
                old_keys = keys
                derived = open_or_remake_derived(self._layout, compartment, keys, self._notices)
            vault = Vault(
                layout=self._layout,
                lock=self._lock,
                files=self._files,
                header=self._slots.header,
                header_bytes=self._slots.header_bytes,
                compartment=compartment,
                slot_number=slot.number,
                root=self._secret,
                compartment_key=slot.content.compartment_key,
                keys=keys,
                records_database=database,
                records=records,
                derived=derived,
                objects=ObjectStore(
                    self._layout, self._slots.header.vault_id, keys.object_headers, self._random
                ),
                clock=self._clock,
                random=self._random,
                notices=self._notices,
            )
            sweep(vault)
            if records.rekey.state() is not None:
                rekey.resume_objects(vault, old_keys)
            self._notices += mend_slots(vault)
            return vault
        except BaseException:
            if derived is not None:
                derived.close()
            database.close()
            raise

    def _open_records(self, opened: tuple[OpenedSlot, ...]) -> tuple[OpenedSlot, Database, bool]:
        """The first slot whose key opens its compartment's records; True where it was the old key."""
        tried: set[bytes] = set()
        damaged: RecordsDamagedError | None = None
        for slot in opened:
            content = slot.content
            for key, is_old in ((content.compartment_key, False), (content.old_compartment_key, True)):
                if key is None or key in tried:
                    continue
                tried.add(key)
                keys = derive_keys(key, self._slots.header.vault_id)
                try:
                    database = open_database(
                        self._layout.records(content.compartment),
                        keys.records.key,
                        keys.records.salt,
                        RECORDS_APPLICATION_ID,
                        must_exist=True,
                    )
                except RecordsDamagedError as error:
                    damaged = error
                    continue
                return slot, database, is_old
        raise damaged or WrongCredentialError()

    def _make_files_whole(self) -> None:
        for bad in self._slots.bad:
            data, other = self._slots.copies[bad], self._slots.copies[1 - bad]
            if other is None:
                raise KeySlotsDamagedError()
            if data is not None and len(data) == KEYSLOT_FILE_BYTES:
                whole = self._slots.header_bytes + data[HEADER_BYTES:]
            else:
                tail = HEADER_BYTES + 8 * 4096
                whole = other[:tail] + self._random(KEYSLOT_FILE_BYTES - tail)
            self._files.write_whole(bad, whole)
            self._notices.append("key-slot-file-mended")

    def _open_again(self) -> tuple[OpenedSlot, ...]:
        opened = open_slots(self._files.read(), self._secret, self._slots.header_bytes)
        if not opened:
            # The change that was finished just now took this credential out.
            raise SlotNotCurrentError()
        return opened

    def _current(self, records: Records, opened: list[OpenedSlot]) -> OpenedSlot:
        known = {record.number: record for record in records.slots.load()}
        for slot in opened:
            record = known.get(slot.number)
            if record is None or not record.used:
                continue
            if slot.slot_hash == (record.hash_a if slot.copy == 0 else record.hash_b):
                return slot
        raise SlotNotCurrentError()
