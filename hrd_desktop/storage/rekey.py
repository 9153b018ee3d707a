"""Replacing the compartment key, in steps that a crash can interrupt anywhere.

Method: docs/spec/vault-format.md, section 2.7. The final slots (without the old key) are sealed at the
beginning, while every kept credential is at hand, and wait in the records: after a crash only one
credential is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.crypto.headers import open_header
from hrd_desktop.crypto.keys import CompartmentKeys, derive_keys
from hrd_desktop.crypto.slots import SlotContent
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.derived_file import derived_under_new_key
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.slot_changes import (
    SLOTS_OF_A_COMPARTMENT,
    SlotSet,
    carry_out,
    note_done,
    recorded_generation,
    slot_set,
    unused_slot,
    used_slot,
    write_slots,
)
from hrd_desktop.storage.snapshots import take_snapshot
from hrd_desktop.storage.sweep import unlink_now
from hrd_desktop.storage.vault import Randomness, Vault

#: Headers committed to the records before they are written, at a time.
HEADERS_AT_ONCE = 64
#: The same for records of a fixed length, where they must fit into what is kept free for this.
HEADERS_AT_ONCE_IN_RESERVE = 16


@dataclass(frozen=True, repr=False)
class KeptSlot:
    """A slot that stays, and the root of its credential (spec section 2.2)."""

    number: int
    root: bytes


def rekey(vault: Vault, kept: Sequence[KeptSlot]) -> None:
    """Give the compartment a new key; only ``kept`` credentials open it afterwards.

    Raises NotFoundError when a kept slot is not in use. After any other failure the next unlock goes on.
    """
    vault.ensure_writable()
    new_key, old_key = vault.random(32), vault.compartment_key
    roots = {slot.number: slot.root for slot in kept}
    records = {record.number: record for record in vault.records.slots.load()}
    if not roots or any(number not in records or not records[number].used for number in roots):
        raise NotFoundError(kind="slot")
    generation = recorded_generation(vault.records)
    between, final = [], []
    for number in range(vault.first_slot, vault.first_slot + SLOTS_OF_A_COMPARTMENT):
        root = roots.get(number)
        if root is None:
            unused = unused_slot(number, vault.random)
            between.append(unused)
            final.append(unused_slot(number, vault.random))
            continue
        record = records[number]
        for step, (old, target) in enumerate(((old_key, between), (None, final)), start=1):
            content = SlotContent(
                compartment=vault.compartment,
                kind=SlotKind(record.kind),
                flags=record.flags,
                slot_id=record.slot_id or bytes(16),
                made_utc_us=record.made_us,
                compartment_key=new_key,
                generation=generation + step,
                old_compartment_key=old,
            )
            target.append(used_slot(content, root, vault.header_bytes, number, record.label, vault.random))
    wanted = slot_set(between, generation + 1)
    with vault.records.transaction(essential=True):
        vault.records.slots.put_intent(wanted.pack())
        vault.records.rekey.begin(slot_set(final, generation + 2).pack())
    try:
        _go_on(vault, wanted, new_key)
    except BaseException:
        # Databases and objects may be under different keys: nothing may be written before the next unlock.
        vault.read_only = True
        raise


def _go_on(vault: Vault, wanted: SlotSet, new_key: bytes) -> None:
    """Steps 1 to 6, the intent of step 1 being committed."""
    write_slots(vault.files, vault.first_slot, wanted)
    with vault.records.transaction(essential=True):
        note_done(vault.records, wanted)
    old_keys = vault.keys
    new_keys = derive_keys(new_key, vault.header.vault_id)
    vault.derived.close()
    vault.derived = resume_databases(
        vault.layout,
        vault.compartment,
        vault.records_database,
        vault.records,
        new_keys,
        old_keys,
        vault.random,
        by_old_key=True,
    )
    vault.compartment_key, vault.keys = new_key, new_keys
    vault.objects = ObjectStore(
        vault.layout,
        vault.header.vault_id,
        new_keys.object_headers,
        vault.random,
        in_reserve=vault.compartment == 1,
    )
    resume_objects(vault, old_keys)


def resume_databases(
    layout: VaultLayout,
    compartment: int,
    database: Database,
    records: Records,
    keys: CompartmentKeys,
    old_keys: CompartmentKeys,
    random: Randomness,
    *,
    by_old_key: bool,
) -> Derived:
    """Bring both databases under the new key. ``by_old_key``: records were opened with the old one."""
    if by_old_key:
        database.rekey(keys.records.key, keys.records.salt)
    if records.rekey.state() == "slots":
        with records.quiet_transaction():
            records.rekey.set_state("derived")
    derived = derived_under_new_key(layout, compartment, keys, old_keys, random)
    try:
        if records.rekey.state() == "derived":
            with records.quiet_transaction():
                records.rekey.set_state("headers")
    except BaseException:
        derived.close()
        raise
    return derived


def resume_objects(vault: Vault, old_keys: CompartmentKeys) -> None:
    """Seal every header again, renew the snapshots, and write the slots that hold the new key alone."""
    records = vault.records
    if records.rekey.state() == "headers":
        _finish_pending(vault)
        at_once = HEADERS_AT_ONCE if vault.compartment == 0 else HEADERS_AT_ONCE_IN_RESERVE
        while names := records.rekey.names_to_do(limit=at_once):
            sealed: list[tuple[bytes, bytes | None]] = [
                (name, _sealed_again(vault, name, old_keys)) for name in names
            ]
            with records.quiet_transaction():
                for name, header in sealed:
                    records.rekey.put_header(name, header)
            _finish_pending(vault)
        with records.quiet_transaction():
            records.rekey.set_state("snapshots")
    if records.rekey.state() == "snapshots":
        before = [name for name, _, _ in records.snapshots.load()]
        take_snapshot(vault)
        outdated = [name for name, _, _ in records.snapshots.load() if name in before]
        with records.quiet_transaction():
            for name in outdated:
                records.snapshots.remove(name)
            records.names.unlink_later(outdated)
        unlink_now(vault, outdated)
        with records.quiet_transaction():
            records.rekey.set_state("slots-final")
    final = records.rekey.final_slots()
    if final is None:
        raise RecordsDamagedError(part="rekey")
    wanted = SlotSet.unpack(final)
    carry_out(vault, wanted)
    with records.quiet_transaction():
        records.rekey.clear()


def _finish_pending(vault: Vault) -> None:
    """Write the headers that are committed, then mark them done. Repeating it writes the same bytes."""
    pending = vault.records.rekey.pending_headers()
    for name, header in pending:
        if header is not None and vault.objects.exists(name):
            vault.objects.rewrite_header(name, header)
    if pending:
        with vault.records.quiet_transaction():
            vault.records.rekey.done([name for name, _ in pending])


def _sealed_again(vault: Vault, name: bytes, old_keys: CompartmentKeys) -> bytes | None:
    """The header sealed under the new key, or None where no copy opens (it is then left as it is)."""
    if not vault.objects.exists(name):
        return None
    data = vault.objects.read_header_bytes(name)
    try:
        opened = open_header(data, old_keys.object_headers, vault.header.vault_id, name)
    except IntegrityError:
        vault.notices.append("object-not-rekeyed")
        return None
    return vault.objects.seal(opened.header)
