"""Padded lengths say little, cost little, and random filling is exact."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.padding import padded_bytes, random_fill

SIZES = st.integers(min_value=2, max_value=2**52)


@given(SIZES)
def test_the_padded_length_fits_and_costs_little(size: int) -> None:
    padded = padded_bytes(size)
    assert padded >= size
    assert padded % 4096 == 0
    assert padded < size * 1.12 + 4096


@given(SIZES, SIZES)
def test_longer_is_never_shorter(one: int, other: int) -> None:
    assert padded_bytes(min(one, other)) <= padded_bytes(max(one, other))


@given(SIZES)
def test_a_padded_length_stays(size: int) -> None:
    assert padded_bytes(padded_bytes(size)) == padded_bytes(size)


def test_few_lengths_remain() -> None:
    lengths = {padded_bytes(size) for size in range(1_000_000_000, 2_000_000_000, 999_983)}
    # Five bits are kept below the highest, so 32 lengths in an octave; this range touches two.
    assert 30 <= len(lengths) <= 34


@pytest.mark.parametrize("size", [-1, 0, 1])
def test_there_is_no_length_below_two(size: int) -> None:
    with pytest.raises(ValueError, match="2 bytes"):
        padded_bytes(size)


@pytest.mark.parametrize("size", [0, 1, 4096, 1024 * 1024, 1024 * 1024 + 1, 3_000_000])
def test_random_fill_is_exact_and_in_pieces(size: int) -> None:
    pieces = list(random_fill(size, os.urandom))
    assert sum(len(piece) for piece in pieces) == size
    assert all(0 < len(piece) <= 1024 * 1024 for piece in pieces)
