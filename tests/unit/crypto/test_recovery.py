"""Recovery codes survive being written down, read aloud and typed; a slip is noticed."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.recovery import find_code, format_digits, format_letters, make_code

CODES = st.binary(min_size=20, max_size=20)
CODE = bytes(range(20))
LETTERS = format_letters(CODE)
DIGITS = format_digits(CODE)


def test_a_new_code_is_all_the_randomness_there_is() -> None:
    asked: list[int] = []

    def random(size_bytes: int) -> bytes:
        asked.append(size_bytes)
        return os.urandom(size_bytes)

    assert len(make_code(random)) == 20
    assert asked == [20]


@given(CODES)
def test_both_forms_are_read_back(code: bytes) -> None:
    assert find_code(format_letters(code)) == code
    assert find_code(format_digits(code)) == code


@given(CODES)
def test_both_forms_have_their_shape(code: bytes) -> None:
    assert [len(group) for group in format_letters(code).split("-")] == [4] * 9
    assert [len(group) for group in format_digits(code).split("-")] == [5] * 11
    assert not set(format_letters(code)) & set("ILOU")


@given(CODES, st.lists(st.sampled_from(" -\u2013\u2212\u00a0"), max_size=20), st.randoms())
def test_spaces_and_dashes_anywhere_do_not_matter(code: bytes, noise: list[str], random: object) -> None:
    characters = list(format_letters(code).lower())
    for mark in noise:
        characters.insert(random.randrange(len(characters) + 1), mark)  # type: ignore[attr-defined]  # a Random
    assert find_code("".join(characters)) == code


def test_one_wrong_character_is_noticed() -> None:
    for place, right in enumerate(LETTERS):
        for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if right not in (wrong, "-"):
                assert find_code(LETTERS[:place] + wrong + LETTERS[place + 1 :]) is None
    for place, right in enumerate(DIGITS):
        for wrong in "0123456789":
            if right not in (wrong, "-"):
                assert find_code(DIGITS[:place] + wrong + DIGITS[place + 1 :]) is None


def test_two_characters_exchanged_are_noticed() -> None:
    for text in (LETTERS.replace("-", ""), DIGITS.replace("-", "")):
        for place in range(len(text) - 1):
            one, other = text[place], text[place + 1]
            if one != other:
                assert find_code(text[:place] + other + one + text[place + 2 :]) is None


@given(st.text(max_size=80))
def test_other_texts_are_none(text: str) -> None:
    assert find_code(text) is None


@pytest.mark.parametrize("size", [0, 19, 21])
def test_a_code_of_another_length_is_a_mistake_of_the_caller(size: int) -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        format_letters(bytes(size))
