"""Making a vault: stretch the credentials, then build it beside its place."""

from __future__ import annotations

import os

from hrd_desktop.crypto.credential import Credential, credential_from_code, root_of
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters, calibrate, stretch
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.creating import NewSlot, create_vault, ensure_place_is_free, new_header
from hrd_desktop.storage.vault import Randomness


def choose_parameters(name: str) -> KdfParameters:
    """``default``: calibrated on this computer now; ``minimum``: 64 MiB, for tests and very old machines."""
    if name == "minimum":
        return MINIMUM
    return calibrate(free_memory_bytes())


def free_memory_bytes() -> int:
    """Memory that could be used now without swapping; 0 where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as meminfo:
            for line in meminfo:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 0


def create(
    root: str,
    credential: Credential,
    *,
    parameters: KdfParameters,
    recovery_code: bytes | None,
    reserve_bytes: int,
    random: Randomness,
    clock: Clock,
) -> None:
    """Make a vault at ``root``, with a second slot for ``recovery_code`` (20 bytes) where one is given.

    Raises VaultExistsError, ReserveSizeError, NotEnoughMemoryError, DiskFullError, DiskFailedError.
    """
    ensure_place_is_free(root)
    header = new_header(parameters, random)
    slots = [
        NewSlot(
            root=_root(credential, header.salt, parameters),
            kind=SlotKind.RECOVERY_CODE if credential.is_recovery_code else SlotKind.PASSPHRASE,
            with_key_file=credential.key_file_digest is not None,
        )
    ]
    if recovery_code is not None:
        slots.append(
            NewSlot(
                root=_root(credential_from_code(recovery_code), header.salt, parameters),
                kind=SlotKind.RECOVERY_CODE,
            )
        )
    create_vault(
        root, header=header, slots=tuple(slots), reserve_bytes=reserve_bytes, random=random, clock=clock
    )


def _root(credential: Credential, salt: bytes, parameters: KdfParameters) -> bytes:
    return root_of(stretch(credential.secret, salt, parameters), credential.key_file_digest)
