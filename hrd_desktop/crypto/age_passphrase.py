"""Age files that open with a passphrase, streamed; source c2sp.org/age, the scrypt recipient."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hrd_desktop.crypto.age_header import (
    FILE_KEY_BYTES,
    AgeHeader,
    Stanza,
    decode_base64,
    encode_base64,
    format_header,
    read_header,
    verify_header_mac,
)
from hrd_desktop.crypto.age_stream import NONCE_BYTES, TAG_BYTES, encrypt_payload, iter_decrypt_payload
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgeWorkFactorRefused,
    BundleNeedsIdentity,
    BundleWrongPassphrase,
    PassphraseRefused,
)

SCRYPT = "scrypt"
SALT_BYTES = 16
# 64 MiB. Stock age takes four times that, for words that a person made up; ours are seven drawn ones, 90
# bits, which no work factor is needed for, and a recipient may have an old computer.
WRITE_LOG_N = 16
# 2^20 takes 1 GiB of memory. A file that asks for more is more likely meant to stop the reader.
MAX_READ_LOG_N = 20
_SALT_LABEL = b"age-encryption.org/v1/scrypt"
_WRAP_NONCE = bytes(12)


def encrypt_with_passphrase(
    pieces: Iterable[bytes],
    sink: Callable[[bytes], object],
    passphrase: str,
    *,
    randomness: Callable[[int], bytes],
    log_n: int = WRITE_LOG_N,
) -> None:
    """Write an age file that ``passphrase`` opens; stock ``age -d`` reads it.

    ``log_n`` is the binary logarithm of scrypt's cost, 16 unless a test needs less.
    Raises ``PassphraseRefused`` for an empty passphrase, and whatever ``pieces`` and ``sink`` raise.
    """
    if not passphrase:
        raise PassphraseRefused()
    if not 1 <= log_n <= MAX_READ_LOG_N:
        raise ValueError("log_n must be one that is read again")
    file_key = randomness(FILE_KEY_BYTES)
    salt = randomness(SALT_BYTES)
    # A zero nonce is safe: the wrapping key is made of a fresh salt and used once.
    body = ChaCha20Poly1305(_wrapping_key(passphrase, salt, log_n)).encrypt(_WRAP_NONCE, file_key, None)
    stanza = Stanza(SCRYPT, (encode_base64(salt).decode("ascii"), str(log_n)), body)
    sink(format_header((stanza,), file_key))
    encrypt_payload(pieces, sink, file_key, randomness(NONCE_BYTES))


def iter_decrypt_with_passphrase(
    source: BinaryIO, passphrase: str, *, max_log_n: int = MAX_READ_LOG_N
) -> Iterator[bytes]:
    """Yield the plaintext of an age file in authenticated chunks.

    Raises ``AgeHeaderInvalid``, ``AgeWorkFactorRefused``, ``BundleNeedsIdentity`` (not a passphrase
    file), ``BundleWrongPassphrase`` and ``AgePayloadInvalid``; only an iteration that ends by itself
    has given the whole.
    """
    header = read_header(source)
    file_key = _unwrap_file_key(header, passphrase, max_log_n)
    verify_header_mac(file_key, header)
    yield from iter_decrypt_payload(source, file_key)


def is_passphrase_header(header: AgeHeader) -> bool:
    """True for a passphrase file; raises ``AgeHeaderInvalid`` when scrypt is mixed with anything else.

    The format forbids the mixture: whoever holds the passphrase could otherwise forge for the keys.
    """
    kinds = [stanza.kind for stanza in header.stanzas]
    if SCRYPT not in kinds:
        return False
    if len(kinds) != 1:
        raise AgeHeaderInvalid(detail="scrypt-mixed")
    return True


def _unwrap_file_key(header: AgeHeader, passphrase: str, max_log_n: int) -> bytes:
    if not is_passphrase_header(header):
        raise BundleNeedsIdentity()
    salt, log_n, body = _parse_scrypt_stanza(header.stanzas[0])
    if log_n > max_log_n:
        raise AgeWorkFactorRefused(log_n=log_n, limit=max_log_n)
    try:
        return ChaCha20Poly1305(_wrapping_key(passphrase, salt, log_n)).decrypt(_WRAP_NONCE, body, None)
    except InvalidTag:
        raise BundleWrongPassphrase() from None
    except MemoryError:
        # Within the bound, but more than this computer can give at the moment.
        raise AgeWorkFactorRefused(log_n=log_n, limit=max_log_n) from None


def _parse_scrypt_stanza(stanza: Stanza) -> tuple[bytes, int, bytes]:
    if len(stanza.arguments) != 2:
        raise AgeHeaderInvalid(detail="scrypt-arguments")
    salt = decode_base64(stanza.arguments[0].encode("ascii"))
    if len(salt) != SALT_BYTES or not re.fullmatch(r"[1-9][0-9]?", stanza.arguments[1]):
        raise AgeHeaderInvalid(detail="scrypt-arguments")
    # The size is fixed before anything is decrypted: a longer body could be made to open under
    # several passphrases at once (partitioning oracles).
    if len(stanza.body) != FILE_KEY_BYTES + TAG_BYTES:
        raise AgeHeaderInvalid(detail="scrypt-body")
    return salt, int(stanza.arguments[1]), stanza.body


def _wrapping_key(passphrase: str, salt: bytes, log_n: int) -> bytes:
    kdf = Scrypt(salt=_SALT_LABEL + salt, length=32, n=1 << log_n, r=8, p=1)
    return kdf.derive(passphrase.encode("utf-8"))
