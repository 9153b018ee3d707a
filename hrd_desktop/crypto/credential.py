"""What a person presents to open a vault, as bytes for the key derivation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from hrd_desktop.crypto.normalise import normalise_passphrase
from hrd_desktop.crypto.recovery import find_code
from hrd_desktop.domain.errors.vault import UnusableKeyFileError

KEY_FILE_LIMIT_BYTES = 16 * 1024 * 1024
SHARED_SECRET_BYTES = 32


@dataclass(frozen=True, repr=False)
class Credential:
    """A passphrase, a recovery code or a set of shares, with a key file or without.

    ``secret`` is what Argon2id gets: a normalised passphrase (1 to 4,096 bytes, none of them below 0x20),
    ``0x00 ‖ code`` (21 bytes) or ``0x01 ‖ secret of the shares`` (33 bytes). ``key_file_digest`` is the
    SHA-256 of the key file (32 bytes).
    """

    secret: bytes
    key_file_digest: bytes | None = None

    def __repr__(self) -> str:
        return "<Credential>"

    @property
    def is_recovery_code(self) -> bool:
        return self.secret.startswith(b"\x00")

    @property
    def is_share_set(self) -> bool:
        return self.secret.startswith(b"\x01")


def credential_from_text(text: str, key_file_digest: bytes | None = None) -> Credential:
    """The credential that ``text`` is: a recovery code when its checksum is right, else a passphrase.

    Raises ``UnusablePassphraseError``.
    """
    code = find_code(text)
    if code is not None:
        return credential_from_code(code, key_file_digest)
    return Credential(normalise_passphrase(text), key_file_digest)


def credential_from_code(code: bytes, key_file_digest: bytes | None = None) -> Credential:
    """The credential of a recovery code of 20 bytes."""
    return Credential(b"\x00" + code, key_file_digest)


def credential_from_shares(secret: bytes) -> Credential:
    """The credential of a share set, from the 32 bytes that its shares make."""
    if len(secret) != SHARED_SECRET_BYTES:
        raise ValueError("the secret of a share set has 32 bytes")
    return Credential(b"\x01" + secret)


def root_of(stretched: bytes, key_file_digest: bytes | None) -> bytes:
    """The input of the slots' HKDF: 32 bytes, or 64 with a key file, so that the two never meet."""
    return stretched if key_file_digest is None else stretched + key_file_digest


def digest_key_file(untrusted_pieces: Iterable[bytes]) -> bytes:
    """SHA-256 of a key file given in pieces.

    Raises ``UnusableKeyFileError`` when it is empty or larger than 16 MiB.
    """
    digest = hashlib.sha256()
    size_bytes = 0
    for piece in untrusted_pieces:
        size_bytes += len(piece)
        if size_bytes > KEY_FILE_LIMIT_BYTES:
            raise UnusableKeyFileError()
        digest.update(piece)
    if size_bytes == 0:
        raise UnusableKeyFileError()
    return digest.digest()
