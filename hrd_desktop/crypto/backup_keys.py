"""The key of a backup: sealed in its key files, and what is derived from it (backup format, section 2)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.slots import HEADER_BYTES, KEY_SLOT_FILE_BYTES, SLOT_BYTES, SLOT_COUNT
from hrd_desktop.domain.errors.backup import BackupDamagedError
from hrd_desktop.domain.errors.vault import NewerFormatError

BACKUP_KEY_BYTES = 32
NAME_BYTES = 16
HIGHEST_LIST = (1 << 32) - 1
BOX_AT = HEADER_BYTES + SLOT_COUNT * SLOT_BYTES
BOX_BYTES = 1024
BOX_VERSION = 1

#: A number of at most 32 bits in a block of 16 bytes.
_LIST_PREFIX = bytes(12)
_SALT_BYTES = 32
_CONTENT_BYTES = 976
_INFO = b"sheaf/v1/backup-key"
# version, copy, way of opening, zero, vault id, backup key
_CONTENT = struct.Struct("<HBBI16s32s")


class OpensWith(IntEnum):
    """What opens a backup: what opens the vault, or a credential of its own."""

    VAULT = 0
    OWN = 1


@dataclass(frozen=True, repr=False)
class BackupBox:
    """What a key file seals: which copy of the slots it has, and the backup key (32 bytes)."""

    copy: int
    opens_with: OpensWith
    vault_id: bytes
    backup_key: bytes


@dataclass(frozen=True, repr=False)
class BackupKeys:
    """The header key of a backup's objects, and the key of the names of its lists; 32 bytes each."""

    headers: bytes
    names: bytes

    def list_name(self, number: int) -> bytes:
        """The object name of list ``number``: 16 bytes that only a holder of the key tells from random."""
        if not 1 <= number <= HIGHEST_LIST:
            raise ValueError("lists are numbered from 1 to 4,294,967,295")
        encryptor = self._cipher().encryptor()
        return encryptor.update(number.to_bytes(NAME_BYTES, "big")) + encryptor.finalize()

    def find_lists(self, names: Iterable[bytes]) -> dict[int, bytes]:
        """The lists among these object names (16 bytes each), by number."""
        every = list(names)
        decryptor = self._cipher().decryptor()
        blocks = decryptor.update(b"".join(every)) + decryptor.finalize()
        found: dict[int, bytes] = {}
        for place, name in enumerate(every):
            block = blocks[place * NAME_BYTES : (place + 1) * NAME_BYTES]
            if block.startswith(_LIST_PREFIX) and any(block):
                found[int.from_bytes(block, "big")] = name
        return found

    def _cipher(self) -> Cipher[ECB]:
        # One block for each name, every number used once: the permutation itself is what is wanted.
        return Cipher(AES(self.names), ECB())  # noqa: S305 - no message is encrypted, and no block repeats


def derive_backup_keys(backup_key: bytes, vault_id: bytes) -> BackupKeys:
    """HKDF-SHA-512 (RFC 5869) of the backup key, with the vault id as salt."""
    return BackupKeys(
        headers=_derive(backup_key, vault_id, b"sheaf/v1/backup-headers", 32),
        names=_derive(backup_key, vault_id, b"sheaf/v1/backup-names", 32),
    )


def rekey_mark(compartment_key: bytes, vault_id: bytes) -> bytes:
    """16 bytes that change when the vault is re-keyed and tell nothing of the key."""
    return _derive(compartment_key, vault_id, b"sheaf/v1/backup-mark", 16)


def seal_key_file(slot_file: bytes, access_key: bytes, box: BackupBox, random: Random) -> bytes:
    """A key file: header and slots of ``slot_file``, the sealed backup key, and a fresh random tail."""
    if len(slot_file) < BOX_AT or len(box.vault_id) != 16 or len(box.backup_key) != BACKUP_KEY_BYTES:
        raise ValueError("a key slot file has 36,864 bytes before its tail; ids have 16 bytes and keys 32")
    packed = _CONTENT.pack(BOX_VERSION, box.copy, box.opens_with, 0, box.vault_id, box.backup_key)
    salt = random(_SALT_BYTES)
    key, nonce = _box_key(access_key, salt)
    sealed = AESGCM(key).encrypt(
        nonce, packed + bytes(_CONTENT_BYTES - len(packed)), slot_file[:HEADER_BYTES]
    )
    tail = random(KEY_SLOT_FILE_BYTES - BOX_AT - BOX_BYTES)
    return slot_file[:BOX_AT] + salt + sealed + tail


def open_key_file(untrusted_file: bytes, access_key: bytes) -> BackupBox:
    """What the key file seals under ``access_key``. Raises BackupDamagedError, NewerFormatError."""
    box = untrusted_file[BOX_AT : BOX_AT + BOX_BYTES]
    key, nonce = _box_key(access_key, box[:_SALT_BYTES])
    try:
        data = AESGCM(key).decrypt(nonce, box[_SALT_BYTES:], untrusted_file[:HEADER_BYTES])
    except InvalidTag:
        raise BackupDamagedError(part="key-file") from None
    version, copy, opens_with, zero, vault_id, backup_key = _CONTENT.unpack_from(data)
    if version > BOX_VERSION:
        raise NewerFormatError(part="backup", found=version, known=BOX_VERSION)
    sound = version == BOX_VERSION and copy in (0, 1) and opens_with in tuple(OpensWith) and zero == 0
    if not sound or any(data[_CONTENT.size :]):
        raise BackupDamagedError(part="key-file")
    return BackupBox(copy, OpensWith(opens_with), vault_id, backup_key)


def _box_key(access_key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of one box. The nonce may be derived, because the salt is used once."""
    okm = HKDF(algorithm=SHA512(), length=44, salt=salt, info=_INFO).derive(access_key)
    return okm[:32], okm[32:]


def _derive(key: bytes, vault_id: bytes, label: bytes, size_bytes: int) -> bytes:
    return HKDF(algorithm=SHA512(), length=size_bytes, salt=vault_id, info=label).derive(key)
