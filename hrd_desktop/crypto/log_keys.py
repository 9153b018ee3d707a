"""Names of the keys of logs and witnesses, and how they are shown and spoken (docs/spec/custody.md)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hrd_desktop.domain.errors.custody import ReceiptInvalid

LOG, WITNESS = 1, 4
_PREFIX = {LOG: "sheaf-log/", WITNESS: "sheaf-witness/"}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VERIFIER = re.compile(r"(sheaf-(?:log|witness)/[0-9a-f]{32})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})")
_SSH_TYPE = b"ssh-ed25519"


@dataclass(frozen=True)
class LogKey:
    """The public key of a log or a witness. Everything else follows from its 32 bytes and ``kind``."""

    public: bytes
    kind: int = LOG

    @property
    def blob(self) -> bytes:
        """The key as SSH writes it (RFC 8709, 4)."""
        return ssh_string(_SSH_TYPE) + ssh_string(self.public)

    @property
    def hash(self) -> bytes:
        """SHA-256 of ``blob``."""
        return hashlib.sha256(self.blob).digest()

    @property
    def name(self) -> str:
        """The name in notes; of a log, its origin."""
        return _PREFIX[self.kind] + self.hash[:16].hex()

    @property
    def id(self) -> bytes:
        """Four bytes that mark its signatures (C2SP signed-note)."""
        material = self.name.encode("ascii") + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(material).digest()[:4]

    @property
    def verifier(self) -> str:
        """The key as a C2SP verifier key."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it."""
        return "SHA256:" + to_base64(self.hash).rstrip("=")

    @property
    def key_name(self) -> str:
        """``XXXX-XXXX``, to recognise a key; too short to compare."""
        return short_name(self.hash)

    @property
    def spoken(self) -> str:
        """Forty digits to compare by voice."""
        return digits(self.hash)

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` is this key's over ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, repr=False)
class SigningKey:
    """The private half: a seed of 32 bytes."""

    seed: bytes
    kind: int = LOG

    @property
    def public(self) -> LogKey:
        """What may be shown."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return LogKey(private.public_key().public_bytes_raw(), self.kind)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def parse_verifier(untrusted: str) -> LogKey:
    """Read a verifier key whose name and ID are its own. Raises ReceiptInvalid (``receipt-key``)."""
    match = _VERIFIER.fullmatch(untrusted)
    material = b"" if match is None else from_base64(match[3], "receipt-key")
    if match is None or len(material) != 33 or material[0] not in _PREFIX:
        raise ReceiptInvalid(kind="receipt-key")
    key = LogKey(material[1:], material[0])
    if key.verifier != untrusted:
        raise ReceiptInvalid(kind="receipt-key")
    return key


def digits(hash_32: bytes) -> str:
    """The forty digits of a hash, in eight groups of five."""
    text = f"{int.from_bytes(hash_32, 'big') % 10**40:040d}"
    return " ".join(text[start : start + 5] for start in range(0, 40, 5))


def short_name(hash_32: bytes) -> str:
    """``XXXX-XXXX`` of the first 40 bits."""
    bits = int.from_bytes(hash_32[:5], "big")
    text = "".join(_ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{text[:4]}-{text[4:]}"


def key_name_of(name: str) -> str:
    """The key name of an origin or witness name, which begins with the same bits."""
    return short_name(bytes.fromhex(name.rpartition("/")[2]))


def ssh_string(data: bytes) -> bytes:
    """``data`` with its length before it (RFC 4251, 5)."""
    return struct.pack(">I", len(data)) + data


def to_base64(data: bytes) -> str:
    """RFC 4648, section 4, with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(untrusted: str, kind: str) -> bytes:
    """Strict: one text has one spelling. Raises ReceiptInvalid of ``kind``."""
    try:
        data = base64.b64decode(untrusted, validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptInvalid(kind=kind) from None
    if to_base64(data) != untrusted:
        raise ReceiptInvalid(kind=kind)
    return data
