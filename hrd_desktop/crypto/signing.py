"""Ed25519 keys of custody logs (RFC 8032)."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hrd_desktop.crypto.randomness import Random

SEED_BYTES = 32


def new_signing_key(random: Random) -> bytes:
    """A new private key: the seed of 32 bytes."""
    return random(SEED_BYTES)


def public_key(seed: bytes) -> bytes:
    """The 32 bytes of the public key of ``seed``."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
