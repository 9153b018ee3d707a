"""Custody events: fields can be withheld one by one, and nothing else can be changed unnoticed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import traceback

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.custody import (
    FIELDS,
    LINE_LIMIT_BYTES,
    SealedEvent,
    Value,
    json_line,
    leaf_hash,
    parse_line,
    seal_event,
    verify_event,
    verify_lines,
    withheld_fields,
)
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.errors.vault import CustodyError

VALUES: dict[str, Value] = {
    "sequence": 0,
    "time": "2026-11-22T06:30:00Z",
    "action": "imported",
    "actor": "Zeynep",
    "note": "found at the checkpoint",
    "size": 40_000,
}
EVENT = seal_event(VALUES, os.urandom)
LINE = json_line(EVENT.leaf, EVENT.disclosures)

EVENT_VALUES = st.dictionaries(
    st.sampled_from(FIELDS),
    st.none()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)


@given(EVENT_VALUES)
def test_what_is_sealed_is_canonical_as_the_library_for_any_json_writes_it(values: dict[str, Value]) -> None:
    event = seal_event(values, os.urandom)
    assert rfc8785.dumps(json.loads(event.leaf)) == event.leaf
    for disclosure in event.disclosures.values():
        content = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
        assert rfc8785.dumps(json.loads(content)) == content


def test_every_character_is_escaped_as_canonical_json_asks() -> None:
    characters = "".join(chr(code) for code in (*range(0x300), 0x2028, 0x2029, 0xFEFF, 0xFFFF, 0x1F600))
    disclosure = seal_event({"note": characters}, os.urandom).disclosures["note"]
    content = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
    assert rfc8785.dumps(json.loads(content)) == content
    assert json.loads(content)[2] == characters


def kind_of(failure: pytest.ExceptionInfo[CustodyError]) -> object:
    return failure.value.fields["kind"]


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def disclosure_of(content: object) -> str:
    return base64.urlsafe_b64encode(canonical(content)).rstrip(b"=").decode()


def chain(count: int) -> list[bytes]:
    lines: list[bytes] = []
    previous: str | None = None
    for sequence in range(count):
        event = seal_event({"sequence": sequence, "previous": previous}, os.urandom)
        lines.append(json_line(event.leaf, event.disclosures))
        previous = event.leaf_hash.hex()
    return lines


@given(EVENT_VALUES)
def test_an_event_is_read_back_with_every_field(values: dict[str, Value]) -> None:
    event = seal_event(values, os.urandom)
    assert event.leaf_hash == hashlib.sha256(b"\x00" + event.leaf).digest() == leaf_hash(event.leaf)
    assert verify_event(event.leaf, event.disclosures) == {name: values.get(name) for name in FIELDS}
    leaf, disclosures = parse_line(json_line(event.leaf, event.disclosures))
    assert (leaf, disclosures) == (event.leaf, event.disclosures)


@given(st.sets(st.sampled_from(FIELDS)))
def test_a_withheld_field_leaves_the_rest(withheld: set[str]) -> None:
    shown = {name: text for name, text in EVENT.disclosures.items() if name not in withheld}
    leaf, disclosures = parse_line(json_line(EVENT.leaf, shown))
    assert leaf == EVENT.leaf
    assert set(verify_event(leaf, disclosures)) == set(FIELDS) - withheld
    assert withheld_fields(leaf, disclosures) == tuple(sorted(withheld))


def test_the_leaf_says_nothing_about_values() -> None:
    empty = seal_event({}, os.urandom)
    assert len(empty.leaf) == len(EVENT.leaf)
    assert b"checkpoint" not in EVENT.leaf
    # Salts make equal values unequal: null cannot be told from a guess.
    assert len(set(json.loads(empty.leaf)["digests"].values())) == len(FIELDS)


def test_salts_are_16_random_bytes_for_each_field() -> None:
    given: list[bytes] = []

    def random(size_bytes: int) -> bytes:
        given.append(os.urandom(size_bytes))
        return given[-1]

    event = seal_event({}, random)
    drawn = b"".join(given)
    assert len(drawn) == 16 * len(FIELDS)
    salts = [json.loads(base64.urlsafe_b64decode(event.disclosures[name] + "==="))[0] for name in FIELDS]
    assert b"".join(base64.urlsafe_b64decode(salt + "==") for salt in salts) == drawn


def test_an_unknown_name_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="has such a field"):
        seal_event({"colour": "red"}, os.urandom)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("secret\ud800", "characters"),
        (2**53, "size"),
        (-(2**53), "size"),
        (True, "type"),
        (1.5, "type"),
        (b"secret", "type"),
    ],
)
def test_a_value_that_canonical_json_cannot_hold_is_refused_without_telling_it(
    value: Value, reason: str
) -> None:
    with pytest.raises(FieldValueError) as failure:
        seal_event({"note": value}, os.urandom)
    assert failure.value.fields == {"field": "note", "reason": reason}
    assert failure.value.__context__ is None
    assert "secret" not in "".join(traceback.format_exception(failure.value)) + repr(failure.value)


@given(st.integers(0, len(LINE) - 1), st.integers(0, 7))
def test_one_changed_bit_of_a_line_is_noticed(place: int, bit: int) -> None:
    changed = LINE[:place] + bytes([LINE[place] ^ 1 << bit]) + LINE[place + 1 :]
    with pytest.raises(CustodyError):
        list(verify_lines([changed]))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CustodyError):
        parse_line(data)
    with pytest.raises(CustodyError):
        verify_event(data, {})


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda s: st.lists(s) | st.dictionaries(st.text(max_size=5), s),
    )
)
def test_any_json_is_refused(value: object) -> None:
    with pytest.raises(CustodyError):
        parse_line(json.dumps(value).encode())
    with pytest.raises(CustodyError):
        verify_event(EVENT.leaf, {"note": disclosure_of(value)})


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
        b" " + LINE,
        LINE + b"\n",
        LINE.replace(b'"leaf":', b'"leaf": ', 1),
        LINE.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + LINE,
        LINE[:-1] + b',"more":1}',
        b"x" * (LINE_LIMIT_BYTES + 1),
        b'{"disclosures":[1],"leaf":"","leaf_hash":""}',
        b'{"disclosures":{},"leaf":"","leaf_hash":""}',
        b'{"disclosures":[],"leaf":1,"leaf_hash":""}',
    ],
    ids=range(13),
)
def test_a_line_in_another_spelling_is_refused(line: bytes) -> None:
    with pytest.raises(CustodyError) as failure:
        parse_line(line)
    assert kind_of(failure) == "event-leaf"


def test_disclosures_are_strings_and_sorted_and_come_once() -> None:
    texts = [EVENT.disclosures[name] for name in sorted(FIELDS)]
    for wrong in ([*texts[1:], texts[0]], [texts[0], *texts], [*texts[:-1], 1]):
        line = canonical(
            {"disclosures": wrong, "leaf": EVENT.leaf.decode(), "leaf_hash": EVENT.leaf_hash.hex()}
        )
        with pytest.raises(CustodyError) as failure:
            parse_line(line)
        assert kind_of(failure) == "event-digest"


def relabelled(event: SealedEvent, content: object) -> tuple[bytes, dict[str, str]]:
    """A leaf whose digest of *note* is right for a disclosure of ``content``."""
    disclosure = disclosure_of(content)
    digests = json.loads(event.leaf)["digests"]
    digest = hashlib.sha256(disclosure.encode()).digest()
    digests["note"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return canonical({"digests": digests, "type": "sheaf-custody-event/v1"}), {"note": disclosure}


SALT = "AAAAAAAAAAAAAAAAAAAAAA"


def test_a_disclosure_of_the_right_shape_is_taken() -> None:
    assert verify_event(*relabelled(EVENT, [SALT, "note", "x"])) == {"note": "x"}


@pytest.mark.parametrize(
    "content",
    [
        [SALT, "note"],
        [SALT, "note", "x", "y"],
        {"note": "x"},
        ["AAAA", "note", "x"],
        [SALT + "=", "note", "x"],
        [1, "note", "x"],
        [SALT, 1, "x"],
        [SALT, "actor", "x"],
        [SALT, "note", True],
        [SALT, "note", 1.5],
        [SALT, "note", ["x"]],
    ],
    ids=range(11),
)
def test_a_disclosure_of_another_shape_is_refused_although_its_digest_is_right(content: object) -> None:
    with pytest.raises(CustodyError) as failure:
        verify_event(*relabelled(EVENT, content))
    assert kind_of(failure) == "event-digest"


@pytest.mark.parametrize("text", ["", "é", "A", "AA==", "AB", "W 10", "W10\n"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(CustodyError) as failure:
        verify_event(EVENT.leaf, {"note": text})
    assert kind_of(failure) == "event-digest"


def leaf_with(digests: object, kind: object = "sheaf-custody-event/v1") -> bytes:
    return canonical({"digests": digests, "type": kind})


@pytest.mark.parametrize(
    "leaf",
    [
        leaf_with({}),
        leaf_with([]),
        leaf_with(dict.fromkeys(FIELDS, 1)),
        leaf_with(dict.fromkeys(FIELDS, "AAAA")),
        leaf_with(json.loads(EVENT.leaf)["digests"], "sheaf-custody-event/v2"),
        canonical({"digests": json.loads(EVENT.leaf)["digests"]}),
        b"[]",
    ],
    ids=range(7),
)
def test_a_leaf_of_another_shape_is_refused(leaf: bytes) -> None:
    with pytest.raises(CustodyError) as failure:
        verify_event(leaf, {})
    assert kind_of(failure) == "event-leaf"


def test_a_field_that_a_newer_program_added_is_withheld_or_shown() -> None:
    disclosure = disclosure_of([SALT, "weather", "rain"])
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()
    leaf = leaf_with({**json.loads(EVENT.leaf)["digests"], "weather": digest})
    assert "weather" in withheld_fields(leaf, {})
    assert verify_event(leaf, {"weather": disclosure}) == {"weather": "rain"}


def test_lines_of_one_item_follow_each_other() -> None:
    lines = chain(4)
    assert [values["sequence"] for values in verify_lines(lines)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("taken", "at"), [((1, 2, 3), 0), ((0, 2, 3), 1), ((0, 2, 1, 3), 1), ((0, 0), 1)])
def test_a_line_left_out_or_moved_is_noticed(taken: tuple[int, ...], at: int) -> None:
    lines = chain(4)
    with pytest.raises(CustodyError) as failure:
        list(verify_lines([lines[number] for number in taken]))
    assert failure.value.fields == {"kind": "event-order", "line": at}


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(CustodyError) as failure:
        list(verify_lines([*chain(2), b"{}"]))
    assert failure.value.fields == {"kind": "event-leaf", "line": 2}


def test_order_is_not_checked_where_previous_is_withheld() -> None:
    leaf, disclosures = parse_line(chain(2)[1])
    del disclosures["previous"]
    assert len(list(verify_lines([json_line(leaf, disclosures)]))) == 1


def test_nothing_of_an_event_is_shown() -> None:
    assert "Zeynep" not in repr(EVENT)
    assert EVENT.disclosures["actor"] not in repr([EVENT]) + str(EVENT)
