"""What a word is, in many scripts; what was typed never means anything to the index; excerpts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.storage.derived.excerpt import EXCERPT_CHARACTERS, excerpt_of
from hrd_desktop.storage.derived.query import MAX_PHRASES, Phrase, Query, expression_of, parse_query
from hrd_desktop.storage.derived.words import MAX_WORD_CHARACTERS, fold_character, is_cluster, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \t\n.,;-_ ", []),
        ("IMG_2034.JPG", ["img", "2034", "jpg"]),
        ("Élan Straße ØRSTED Łódź", ["elan", "strasse", "orsted", "lodz"]),
        ("İSTANBUL ısparta ISPARTA", ["istanbul", "isparta", "isparta"]),
        ("Ёлка и ёж", ["елка", "и", "еж"]),
        ("مُحَمَّد محمـــد", ["محمد", "محمد"]),
        ("على علي عَلی", ["علي", "علي", "علي"]),
        ("کتاب كتاب", ["كتاب", "كتاب"]),
        ("می‌خواهم", ["ميخواهم"]),
        ("۱۲۳ ١٢٣ ១២៣ 123", ["123", "123", "123", "123"]),
        ("नमस्ते", ["नमस्ते"]),
        ("한국어를", ["한국어를"]),
        ("ﬁn ① ²", ["fin", "1", "2"]),
        ("北京市", ["北", "京", "市"]),
        ("ガが", ["ガ", "が"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ខ្មែរ", ["ខ្", "មែ", "រ"]),
        ("ไทย abc", ["ไ", "ท", "ย", "abc"]),
        ("中文abc123က၁", ["中", "文", "abc123", "က", "1"]),
        ("\u202eabc\u2066d\u200be", ["abcde"]),
        ("a\x00b\x01c", ["a", "b", "c"]),
        ("👩‍🚀 ok", ["ok"]),
        ("x" * 200, ["x" * MAX_WORD_CHARACTERS]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=60))
def test_words_hold_nothing_that_has_a_meaning(text: str) -> None:
    for word in words_of(text):
        assert word
        assert len(word) <= MAX_WORD_CHARACTERS
        assert not set(word) & set(" \"'*^(){}:+-\x00\x01\t\n")
        assert not any(character.isascii() and not character.isalnum() for character in word)


@given(st.text(max_size=60))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    once = words_of(text)
    if all(len(word) < MAX_WORD_CHARACTERS for word in once):
        assert words_of(" ".join(once)) == once


@given(st.text(max_size=200))
def test_any_text_at_all_makes_a_query_or_none(text: str) -> None:
    query = parse_query(text)
    if query is None:
        assert words_of(text.replace('"', " ")) == []
        return
    assert 1 <= len(query.phrases) <= MAX_PHRASES
    expression = expression_of(query, lambda start: None)
    assert expression is not None
    assert expression.count('"') == 2 * len(query.phrases)


def test_queries() -> None:
    assert parse_query("") is None
    assert parse_query('* " ( ) ^ AND') == Query((Phrase(("and",), False),))
    assert parse_query('IMG_20 "Exact Words" x') == Query(
        (Phrase(("img", "20"), True), Phrase(("exact", "words"), False), Phrase(("x",), True))
    )
    assert parse_query('open "quote here') == Query(
        (Phrase(("open",), True), Phrase(("quote", "here"), False))
    )
    many = parse_query("w " * 100)
    assert many is not None
    assert len(many.phrases) == MAX_PHRASES


def test_expressions() -> None:
    query = Query((Phrase(("img", "20"), True), Phrase(("exact",), False)))
    assert expression_of(query, lambda start: None) == '"img 20"* AND "exact"'
    assert expression_of(query, lambda start: [start, start + "34"]) == '("img 20" OR "img 2034") AND "exact"'
    assert expression_of(query, lambda start: []) is None


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("The quick brown fox", "bro", ["bro"]),
        ("The quick brown fox", '"bro"', []),
        ("The quick brown fox", "ick", []),
        ("The quick, brown fox", '"quick brown"', ["quick, brown"]),
        ("Straße", "strasse", ["Straße"]),
        ("über ÉLAN", "elan", ["ÉLAN"]),
        ("قال مُحَمَّد هنا", "محمد", ["مُحَمَّد"]),
        ("မြန်မာနိုင်ငံ", "မာနို", ["မာနို"]),
        ("去北京市", "北京", ["北京"]),
        ("fox fox foxes", "fox", ["fox", "fox", "fox"]),
        ("a\u202eb fox", "fox", ["fox"]),
    ],
)
def test_marks_are_where_the_words_are(text: str, words: str, marked: list[str]) -> None:
    query = parse_query(words)
    assert query is not None
    excerpt = excerpt_of(text, query)
    found = [] if excerpt is None else [excerpt.text[first:last] for first, last in excerpt.marks]
    assert found == marked


def test_an_excerpt_of_a_long_text_is_short_and_near_the_match() -> None:
    query = parse_query("needle")
    assert query is not None
    excerpt = excerpt_of("hay " * 50_000 + "the needle is here " + "hay " * 50_000, query)
    assert excerpt is not None
    assert len(excerpt.text) <= EXCERPT_CHARACTERS
    assert [excerpt.text[first:last] for first, last in excerpt.marks] == ["needle"]
    assert excerpt_of("hay " * 50_000, query) is None


@given(st.text(max_size=80), st.text(min_size=1, max_size=8))
def test_marks_lie_inside_the_excerpt(text: str, words: str) -> None:
    query = parse_query(words)
    if query is None:
        return
    excerpt = excerpt_of(text + " " + words + " " + text, query)
    if excerpt is not None:
        end = 0
        for first, last in excerpt.marks:
            assert end <= first < last <= len(excerpt.text)
            end = last


def test_clusters() -> None:
    assert [is_cluster(word) for word in ("京", "မြ", "ไ", "abc", "محمد", "한국어")] == [True] * 3 + [
        False
    ] * 3
    assert [fold_character(character) for character in "É. \u0301\u200dß"] == ["e", " ", " ", "", "", "ss"]
