"""Recipients and identities: parsing, refusals, and errors that pyrage would lose."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from hrd_desktop.crypto.age_header import read_header
from hrd_desktop.crypto.age_identities import parse_identities
from hrd_desktop.crypto.age_open import decrypt_age
from hrd_desktop.crypto.age_recipients import encrypt_to_recipients, parse_recipient
from hrd_desktop.crypto.age_stream import payload_size_bytes
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgePayloadInvalid,
    BundleNeedsIdentity,
    BundleWrongIdentity,
    IdentityInvalid,
    IdentityLocked,
    RecipientInvalid,
    RecipientIsSecret,
    RecipientUnsupported,
    RecipientWeak,
)
from hrd_desktop.domain.export import RecipientKind

# Made for this test by ssh-keygen, protected by the passphrase "secret"; it opens nothing.
LOCKED_KEY = b"""\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAUoXbg00
zcHAwyejfOAx8cAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIHCCkpJikgbQkC/m
oZT+7MlygMMuNCsTTrrruohVARnHAAAAkFNBIDDdfJXH3Tmti9x/iF47ZuIMDa/i6ZaJDu
ngE1D2/YrOuiQU9Dfll3ATcxl46aj7WRQI6MEmp9xSy5mjScKbmiCWX6jaR7IBamvjq5lL
VuxRs52HSelPDBhn/d4YWRpwnIRCn0ZQNwTDXFxjfOFssH2ajodvYZnTnKjIjJEqdgSoCG
k1wy+heWvjKLD4hA==
-----END OPENSSH PRIVATE KEY-----
"""
SIZES = (0, 1, 65535, 65536, 65537, 3 * 65536)


def openssh(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def ssh_line(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@pytest.fixture(scope="module")
def keys() -> dict[RecipientKind, tuple[str, bytes]]:
    age_key = pyrage.x25519.Identity.generate()
    ed_key = ed25519.Ed25519PrivateKey.generate()
    rsa_key = rsa.generate_private_key(65537, 2048)
    return {
        RecipientKind.X25519: (str(age_key.to_public()), f"# made\n\n{age_key}\n".encode()),
        RecipientKind.SSH_ED25519: (ssh_line(ed_key) + " user@host", openssh(ed_key)),
        RecipientKind.SSH_RSA: (ssh_line(rsa_key), openssh(rsa_key)),
    }


def sealed(plaintext: bytes, *texts: str) -> bytes:
    out = io.BytesIO()
    encrypt_to_recipients([plaintext], out.write, [parse_recipient(text) for text in texts])
    return out.getvalue()


def opened(data: bytes, *identity_files: bytes) -> bytes:
    out = io.BytesIO()
    identities = [identity for text in identity_files for identity in parse_identities(text)]
    decrypt_age(io.BytesIO(data), out.write, identities=identities)
    return out.getvalue()


@pytest.mark.parametrize("kind", [kind for kind in RecipientKind if kind is not RecipientKind.HYBRID])
@pytest.mark.parametrize("size", SIZES)
def test_round_trip(keys: dict[RecipientKind, tuple[str, bytes]], kind: RecipientKind, size: int) -> None:
    plaintext = os.urandom(size)
    public, private = keys[kind]
    data = sealed(plaintext, public)
    assert parse_recipient(public).kind is kind
    assert opened(data, private) == plaintext
    assert len(data) == read_header(io.BytesIO(data)).size_bytes + payload_size_bytes(size)


def test_any_of_several_keys_opens(keys: dict[RecipientKind, tuple[str, bytes]]) -> None:
    data = sealed(b"for all", *(public for public, _ in keys.values()))
    for _, private in keys.values():
        assert opened(data, private) == b"for all"
    everything = b"".join(private for _, private in list(keys.values())[:1])
    stranger = f"{pyrage.x25519.Identity.generate()}\n".encode()
    assert opened(data, stranger + everything) == b"for all"
    with pytest.raises(BundleWrongIdentity):
        opened(data, stranger)
    with pytest.raises(BundleNeedsIdentity):
        opened(data)


def test_damage_is_told_from_a_wrong_key(keys: dict[RecipientKind, tuple[str, bytes]]) -> None:
    public, private = keys[RecipientKind.X25519]
    plaintext = os.urandom(3 * 65536)
    data = sealed(plaintext, public)
    start = read_header(io.BytesIO(data)).size_bytes
    cuts = [start, start + 15, *(start + 16 + number * 65552 for number in range(4)), len(data) - 1]
    for cut in {cut for cut in cuts if cut < len(data)}:
        with pytest.raises(AgePayloadInvalid):
            opened(data[:cut], private)
    with pytest.raises(AgePayloadInvalid):
        opened(data + b"\0", private)
    for position in range(start, len(data), 9973):
        with pytest.raises(AgePayloadInvalid):
            opened(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :], private)
    mac = start - 10
    with pytest.raises(AgeHeaderInvalid):
        opened(data[:mac] + (b"A" if data[mac : mac + 1] != b"A" else b"B") + data[mac + 1 :], private)


def test_fingerprints(keys: dict[RecipientKind, tuple[str, bytes]]) -> None:
    public, _ = keys[RecipientKind.X25519]
    assert parse_recipient(f"  {public.upper()}\n").fingerprint == public
    assert not parse_recipient(public).recognisable
    line, _ = keys[RecipientKind.SSH_ED25519]
    assert parse_recipient(line).fingerprint.startswith("SHA256:")
    assert parse_recipient(line).text == " ".join(line.split()[:2])
    assert parse_recipient(line).recognisable


def test_refused_recipients() -> None:
    age_key = pyrage.x25519.Identity.generate()
    public = str(age_key.to_public())
    weak = rsa.generate_private_key(65537, 1024)
    curve = ec.generate_private_key(ec.SECP256R1())
    ed_line = ssh_line(ed25519.Ed25519PrivateKey.generate())
    blob = ed_line.split()[1]
    cases: list[tuple[str, type[SheafError]]] = [
        ("", RecipientInvalid),
        ("hello", RecipientInvalid),
        (public[:-1] + ("q" if public[-1] != "q" else "p"), RecipientInvalid),
        (public[:10] + public[10:].upper(), RecipientInvalid),
        (public + " " + public, RecipientUnsupported),
        ("age1pq1qqqqqq", RecipientInvalid),
        ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", RecipientUnsupported),
        (str(age_key), RecipientIsSecret),
        (openssh(ed25519.Ed25519PrivateKey.generate()).decode(), RecipientIsSecret),
        (ssh_line(weak), RecipientWeak),
        (ssh_line(curve), RecipientUnsupported),
        ("ssh-rsa " + blob, RecipientInvalid),
        ("ssh-ed25519 " + blob[:-8], RecipientInvalid),
        ("ssh-ed25519 " + blob + "\n" + ed_line, RecipientInvalid),
        ("ssh-ed25519 " + "A" * 20000, RecipientInvalid),
    ]
    for text, expected in cases:
        with pytest.raises(expected) as caught:
            parse_recipient(text)
        assert text == "" or text not in repr(caught.value)


def test_refused_identities() -> None:
    ed_key = ed25519.Ed25519PrivateKey.generate()
    cases: list[tuple[bytes, type[SheafError]]] = [
        (b"", IdentityInvalid),
        (b"# only a comment\n", IdentityInvalid),
        (b"AGE-SECRET-KEY-1QQQ\n", IdentityInvalid),
        (b"\xff\xfe\n", IdentityInvalid),
        (LOCKED_KEY, IdentityLocked),
        (openssh(ed_key)[:-60], IdentityInvalid),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", IdentityInvalid),
        (b"age-encryption.org/v1\n", IdentityLocked),
        (bytes(2 << 20), IdentityInvalid),
    ]
    for data, expected in cases:
        with pytest.raises(expected):
            parse_identities(data)
    with pytest.raises(IdentityInvalid) as caught:
        parse_identities(f"{pyrage.x25519.Identity.generate()}\r\nrubbish\r\n".encode())
    assert caught.value.fields == {"line": 2}
    assert "AGE" not in repr(parse_identities(f"{pyrage.x25519.Identity.generate()}".encode()))


def test_no_failure_of_either_end_is_lost(keys: dict[RecipientKind, tuple[str, bytes]]) -> None:
    """pyrage drops an error of its sink at the last write: a full disk would look like success."""
    public, private = keys[RecipientKind.X25519]
    recipients = [parse_recipient(public)]

    def full(data: bytes) -> None:
        raise OSError(28, "full")

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise KeyboardInterrupt

    with pytest.raises(OSError, match="full"):
        encrypt_to_recipients([b"tiny"], full, recipients)
    with pytest.raises(KeyboardInterrupt):
        encrypt_to_recipients(broken(), io.BytesIO().write, recipients)
    for size in SIZES:
        # The header is 184 bytes or more: pyrage sometimes adds a stanza of random size.
        shortest = 184 + payload_size_bytes(size)
        for room in (*range(0, shortest, max(1, shortest // 7)), shortest - 1):
            out = bytearray()

            def limited(piece: bytes, out: bytearray = out, room: int = room) -> None:
                if len(out) + len(piece) > room:
                    raise OSError(28, "full")
                out.extend(piece)

            with pytest.raises(OSError, match="full"):
                encrypt_to_recipients([bytes(size)], limited, recipients)
        with pytest.raises(RecipientInvalid):
            encrypt_to_recipients([], io.BytesIO().write, [])
    with pytest.raises(ZeroDivisionError):
        decrypt_age(
            io.BytesIO(sealed(b"x", public)), lambda data: 1 // 0, identities=parse_identities(private)
        )
