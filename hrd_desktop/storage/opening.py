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
from hrd_desktop.crypto.slots import (
    HEADER_BYTES,
    SLOT_BYTES,
    SLOT_COUNT,
    KeySlotHeader,
    OpenedSlot,
    open_slots,
    parse_header,
)
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import NotOpenedError
from hrd_desktop.domain.errors.vault import (
    KdfParametersError,
    KeySlotsDamagedError,
    KeySlotsMixedError,
    NewerFormatError,
    NotAVaultError,
    RecordsDamagedError,
    RecordsOlderError,
    SlotNotCurrentError,
    WipedError,
    WrongCredentialError,
)
from hrd_desktop.storage import rekey
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.derived_file import open_or_remake_derived
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.keyslot_file import KEYSLOT_FILE_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.slot_changes import (
    SlotSet,
    find_intent,
    mend_slots,
    recorded_generation,
    roll_forward,
)
from hrd_desktop.storage.sweep import has_unfinished, sweep, verify_newest
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID, Randomness, Vault

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
    RecordsOlderError, DiskFullError, DiskFailedError. Then nothing stays open or locked.
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
    with disk_errors("lock"):
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
        # By number, then copy: compartment 0 before 1, the lower number, copy a. What opens in another
        # compartment is not looked at.
        compartment = opened[0].content.compartment
        opened = tuple(slot for slot in opened if slot.content.compartment == compartment)
        database, records_key = self._open_records(opened)
        derived: Derived | None = None
        try:
            records = Records(database, self._clock)
            intent = find_intent(records)
            self._verify_newest(records, intent, opened)
            if intent is None:
                slot = self._current(records, opened)
                self._make_files_whole()
            else:
                self._make_files_whole()
                roll_forward(records, self._files, 4 * compartment, intent)
                self._notices.append("slot-change-finished")
                slot = self._current(records, self._open_again(compartment))
            keys = derive_keys(slot.content.compartment_key, self._slots.header.vault_id)
            old_key = slot.content.old_compartment_key
            if records.rekey.state() is not None:
                # Which key opens decides how far the re-key had come, whatever the recorded state.
                by_old_key = records_key != slot.content.compartment_key
                if by_old_key and records_key != old_key:
                    raise RecordsDamagedError(part="rekey")
                old_keys = derive_keys(old_key, self._slots.header.vault_id) if old_key is not None else keys
                derived = rekey.resume_databases(
                    self._layout,
                    compartment,
                    database,
                    records,
                    keys,
                    old_keys,
                    self._random,
                    by_old_key=by_old_key,
                )
                self._notices.append("rekey-continued")
            elif records_key != slot.content.compartment_key:
                raise RecordsDamagedError(part="rekey")
            else:
                old_keys = keys
                derived = open_or_remake_derived(self._layout, compartment, keys, self._random, self._notices)
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
                    self._layout,
                    self._slots.header.vault_id,
                    keys.object_headers,
                    self._random,
                    in_reserve=compartment == 1,
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

    def _open_records(self, opened: tuple[OpenedSlot, ...]) -> tuple[Database, bytes]:
        """The records of the compartment, and the key that opened them.

        While a re-key is under way there are several candidates: every new key is tried, then every old one.
        """
        new = [slot.content.compartment_key for slot in opened]
        old = [slot.content.old_compartment_key for slot in opened]
        damaged: RecordsDamagedError | None = None
        for key in dict.fromkeys(new + [key for key in old if key is not None]):
            keys = derive_keys(key, self._slots.header.vault_id)
            try:
                database = open_database(
                    self._layout.records(opened[0].content.compartment),
                    keys.records.key,
                    keys.records.salt,
                    RECORDS_APPLICATION_ID,
                    must_exist=True,
                    fixed=opened[0].content.compartment == 1,
                )
            except RecordsDamagedError as error:
                damaged = error
                continue
            return database, key
        raise damaged or WrongCredentialError()

    def _verify_newest(
        self, records: Records, intent: SlotSet | None, opened: tuple[OpenedSlot, ...]
    ) -> None:
        """Raise RecordsOlderError when the records are older than the slots, or than a snapshot of them.

        Nothing has been written until here. Older records are refused for what they would do: finish what was
        finished long ago, over slots that are newer and under names that are taken again.
        """
        known = recorded_generation(records)
        if intent is not None:
            known = max(known, intent.generation)
        if max(slot.content.generation for slot in opened) > known:
            raise RecordsOlderError(evidence="slot")
        if not has_unfinished(records):
            return
        vault_id = self._slots.header.vault_id
        candidates = [slot.content.compartment_key for slot in opened]
        candidates += [key for slot in opened if (key := slot.content.old_compartment_key) is not None]
        header_keys = [derive_keys(key, vault_id).object_headers for key in dict.fromkeys(candidates)]
        objects = ObjectStore(self._layout, vault_id, header_keys[0], self._random)
        verify_newest(records, objects, vault_id, header_keys)

    def _make_files_whole(self) -> None:
        """Put right the file whose header fails, and keep every slot that is in it.

        It may hold the only good copy of a slot; each is then mended by its hash.
        """
        for bad in self._slots.bad:
            data, other = self._slots.copies[bad], self._slots.copies[1 - bad]
            if other is None:
                raise KeySlotsDamagedError()
            if data is not None and len(data) == KEYSLOT_FILE_BYTES:
                self._files.write_header(bad, self._slots.header_bytes)
            else:
                self._files.write_whole(bad, self._whole(data or b"", other))
            self._notices.append("key-slot-file-mended")

    def _whole(self, data: bytes, other: bytes) -> bytes:
        """A file of another length made whole: what is missing comes from the other copy, the tail anew."""
        slots_end = HEADER_BYTES + SLOT_COUNT * SLOT_BYTES
        there = min(len(data) // SLOT_BYTES * SLOT_BYTES, slots_end)
        kept = data[HEADER_BYTES:there]
        slots = kept + other[HEADER_BYTES + len(kept) : slots_end]
        return self._slots.header_bytes + slots + self._random(KEYSLOT_FILE_BYTES - slots_end)

    def _open_again(self, compartment: int) -> tuple[OpenedSlot, ...]:
        opened = open_slots(self._files.read(), self._secret, self._slots.header_bytes)
        own = tuple(slot for slot in opened if slot.content.compartment == compartment)
        if not own:
            # The change that was finished just now took this credential out.
            raise SlotNotCurrentError()
        return own

    def _current(self, records: Records, opened: tuple[OpenedSlot, ...]) -> OpenedSlot:
        known = {record.number: record for record in records.slots.load()}
        for slot in opened:
            record = known.get(slot.number)
            if record is None or not record.used:
                continue
            if slot.slot_hash == (record.hash_a if slot.copy == 0 else record.hash_b):
                return slot
        raise SlotNotCurrentError()
