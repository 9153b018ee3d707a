"""Post-quantum recipients of age files (MLKEM768-X25519); source c2sp.org/age, RFC 9180, BIP 173."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

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
    BundleWrongIdentity,
    IdentityInvalid,
    RecipientInvalid,
)

HYBRID = "mlkem768x25519"
RECIPIENT_PREFIX = "age1pq"
IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"
ENCAPSULATED_BYTES = 1120
_SEED_BYTES = 32
_MLKEM_PUBLIC_BYTES = 1184
_PUBLIC_BYTES = _MLKEM_PUBLIC_BYTES + 32
_INFO = b"age-encryption.org/mlkem768x25519"
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class HybridIdentity:
    """A hybrid private key; it shows nothing of itself."""

    def __init__(self, seed: bytes) -> None:
        # The seed of X-Wing is stretched into those of its two halves.
        stretched = hashlib.shake_256(seed).digest(96)
        self._key = MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(stretched[:64]),
            X25519PrivateKey.from_private_bytes(stretched[64:]),
        )
        public = (
            MLKEM768PrivateKey.from_seed_bytes(stretched[:64]).public_key().public_bytes_raw()
            + X25519PrivateKey.from_private_bytes(stretched[64:]).public_key().public_bytes_raw()
        )
        self.recipient = _bech32_encode(RECIPIENT_PREFIX, public)

    def __repr__(self) -> str:
        return "<HybridIdentity>"

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """The file key, or None when the stanza is for another key; raises ``AgeHeaderInvalid``."""
        if len(stanza.arguments) != 1:
            raise AgeHeaderInvalid(detail="hybrid-arguments")
        encapsulated = decode_base64(stanza.arguments[0].encode("ascii"))
        # Sizes are fixed before anything is decrypted, against partitioning oracles.
        if len(encapsulated) != ENCAPSULATED_BYTES or len(stanza.body) != FILE_KEY_BYTES + TAG_BYTES:
            raise AgeHeaderInvalid(detail="hybrid-body")
        try:
            return _suite().decrypt(encapsulated + stanza.body, self._key, info=_INFO)
        except (InvalidTag, ValueError):
            return None


def parse_hybrid_identity(text: str) -> HybridIdentity:
    """The private key ``AGE-SECRET-KEY-PQ-1…``; raises ``IdentityInvalid``."""
    seed = (
        _bech32_decode(IDENTITY_PREFIX.lower(), text.lower())
        if text in (text.lower(), text.upper())
        else None
    )
    if seed is None or len(seed) != _SEED_BYTES:
        raise IdentityInvalid()
    return HybridIdentity(seed)


def parse_hybrid_recipient(text: str) -> str:
    """The canonical text of a public key ``age1pq1…``; raises ``RecipientInvalid``."""
    lowered = text.lower()
    if text not in (lowered, text.upper()):
        raise RecipientInvalid()
    _load(lowered)
    return lowered


def hybrid_fingerprint(text: str) -> str:
    """What two people compare: the key itself has two thousand characters, so its SHA-256 in hex groups."""
    digest = hashlib.sha256(text.encode("ascii")).hexdigest()
    return "SHA256 " + " ".join(digest[start : start + 4] for start in range(0, 64, 4))


def encrypt_to_hybrid(
    pieces: Iterable[bytes],
    sink: Callable[[bytes], object],
    recipients: Sequence[str],
    randomness: Callable[[int], bytes],
) -> None:
    """Write an age file that the holder of any of these hybrid keys opens; memory stays constant.

    Raises ``RecipientInvalid``, and whatever ``pieces`` and ``sink`` raise.
    """
    file_key = randomness(FILE_KEY_BYTES)
    stanzas = []
    for text in recipients:
        sealed = _suite().encrypt(file_key, _load(text), info=_INFO)
        argument = encode_base64(sealed[:ENCAPSULATED_BYTES]).decode("ascii")
        stanzas.append(Stanza(HYBRID, (argument,), sealed[ENCAPSULATED_BYTES:]))
    sink(format_header(tuple(stanzas), file_key))
    encrypt_payload(pieces, sink, file_key, randomness(NONCE_BYTES))


def is_hybrid_header(header: AgeHeader) -> bool:
    """True when a hybrid key may open the file."""
    return any(stanza.kind == HYBRID for stanza in header.stanzas)


def iter_decrypt_hybrid(source: BinaryIO, identities: Sequence[HybridIdentity]) -> Iterator[bytes]:
    """Yield the plaintext in authenticated chunks.

    Raises ``AgeHeaderInvalid``, ``BundleWrongIdentity`` and ``AgePayloadInvalid``; only an iteration that
    ends by itself has given the whole.
    """
    header = read_header(source)
    file_key = _find_file_key(header, identities)
    verify_header_mac(file_key, header)
    yield from iter_decrypt_payload(source, file_key)


def _find_file_key(header: AgeHeader, identities: Sequence[HybridIdentity]) -> bytes:
    for stanza in header.stanzas:
        if stanza.kind == HYBRID:
            for identity in identities:
                file_key = identity.unwrap(stanza)
                if file_key is not None:
                    return file_key
    raise BundleWrongIdentity()


def _suite() -> Suite:
    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _load(text: str) -> MLKEM768X25519PublicKey:
    data = _bech32_decode(RECIPIENT_PREFIX, text)
    if data is None or len(data) != _PUBLIC_BYTES:
        raise RecipientInvalid()
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC_BYTES:]),
        )
    except (ValueError, UnsupportedAlgorithm):
        raise RecipientInvalid() from None


def _checksum(prefix: str, values: Sequence[int]) -> int:
    spread = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    state = 1
    for value in (*spread, *values):
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                state ^= generator
    return state


def _bech32_encode(prefix: str, data: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
    check = _checksum(prefix, [*values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_CHARSET[value] for value in values)}"


def _bech32_decode(prefix: str, text: str) -> bytes | None:
    found, _, rest = text.rpartition("1")
    if found != prefix or len(rest) < 6 or any(sign not in _CHARSET for sign in rest):
        return None
    values = [_CHARSET.index(sign) for sign in rest]
    if _checksum(prefix, values) != 1:
        return None
    bits = "".join(f"{value:05b}" for value in values[:-6])
    spare = len(bits) % 8
    if spare > 4 or "1" in bits[len(bits) - spare :]:
        return None
    return bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits) - spare, 8))
