"""Passphrases give the same bytes however they are typed, and are told apart from what cannot be one."""

from __future__ import annotations

import hashlib
import traceback
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrd_desktop.crypto.normalise import normalise_passphrase
from hrd_desktop.crypto.unicode14 import find_unassigned
from hrd_desktop.domain.errors.vault import UnusablePassphraseError

# What the program makes of every code point by itself. It MUST NOT change: see docs/adr/0010.
FINGERPRINT = "b7549b0c614e6f5a881c0fa8adb4b4842b021e019da0ccdca041be9dcef13d78"

# Letters with and without marks, marks by themselves, digits and spaces of several scripts, joiners.
TYPED = st.text(
    st.sampled_from("ab Zß\u00e9e\u0301\u0323\u0307سيیىكکـ\u200c\u200d\u0654٣۴४３𝟘\u00a0\u3000한ᄒ가กမ္🔑"),
    min_size=1,
)


def find_bytes(text: str) -> bytes | None:
    try:
        return normalise_passphrase(text)
    except UnusablePassphraseError:
        return None


def position_refused(text: str) -> object:
    with pytest.raises(UnusablePassphraseError) as refusal:
        normalise_passphrase(text)
    return refusal.value.fields["position"]


def test_every_code_point_is_treated_as_it_always_was() -> None:
    digest = hashlib.sha256()
    for character in map(chr, range(0x110000)):
        # Private use and surrogates, half of the repertoire, are refused as ranges; see below.
        if find_unassigned(character) is None and unicodedata.category(character) not in ("Co", "Cs"):
            data = find_bytes(character)
            digest.update(character.encode() + b" " + (b"refused" if data is None else data) + b"\n")
    assert digest.hexdigest() == FINGERPRINT


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="only Python 3.11 has these tables")
def test_the_repertoire_is_that_of_unicode_14() -> None:
    unassigned = {chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Cn"}
    assert all(find_unassigned(character) == 0 for character in unassigned)
    assert all(find_unassigned(chr(n)) is None for n in range(0x110000) if chr(n) not in unassigned)


@pytest.mark.parametrize("character", ["\ud800", "\udc80", "\ue000", "\U0010fffd"])
def test_surrogates_and_private_use_are_refused(character: str) -> None:
    assert position_refused("ab" + character) == 2


@given(TYPED)
@example("\u06cc\u0654")
@example("ا\u0640\u0653")
def test_normalising_again_changes_nothing(text: str) -> None:
    data = find_bytes(text)
    if data is not None:
        assert normalise_passphrase(data.decode("utf-8")) == data


@given(TYPED)
def test_composed_and_decomposed_are_the_same(text: str) -> None:
    assert find_bytes(unicodedata.normalize("NFC", text)) == find_bytes(unicodedata.normalize("NFD", text))


@given(TYPED)
def test_the_bytes_never_hold_a_zero_and_are_never_empty(text: str) -> None:
    data = find_bytes(text)
    assert data is None or (data and 0 not in data and len(data) <= 4096)


@given(st.text(st.sampled_from("abcé ـ٣"), max_size=30), st.text(st.sampled_from("xyzé ک"), max_size=30))
def test_the_position_is_that_of_the_character_typed(before: str, after: str) -> None:
    assert position_refused(before + "\x07" + after) == len(before)
    assert position_refused(before + "\u0378" + after) == len(before)


def test_the_position_counts_characters_as_they_were_typed() -> None:
    assert position_refused("e\u0301ـ\u200cа\u0301\tb") == 6
    assert position_refused("a·b") == 1
    assert normalise_passphrase("l·l") == "l·l".encode()


@pytest.mark.parametrize("text", ["", "ـ\u200c", "a" * 4097, "é" * 2049, "a" * 100_000, "\x00" * 100_000])
def test_empty_and_too_long_have_no_position(text: str) -> None:
    assert position_refused(text) is None


@pytest.mark.parametrize("text", ["hunter2\x07", "hunter2\u0378", "hunter2" * 1000, "hunter2\ud800"])
def test_a_refusal_does_not_hold_the_text(text: str) -> None:
    with pytest.raises(UnusablePassphraseError) as refusal:
        normalise_passphrase(text)
    assert refusal.value.__context__ is None
    assert refusal.value.__cause__ is None
    told = [str(refusal.value), repr(refusal.value), repr(refusal.value.args), repr(refusal.value.fields)]
    told += traceback.format_exception(refusal.value)
    assert not any("hunter" in words for words in told)
