"""Making the key files of a backup (backup format, section 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from hrd_desktop.crypto.backup_keys import BOX_AT, BackupBox, OpensWith, seal_key_file
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.slots import KeySlotHeader, SlotContent, seal_slot
from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind
from hrd_desktop.storage.backup.opening import OpenedKeyFile
from hrd_desktop.storage.creating import NewSlot
from hrd_desktop.storage.keyslot_file import HEADER_BYTES, SLOT_BYTES, KeySlotFiles
from hrd_desktop.storage.vault import Vault

COPIES = (0, 1)


def slots_digest(vault: Vault) -> str:
    """SHA-256 of header and slots of both copies, in hex: it changes with every change of the slots."""
    return hashlib.sha256(b"".join(file[:BOX_AT] for file in _slot_files(vault))).hexdigest()


def key_files_like_vault(vault: Vault, backup_key: bytes) -> list[bytes]:
    """Two key files with the vault's own slots: whatever opens the vault opens the backup."""
    vault_id = vault.header.vault_id
    return [
        seal_key_file(
            file, vault.compartment_key, BackupBox(copy, OpensWith.VAULT, vault_id, backup_key), vault.random
        )
        for copy, file in zip(COPIES, _slot_files(vault), strict=True)
    ]


def key_files_of_own(
    header: KeySlotHeader, slots: Sequence[NewSlot], vault: Vault, backup_key: bytes
) -> list[bytes]:
    """Two key files that open with ``slots`` and with nothing of the vault's."""
    random = vault.random
    access_key, header_bytes = random(32), header.pack()
    slot_ids = [random(16) for _ in slots]
    files: list[bytes] = []
    for copy in COPIES:
        image = bytearray(KeySlotFiles.new_file(header_bytes, random))
        for number, (slot, slot_id) in enumerate(zip(slots, slot_ids, strict=True)):
            content = SlotContent(
                compartment=0,
                kind=SlotKind(slot.kind),
                flags=FLAG_KEY_FILE if slot.with_key_file else 0,
                slot_id=slot_id,
                made_utc_us=vault.now_us(),
                compartment_key=access_key,
                generation=1,
            )
            start = HEADER_BYTES + number * SLOT_BYTES
            image[start : start + SLOT_BYTES] = seal_slot(content, slot.root, header_bytes, number, random)
        box = BackupBox(copy, OpensWith.OWN, vault.header.vault_id, backup_key)
        files.append(seal_key_file(bytes(image), access_key, box, random))
    return files


def key_files_again(opened: Sequence[OpenedKeyFile], backup_key: bytes, random: Random) -> list[bytes]:
    """The same slots around another backup key, twice."""
    first = opened[0]
    box = first.box
    return [
        seal_key_file(
            (opened[copy] if copy < len(opened) else first).data,
            first.access_key,
            BackupBox(copy, box.opens_with, box.vault_id, backup_key),
            random,
        )
        for copy in COPIES
    ]


def _slot_files(vault: Vault) -> tuple[bytes, bytes]:
    copy_a, copy_b = vault.files.read()
    if copy_a is None or copy_b is None:
        # Opening made both files whole; one that is gone since then was taken from under us.
        raise RecordsDamagedError(part="key-slots")
    return copy_a, copy_b
