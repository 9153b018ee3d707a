"""The part of a text around what was found, as it was written, with the places of the matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hrd_desktop.storage.derived.query import Phrase, Query
from hrd_desktop.storage.derived.words import fold_character, is_cluster

EXCERPT_CHARACTERS: Final = 160
#: How much of a text is looked through: an excerpt is a help, and must not cost more than the search.
MAX_LOOKED_AT: Final = 4_000
_LEAD: Final = 40
_NO_WORD: Final = re.compile("[^a-z0-9]")


@dataclass(frozen=True, repr=False)
class Excerpt:
    """A piece of a text; ``marks`` are (start, end) in characters of ``text``."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def excerpt_of(text: str, query: Query) -> Excerpt | None:
    """The piece of ``text`` around the first match, or None when none is in the part that is looked at."""
    start = _likely_start(text, query)
    window = text[start : start + MAX_LOOKED_AT]
    matches = matches_in(window, query)
    if not matches:
        return None
    begin = max(0, matches[0][0] - _LEAD)
    if begin:
        space = window.find(" ", begin, matches[0][0])
        begin = space + 1 if space >= 0 else begin
    piece = window[begin : begin + EXCERPT_CHARACTERS]
    marks = [(first - begin, min(last - begin, len(piece))) for first, last in matches]
    return Excerpt(piece, tuple(mark for mark in marks if mark[0] < mark[1]))


def _likely_start(text: str, query: Query) -> int:
    """Where to begin in a long text: a little before a plain occurrence of a word, or at its beginning."""
    if len(text) <= MAX_LOOKED_AT:
        return 0
    lowered = text.lower()
    if len(lowered) != len(text):
        return 0
    places = [place for phrase in query.phrases if (place := lowered.find(phrase.words[0])) >= 0]
    return max(0, min(places) - 2 * _LEAD) if places else 0


def matches_in(window: str, query: Query) -> list[tuple[int, int]]:
    """The (start, end) of every match, in order, none touching another."""
    joined, origin = _flat(window)
    found: list[tuple[int, int]] = []
    for phrase in query.phrases:
        for match in _pattern(phrase).finditer(joined):
            found.append((origin[match.start()], origin[match.end() - 1] + 1))
    merged: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _flat(window: str) -> tuple[str, Sequence[int]]:
    """The window folded character by character, and the place each folded one comes from."""
    if window.isascii():
        return _NO_WORD.sub(" ", window.lower()), range(len(window))
    flat: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(window):
        folded = fold_character(character)
        flat.append(folded)
        origin.extend([position] * len(folded))
    return "".join(flat), origin


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    parts = [
        "".join(re.escape(folded) for character in word if (folded := fold_character(character)))
        for word in phrase.words
    ]
    # Clusters of scripts without spaces stand side by side; other words have something between them.
    body = " *".join(parts)
    start = "" if is_cluster(phrase.words[0]) else "(?<![^ ])"
    end = "" if phrase.open_end or is_cluster(phrase.words[-1]) else "(?![^ ])"
    return re.compile(start + body + end)
