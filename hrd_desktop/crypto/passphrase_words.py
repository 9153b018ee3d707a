"""Passphrases of words drawn evenly from a list, so that their strength is known and not guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from hrd_desktop.domain.errors.bundle import WordListInvalid

LIST_WORDS = 7776
BUNDLE_WORDS = 7


def parse_word_list(data: bytes) -> tuple[str, ...]:
    """The words of the EFF large list, one to a line.

    Raises ``WordListInvalid`` unless there are exactly 7,776 different words of ASCII letters and
    hyphens: a shortened or repeating list would weaken every passphrase without a sign.
    """
    words = tuple(data.decode("ascii", "replace").split("\n")[:-1])
    allowed = set("abcdefghijklmnopqrstuvwxyz-")
    well_formed = all(word and set(word) <= allowed for word in words)
    if len(words) != LIST_WORDS or len(set(words)) != LIST_WORDS or not well_formed:
        raise WordListInvalid(words=len(words))
    return words


def make_word_passphrase(
    words: Sequence[str], randomness: Callable[[int], bytes], count: int = BUNDLE_WORDS
) -> str:
    """``count`` words, each drawn independently and evenly, joined by single spaces."""
    return " ".join(words[_draw_below(len(words), randomness)] for _ in range(count))


def entropy_bits(words: int, count: int = BUNDLE_WORDS) -> float:
    """Bits of entropy of ``count`` words out of ``words``: 90.5 for seven of 7,776."""
    return count * math.log2(words)


def _draw_below(limit: int, randomness: Callable[[int], bytes]) -> int:
    # Rejection sampling: a plain remainder would favour the first words of the list.
    if not 0 < limit <= 1 << 16:
        raise ValueError("a list of 1 to 65,536 words")
    highest = (1 << 16) - (1 << 16) % limit
    while True:
        number = int.from_bytes(randomness(2), "big")
        if number < highest:
            return number % limit
