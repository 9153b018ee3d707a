"""Shares: any k of n make the secret, fewer tell nothing, and no failure holds a word."""

from __future__ import annotations

import itertools
import os
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics

from hrd_desktop.crypto.shares import WORDS, Share, combine_shares, parse_share, split_secret
from hrd_desktop.domain.errors.shares import (
    ShareChecksumError,
    ShareError,
    SharesMissingError,
    SharesMixedError,
    SharesUnfitError,
    ShareWordError,
)

SECRET = bytes(range(32))


def text_of(share: Share) -> str:
    return " ".join(share.words)


def test_any_k_of_n_make_the_secret_and_fewer_do_not() -> None:
    shares = split_secret(SECRET, 3, 5, os.urandom)
    assert [share.number for share in shares] == [1, 2, 3, 4, 5]
    for chosen in itertools.permutations(shares, 3):
        assert combine_shares(chosen) == SECRET
    for chosen in itertools.combinations(shares, 2):
        with pytest.raises(SharesMissingError) as caught:
            combine_shares(chosen)
        assert caught.value.fields == {"missing": 1, "needed": 3}


@pytest.mark.parametrize(("needed", "count"), [(2, 2), (2, 16), (16, 16), (5, 8)])
def test_another_program_makes_the_same_secret_of_them(needed: int, count: int) -> None:
    shares = split_secret(SECRET, needed, count, os.urandom)
    assert combine_mnemonics([text_of(share) for share in shares[count - needed :]]) == SECRET


@pytest.mark.parametrize(("needed", "count"), [(1, 1), (1, 3), (4, 3), (2, 17), (0, 0)])
def test_sets_that_are_none_are_not_made(needed: int, count: int) -> None:
    with pytest.raises(ValueError, match="needed"):
        split_secret(SECRET, needed, count, os.urandom)


def test_a_share_is_read_however_it_was_written() -> None:
    share = split_secret(SECRET, 2, 3, os.urandom)[1]
    for text in (
        text_of(share).upper(),
        "  " + "\r\n".join(f"{number:2}. {word}" for number, word in enumerate(share.words, 1)) + "\n",
        "-".join(word[:4] for word in share.words),
        "\ufeff" + "\u00a0\u2028".join(share.words) + "\u200b",
    ):
        assert parse_share(text) == share


def test_one_changed_word_is_noticed_wherever_it_is() -> None:
    share = split_secret(SECRET, 2, 3, os.urandom)[0]
    other = split_secret(SECRET, 2, 3, os.urandom)[0]
    for place in range(WORDS):
        words = list(share.words)
        if words[place] == other.words[place]:
            continue
        words[place] = other.words[place]
        with pytest.raises(ShareChecksumError):
            parse_share(" ".join(words))
        words[place] = "qqqq"
        with pytest.raises(ShareWordError) as caught:
            parse_share(" ".join(words))
        assert caught.value.fields == {"position": place + 1}


def test_shares_of_two_sets_are_told_apart() -> None:
    one, two = (split_secret(SECRET, 2, 3, lambda size, n=n: bytes([0, n][:size])) for n in (1, 2))
    with pytest.raises(SharesMixedError):
        combine_shares([one[0], two[1]])
    same = split_secret(bytes(32), 2, 3, lambda size: bytes([0, 1][:size]))
    with pytest.raises(SharesUnfitError):
        combine_shares([one[0], same[1]])
    with pytest.raises(SharesUnfitError):
        combine_shares([one[0], same[0]])


@given(st.text(max_size=400))
def test_any_text_ends_in_a_share_or_a_typed_failure(text: str) -> None:
    with pytest.raises(ShareError):
        parse_share(text)


def test_no_failure_holds_a_word_or_the_secret() -> None:
    one, two = split_secret(SECRET, 2, 3, os.urandom), split_secret(SECRET, 2, 3, os.urandom)
    changed = (*one[0].words[:20], two[0].words[20], *one[0].words[21:])
    attempts = [
        lambda: parse_share(text_of(one[0]) + " academic"),
        lambda: parse_share(text_of(one[0])[:-3] + "qqq"),
        lambda: parse_share(" ".join(changed)),
        lambda: combine_shares([one[0]]),
        lambda: combine_shares([one[0], Share(one[0].set_id, 2, 2, two[1].words)]),
    ]
    for attempt in attempts:
        with pytest.raises(ShareError) as caught:
            attempt()
        error: BaseException | None = caught.value
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.args)
        while error is not None:
            # Nothing of the library's hangs on it either, whatever a report would print.
            assert type(error).__module__.startswith("hrd_desktop"), error
            error = error.__context__ or error.__cause__
        assert not [word for word in one[0].words if word in told.split()]
    # Nothing but the class and the place in memory: a word like "desktop" stands in the name of the module.
    assert repr(one[0]) == object.__repr__(one[0])
