"""What is known of a key slot without its secret."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class SlotKind(enum.IntEnum):
    """Kinds of credential, docs/spec/vault-format.md section 2.3."""

    PASSPHRASE = 1
    RECOVERY_CODE = 2
    SHARES = 3


FLAG_REFRESH_RESERVE = 1
FLAG_KEY_FILE = 2


@dataclass(frozen=True, repr=False)
class SlotRecord:
    """One of the four slots of a compartment as the records know it.

    ``kind`` is a ``SlotKind`` or 0 for an unused slot, ``slot_id`` 16 bytes or None, ``made_us``
    microseconds since 1970-01-01 UTC, ``hash_a`` and ``hash_b`` the SHA-256 of the slot's 4,096
    bytes in each copy.
    """

    number: int
    used: bool
    slot_id: bytes | None
    kind: int
    label: str
    flags: int
    made_us: int
    hash_a: bytes
    hash_b: bytes
