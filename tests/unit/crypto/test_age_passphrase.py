"""The passphrase form of age files: round trips, refusals, and nothing released unauthenticated."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.age_header import encode_base64, read_header
from hrd_desktop.crypto.age_open import decrypt_age
from hrd_desktop.crypto.age_passphrase import encrypt_with_passphrase, iter_decrypt_with_passphrase
from hrd_desktop.crypto.age_stream import CHUNK_BYTES, payload_size_bytes
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgePayloadInvalid,
    AgeWorkFactorRefused,
    BundleNeedsIdentity,
    BundleNeedsPassphrase,
    BundleWrongPassphrase,
    PassphraseRefused,
)

PASSPHRASE = "abacus abdomen abide"
SIZES = (0, 1, 65535, 65536, 65537, 3 * 65536)


def sealed(plaintext: bytes, piece_bytes: int = 50_000) -> bytes:
    out = io.BytesIO()
    pieces = [plaintext[start : start + piece_bytes] for start in range(0, len(plaintext), piece_bytes)]
    encrypt_with_passphrase(pieces, out.write, PASSPHRASE, randomness=os.urandom, log_n=1)
    return out.getvalue()


def opened(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(iter_decrypt_with_passphrase(io.BytesIO(data), passphrase))


@pytest.mark.parametrize("size", SIZES)
def test_round_trip_at_chunk_boundaries(size: int) -> None:
    plaintext = os.urandom(size)
    data = sealed(plaintext)
    header = read_header(io.BytesIO(data))
    assert opened(data) == plaintext
    assert len(data) == header.size_bytes + payload_size_bytes(size)


@given(st.binary(max_size=300), st.integers(1, 64))
def test_pieces_of_any_size_make_the_same_plaintext(plaintext: bytes, piece_bytes: int) -> None:
    assert opened(sealed(plaintext, piece_bytes)) == plaintext


@pytest.mark.parametrize("size", SIZES)
def test_truncation_never_passes(size: int) -> None:
    plaintext = os.urandom(size)
    data = sealed(plaintext)
    start = len(data) - payload_size_bytes(size)
    cuts = {len(data) - 1, start, start + 1, start + 16}
    cuts |= {start + 16 + number * (CHUNK_BYTES + 16) for number in range(1, size // CHUNK_BYTES + 1)}
    for cut in cuts - {len(data)}:
        released = bytearray()
        with pytest.raises(AgePayloadInvalid):
            for chunk in iter_decrypt_with_passphrase(io.BytesIO(data[:cut]), PASSPHRASE):
                released += chunk
        assert plaintext.startswith(bytes(released))


def test_extension_is_refused() -> None:
    for size in SIZES:
        for suffix in (b"\0", bytes(16), bytes(CHUNK_BYTES + 16)):
            with pytest.raises(AgePayloadInvalid):
                opened(sealed(bytes(size)) + suffix)


@given(st.integers(0, 2 * 65536 + 47), st.integers(0, 7))
def test_flipped_bit_in_the_payload_releases_nothing_wrong(position: int, bit: int) -> None:
    plaintext = bytes(range(256)) * 512
    data = bytearray(sealed(plaintext))
    data[len(data) - payload_size_bytes(len(plaintext)) + position] ^= 1 << bit
    released = bytearray()
    with pytest.raises(AgePayloadInvalid):
        for chunk in iter_decrypt_with_passphrase(io.BytesIO(bytes(data)), PASSPHRASE):
            released += chunk
    assert plaintext.startswith(bytes(released))
    assert len(released) <= max(0, position - 16) // (CHUNK_BYTES + 16) * CHUNK_BYTES


def test_every_flipped_bit_in_the_header_is_refused() -> None:
    data = sealed(b"text")
    size = read_header(io.BytesIO(data)).size_bytes
    for position in range(size):
        for bit in range(8):
            altered = bytearray(data)
            altered[position] ^= 1 << bit
            with pytest.raises(
                (AgeHeaderInvalid, BundleWrongPassphrase, BundleNeedsIdentity, AgeWorkFactorRefused)
            ):
                opened(bytes(altered))


def test_wrong_passphrase() -> None:
    with pytest.raises(BundleWrongPassphrase):
        opened(sealed(b"text"), "another one")
    with pytest.raises(PassphraseRefused):
        encrypt_with_passphrase([], io.BytesIO().write, "", randomness=os.urandom)
    with pytest.raises(BundleNeedsPassphrase):
        decrypt_age(io.BytesIO(sealed(b"text")), io.BytesIO().write)


VECTOR_PASSPHRASE = "one two three"
VECTOR_PLAINTEXT = b"a vector of stock age\n"
VECTOR = """
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBwVk4xeEExMDlTZmJsRGROelg3cFVRIDE4
CjFZc3NiNU5sTFc3azBQVG5Tbld1OUk2VHBoVE45ZVRIR1BsemFadUkzTTAKLS0tIGM4N1FGRnY2
MlBaRTI1SGJxbmF5T0xqRGJXUFJKb3RPRGxXd2ppMkpZVWMKiYrCE26ObQTlTBOY9VWHjK8T5+on
4ZeLpRS8HNGJ9RS6MyAkFFGmxmeYfj2zakxfVQ26jDJr
"""

SALT = encode_base64(bytes(16)).decode()
BODY = encode_base64(bytes(32)).decode()
MAC = encode_base64(bytes(32)).decode()


def header_text(stanza: str = f"-> scrypt {SALT} 1\n{BODY}\n", mac: str = f"--- {MAC}\n") -> bytes:
    return ("age-encryption.org/v1\n" + stanza + mac).encode() + bytes(32)


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"", "intro"),
        (b"age-encryption.org/v2\n", "intro"),
        (b"age-encryption.org/v1\r\n", "intro"),
        (header_text(""), "no-stanza"),
        (header_text("->\n\n"), "stanza"),
        (header_text("-> \n\n"), "stanza"),
        (header_text(f"-> scrypt  {SALT} 1\n{BODY}\n"), "stanza"),
        (header_text(f"-> scrypt {SALT} 1 \n{BODY}\n"), "stanza"),
        (header_text(f"-> scr\u00fcpt {SALT} 1\n{BODY}\n"), "stanza"),
        (header_text(f"->scrypt {SALT} 1\n{BODY}\n"), "stanza"),
        (header_text(f"-> scrypt {SALT} 1\n{BODY}=\n"), "base64"),
        (header_text(f"-> scrypt {SALT} 1\n{BODY[:-1]}B\n"), "base64"),
        (header_text(f"-> scrypt {SALT} 1\n{BODY[:-1]}_\n"), "base64"),
        (header_text(f"-> scrypt {SALT} 1\n{'A' * 65}\n"), "stanza-body"),
        (header_text(f"-> scrypt {SALT} 1\n" + ("A" * 64 + "\n") * 65 + "\n"), "stanza-body"),
        (header_text(f"-> scrypt {SALT} 1\n{'A' * 32}\n"), "scrypt-body"),
        (header_text(f"-> scrypt {SALT}\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT} 01\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT} +1\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT} 0\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT} 100\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT[:-2]} 1\n{BODY}\n"), "scrypt-arguments"),
        (header_text(f"-> scrypt {SALT} 1\n{BODY}\n" * 2), "scrypt-mixed"),
        (header_text(f"-> scrypt {SALT} 1\n{BODY}\n-> X25519 {BODY}\n{BODY}\n"), "scrypt-mixed"),
        (header_text(mac="--- AAAA\n"), "mac-size"),
        (header_text(mac=f"---{MAC}\n"), "stanza"),
        (header_text(mac=f"--- {MAC} \n"), "base64"),
        (header_text("-> a\n\n" * 1001), "stanzas"),
        (header_text("-> " + "a" * 5000 + "\n\n"), "line"),
        (header_text()[:60], "line"),
    ],
)
def test_malformed_header_is_refused_by_kind(data: bytes, detail: str) -> None:
    with pytest.raises(AgeHeaderInvalid) as caught:
        opened(data)
    assert caught.value.fields["detail"] == detail


def test_work_factor_is_bounded_before_any_work() -> None:
    for log_n in (21, 30, 99):
        with pytest.raises(AgeWorkFactorRefused) as caught:
            opened(header_text(f"-> scrypt {SALT} {log_n}\n{BODY}\n"))
        assert caught.value.fields == {"log_n": log_n, "limit": 20}


def test_recipient_file_is_not_asked_for_a_passphrase() -> None:
    with pytest.raises(BundleNeedsIdentity):
        opened(header_text(f"-> X25519 {BODY}\n{BODY}\n"))


def test_errors_of_both_ends_come_through() -> None:
    def failing_sink(data: bytes) -> None:
        raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        encrypt_with_passphrase([b"x"], failing_sink, PASSPHRASE, randomness=os.urandom, log_n=1)


def test_known_vector() -> None:
    """A file made by stock age 1.1.1 (``age -p``), with its passphrase."""
    text = VECTOR.replace("\n", "")
    assert opened(base64.b64decode(text), VECTOR_PASSPHRASE) == VECTOR_PLAINTEXT


def counting(stream: bytes) -> Callable[[int], bytes]:
    source = io.BytesIO(stream)
    return source.read


def test_randomness_is_the_only_source_of_difference() -> None:
    def once() -> bytes:
        out = io.BytesIO()
        encrypt_with_passphrase([b"x"], out.write, PASSPHRASE, randomness=counting(bytes(range(48))), log_n=1)
        return out.getvalue()

    assert once() == once()
    assert once() != sealed(b"x")
