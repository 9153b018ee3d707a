"""A backup's own passphrase and recovery code, for one that lies in another's hands."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.crypto.credential import Credential, credential_from_code, root_of
from hrd_desktop.crypto.kdf import KdfParameters, stretch
from hrd_desktop.crypto.slots import KeySlotHeader
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.creating import NewSlot, new_header
from hrd_desktop.storage.vault import Randomness


@dataclass(frozen=True, repr=False)
class OwnCredential:
    """What opens the backup instead of the vault's passphrase. ``recovery_code``: 20 bytes, or None."""

    credential: Credential
    recovery_code: bytes | None = None


def own_slots(
    own: OwnCredential, parameters: KdfParameters, random: Randomness
) -> tuple[KeySlotHeader, list[NewSlot]]:
    """A header with an id and a salt of its own, and the slots to be sealed under it.

    Raises NotEnoughMemoryError.
    """
    header = new_header(parameters, random)
    slots = [_slot(own.credential, header)]
    if own.recovery_code is not None:
        slots.append(_slot(credential_from_code(own.recovery_code), header))
    return header, slots


def _slot(credential: Credential, header: KeySlotHeader) -> NewSlot:
    stretched = stretch(credential.secret, header.salt, header.parameters)
    return NewSlot(
        root=root_of(stretched, credential.key_file_digest),
        kind=SlotKind.RECOVERY_CODE if credential.is_recovery_code else SlotKind.PASSPHRASE,
        with_key_file=credential.key_file_digest is not None,
    )
