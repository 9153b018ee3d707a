"""Object headers: two copies, each enough by itself; every change is noticed and named."""

from __future__ import annotations

import os
import traceback
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.headers import ObjectHeader, Role, cut_name, open_header, seal_header
from hrd_desktop.domain.errors.vault import ObjectDamagedError, ObjectMisplacedError, ObjectNotOursError

KEY = bytes(range(100, 132))
VAULT_ID = bytes(range(16))
NAME = bytes(range(50, 66))
HEADER = ObjectHeader(
    name=NAME,
    role=Role.ORIGINAL,
    file_key=b"a file key that nobody should see"[:32],
    size_bytes=40_000,
    sha256=bytes(range(32)),
    ingested_utc_us=1_795_000_000_000_000,
    modified_utc_us=-1,
    record_id=bytes(range(1, 17)),
    media_type="image/jpeg",
    original_name=b"witness of the raid.jpg",
)

EXACT_32 = st.binary(min_size=32, max_size=32)
EXACT_16 = st.binary(min_size=16, max_size=16)
MOMENTS = st.integers(-(2**63) + 1, 2**63 - 1)
HEADERS = st.builds(
    ObjectHeader,
    name=EXACT_16,
    role=st.sampled_from(Role),
    file_key=EXACT_32,
    size_bytes=st.integers(0, 2**52 - 1),
    sha256=EXACT_32,
    ingested_utc_us=MOMENTS,
    modified_utc_us=st.none() | MOMENTS,
    record_id=st.none() | EXACT_16.filter(any),
    sequence=st.integers(0, 2**64 - 1),
    media_type=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=127),
    original_name=st.binary(max_size=1024),
    name_not_utf8=st.booleans(),
)


def seal(header: ObjectHeader = HEADER, key: bytes = KEY, vault_id: bytes = VAULT_ID) -> bytes:
    return seal_header(header, key, vault_id, os.urandom)


def flipped(data: bytes, place: int, bit: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


@given(HEADERS)
def test_a_header_is_read_back(header: ObjectHeader) -> None:
    data = seal(header)
    assert len(data) == 4096
    opened = open_header(data, KEY, VAULT_ID, header.name)
    assert opened.header == header
    assert opened.bad_copies == ()
    assert opened.differing is None


def test_two_copies_and_two_sealings_say_nothing() -> None:
    one, other = seal(), seal()
    parts = [one[:2048], one[2048:], other[:2048], other[2048:]]
    assert len({part[:32] for part in parts}) == 4
    assert len({part[32:64] for part in parts}) == 4


@given(st.integers(0, 4095), st.integers(0, 7))
def test_one_changed_bit_leaves_the_other_copy(place: int, bit: int) -> None:
    opened = open_header(flipped(seal(), place, bit), KEY, VAULT_ID, NAME)
    assert opened.header == HEADER
    assert opened.bad_copies == (place // 2048,)
    assert opened.differing is None


@given(st.integers(0, 2047), st.integers(2048, 4095))
def test_a_change_in_both_copies_is_not_ours(one: int, other: int) -> None:
    with pytest.raises(ObjectNotOursError):
        open_header(flipped(flipped(seal(), one), other), KEY, VAULT_ID, NAME)


def test_a_destroyed_header_is_not_ours() -> None:
    with pytest.raises(ObjectNotOursError):
        open_header(os.urandom(4096), KEY, VAULT_ID, NAME)


def test_another_key_or_vault_is_not_ours() -> None:
    with pytest.raises(ObjectNotOursError):
        open_header(seal(), flipped(KEY, 0), VAULT_ID, NAME)
    with pytest.raises(ObjectNotOursError):
        open_header(seal(), KEY, flipped(VAULT_ID, 15), NAME)


def test_an_object_moved_to_another_name_is_misplaced() -> None:
    with pytest.raises(ObjectMisplacedError):
        open_header(seal(), KEY, VAULT_ID, flipped(NAME, 3))


def test_a_copy_of_another_object_is_bad() -> None:
    other = seal(replace(HEADER, name=bytes(16)))
    opened = open_header(seal()[:2048] + other[:2048], KEY, VAULT_ID, NAME)
    assert (opened.header, opened.bad_copies) == (HEADER, (1,))
    opened = open_header(other[:2048] + seal()[2048:], KEY, VAULT_ID, NAME)
    assert (opened.header, opened.bad_copies) == (HEADER, (0,))


def test_the_worst_that_is_known_is_told() -> None:
    misplaced = seal(replace(HEADER, name=bytes(16)))
    with pytest.raises(ObjectMisplacedError):
        open_header(misplaced[:2048] + os.urandom(2048), KEY, VAULT_ID, NAME)


def test_copies_that_differ_are_both_handed_out() -> None:
    newer = replace(HEADER, sequence=7)
    opened = open_header(seal()[:2048] + seal(newer)[2048:], KEY, VAULT_ID, NAME)
    assert (opened.header, opened.differing, opened.bad_copies) == (HEADER, newer, ())


@pytest.mark.parametrize("size", [0, 2048, 4095, 4097])
def test_a_header_of_another_length_is_damaged(size: int) -> None:
    with pytest.raises(ObjectDamagedError):
        open_header(bytes(size), KEY, VAULT_ID, NAME)


@pytest.mark.parametrize(
    "header",
    [
        replace(HEADER, name=bytes(15)),
        replace(HEADER, file_key=bytes(31)),
        replace(HEADER, sha256=bytes(33)),
        replace(HEADER, size_bytes=2**52),
        replace(HEADER, record_id=b""),
        replace(HEADER, media_type="x" * 128),
        replace(HEADER, media_type="image/jpeg\n"),
        replace(HEADER, media_type="imäge"),
        replace(HEADER, original_name=bytes(1025)),
    ],
)
def test_what_does_not_fit_is_not_sealed(header: ObjectHeader) -> None:
    with pytest.raises(ValueError):  # several messages, each about its own field
        seal(header)


@given(st.text(max_size=700))
def test_a_name_is_cut_between_characters(text: str) -> None:
    name = text.encode("utf-8", "surrogatepass")
    cut = cut_name(name)
    assert name.startswith(cut)
    assert len(cut) <= 1024
    if len(name) <= 1024:
        assert cut == name
    else:
        assert len(cut) >= 1021
        cut.decode("utf-8", "surrogatepass")


@given(st.sampled_from("aé€🔑"), st.integers(1018, 1026))
def test_a_name_is_cut_at_the_last_boundary(character: str, before: int) -> None:
    width = len(character.encode())
    cut = cut_name(b"a" * before + character.encode() * 10)
    kept = max(0, (1024 - before) // width)
    assert cut == (b"a" * before + character.encode() * kept)[:1024]


def test_a_name_that_is_no_text_is_cut_where_it_must() -> None:
    assert cut_name(b"\x80" * 2000) == b"\x80" * 1024
    assert cut_name(b"\xff" * 2000) == b"\xff" * 1024


def test_nothing_of_a_header_is_shown() -> None:
    opened = open_header(seal(), KEY, VAULT_ID, NAME)
    shown = repr(HEADER) + str(HEADER) + repr(opened) + repr([opened])
    assert "nobody" not in shown
    assert "raid" not in shown


def test_a_failure_does_not_hold_the_key() -> None:
    with pytest.raises(ObjectMisplacedError) as failure:
        open_header(seal(), KEY, VAULT_ID, bytes(16))
    told = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + repr(failure.value.args)
    assert "raid" not in told
    assert "nobody" not in told
