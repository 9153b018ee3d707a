"""Searching: every script, the order of hits, pages, changes, the queue, what is kept of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.derived import search_index
from hrd_desktop.storage.derived.derived import Derived, Thumbnail
from hrd_desktop.storage.derived.search_index import SearchDocument
from tests.unit.storage.databases import made_id, open_derived


@pytest.fixture
def derived(tmp_path: Path) -> Iterator[Derived]:
    database, derived = open_derived(tmp_path)
    yield derived
    database.close()


def _index(derived: Derived, number: int, title: str, body: str = "", text: str = "") -> None:
    with derived.transaction():
        derived.index(SearchDocument("item", made_id(str(number)), title, body, number))
        if text:
            derived.put_text(made_id(str(number)), text)


def _found(derived: Derived, words: str, **options: object) -> list[int]:
    return [hit.number for hit in derived.search(words, **options)]  # type: ignore[arg-type]  # options by name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_2034.jpg", "2034"),
        ("IMG_2034.jpg", "img_20"),
        ("Élan", "elan"),
        ("elan", "ÉLAN"),
        ("government", "gov"),
        ("government", "govern"),
        ("government", "government"),
        ("call +1 (555) 010-0199", "555-010"),
        ("write to somebody@example.org", "somebody@example.org"),
        ("مُحَمَّد", "محمد"),
        ("مظاهرة في الميدان", "مظاه"),
        ("می‌خواهم", "میخواهم"),
        ("မြန်မာနိုင်ငံ", "နိုင်ငံ"),
        ("မြန်မာနိုင်ငံ", "မြန"),
        ("ភាសាខ្មែរ", "ខ្មែរ"),
        ("ประเทศไทย", "ไทย"),
        ("去了北京市", "北京"),
        ("去了北京市", "京"),
        ("東京タワー", "タワ"),
        ("नमस्ते दुनिया", "दुनि"),
        ("Ёлка", "елка"),
        ("mixed မြန်မာ and 北京 words", "မာ 北 mix"),
        ("x" * 500, "x" * 400),
    ],
)
@pytest.mark.parametrize("place", ["title", "body", "text"])
def test_what_is_written_is_found(derived: Derived, text: str, words: str, place: str) -> None:
    _index(derived, 1, "other things", "entirely", "elsewhere")
    _index(derived, 2, **{"title": "", place: text})  # type: ignore[arg-type]  # the place is a parameter
    assert _found(derived, words) == [2]
    (hit,) = derived.search(words)
    assert hit.rank == ["title", "body", "text"].index(place)
    assert hit.record_id == made_id("2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("government", "overn"),
        ("government", '"govern"'),
        ("quick fox brown", '"quick brown"'),
        ("北 京", '"京北"'),
        ("2034", "203 5"),
        ("anything", "*"),
        ("anything", ""),
        ("anything", "title:anything OR"),
    ],
)
def test_what_is_not_there_is_not_found(derived: Derived, text: str, words: str) -> None:
    _index(derived, 1, text, text, text)
    assert _found(derived, words) == []


@given(words=st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_can_be_typed_breaks_a_search(derived: Derived, words: str) -> None:
    if not derived.search("anything"):
        _index(derived, 1, "anything at all", "north south", "AND OR NOT NEAR")
    for newest_first in (False, True):
        assert set(_found(derived, words, newest_first=newest_first)) <= {1}
    assert set(derived.find_numbers(words)) <= {1}


@given(title=st.text(max_size=40), text=st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_of_any_text_is_found(derived: Derived, title: str, text: str) -> None:
    _index(derived, 1, title.encode("utf-8", "replace").decode(), "", text)
    for part in (title + " " + text).replace('"', " ").split():
        if derived.search(part):
            continue
        assert search_index.parse_query(part) is None, "a part that holds a word was not found"


def test_hits_in_titles_come_first_and_the_newest_within(derived: Derived) -> None:
    _index(derived, 1, "march report")
    _index(derived, 2, "x", "march", "report")
    _index(derived, 3, "x", "", "march report")
    _index(derived, 4, "Report of March")
    _index(derived, 5, "march", "report")
    _index(derived, 6, "march")
    hits = derived.search("march report")
    assert [(hit.number, hit.rank) for hit in hits] == [(4, 0), (1, 0), (5, 1), (3, 2), (2, 2)]
    assert _found(derived, "march report", limit=3) == [4, 1, 5]
    assert _found(derived, "march report", newest_first=True) == [5, 4, 3, 2, 1]
    assert _found(derived, "march report", newest_first=True, limit=2) == [5, 4]
    assert _found(derived, "march report", newest_first=True, limit=2, before=4) == [3, 2]
    assert derived.find_numbers("march report") == [5, 4, 3, 2, 1]
    assert derived.find_numbers("march report", limit=2) == [5, 4]


def test_only_the_newest_matches_are_ranked(derived: Derived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "MAX_RANKED", 3)
    for number in range(1, 8):
        _index(derived, number, "wanted" if number in (1, 6) else "x", "wanted")
    assert _found(derived, "wanted", limit=2) == [6, 7]
    assert _found(derived, "wanted", limit=10) == [6, 1, 7, 5, 4, 3, 2]


def test_beginnings_with_more_words_than_are_looked_up(
    derived: Derived, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_index, "_MAX_ENDINGS", 3)
    for number in range(1, 8):
        _index(derived, number, f"begin{number}")
    assert _found(derived, "begi") == [7, 6, 5, 4, 3, 2, 1]
    assert _found(derived, "begin7") == [7]


def test_a_beginning_with_many_words_is_looked_up(derived: Derived) -> None:
    for number in range(1, 200):
        _index(derived, number, f"begin{number}")
    assert len(derived.find_numbers("begin")) == 199


def test_kinds_are_found_apart_and_together(derived: Derived) -> None:
    contact, case = made_id("contact"), made_id("case")
    with derived.transaction():
        derived.index(SearchDocument("contact", contact, "Amina"))
        derived.index(SearchDocument("case", case, "Amina against all"))
        derived.index(SearchDocument("item", made_id("1"), "Amina speaks", number=1))
        derived.index(SearchDocument("contact", made_id("second"), "Amina too"))
    assert {hit.kind for hit in derived.search("amina")} == {"contact", "case", "item"}
    assert [hit.record_id for hit in derived.search("amina", "case")] == [case]
    assert [hit.record_id for hit in derived.search("amina", "item")] == [made_id("1")]
    assert [hit.record_id for hit in derived.search("amina", "contact")] == [made_id("second"), contact]
    with derived.transaction():
        derived.index(SearchDocument("contact", contact, "Bo"))
    assert [hit.record_id for hit in derived.search("bo", "contact")] == [contact]


def test_a_record_that_changes_is_found_by_its_new_words_alone(derived: Derived) -> None:
    _index(derived, 1, "before", "old", "the text stays")
    _index(derived, 1, "after", "new")
    assert [_found(derived, words) for words in ("before", "old", "after", "new", "stays")] == [
        [],
        [],
        [1],
        [1],
        [1],
    ]
    with derived.transaction():
        derived.put_text(made_id("1"), "another text")
    assert [_found(derived, words) for words in ("stays", "another", "after another")] == [[], [1], [1]]
    with derived.transaction():
        derived.put_text(made_id("1"), "")
    assert [_found(derived, words) for words in ("another", "after")] == [[], [1]]


def test_a_text_that_comes_before_its_record(derived: Derived) -> None:
    with derived.transaction():
        derived.put_text(made_id("1"), "early text")
    assert _found(derived, "early") == []
    _index(derived, 1, "late")
    assert _found(derived, "late early") == [1]
    assert derived.text(made_id("1")) == "early text"


def test_hits_say_where(derived: Derived) -> None:
    _index(derived, 1, "A Title", "something entered", "and the long text of the file")
    (hit,) = derived.search("titl")
    assert [hit.title[first:last] for first, last in hit.title_marks] == ["Titl"]
    assert (hit.snippet, hit.marks) == ("something entered", ())
    (hit,) = derived.search("enter")
    assert [hit.snippet[first:last] for first, last in hit.marks] == ["enter"]
    (hit,) = derived.search('"the file"')
    assert [hit.snippet[first:last] for first, last in hit.marks] == ["the file"]


def test_versions_tell_what_is_stale(derived: Derived) -> None:
    with derived.transaction():
        for number in range(1, 1_004):
            derived.index(
                SearchDocument("item", made_id(str(number)), "t", number=number, version=number * 7)
            )
        derived.index(SearchDocument("contact", made_id("c"), "t", version=(1 << 63) - 1))
    assert dict(derived.versions("item")) == {made_id(str(number)): number * 7 for number in range(1, 1_004)}
    assert list(derived.versions("contact")) == [(made_id("c"), (1 << 63) - 1)]
    assert list(derived.versions("case")) == []


def test_an_index_that_names_what_is_not_there_is_damaged(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    _index(derived, 1, "word")
    with derived.transaction():
        database.execute("DELETE FROM document")
    with pytest.raises(DerivedDamagedError):
        derived.search("word")
    database.close()


def test_texts_that_are_no_text_are_taken_all_the_same(derived: Derived) -> None:
    _index(derived, 1, "a\udcffb \0 c", "\ud800", "x\0y \udc80")
    assert _found(derived, "x y") == [1]
    assert derived.text(made_id("1")) == "x y ?"


def test_stamp(derived: Derived) -> None:
    assert derived.stamp() is None
    with derived.transaction():
        derived.set_stamp("41")
        derived.set_stamp("42")
    assert derived.stamp() == "42"


def test_the_queue(derived: Derived) -> None:
    one, two, three = (made_id(str(number)) for number in (1, 2, 3))
    with derived.transaction():
        derived.add_pending([one, two])
        derived.add_pending([two, three])
    assert derived.pending() == [three, two, one]
    assert derived.pending(1) == [three]
    assert derived.pending_count() == 3
    with derived.transaction():
        derived.pending_failed(three)
        derived.pending_done(two)
    assert derived.pending() == [one, three]
    assert [derived.attempts(item) for item in (one, two, three)] == [0, 0, 1]


def test_what_is_kept_of_files(derived: Derived) -> None:
    item = made_id("1")
    assert (derived.found(item), derived.text(item), derived.thumbnail(item)) == (None, None, None)
    fields = {"width": 4, "place": [1.5, None], "name": "ü\udcff"}
    with derived.transaction():
        derived.put_found(item, {})
        derived.put_found(item, fields)
        derived.put_thumbnail(item, b"old")
        derived.put_thumbnail(item, b"\x89PNG", "image/webp")
    assert derived.found(item) == fields
    assert derived.thumbnail(item) == Thumbnail("image/webp", b"\x89PNG")
    derived.remove(item)
    assert (derived.found(item), derived.thumbnail(item)) == (None, None)
    derived.remove(item)
