"""Changing key slots so that a crash never brings a removed credential back.

Method: docs/spec/vault-format.md, section 2.6.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from hrd_desktop.crypto.slots import SlotContent, open_slots, seal_slot
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import LastSlotError, RecordsDamagedError, SlotsFullError
from hrd_desktop.domain.slots import SlotKind, SlotRecord
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.vault import Randomness, Vault

#: The 4,096 bytes of a slot in copy a and in copy b, and its record.
SealedSlot = tuple[bytes, bytes, SlotRecord]

SLOT_BYTES = 4096
FIRST_SLOT_OFFSET = 4096
SLOTS_OF_A_COMPARTMENT = 4
DIGEST_BYTES = 32

#: The setting that counts the changes of this compartment's slots (spec 2.6).
GENERATION = "vault.slot_generation"


def recorded_generation(records: Records) -> int:
    """How often the slots were changed, as the records know it. Raises RecordsDamagedError."""
    generation = records.settings.find_number(GENERATION)
    if generation is None or generation < 1:
        raise RecordsDamagedError(part="slot-generation")
    return generation


@dataclass(frozen=True, repr=False)
class SlotSet:
    """The four slots of one compartment as they are to stand in both copies, and their records.

    ``generation`` is what the records are to say when they stand there.
    """

    copy_a: tuple[bytes, ...]
    copy_b: tuple[bytes, ...]
    records: tuple[SlotRecord, ...]
    generation: int

    def pack(self) -> bytes:
        """The payload of an intent: SHA-256 ‖ JSON. The slots are sealed, so nothing here is a secret."""
        body = json.dumps(
            {
                "generation": self.generation,
                "a": [base64.b64encode(slot).decode() for slot in self.copy_a],
                "b": [base64.b64encode(slot).decode() for slot in self.copy_b],
                "records": [
                    {
                        "number": record.number,
                        "used": record.used,
                        "slot_id": record.slot_id.hex() if record.slot_id else None,
                        "kind": record.kind,
                        "label": record.label,
                        "flags": record.flags,
                        "made_us": record.made_us,
                        "hash_a": record.hash_a.hex(),
                        "hash_b": record.hash_b.hex(),
                    }
                    for record in self.records
                ],
            }
        ).encode()
        return hashlib.sha256(body).digest() + body

    @classmethod
    def unpack(cls, payload: bytes) -> SlotSet:
        """Read an intent back. Raises RecordsDamagedError when it is not one, or not whole.

        An intent is many pages long, and a page put back from an older file passes the database's own check;
        the digest keeps a mixture of two intents from being written over the slots.
        """
        digest, body = payload[:DIGEST_BYTES], payload[DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != digest:
            raise RecordsDamagedError(part="slot-intent")
        try:
            read = json.loads(body)
            generation = int(read["generation"])
            copy_a = tuple(base64.b64decode(slot, validate=True) for slot in read["a"])
            copy_b = tuple(base64.b64decode(slot, validate=True) for slot in read["b"])
            records = tuple(
                SlotRecord(
                    number=entry["number"],
                    used=entry["used"],
                    slot_id=bytes.fromhex(entry["slot_id"]) if entry["slot_id"] else None,
                    kind=entry["kind"],
                    label=entry["label"],
                    flags=entry["flags"],
                    made_us=entry["made_us"],
                    hash_a=bytes.fromhex(entry["hash_a"]),
                    hash_b=bytes.fromhex(entry["hash_b"]),
                )
                for entry in read["records"]
            )
        except (ValueError, KeyError, TypeError):
            raise RecordsDamagedError(part="slot-intent") from None
        if {len(copy_a), len(copy_b), len(records)} != {SLOTS_OF_A_COMPARTMENT} or any(
            len(slot) != SLOT_BYTES for slot in (*copy_a, *copy_b)
        ):
            raise RecordsDamagedError(part="slot-intent")
        return cls(copy_a, copy_b, records, generation)


def slots_of(file_bytes: bytes, first: int) -> tuple[bytes, ...]:
    """The four slots from number ``first`` on out of a whole key slot file."""
    start = FIRST_SLOT_OFFSET + first * SLOT_BYTES
    return tuple(
        file_bytes[start + i * SLOT_BYTES : start + (i + 1) * SLOT_BYTES]
        for i in range(SLOTS_OF_A_COMPARTMENT)
    )


def unused_slot(number: int, random: Randomness) -> SealedSlot:
    """Random bytes for both copies of an unused slot, and its record."""
    a, b = random(SLOT_BYTES), random(SLOT_BYTES)
    record = SlotRecord(
        number=number,
        used=False,
        slot_id=None,
        kind=0,
        label="",
        flags=0,
        made_us=0,
        hash_a=hashlib.sha256(a).digest(),
        hash_b=hashlib.sha256(b).digest(),
    )
    return a, b, record


def used_slot(
    content: SlotContent, root: bytes, header: bytes, number: int, label: str, random: Randomness
) -> SealedSlot:
    """A slot sealed twice, each copy with its own salt and nonce, and its record."""
    a = seal_slot(content, root, header, number, random)
    b = seal_slot(content, root, header, number, random)
    record = SlotRecord(
        number=number,
        used=True,
        slot_id=content.slot_id,
        kind=content.kind,
        label=label,
        flags=content.flags,
        made_us=content.made_utc_us,
        hash_a=hashlib.sha256(a).digest(),
        hash_b=hashlib.sha256(b).digest(),
    )
    return a, b, record


def slot_set(slots: Sequence[SealedSlot], generation: int) -> SlotSet:
    """Four sealed slots as one set."""
    return SlotSet(
        tuple(a for a, _, _ in slots),
        tuple(b for _, b, _ in slots),
        tuple(record for _, _, record in slots),
        generation,
    )


def write_slots(files: KeySlotFiles, first: int, wanted: SlotSet) -> None:
    """Write copy a and sync it, then copy b: at every moment one copy is whole."""
    files.write_slots(0, first, wanted.copy_a)
    files.write_slots(1, first, wanted.copy_b)


def carry_out(vault: Vault, wanted: SlotSet, *, counts_as_change: bool = True) -> None:
    """Commit the intent, write both copies, commit that it is done.

    A failure in between makes the vault read-only: the next unlock finishes the change, and until then
    nothing may be built on slots that are half one and half the other. Mending does not count as a change
    of the records, since nothing of the user's has changed.
    """
    records = vault.records

    def transaction() -> AbstractContextManager[None]:
        return records.transaction(essential=True) if counts_as_change else records.quiet_transaction()

    with transaction():
        records.slots.put_intent(wanted.pack())
    try:
        write_slots(vault.files, vault.first_slot, wanted)
        with transaction():
            note_done(records, wanted)
    except BaseException:
        vault.read_only = True
        raise


def note_done(records: Records, written: SlotSet) -> None:
    """Inside a transaction: what the intent wanted stands in both copies."""
    records.slots.replace(written.records)
    records.settings.set(GENERATION, str(written.generation))
    records.slots.clear_intent()


def find_intent(records: Records) -> SlotSet | None:
    """The change that a crash interrupted, or None. Raises RecordsDamagedError."""
    payload = records.slots.find_intent()
    return None if payload is None else SlotSet.unpack(payload)


def roll_forward(records: Records, files: KeySlotFiles, first: int, wanted: SlotSet) -> None:
    """Finish the change that ``find_intent`` found."""
    write_slots(files, first, wanted)
    with records.transaction(essential=True):
        note_done(records, wanted)


class SlotChanges:
    """Add, remove and change the slots of the open compartment."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def load(self) -> tuple[SlotRecord, ...]:
        """The four slots of this compartment, in order of their numbers."""
        return tuple(self._vault.records.slots.load())

    def add(self, *, root: bytes, kind: SlotKind, label: str, flags: int) -> SlotRecord:
        """Put a new credential into the first unused slot. Raises SlotsFullError."""
        free = next((record for record in self.load() if not record.used), None)
        if free is None:
            raise SlotsFullError()
        return self._put(free.number, root=root, kind=kind, label=label, flags=flags)

    def change(self, number: int, *, root: bytes, kind: SlotKind, label: str, flags: int) -> SlotRecord:
        """Replace the credential of a used slot. Raises NotFoundError."""
        self._used(number)
        return self._put(number, root=root, kind=kind, label=label, flags=flags)

    def remove(self, number: int) -> None:
        """Make a used slot random. Raises NotFoundError, or LastSlotError for the only one left."""
        self._used(number)
        if sum(record.used for record in self.load()) == 1:
            raise LastSlotError()
        self._replace(number, unused_slot(number, self._vault.random))

    def _used(self, number: int) -> SlotRecord:
        for record in self.load():
            if record.number == number and record.used:
                return record
        raise NotFoundError(kind="slot")

    def _put(self, number: int, *, root: bytes, kind: SlotKind, label: str, flags: int) -> SlotRecord:
        vault = self._vault
        content = SlotContent(
            compartment=vault.compartment,
            kind=kind,
            flags=flags,
            slot_id=vault.random(16),
            made_utc_us=vault.now_us(),
            compartment_key=vault.compartment_key,
            generation=recorded_generation(vault.records) + 1,
            old_compartment_key=None,
        )
        slot = used_slot(content, root, vault.header_bytes, number, label, vault.random)
        self._replace(number, slot)
        return slot[2]

    def _replace(self, number: int, slot: SealedSlot) -> None:
        vault = self._vault
        vault.ensure_writable()
        current = current_slots(vault)
        current[number - vault.first_slot] = slot
        carry_out(vault, slot_set(current, recorded_generation(vault.records) + 1))


def current_slots(vault: Vault) -> list[SealedSlot]:
    """The slots as they stand on disk now, with their records."""
    copy_a, copy_b = vault.files.read()
    if copy_a is None or copy_b is None:
        # Opening made both files whole; one that is gone since then was taken from under us.
        raise RecordsDamagedError(part="key-slots")
    first = vault.first_slot
    return list(
        zip(slots_of(copy_a, first), slots_of(copy_b, first), vault.records.slots.load(), strict=True)
    )


def mend_slots(vault: Vault) -> list[str]:
    """Mend own slots that are not as recorded; returns a notice for each (spec 2.6, last paragraphs)."""
    notices: list[str] = []
    mended: list[SealedSlot] = []
    changed = False
    for a, b, record in current_slots(vault):
        good_a = hashlib.sha256(a).digest() == record.hash_a
        good_b = hashlib.sha256(b).digest() == record.hash_b
        if good_a and good_b:
            mended.append((a, b, record))
            continue
        if good_a or good_b:
            mended.append(_from_one_copy(vault, record, a if good_a else None, b if good_b else None))
            notices.append("slot-mended")
            changed = True
        elif not record.used:
            mended.append(unused_slot(record.number, vault.random))
            notices.append("slot-mended")
            changed = True
        else:
            mended.append((a, b, record))
            notices.append("slot-lost")
    if changed:
        # An irreparable used slot keeps its old record, so its bytes are written back unchanged and its
        # recorded hashes still do not match: the notice returns at every unlock until it is replaced.
        wanted = slot_set(mended, recorded_generation(vault.records))
        carry_out(vault, wanted, counts_as_change=False)
    return notices


def _from_one_copy(vault: Vault, record: SlotRecord, a: bytes | None, b: bytes | None) -> SealedSlot:
    """Both copies of a slot of which one is as recorded and the other is None.

    The slot that was opened is sealed again, its root being at hand; of another one the good copy is taken
    byte for byte, used or unused alike.
    """
    good = a or b or b""
    if record.number == vault.slot_number:
        digest = hashlib.sha256(good).digest()
        for opened in open_slots(vault.files.read(), vault.root, vault.header_bytes):
            if opened.slot_hash == digest:
                fresh = seal_slot(opened.content, vault.root, vault.header_bytes, record.number, vault.random)
                a, b = a or fresh, b or fresh
                break
    a, b = a or good, b or good
    hashes = hashlib.sha256(a).digest(), hashlib.sha256(b).digest()
    return a, b, replace(record, hash_a=hashes[0], hash_b=hashes[1])
