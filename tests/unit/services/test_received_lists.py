"""The list of a received bundle may say anything: what has the form of a field is kept, nothing else is."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.bundle.index_table import COLUMNS
from hrd_desktop.bundle.received import LONG_TEXT_LIMIT, ToldItem, read_index
from hrd_desktop.domain.records import DatePrecision, ItemDetails, Place, PlacePrecision, WhenTaken
from hrd_desktop.services.fields import TEXT_LIMIT, as_texts
from hrd_desktop.services.item_form import field_problems
from hrd_desktop.services.received_item import details_of

#: What a date, a place and people must not be, whoever writes it.
MALFORMED = (
    *(
        "2026-13",
        "2026-02-30",
        "0000",
        "26-03-14",
        "2026-03-14T25:00",
        "tomorrow",
        "=1+1",
        "\u0662\u0660\u0662\u0666",
    ),
    *("2026-03-14T09:30+99:00", "2026-03-14T09:30 ../../etc/passwd", "2026-03-14T09:30\u202e"),
    *("91, 0", "0, 181", "nan, nan", "inf, -inf", "1e400, 0", "48.2", "48.2, 16.3, 7", ", ", "48,2; 16,3"),
    *("exactish", "EXACT EXACT", "x" * 5_000, "\x00", "\ud800".encode("utf-8", "replace").decode(), "'"),
)


def listed(**cells: str) -> ToldItem:
    """One row of a list with these cells, read as that of a received bundle."""
    row = dict.fromkeys(COLUMNS, "") | {"exhibit": "0001"} | cells
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(row)
    return read_index(out.getvalue().encode("utf-8", "surrogatepass"))[1]


def received(**cells: str) -> ItemDetails:
    return details_of(listed(**cells), "image/jpeg", "a.jpg", "M.")


def is_one_that_could_be_entered(details: ItemDetails) -> bool:
    entered = {name: text for name, text in as_texts(details).items() if text}
    return field_problems(ItemDetails(), entered) == {}


def test_what_has_its_form_is_kept() -> None:
    details = received(
        date="2026-03-14T09:30 Africa/Cairo",
        date_precision="estimate",
        place="Well",
        place_precision="town",
        position="48.208200, 16.373800",
        persons="Amira; \u202eX",
        description="d" * 5_000,
    )
    assert details.collected == WhenTaken("2026-03-14T09:30", "Africa/Cairo", DatePrecision.ESTIMATE)
    assert details.place == Place("Well", 48.2082, 16.3738, PlacePrecision.TOWN)
    # As words, and nobody's contact: whom the sender means is not known here.
    assert details.description == "d" * 5_000 + "\n\nPeople named by the sender: Amira; \u202eX"


def test_a_date_without_a_precision_has_the_one_of_its_form() -> None:
    made = received(date="2026-03").collected
    assert made == WhenTaken("2026-03", None, DatePrecision.UNKNOWN_DAY)


@pytest.mark.parametrize("column", ["date", "date_precision", "place_precision", "position"])
def test_what_has_not_is_left_out_and_costs_nothing_else(column: str) -> None:
    good = {"date": "2026-03-14", "position": "48.2, 16.3", "title": "The gate", "place": "Well"}
    for text in MALFORMED:
        details = received(**(good | {column: text}))
        assert is_one_that_could_be_entered(details), text
        assert (details.title, details.place.name) == ("The gate", "Well")
        assert column == "position" or details.place.latitude == 48.2
        assert column == "date" or details.collected is not None
        if column == "position":
            assert (details.place.latitude, details.place.longitude) == (None, None), text
        if column == "date":
            assert details.collected is None or details.collected.at in text, text


def test_the_longest_texts_make_a_record_that_can_be_edited() -> None:
    details = received(
        **dict.fromkeys(("description", "note", "persons", "title"), "x" * (LONG_TEXT_LIMIT + 1))
    )
    assert is_one_that_could_be_entered(details) and len(details.description) < TEXT_LIMIT


def test_a_list_that_is_no_list_tells_nothing() -> None:
    for untrusted in (b"", b"\xff\xfe\x00", b"exhibit\r\n-1\r\n", b"exhibit\r\n12345678901\r\n", b'"' * 9):
        assert read_index(untrusted) == {}
    rows = b"exhibit,title\r\n1,one\r\n2," + b"x" * (1 << 18) + b"\r\n3,three\r\n"
    assert read_index(rows)[1].title == "one"


@given(st.dictionaries(st.sampled_from(COLUMNS[1:]), st.text(max_size=20)))
def test_whatever_it_says(cells: dict[str, str]) -> None:
    assert is_one_that_could_be_entered(received(**cells))
