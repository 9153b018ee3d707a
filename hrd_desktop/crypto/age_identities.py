"""Private keys that open bundles, read from age identity files and OpenSSH private key files."""

from __future__ import annotations

# pyrage ships no type information.
import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from hrd_desktop.crypto.age_hybrid import IDENTITY_PREFIX, HybridIdentity, parse_hybrid_identity
from hrd_desktop.domain.errors.bundle import IdentityInvalid, IdentityLocked

MAX_IDENTITY_FILE_BYTES = 1 << 20


class AgeIdentity:
    """A private key that opens files, pyrage's or a hybrid one of ours; it shows nothing of itself."""

    def __init__(self, key: object) -> None:
        self.key = key

    def __repr__(self) -> str:
        return "<AgeIdentity>"


def parse_identities(data: bytes) -> tuple[AgeIdentity, ...]:
    """The private keys of one identity file: age keys one to a line, or one SSH private key.

    Raises ``IdentityLocked`` for a key protected by a passphrase and ``IdentityInvalid`` for anything
    else that cannot be used; ``line`` then counts from 1.
    """
    if len(data) > MAX_IDENTITY_FILE_BYTES:
        raise IdentityInvalid()
    if data.startswith((b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----")):
        raise IdentityLocked()
    if data.lstrip().startswith(b"-----BEGIN "):
        return (_parse_ssh_identity(data.strip() + b"\n"),)
    found: list[AgeIdentity] = []
    for number, line in enumerate(data.replace(b"\r\n", b"\n").split(b"\n"), 1):
        text = line.strip()
        if not text or text.startswith(b"#"):
            continue
        if text.upper().startswith(IDENTITY_PREFIX.encode("ascii") + b"1"):
            found.append(AgeIdentity(_parse_hybrid(text, number)))
            continue
        try:
            found.append(AgeIdentity(pyrage.x25519.Identity.from_str(text.decode("ascii"))))
        except (pyrage.IdentityError, UnicodeDecodeError):
            raise IdentityInvalid(line=number) from None
    if not found:
        raise IdentityInvalid()
    return tuple(found)


def _parse_hybrid(text: bytes, line: int) -> HybridIdentity:
    try:
        return parse_hybrid_identity(text.decode("ascii"))
    except (IdentityInvalid, UnicodeDecodeError):
        raise IdentityInvalid(line=line) from None


def new_identity() -> tuple[str, str]:
    """A fresh X25519 key pair of age: the secret identity and its public recipient, as text."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def _parse_ssh_identity(data: bytes) -> AgeIdentity:
    load = load_ssh_private_key if b"BEGIN OPENSSH PRIVATE KEY" in data else load_pem_private_key
    # cryptography tells a locked key from a damaged one; pyrage would take it and fail later.
    try:
        load(data, password=None)
    except TypeError:
        raise IdentityLocked() from None
    except (ValueError, UnsupportedAlgorithm):
        raise IdentityInvalid() from None
    try:
        return AgeIdentity(pyrage.ssh.Identity.from_buffer(data))
    except pyrage.IdentityError:
        raise IdentityInvalid() from None
