"""Checking encrypted bundles: damage is told from a missing or wrong key, and nothing else is raised."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pyrage
import pytest

from hrd_desktop.bundle.check import check_bundle, verify_bundle
from hrd_desktop.crypto.age_header import read_header
from hrd_desktop.crypto.age_identities import AgeIdentity, parse_identities
from hrd_desktop.crypto.age_passphrase import encrypt_with_passphrase
from hrd_desktop.crypto.age_recipients import encrypt_to_recipients, parse_recipient
from hrd_desktop.domain.bundle_report import FaultKind
from hrd_desktop.domain.errors.base import Cancelled, NotOpenedError, SheafError
from hrd_desktop.domain.errors.bundle import (
    AgeWorkFactorRefused,
    BundleFaultFound,
    BundleNeedsIdentity,
    BundleNeedsPassphrase,
    BundleWrongIdentity,
    BundleWrongPassphrase,
)
from hrd_desktop.domain.export import ToRecipients, WithPassphrase
from hrd_desktop.domain.progress import CancelToken
from tests.unit.bundle.bundle_trees import make_source

KEY = pyrage.x25519.Identity.generate()
IDENTITIES = parse_identities(str(KEY).encode())
STRANGERS = parse_identities(str(pyrage.x25519.Identity.generate()).encode())
RECIPIENT = parse_recipient(str(KEY.to_public()))
WORDS = "abacus abdomen abide"


@pytest.fixture(scope="module", params=["passphrase", "key"])
def sealed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    form = WithPassphrase(WORDS) if request.param == "passphrase" else ToRecipients((RECIPIENT,))
    source = make_source(os.urandom(150_000), b"x")
    return source.write(tmp_path_factory.mktemp("bundle"), form).path.read_bytes()


def kinds(tmp_path: Path, data: bytes) -> list[FaultKind]:
    path = tmp_path / "x"
    path.write_bytes(data)
    return [fault.kind for fault in check_bundle(path, identities=IDENTITIES, passphrase=WORDS).faults]


def test_sound(tmp_path: Path, sealed: bytes) -> None:
    assert kinds(tmp_path, sealed) == []


def test_damage_is_named(tmp_path: Path, sealed: bytes) -> None:
    start = read_header(io.BytesIO(sealed)).size_bytes
    for cut in (start, start + 16, start + 16 + 65552, start + 16 + 2 * 65552, len(sealed) - 1):
        assert kinds(tmp_path, sealed[:cut]) == [FaultKind.AGE_PAYLOAD], cut
    for position in range(start, len(sealed), 20_011):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        assert kinds(tmp_path, bytes(damaged)) == [FaultKind.AGE_PAYLOAD], position
    assert kinds(tmp_path, sealed + b"\0") == [FaultKind.AGE_PAYLOAD]
    assert kinds(tmp_path, sealed[: start - 5]) == [FaultKind.AGE_HEADER]
    assert kinds(tmp_path, sealed[:22] + b"rubbish" + sealed[22:]) == [FaultKind.AGE_HEADER]
    mac = bytearray(sealed)
    mac[start - 20] = ord("A") if mac[start - 20] != ord("A") else ord("B")
    assert kinds(tmp_path, bytes(mac)) == [FaultKind.AGE_HEADER]
    (tmp_path / "x").write_bytes(sealed[:-1])
    with pytest.raises(BundleFaultFound):
        verify_bundle(tmp_path / "x", identities=IDENTITIES, passphrase=WORDS)


def test_no_flip_in_the_header_gives_a_sound_result(tmp_path: Path, sealed: bytes) -> None:
    for position in range(0, read_header(io.BytesIO(sealed)).size_bytes, 3):
        damaged = bytearray(sealed)
        damaged[position] ^= 4
        try:
            assert kinds(tmp_path, bytes(damaged)) != []
        except NotOpenedError:
            continue


@pytest.mark.parametrize(
    ("identities", "passphrase", "for_words", "for_key"),
    [
        ((), None, BundleNeedsPassphrase, BundleNeedsIdentity),
        (IDENTITIES, None, BundleNeedsPassphrase, None),
        ((), WORDS, None, BundleNeedsIdentity),
        (STRANGERS, "wrong", BundleWrongPassphrase, BundleWrongIdentity),
    ],
)
def test_keys(
    tmp_path: Path,
    sealed: bytes,
    identities: tuple[AgeIdentity, ...],
    passphrase: str | None,
    for_words: type[SheafError] | None,
    for_key: type[SheafError] | None,
) -> None:
    path = tmp_path / "x"
    path.write_bytes(sealed)
    expected = for_words if b"-> scrypt" in sealed[:100] else for_key
    if expected is None:
        assert check_bundle(path, identities=identities, passphrase=passphrase).sound
        return
    with pytest.raises(expected):
        check_bundle(path, identities=identities, passphrase=passphrase)


def test_what_is_inside_must_be_a_zip(tmp_path: Path) -> None:
    for inside, kind in ((b"", FaultKind.ZIP_TRUNCATED), (b"%PDF-1.7 text", FaultKind.ZIP_STRUCTURE)):
        by_words, to_key = io.BytesIO(), io.BytesIO()
        encrypt_with_passphrase([inside], by_words.write, WORDS, randomness=os.urandom, log_n=1)
        encrypt_to_recipients([inside], to_key.write, [RECIPIENT])
        for data in (by_words.getvalue(), to_key.getvalue()):
            assert kinds(tmp_path, data) == [kind]


def test_cancel_and_work_factor_come_through(tmp_path: Path, sealed: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(sealed)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        check_bundle(path, identities=IDENTITIES, passphrase=WORDS, cancel=token)
    if b"-> scrypt" in sealed[:100]:
        path.write_bytes(sealed.replace(b" 1\n", b" 30\n", 1))
        with pytest.raises(AgeWorkFactorRefused):
            check_bundle(path, passphrase=WORDS)
