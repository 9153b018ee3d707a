"""Key slots open with their own credential and nothing else; one changed byte is noticed or harmless."""

from __future__ import annotations

import hashlib
import os
import traceback
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto import slots
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.crypto.slots import (
    KeySlotHeader,
    OpenedSlot,
    SlotContent,
    open_slots,
    parse_header,
    seal_slot,
)
from hrd_desktop.domain.errors.vault import KdfParametersError, KeySlotsDamagedError, NotAVaultError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, FLAG_REFRESH_RESERVE, SlotKind

HEADER = KeySlotHeader(vault_id=bytes(range(16)), parameters=MINIMUM, salt=bytes(range(32)))
PACKED = HEADER.pack()
ROOT = hashlib.sha256(b"root").digest()
OTHER_ROOT = hashlib.sha256(b"other root").digest()
KEY = hashlib.sha256(b"compartment key").digest()
OLD_KEY = hashlib.sha256(b"old compartment key").digest()
CONTENT = SlotContent(
    compartment=0,
    kind=SlotKind.PASSPHRASE,
    flags=0,
    slot_id=bytes(range(16, 32)),
    made_utc_us=1_795_000_000_000_000,
    compartment_key=KEY,
    generation=1,
)

CONTENTS = st.integers(0, 1).flatmap(
    lambda compartment: st.builds(
        SlotContent,
        compartment=st.just(compartment),
        kind=st.sampled_from(SlotKind),
        flags=st.sampled_from(
            [0, FLAG_KEY_FILE, *([1 - compartment] * (1 - compartment)), *([3] * (1 - compartment))]
        ),
        slot_id=st.binary(min_size=16, max_size=16),
        made_utc_us=st.integers(0, 2**64 - 1),
        compartment_key=st.binary(min_size=32, max_size=32),
        generation=st.integers(1, 2**64 - 1),
        old_compartment_key=st.none() | st.binary(min_size=32, max_size=32),
    )
)


def key_slot_file(slots_by_number: dict[int, bytes], header: bytes = PACKED) -> bytes:
    others = {number: os.urandom(4096) for number in range(8)} | slots_by_number
    return header + b"".join(others[number] for number in range(8)) + os.urandom(65_536 - 36_864)


def two_copies(content: SlotContent = CONTENT, number: int = 0, root: bytes = ROOT) -> list[bytes | None]:
    return [key_slot_file({number: seal_slot(content, root, PACKED, number, os.urandom)}) for _ in range(2)]


def flipped(data: bytes | None, place: int, bit: int = 0) -> bytes:
    assert data is not None
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def places(opened: tuple[OpenedSlot, ...]) -> list[tuple[int, int]]:
    return [(slot.copy, slot.number) for slot in opened]


@given(CONTENTS, st.integers(0, 3), st.sampled_from([ROOT, ROOT + OTHER_ROOT]))
def test_a_slot_opens_in_both_copies(content: SlotContent, place: int, root: bytes) -> None:
    number = 4 * content.compartment + place
    copies = two_copies(content, number, root)
    opened = open_slots(copies, root, PACKED)
    assert places(opened) == [(0, number), (1, number)]
    assert [slot.content for slot in opened] == [content, content]
    for slot in opened:
        file = copies[slot.copy]
        assert file is not None
        sealed = file[4096 * (number + 1) : 4096 * (number + 2)]
        assert slot.slot_hash == hashlib.sha256(sealed).digest()


def test_two_copies_of_a_slot_say_nothing() -> None:
    one, other = (seal_slot(CONTENT, ROOT, PACKED, 0, os.urandom) for _ in range(2))
    equal = sum(a == b for a, b in zip(one, other, strict=True))
    assert len(one) == len(other) == 4096
    # 16 of 4,096 on average; 60 in one of 10^15 runs.
    assert equal < 60


@pytest.mark.parametrize("root", [OTHER_ROOT, ROOT + OTHER_ROOT, OTHER_ROOT + ROOT])
def test_another_credential_opens_nothing(root: bytes) -> None:
    assert open_slots(two_copies(), root, PACKED) == ()


def test_one_credential_may_open_several_slots() -> None:
    hidden = replace(CONTENT, compartment=1, compartment_key=OLD_KEY)
    file = key_slot_file(
        {
            6: seal_slot(hidden, ROOT, PACKED, 6, os.urandom),
            2: seal_slot(CONTENT, ROOT, PACKED, 2, os.urandom),
        }
    )
    assert places(open_slots([file, file], ROOT, PACKED)) == [(0, 2), (1, 2), (0, 6), (1, 6)]


@pytest.mark.parametrize("root", [ROOT, OTHER_ROOT])
@pytest.mark.parametrize("missing", [(), (0,), (1,), (0, 1)])
def test_all_sixteen_slots_are_always_tried(
    root: bytes, missing: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    derive, open_one = slots._derive, slots._open

    def counted(*arguments: bytes) -> tuple[bytes, bytes]:
        events.append("derive")
        return derive(*arguments)

    def watched(*arguments: Any) -> SlotContent:
        events.append("open")
        return open_one(*arguments)

    copies = [None if copy in missing else file for copy, file in enumerate(two_copies())]
    monkeypatch.setattr(slots, "_derive", counted)
    monkeypatch.setattr(slots, "_open", watched)
    opened = open_slots(copies, root, PACKED)
    assert events == ["derive"] * 16 + ["open"] * len(opened)


@pytest.mark.parametrize("bad", [None, b"", b"short", bytes(65_535), bytes(65_536), bytes(65_537)])
def test_one_good_copy_suffices(bad: bytes | None) -> None:
    good = two_copies()[0]
    assert places(open_slots([bad, good], ROOT, PACKED)) == [(1, 0)]
    assert places(open_slots([good, bad], ROOT, PACKED)) == [(0, 0)]
    assert open_slots([bad, bad], ROOT, PACKED) == ()


@pytest.mark.parametrize(("size", "opens"), [(8_191, False), (8_192, True), (40_000, True), (65_537, True)])
def test_a_slot_that_is_wholly_there_opens_in_a_file_of_another_length(size: int, opens: bool) -> None:
    whole = two_copies()[0]
    assert whole is not None
    other_length = (whole + b"x")[:size]
    assert places(open_slots([None, other_length], ROOT, PACKED)) == ([(1, 0)] if opens else [])


@given(st.integers(0, 4095), st.integers(0, 7))
def test_one_changed_bit_of_a_slot_leaves_the_other_copy(place: int, bit: int) -> None:
    copies = two_copies()
    changed = flipped(copies[0], 4096 + place, bit)
    assert places(open_slots([changed, copies[1]], ROOT, PACKED)) == [(1, 0)]
    if place < 64:
        assert open_slots([changed, None], ROOT, PACKED) == ()
    else:
        with pytest.raises(KeySlotsDamagedError) as failure:
            open_slots([changed, None], ROOT, PACKED)
        assert failure.value.fields == {"reason": "slot"}


@given(st.integers(0, 4095), st.integers(0, 7))
def test_a_slot_is_bound_to_its_header(place: int, bit: int) -> None:
    with pytest.raises(KeySlotsDamagedError):
        open_slots(two_copies(), ROOT, flipped(PACKED, place, bit))


@pytest.mark.parametrize("number", range(1, 8))
def test_a_slot_is_bound_to_its_number(number: int) -> None:
    moved = key_slot_file({number: seal_slot(CONTENT, ROOT, PACKED, 0, os.urandom)})
    with pytest.raises(KeySlotsDamagedError):
        open_slots([moved, moved], ROOT, PACKED)


def test_a_slot_is_not_bound_to_its_copy() -> None:
    copies = two_copies()
    assert places(open_slots([copies[1], copies[0]], ROOT, PACKED)) == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    "content",
    [
        replace(CONTENT, compartment=1),
        replace(CONTENT, slot_id=bytes(15)),
        replace(CONTENT, compartment_key=bytes(31)),
        replace(CONTENT, old_compartment_key=bytes(33)),
        replace(CONTENT, flags=4),
        replace(CONTENT, kind=cast("SlotKind", 0)),
        replace(CONTENT, generation=0),
    ],
)
def test_what_does_not_fit_is_not_sealed(content: SlotContent) -> None:
    with pytest.raises(ValueError, match=r"slot|SlotKind"):
        seal_slot(content, ROOT, PACKED, 0, os.urandom)


def test_only_compartment_0_refreshes_the_reserve() -> None:
    hidden = replace(CONTENT, compartment=1, flags=FLAG_REFRESH_RESERVE)
    with pytest.raises(ValueError, match="flags"):
        seal_slot(hidden, ROOT, PACKED, 4, os.urandom)


@pytest.mark.parametrize("number", [-1, 4, 8])
def test_only_the_compartments_own_slots_are_sealed(number: int) -> None:
    with pytest.raises(ValueError, match="number"):
        seal_slot(CONTENT, ROOT, PACKED, number, os.urandom)


def test_a_header_has_its_length_and_there_are_two_copies() -> None:
    with pytest.raises(ValueError, match="4,096"):
        seal_slot(CONTENT, ROOT, PACKED[:-1], 0, os.urandom)
    with pytest.raises(ValueError, match="two copies"):
        open_slots([None], ROOT, PACKED)


def test_secrets_are_not_shown() -> None:
    content = replace(CONTENT, old_compartment_key=OLD_KEY)
    opened = open_slots(two_copies(content), ROOT, PACKED)
    shown = repr(content) + repr(opened) + str(opened[0]) + repr(derive_keys(KEY, HEADER.vault_id))
    assert "compartment_key" not in shown
    for secret in (KEY, OLD_KEY):
        assert secret.hex() not in shown
        assert repr(secret)[2:-1] not in shown


def test_a_failure_does_not_hold_keys() -> None:
    changed = flipped(two_copies()[0], 4096 + 200)
    with pytest.raises(KeySlotsDamagedError) as failure:
        open_slots([changed, None], ROOT, PACKED)
    told = "".join(traceback.format_exception(failure.value)) + repr(failure.value) + repr(failure.value.args)
    assert repr(ROOT)[2:-1] not in told


@given(
    st.binary(min_size=16, max_size=16),
    st.integers(65_536, 4_194_304),
    st.integers(1, 64),
    st.integers(1, 16),
    st.binary(min_size=32, max_size=32),
)
def test_a_header_is_read_back(vault_id: bytes, memory: int, passes: int, lanes: int, salt: bytes) -> None:
    header = KeySlotHeader(vault_id, KdfParameters(memory, passes, lanes), salt)
    packed = header.pack()
    assert len(packed) == 4096
    assert parse_header(key_slot_file({}, packed)) == header


@given(st.integers(0, 4095), st.integers(0, 7))
def test_one_changed_bit_of_a_header_is_noticed(place: int, bit: int) -> None:
    with pytest.raises(NotAVaultError if place < 8 else KeySlotsDamagedError):
        parse_header(flipped(key_slot_file({}), place, bit))


def resealed(changes: dict[int, bytes]) -> bytes:
    """A header changed by somebody who knows how to make the checksum."""
    data = bytearray(PACKED[:4064])
    for place, new in changes.items():
        data[place : place + len(new)] = new
    return key_slot_file({}, bytes(data) + hashlib.sha256(data).digest())


@pytest.mark.parametrize("place", [12, 15, 44, 47, 80, 81, 4063])
def test_zero_bytes_of_a_header_are_zero(place: int) -> None:
    with pytest.raises(KeySlotsDamagedError) as failure:
        parse_header(resealed({place: b"\x01"}))
    assert failure.value.fields == {"reason": "zero"}


@pytest.mark.parametrize(
    ("place", "value", "parameter"), [(32, 2**32 - 1, "memory"), (36, 0, "passes"), (40, 17, "lanes")]
)
def test_parameters_are_bounded_although_the_checksum_is_right(
    place: int, value: int, parameter: str
) -> None:
    with pytest.raises(KdfParametersError) as failure:
        parse_header(resealed({place: value.to_bytes(4, "little")}))
    assert failure.value.fields == {"parameter": parameter}


def test_parameters_out_of_bounds_are_not_written() -> None:
    with pytest.raises(KdfParametersError):
        replace(HEADER, parameters=KdfParameters(1024, 1, 1)).pack()
    with pytest.raises(ValueError, match="16 bytes"):
        replace(HEADER, vault_id=b"").pack()


@given(st.binary(max_size=200))
def test_any_bytes_are_no_vault(data: bytes) -> None:
    for untrusted in (data, data + bytes(65_536 - len(data))):
        with pytest.raises((NotAVaultError, KeySlotsDamagedError)):
            parse_header(untrusted)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_keys_of_a_compartment_are_all_different(key: bytes, vault_id: bytes) -> None:
    keys = derive_keys(key, vault_id)
    parts = [keys.records.key, keys.derived.key, keys.object_headers]
    assert [len(part) for part in parts] == [32, 32, 32]
    assert len(keys.records.salt) == len(keys.derived.salt) == 16
    assert len({*parts, keys.records.salt, keys.derived.salt}) == 5
    assert derive_keys(key, vault_id).records == keys.records
    assert derive_keys(key, flipped(vault_id, 0)).records.key != keys.records.key
    assert derive_keys(flipped(key, 31), vault_id).records.key != keys.records.key


@pytest.mark.parametrize(("key", "vault_id"), [(bytes(31), bytes(16)), (bytes(32), bytes(15))])
def test_keys_have_their_lengths(key: bytes, vault_id: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        derive_keys(key, vault_id)
