"""The keys that a compartment key opens (section 3 of the vault format)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

COMPARTMENT_KEY_BYTES = 32


@dataclass(frozen=True, repr=False)
class DatabaseKey:
    """A SQLCipher raw key (32 bytes) and the salt that stands in the file's first 16 bytes."""

    key: bytes
    salt: bytes


@dataclass(frozen=True, repr=False)
class CompartmentKeys:
    """The keys of the two databases, and the 32 bytes under which object headers are sealed."""

    records: DatabaseKey
    derived: DatabaseKey
    object_headers: bytes


def derive_keys(compartment_key: bytes, vault_id: bytes) -> CompartmentKeys:
    """All keys of a compartment: HKDF-SHA-512 (RFC 5869) of its key, with the vault id as salt."""
    return CompartmentKeys(
        records=_database_key(compartment_key, vault_id, b"sheaf/v1/records"),
        derived=_database_key(compartment_key, vault_id, b"sheaf/v1/derived"),
        object_headers=_derive(compartment_key, vault_id, b"sheaf/v1/object-headers", 32),
    )


def _database_key(compartment_key: bytes, vault_id: bytes, label: bytes) -> DatabaseKey:
    okm = _derive(compartment_key, vault_id, label, 48)
    return DatabaseKey(key=okm[:32], salt=okm[32:])


def _derive(compartment_key: bytes, vault_id: bytes, label: bytes, size_bytes: int) -> bytes:
    if len(compartment_key) != COMPARTMENT_KEY_BYTES or len(vault_id) != 16:
        raise ValueError("a compartment key has 32 bytes and a vault id 16")
    return HKDF(algorithm=SHA512(), length=size_bytes, salt=vault_id, info=label).derive(compartment_key)
