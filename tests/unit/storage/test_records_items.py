"""Items: every field there and back, weird names, references, lists newest first, counts, tags."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.domain.errors.records import ExistsError, FieldValueError, NotFoundError
from hrd_desktop.domain.records import (
    Confidentiality,
    DatePrecision,
    Derivation,
    HowReceived,
    Item,
    ItemDetails,
    ItemKind,
    ItemState,
    Place,
    PlacePrecision,
    Reliability,
    Verification,
    WhenTaken,
)
from hrd_desktop.storage.records.items import PAGE_ITEMS, ItemFilter
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.records.values import name_from_bytes, name_to_bytes
from tests.unit.storage.databases import NOW, made_case, made_id, made_item, open_records

FULL = ItemDetails(
    kind=ItemKind.VIDEO,
    title="\u202eمظاهرة \u2068x\u2069",
    description="two\nlines\tand a tab \x1b[31m",
    note="n" * 100_000,
    collected_by="somebody",
    collected=WhenTaken("2026-03-14T09:30", "Africa/Cairo", DatePrecision.MINUTE),
    how_received=HowReceived.MESSENGER,
    source="a source",
    device="a telephone",
    capture_tool="a camera",
    place=Place("الميدان", 30.0444, -31.2357, PlacePrecision.STREET),
    language="ar",
    reliability=Reliability.RELIABLE,
    verification=Verification.DISPUTED,
    confidentiality=Confidentiality.STRICTLY_CONFIDENTIAL,
    privileged=True,
    sealed=True,
    distressing=True,
    review_on=date(2027, 2, 28),
)

NAMES = [
    "",
    " ",
    "CON",
    "trailing dots...",
    "a\nb\r\x00c\x1b[2Jd",
    "\u202egpj.exe\u2066",
    "é" * 127 + "x",
    "\udcff\udcfe\udc80.jpg",
    "mixed é \udc80 ü.jpg",
    "-rf *;'\"\\%s",
    "\U0001f575\ufe0f",
]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    database, records, _ = open_records(tmp_path)
    yield records
    database.close()


def _insert(records: Records, *items: Item) -> None:
    with records.transaction():
        for item in items:
            records.items.insert(item)


def test_every_field_there_and_back(records: Records, tmp_path: Path) -> None:
    for field in fields(ItemDetails):
        assert getattr(FULL, field.name) != field.default, f"{field.name} is not tested"
    zone = timezone(timedelta(hours=-5))
    item = replace(
        made_item(1, details=FULL),
        original_modified_utc=datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        imported_utc=datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=zone),
    )
    _insert(records, item, made_item(2))
    assert records.items.load(item.id) == item
    assert records.items.load(item.id).imported_utc.utcoffset() == timedelta(0)
    assert records.items.load(made_id("item 2")) == made_item(2)


@pytest.mark.parametrize("kind", list(ItemKind))
def test_every_kind(records: Records, kind: ItemKind) -> None:
    _insert(records, made_item(1, details=ItemDetails(kind=kind)))
    assert records.items.load(made_id("item 1")).details.kind is kind
    assert [item.number for item in records.items.iter_items(kind=kind)] == [1]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_bytes(records: Records, name: str) -> None:
    _insert(records, made_item(1, original_name=name))
    assert records.items.load(made_id("item 1")).original_name == name


@given(st.binary(max_size=300))
def test_a_name_from_the_file_system_keeps_its_bytes(name: bytes) -> None:
    text = name_from_bytes(name)
    assert text == name.decode("utf-8", "surrogateescape")
    assert name_to_bytes(text) == name


@given(st.text(st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "C")), max_size=50))
def test_any_name_at_all_becomes_bytes(name: str) -> None:
    data = name_to_bytes(name)
    assert name_to_bytes(name_from_bytes(data)) == data


def test_a_name_with_half_a_pair_from_windows() -> None:
    assert name_to_bytes("a\ud800b") == b"a\xed\xa0\x80b"


@pytest.mark.parametrize(
    "field", ["title", "description", "note", "source", "device", "language", "collected_by"]
)
@pytest.mark.parametrize("bad", ["\udcff", "\ud800", "a\0b"])
def test_text_that_no_column_takes_is_refused_by_field(records: Records, field: str, bad: str) -> None:
    details = replace(ItemDetails(), **{field: "secret" + bad})  # type: ignore[arg-type]  # the field is a parameter
    with pytest.raises(FieldValueError) as raised:
        _insert(records, made_item(1, details=details))
    assert raised.value.fields == {"field": field, "reason": "characters"}
    assert records.items.count() == 0


@pytest.mark.parametrize(
    "place",
    [
        Place(latitude=91.0, longitude=0.0),
        Place(latitude=0.0, longitude=180.1),
        Place(latitude=1.0),
        Place(longitude=1.0),
        Place(latitude=float("nan"), longitude=0.0),
        Place(latitude=float("inf"), longitude=0.0),
    ],
    ids=["north", "east", "half", "other half", "no number", "endless"],
)
def test_a_position_that_is_none_is_refused(records: Records, place: Place) -> None:
    with pytest.raises(FieldValueError):
        _insert(records, made_item(1, details=ItemDetails(place=place)))


def test_a_time_without_a_zone_is_refused(records: Records) -> None:
    with pytest.raises(FieldValueError):
        _insert(records, replace(made_item(1), imported_utc=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_details_are_replaced_and_nothing_else(records: Records) -> None:
    _insert(records, made_item(1, tags=("a",)), made_item(2))
    later = NOW + timedelta(days=1)
    with records.transaction():
        records.items.update_details(made_id("item 1"), FULL, later)
    assert records.items.load(made_id("item 1")) == replace(
        made_item(1, tags=("a",)), details=FULL, changed_utc=later
    )
    assert records.items.load(made_id("item 2")) == made_item(2)


def test_unknown_items_are_not_found(records: Records) -> None:
    nobody = made_id("nobody")
    assert records.items.find(nobody) is None
    with pytest.raises(NotFoundError):
        records.items.load(nobody)
    for change in (
        lambda: records.items.update_details(nobody, FULL, NOW),
        lambda: records.items.set_state(nobody, ItemState.BINNED),
        lambda: records.items.set_tags(nobody, ["a"]),
        lambda: records.items.remove(nobody),
    ):
        with pytest.raises(NotFoundError) as raised, records.transaction():
            change()
        assert raised.value.fields["kind"] == "item"
    assert records.tags.load() == []
    assert records.state().epoch == 0


@pytest.mark.parametrize("taken", ["id", "number", "object_name"])
def test_what_must_be_unique_is(records: Records, taken: str) -> None:
    _insert(records, made_item(1))
    other = replace(made_item(2), **{taken: getattr(made_item(1), taken)})
    with pytest.raises(ExistsError):
        _insert(records, other)
    assert records.items.count() == 1


@pytest.mark.parametrize("reference", ["E0042", "e0042", "e42", "42", " E0042 ", "0000042"])
def test_short_references(records: Records, reference: str) -> None:
    _insert(records, made_item(42), made_item(4))
    found = records.items.find_by_reference(reference)
    assert found is not None
    assert found.number == 42


def test_long_and_impossible_references(records: Records) -> None:
    _insert(records, made_item(42))
    for reference in (
        str(made_id("item 42")),
        made_id("item 42").hex.upper(),
        "{" + str(made_id("item 42")) + "}",
    ):
        found = records.items.find_by_reference(reference)
        assert found is not None
        assert found.number == 42
    for reference in (
        "",
        "E",
        "E0",
        "E-42",
        "E4 2",
        "E٤٢",
        "9" * 40,
        "42; DROP TABLE item",
        "%",
        str(made_id("x")),
    ):
        assert records.items.find_by_reference(reference) is None


def test_numbers_are_never_given_twice(records: Records) -> None:
    with records.transaction():
        assert [records.items.next_number() for _ in range(3)] == [1, 2, 3]
        records.items.insert(made_item(3))
    with records.transaction():
        records.items.remove(made_id("item 3"))
    with records.transaction():
        assert records.items.next_number() == 4


def test_copies_of_the_same_content_are_found(records: Records) -> None:
    digest = bytes(range(32))
    _insert(
        records,
        made_item(5, sha256=digest, state=ItemState.BINNED),
        made_item(2, sha256=digest),
        made_item(3),
    )
    assert [item.number for item in records.items.find_by_sha256(digest)] == [2, 5]
    assert records.items.find_by_sha256(bytes(32)) == []


def test_lists_are_newest_first_and_whole(records: Records) -> None:
    total = 2 * PAGE_ITEMS + 7
    _insert(records, *(made_item(number) for number in range(1, total + 1)))
    assert [item.number for item in records.items.iter_items()] == list(range(total, 0, -1))
    assert [item.number for item in records.items.iter_items(limit=PAGE_ITEMS + 1)] == list(
        range(total, total - PAGE_ITEMS - 1, -1)
    )
    assert [item.number for item in records.items.iter_items(before=4)] == [3, 2, 1]
    assert list(records.items.iter_items(limit=0)) == []
    assert records.items.numbers(ItemFilter()) == list(range(total, 0, -1))
    wanted = [3, total, 9_999, 1]
    assert [item.number for item in records.items.load_numbers(wanted)] == [3, total, 1]


def test_records_may_change_while_a_list_is_read(records: Records) -> None:
    total = PAGE_ITEMS + 5
    _insert(records, *(made_item(number) for number in range(1, total + 1)))
    seen = []
    for item in records.items.iter_items():
        seen.append(item.number)
        with records.transaction():
            records.items.remove(item.id)
    assert seen == list(range(total, 0, -1))
    assert records.items.count() == 0


def test_every_filter_alone_and_together(records: Records) -> None:
    """Against the same question asked of plain Python."""
    states, kinds, tags, cases = (
        list(ItemState),
        [ItemKind.VIDEO, ItemKind.OTHER],
        ["Red", "blue"],
        ["one", "two"],
    )
    with records.transaction():
        for reference in cases:
            records.cases.insert(made_case(reference))
        for number in range(1, 97):
            details = ItemDetails(kind=kinds[number % 2])
            mine = tuple(tag for bit, tag in enumerate(tags) if number >> (bit + 1) & 1)
            item = made_item(number, details=details, state=states[number % 3], tags=mine)
            records.items.insert(item)
            for bit, reference in enumerate(cases):
                if number >> (bit + 3) & 1:
                    records.cases.register(made_id(f"case {reference}"), item.id)
    everything = list(records.items.iter_items())
    assert len(everything) == 96
    for state in (None, *states):
        for kind in (None, *kinds):
            for tag in (None, "red", "BLUE", "green"):
                for case in (None, "one", "nowhere"):
                    for inbox in (False, True):
                        wanted = ItemFilter(
                            state, None if case is None else made_id(f"case {case}"), tag, kind, inbox
                        )
                        expected = [
                            item.number
                            for item in everything
                            if (state is None or item.state is state)
                            and (kind is None or item.details.kind is kind)
                            and (tag is None or tag.casefold() in {mine.casefold() for mine in item.tags})
                            and (case is None or case in item.cases)
                            and (not inbox or not item.cases)
                        ]
                        assert records.items.numbers(wanted) == expected
                        page = records.items.page(wanted, before=50, limit=5)
                        assert [item.number for item in page] == [n for n in expected if n < 50][:5]


@pytest.mark.parametrize(
    "wanted",
    [
        ItemFilter(),
        ItemFilter(state=ItemState.KEPT),
        ItemFilter(case=made_id("case one")),
        ItemFilter(tag="a"),
        ItemFilter(tag="a", case=made_id("case one"), state=ItemState.KEPT),
    ],
    ids=["all", "state", "case", "tag", "all three"],
)
def test_no_list_is_sorted_after_it_was_read(
    records: Records, monkeypatch: pytest.MonkeyPatch, wanted: ItemFilter
) -> None:
    """A first page must not read all that match: each list is a walk down a key."""
    database = records.items._database
    asked: list[tuple[str, object]] = []
    query = database.query
    monkeypatch.setattr(
        database, "query", lambda sql, params=(): (asked.append((sql, params)), query(sql, params))[1]
    )
    records.items.page(wanted, before=10)
    plan = query(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1])  # type: ignore[arg-type]  # recorded arguments
    steps = [row[3] for row in plan]
    assert not [step for step in steps if "TEMP B-TREE" in step], steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


def test_counts_follow_every_change(records: Records) -> None:
    _insert(records, *(made_item(number, tags=("t",)) for number in range(1, 6)))
    with records.transaction():
        records.items.set_state(made_id("item 1"), ItemState.BINNED)
        records.items.set_state(made_id("item 2"), ItemState.DESTROYING)
        records.items.remove(made_id("item 3"))
        records.items.set_state(made_id("item 4"), ItemState.KEPT)
    assert [records.items.count(state) for state in ItemState] == [2, 1, 1]
    assert records.items.count() == 3
    assert records.state().item_count == 3
    with pytest.raises(RuntimeError), records.transaction():
        records.items.remove(made_id("item 4"))
        raise RuntimeError
    assert records.items.count() == 3
    assert [(tag.name, tag.item_count) for tag in records.tags.load()] == [("t", 4)]


def test_tags_differ_by_more_than_case(records: Records) -> None:
    _insert(records, made_item(1, tags=("Straße", "b", "straße")), made_item(2, tags=("STRASSE", " c ")))
    assert records.items.load(made_id("item 1")).tags == ("b", "Straße")
    assert records.items.load(made_id("item 2")).tags == ("c", "Straße")
    with records.transaction():
        records.items.set_tags(made_id("item 1"), ["c"])
    assert [(tag.name, tag.item_count) for tag in records.tags.load()] == [("c", 2), ("Straße", 1)]
    with records.transaction():
        records.tags.rename("strasse", "Road")
        records.tags.rename("C", "C")
    assert records.items.load(made_id("item 2")).tags == ("C", "Road")
    with pytest.raises(ExistsError), records.transaction():
        records.tags.rename("road", "c")
    with pytest.raises(NotFoundError), records.transaction():
        records.tags.rename("nothing", "x")
    with pytest.raises(FieldValueError), records.transaction():
        records.items.set_tags(made_id("item 1"), ["  "])
    with records.transaction():
        records.items.remove(made_id("item 1"))
        records.items.set_tags(made_id("item 2"), [])
    assert records.tags.load() == []


def test_removing_an_item_takes_everything_of_it(records: Records) -> None:
    one, two, three = (made_id(f"item {number}") for number in (1, 2, 3))
    _insert(records, *(made_item(number, tags=("t",)) for number in (1, 2, 3)))
    with records.transaction():
        records.cases.insert(made_case("one"))
        records.cases.register(made_id("case one"), two)
        for source, derived in ((one, two), (two, three)):
            records.derivations.insert(Derivation(source, derived, "redacted", "tool", "why", "{}", NOW))
    with records.transaction():
        records.items.remove(two)
    assert records.cases.items_of(made_id("case one")) == []
    assert records.derivations.made_from(one) == []
    # What was made from the destroyed item still says so.
    assert [entry.source_id for entry in records.derivations.sources_of(three)] == [two]
    assert records.cases.load(made_id("case one")).item_count == 0


def test_derivations_there_and_back(records: Records) -> None:
    one, two = made_id("item 1"), made_id("item 2")
    made = Derivation(one, two, "transcript", "tool 1.2", "for court", '{"pages":[1,2]}', NOW)
    with records.transaction():
        records.derivations.insert(made)
    assert records.derivations.made_from(one) == [made]
    assert records.derivations.sources_of(two) == [made]
    assert records.derivations.sources_of(one) == []


def test_a_name_of_255_bytes_from_a_real_folder(records: Records, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "names")
    os.mkdir(folder)
    raw = b"\xff\xfe" + b"a" * 200 + "é".encode() * 26 + b"z"
    assert len(raw) == 255
    with open(os.path.join(folder, raw), "wb"):
        pass
    (name,) = os.listdir(os.fsdecode(folder))
    _insert(records, made_item(1, original_name=name))
    assert os.fsencode(records.items.load(made_id("item 1")).original_name) == raw
