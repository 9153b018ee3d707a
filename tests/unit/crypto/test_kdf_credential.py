"""From what a person types, with a key file or without, to the bytes that are stretched."""

from __future__ import annotations

import hashlib

import pytest

from hrd_desktop.crypto.credential import (
    KEY_FILE_LIMIT_BYTES,
    Credential,
    credential_from_code,
    credential_from_text,
    digest_key_file,
    root_of,
)
from hrd_desktop.crypto.recovery import format_digits, format_letters
from hrd_desktop.domain.errors.vault import UnusableKeyFileError, UnusablePassphraseError

CODE = bytes(range(20))


def test_a_recovery_code_in_either_form_is_one_credential() -> None:
    for text in (format_letters(CODE), format_digits(CODE), format_letters(CODE).lower()):
        credential = credential_from_text(text)
        assert credential == credential_from_code(CODE) == Credential(b"\x00" + CODE)
        assert credential.is_recovery_code


def test_a_code_with_a_slip_is_a_passphrase() -> None:
    text = format_letters(CODE)[:-1] + "0"
    assert credential_from_text(text) == Credential(text.encode())
    assert not credential_from_text(text).is_recovery_code


def test_an_unusable_passphrase_is_no_credential() -> None:
    with pytest.raises(UnusablePassphraseError):
        credential_from_text("a\tb")


def test_a_credential_shows_nothing() -> None:
    credential = credential_from_text("hunter2", hashlib.sha256(b"key file").digest())
    for shown in (repr(credential), str(credential), f"{credential}", f"{[credential]}"):
        assert "hunter" not in shown
        assert "\\x" not in shown


def test_roots_with_and_without_a_key_file_never_meet() -> None:
    stretched, digest = bytes(32), hashlib.sha256(b"key file").digest()
    assert root_of(stretched, None) == stretched
    assert root_of(stretched, digest) == stretched + digest


def test_a_key_file_is_hashed_whole_however_it_is_read() -> None:
    data = bytes(range(256)) * 300
    assert (
        digest_key_file([data]) == digest_key_file([data[:1], b"", data[1:]]) == hashlib.sha256(data).digest()
    )


def test_the_largest_key_file() -> None:
    block = bytes(1024 * 1024)
    blocks = [block] * (KEY_FILE_LIMIT_BYTES // len(block))
    assert digest_key_file(blocks) == hashlib.sha256(bytes(KEY_FILE_LIMIT_BYTES)).digest()
    with pytest.raises(UnusableKeyFileError):
        digest_key_file([*blocks, b"x"])


@pytest.mark.parametrize("pieces", [[], [b""], [b"", b""]])
def test_an_empty_key_file_is_none(pieces: list[bytes]) -> None:
    with pytest.raises(UnusableKeyFileError):
        digest_key_file(pieces)


def test_an_endless_key_file_is_not_read_to_its_end() -> None:
    read = 0

    def endless() -> object:
        nonlocal read
        while True:
            read += 1
            yield bytes(1024 * 1024)

    with pytest.raises(UnusableKeyFileError):
        digest_key_file(endless())  # type: ignore[arg-type]  # a generator of bytes
    assert read == 17
