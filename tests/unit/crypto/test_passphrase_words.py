"""The seven-word passphrase: the shipped list, an even draw, a damaged list refused."""

from __future__ import annotations

import hashlib
import io
import os
from collections import Counter
from pathlib import Path

import pytest

from hrd_desktop.crypto.passphrase_words import entropy_bits, make_word_passphrase, parse_word_list
from hrd_desktop.domain.errors.bundle import WordListInvalid

LIST = Path(__file__).parents[3] / "resources" / "words" / "eff_large_wordlist.txt"


def test_the_shipped_list() -> None:
    data = LIST.read_bytes()
    words = parse_word_list(data)
    assert len(words) == 7776
    assert hashlib.sha256(data).hexdigest() in (LIST.parent / "README.md").read_text()
    assert 90 < entropy_bits(len(words)) < 91
    phrase = make_word_passphrase(words, os.urandom)
    assert len(phrase.split(" ")) == 7
    assert set(phrase.split(" ")) <= set(words)


def test_a_damaged_list_is_refused() -> None:
    lines = LIST.read_bytes().split(b"\n")[:-1]
    for damaged in (lines[:-1], [lines[0], lines[0], *lines[2:]], [b"", *lines[1:]], [b"A\xc3", *lines[1:]]):
        with pytest.raises(WordListInvalid):
            parse_word_list(b"\n".join(damaged) + b"\n")


def test_the_draw_is_even() -> None:
    words = [str(number) for number in range(6000)]
    every_pair = io.BytesIO(b"".join(number.to_bytes(2, "big") for number in range(1 << 16)))
    drawn = Counter(make_word_passphrase(words, every_pair.read, 60000).split(" "))
    assert set(drawn.values()) == {10}
    assert len(drawn) == 6000
