"""Post-quantum recipients: the public example, another implementation's file, and refusals."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path

import pyrage
import pytest

from hrd_desktop.crypto.age_header import format_header, read_header
from hrd_desktop.crypto.age_hybrid import HybridIdentity, parse_hybrid_identity
from hrd_desktop.crypto.age_identities import parse_identities
from hrd_desktop.crypto.age_open import decrypt_age
from hrd_desktop.crypto.age_recipients import encrypt_to_recipients, parse_recipient
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgePayloadInvalid,
    BundleWrongIdentity,
    IdentityInvalid,
    RecipientInvalid,
    RecipientIsSecret,
    RecipientsMixed,
)
from hrd_desktop.domain.export import RecipientKind

#: The identity is the example of c2sp.org/age; the file was written by age-encryption 0.3.1.
EXAMPLE = json.loads(Path(__file__).with_name("age_hybrid.json").read_text("utf-8"))
SIZES = (0, 1, 65535, 65536, 65537, 3 * 65536)


def opened(sealed: bytes, *identities: str) -> bytes:
    pieces: list[bytes] = []
    keys = parse_identities("\n".join(identities).encode())
    decrypt_age(io.BytesIO(sealed), pieces.append, identities=keys)
    return b"".join(pieces)


def sealed_to(content: bytes, *recipients: str) -> bytes:
    pieces: list[bytes] = []
    encrypt_to_recipients([content], pieces.append, [parse_recipient(text) for text in recipients])
    return b"".join(pieces)


def new_pair() -> tuple[str, str]:
    seed = os.urandom(32)
    recipient = HybridIdentity(seed).recipient
    return recipient, _identity_text(seed)


def _identity_text(seed: bytes) -> str:
    # Encoded by the module's own bech32; the public example and the other implementation's file pin it.
    from hrd_desktop.crypto import age_hybrid

    return age_hybrid._bech32_encode("age-secret-key-pq-", seed).upper()


def test_the_public_example() -> None:
    recipient = parse_hybrid_identity(EXAMPLE["identity"]).recipient
    assert recipient.startswith(EXAMPLE["recipient_begins"]) and recipient.endswith(EXAMPLE["recipient_ends"])
    assert len(recipient) == 1959


def test_a_file_of_another_implementation() -> None:
    assert opened(base64.b64decode(EXAMPLE["file"]), EXAMPLE["identity"]) == EXAMPLE["plaintext"].encode()


@pytest.mark.parametrize("size", SIZES)
def test_there_and_back(size: int) -> None:
    content = os.urandom(size)
    (one, its), (other, others) = new_pair(), new_pair()
    sealed = sealed_to(content, one, other)
    assert opened(sealed, its) == opened(sealed, others) == content
    x25519 = str(pyrage.x25519.Identity.generate())
    assert opened(sealed, x25519, its) == content
    for keys in ([new_pair()[1]], [x25519]):
        with pytest.raises(BundleWrongIdentity):
            opened(sealed, *keys)


def test_damage_is_told_from_a_wrong_key() -> None:
    recipient, identity = new_pair()
    sealed = sealed_to(b"content", recipient)
    with pytest.raises(AgePayloadInvalid):
        opened(sealed[:-1], identity)
    header = read_header(io.BytesIO(sealed))
    forged = format_header(header.stanzas, bytes(16)) + sealed[header.size_bytes :]
    with pytest.raises(AgeHeaderInvalid):
        opened(forged, identity)
    stanza = header.stanzas[0]
    for change in ((), (*stanza.arguments, "x"), (stanza.arguments[0][:-4],)):
        broken = type(stanza)(stanza.kind, change, stanza.body)
        with pytest.raises(AgeHeaderInvalid):
            opened(format_header((broken,), bytes(16)) + sealed[header.size_bytes :], identity)
    with pytest.raises(AgeHeaderInvalid):
        parse_hybrid_identity(identity).unwrap(
            type(stanza)(stanza.kind, stanza.arguments, stanza.body + b"x")
        )


def test_recipients_are_parsed_strictly() -> None:
    recipient, identity = new_pair()
    parsed = parse_recipient(recipient.upper())
    assert (parsed.kind, parsed.text, parsed.recognisable) == (RecipientKind.HYBRID, recipient, False)
    assert parsed.fingerprint.startswith("SHA256 ") and len(parsed.fingerprint) == 86
    for text in (
        recipient[:-1],
        recipient[:-1] + ("b" if recipient[-1] != "b" else "c"),
        recipient.replace("q", "Q", 1),
        "age1pq1",
        recipient + "q",
    ):
        with pytest.raises(RecipientInvalid):
            parse_recipient(text)
    with pytest.raises(RecipientIsSecret):
        parse_recipient(identity)
    with pytest.raises(IdentityInvalid):
        parse_identities(identity[:-1].encode() + (b"Q\n" if identity[-1] != "Q" else b"P\n"))
    assert identity not in repr(parse_hybrid_identity(identity))


def test_post_quantum_keys_are_not_mixed_with_others() -> None:
    x25519 = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(RecipientsMixed):
        sealed_to(b"x", new_pair()[0], x25519)
