"""The settings that every database connection is pinned to.

Method: docs/spec/vault-format.md, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Pin:
    """A setting, what it is set to, and the only answer that is accepted when it is read back."""

    name: str
    value: str
    answer: str


#: In this order: the cipher's own before the first page is read, the lock before the journal.
PINS: Final = (
    Pin("cipher_page_size", "4096", "4096"),
    Pin("cipher_hmac_algorithm", "HMAC_SHA512", "hmac_sha512"),
    Pin("cipher_kdf_algorithm", "PBKDF2_HMAC_SHA512", "pbkdf2_hmac_sha512"),
    Pin("cipher_plaintext_header_size", "0", "0"),
    Pin("cipher_memory_security", "ON", "1"),
    Pin("temp_store", "MEMORY", "2"),
    Pin("secure_delete", "ON", "1"),
    Pin("mmap_size", "0", "0"),
    Pin("locking_mode", "EXCLUSIVE", "exclusive"),
    Pin("journal_mode", "TRUNCATE", "truncate"),
    Pin("synchronous", "EXTRA", "3"),
    Pin("fullfsync", "ON", "1"),
    Pin("checkpoint_fullfsync", "ON", "1"),
    Pin("trusted_schema", "OFF", "0"),
    Pin("foreign_keys", "ON", "1"),
    Pin("cell_size_check", "ON", "1"),
    Pin("auto_vacuum", "NONE", "0"),
    # In KiB. Every page that is not in the cache is decrypted anew: this is what makes long lists quick.
    Pin("cache_size", "-32768", "-32768"),
)
