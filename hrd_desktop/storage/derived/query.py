"""From what a person typed to an FTS5 expression in which no typed character has a meaning of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from hrd_desktop.storage.derived.words import words_of

MAX_QUERY_CHARACTERS: Final = 1_000
MAX_PHRASES: Final = 16

_PART: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True, repr=False)
class Phrase:
    """Words that must follow each other. With ``open_end`` the last one may go on."""

    words: tuple[str, ...]
    open_end: bool


@dataclass(frozen=True, repr=False)
class Query:
    """Phrases that must all be found."""

    phrases: tuple[Phrase, ...]


def expression_of(query: Query, words_beginning: Callable[[str], Sequence[str] | None]) -> str | None:
    """The FTS5 expression of a query, or None when no document can match.

    ``words_beginning`` gives the words of the index that begin with its argument, or None when the index
    is to find them by itself. Words hold no quote, and are quoted all the same.
    """
    parts: list[str] = []
    for phrase in query.phrases:
        head, last = phrase.words[:-1], phrase.words[-1]
        if not phrase.open_end:
            parts.append(_quoted(phrase.words))
            continue
        endings = words_beginning(last)
        if endings is None:
            parts.append(_quoted(phrase.words) + "*")
        elif endings:
            parts.append("(" + " OR ".join(_quoted((*head, ending)) for ending in endings) + ")")
        else:
            return None
    return " AND ".join(parts)


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words).replace('"', '""') + '"'


def parse_query(untrusted_text: str) -> Query | None:
    """What to look for, or None when the text holds no word.

    Every part between spaces is a phrase whose last word may go on (search as you type), so that a
    file's name, an address or a sentence without spaces is found as it stands. In double quotes, a phrase
    of whole words. What is beyond the limits is left out.
    """
    phrases: list[Phrase] = []
    for found in _PART.finditer(untrusted_text[:MAX_QUERY_CHARACTERS]):
        quoted, plain = found.groups()
        words = tuple(words_of(plain if quoted is None else quoted))
        if words:
            phrases.append(Phrase(words, open_end=quoted is None))
    return Query(tuple(phrases[:MAX_PHRASES])) if phrases else None
