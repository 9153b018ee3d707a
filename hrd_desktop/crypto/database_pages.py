"""Single pages of a SQLCipher 4 database, sealed and opened without the library.

Method: docs/spec/vault-format.md, sections 5 and 7. A file of the reserve becomes a database in place, at the
length it has; the library itself can only make one in an empty file and let it grow.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from hrd_desktop.crypto.keys import DatabaseKey
from hrd_desktop.crypto.randomness import Random

PAGE_BYTES = 4096
#: IV and HMAC at the end of each page; the library calls it the reserved space.
RESERVED_BYTES = 80
USABLE_BYTES = PAGE_BYTES - RESERVED_BYTES
#: The first page begins with the salt in the place of ciphertext.
SALT_BYTES = 16
_IV_BYTES = 16
_ROUNDS = 2


class DatabasePages:
    """Seals and opens the pages of the database of one key. Pages are numbered from 1."""

    def __init__(self, key: DatabaseKey) -> None:
        self._key = key
        mac_salt = bytes(byte ^ 0x3A for byte in key.salt)
        self._mac_key = hashlib.pbkdf2_hmac("sha512", key.key, mac_salt, _ROUNDS, dklen=32)

    def seal(self, number: int, content: bytes, random: Random) -> bytes:
        """The 4,096 bytes of page ``number``.

        ``content``: its 4,016 usable bytes, page 1 with SQLite's magic.
        """
        if len(content) != USABLE_BYTES:
            raise ValueError("a page has 4,016 usable bytes")
        iv = random(_IV_BYTES)
        encryptor = Cipher(AES256(self._key.key), CBC(iv)).encryptor()
        salt = self._key.salt if number == 1 else b""
        sealed = encryptor.update(content[len(salt) :]) + encryptor.finalize() + iv
        return salt + sealed + self._mac(number, sealed)

    def find_content(self, number: int, untrusted_page: bytes) -> bytes | None:
        """The usable bytes of page ``number`` (16 zero bytes for the magic of page 1), or None.

        None when the page does not authenticate.
        """
        if len(untrusted_page) != PAGE_BYTES:
            return None
        skipped = SALT_BYTES if number == 1 else 0
        mac_at = USABLE_BYTES + _IV_BYTES
        sealed, mac = untrusted_page[skipped:mac_at], untrusted_page[mac_at:]
        if not hmac.compare_digest(self._mac(number, sealed), mac):
            return None
        iv = sealed[-_IV_BYTES:]
        decryptor = Cipher(AES256(self._key.key), CBC(iv)).decryptor()
        return bytes(skipped) + decryptor.update(sealed[:-_IV_BYTES]) + decryptor.finalize()

    def _mac(self, number: int, sealed: bytes) -> bytes:
        return hmac.digest(self._mac_key, sealed + number.to_bytes(4, "little"), "sha512")
