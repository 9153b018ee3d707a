"""The full-text index: what is put in, taken out without a trace, and found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.database import Database, Row, Value
from hrd_desktop.storage.derived.excerpt import EXCERPT_CHARACTERS, excerpt_of, matches_in
from hrd_desktop.storage.derived.query import Query, expression_of, parse_query
from hrd_desktop.storage.derived.words import words_of

#: How much of one text is indexed.
MAX_TEXT_CHARACTERS: Final = 4_000_000

# Items have their running number; the others follow far above, so that one kind is one range of the index.
_RANGES: Final = {"item": (1, 1 << 40), "contact": (1 << 40, 1 << 41), "case": (1 << 41, 1 << 42)}

# Where every word stands, the best place first.
_TIERS: Final = ("title", "title body", "title body text")

#: Only so many of the newest matches are put in the order of their places: however common the words, a
#: search costs the same. What is older is found newest first, or with one more word.
MAX_RANKED: Final = 500

#: Beginnings shorter than this have an index of their own.
_MIN_TERM_CHARACTERS: Final = 4
#: When more words than this begin so, the index finds them by itself.
_MAX_ENDINGS: Final = 256


@dataclass(frozen=True, repr=False)
class SearchDocument:
    """What can be found of one record.

    ``kind`` is ``item``, ``contact`` or ``case``. ``number`` is an item's running number and ignored for the
    others. ``title`` is what it is called; ``body`` everything else that was entered, as one text.
    ``version`` tells one state of the record from another (its time of change).
    """

    kind: str
    record_id: UUID
    title: str
    body: str = ""
    number: int = 0
    version: int = 0


@dataclass(frozen=True, repr=False)
class Hit:
    """A record that was found.

    ``rank`` is 0 where the title holds all words, 1 where what was entered does, 2 where the text
    does. ``title_marks`` and ``marks`` are the (start, end) of the matches in ``title`` and ``snippet``.
    ``number`` orders hits by age.
    """

    record_id: UUID
    kind: str
    rank: int
    number: int
    title: str
    title_marks: tuple[tuple[int, int], ...]
    snippet: str
    marks: tuple[tuple[int, int], ...]


class SearchIndex:
    """Tables ``document`` and ``word``. Changes must be inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Words that this transaction has put into the list of words, or found there.
        self._listed: set[str] = set()

    def begin(self) -> None:
        """A transaction begins: whatever the one before has put in may have been rolled back."""
        self._listed.clear()

    def index(self, document: SearchDocument) -> None:
        """Put a record in, or anew. The text of an item stays as it was put with ``put_text``."""
        number = self._number_of(document.kind, document.record_id)
        gone = set() if number is None else self._remove(number)
        if document.kind == "item":
            number = document.number
        elif number is None:
            number = self._free_number(document.kind)
        title, body = _clean(document.title), _clean(document.body)
        self._database.execute(
            "INSERT INTO document (number, kind, record_id, version, title, body) VALUES (?, ?, ?, ?, ?, ?)",
            (number, document.kind, document.record_id.bytes, document.version, title, body),
        )
        self._put_words(2 * number, title, body, "")
        if document.kind == "item" and self._text(document.record_id):
            self.index_text(document.record_id)
        self._forget(gone)

    def index_text(self, item_id: UUID) -> None:
        """Put the item's text, as it is stored now, into the index, if the item is in there."""
        row = self._database.one(
            "SELECT number, title, body, with_text FROM document WHERE kind = 'item' AND record_id = ?",
            (item_id.bytes,),
        )
        if row is None:
            return
        number, title, body, with_text = row
        gone = self._take_out(2 * number + 1) if with_text else set()
        text = self._text(item_id)
        if text:
            self._put_words(2 * number + 1, title, body, text)
        if bool(text) is not bool(with_text):
            self._database.execute(
                "UPDATE document SET with_text = ? WHERE number = ?", (int(bool(text)), number)
            )
        self._forget(gone)

    def remove(self, record_id: UUID) -> None:
        """Take a record out, whatever its kind. No term of it stays in the index."""
        for (number,) in self._database.query(
            "SELECT number FROM document WHERE record_id = ? AND kind IN ('item', 'contact', 'case')",
            (record_id.bytes,),
        ):
            self._forget(self._remove(number))

    def versions(self, kind: str) -> Iterator[tuple[UUID, int]]:
        """(record id, version) of everything of one kind that is in the index."""
        first, last = _RANGES[kind]
        while True:
            rows = self._database.query(
                "SELECT number, record_id, version FROM document WHERE number >= ? AND number < ?"
                " ORDER BY number LIMIT 1000",
                (first, last),
            )
            for _, record_id, version in rows:
                yield UUID(bytes=record_id), version
            if len(rows) < 1000:
                return
            first = rows[-1][0] + 1

    def search(
        self,
        words: str,
        kind: str | None = None,
        limit: int = 50,
        *,
        newest_first: bool = False,
        before: int | None = None,
    ) -> list[Hit]:
        """What holds all of ``words``: the best place first and the newest within, or the newest first.

        At most ``limit``. ``before`` asks for hits of a smaller ``number``, for the next page newest first.
        A text without a word finds nothing.
        """
        query = parse_query(words)
        expression = None if query is None else expression_of(query, self._words_beginning)
        if query is None or expression is None:
            return []
        first, last = (0, 1 << 42) if kind is None else _RANGES[kind]
        last = last if before is None else min(before, last)
        everywhere = len(_TIERS) - 1
        if newest_first:
            numbers = self._numbers(_TIERS[everywhere], expression, first, last, limit)
            return self._hits([(number, everywhere) for number in numbers], query)
        ranks = dict.fromkeys(
            self._numbers(_TIERS[everywhere], expression, first, last, max(limit, MAX_RANKED)), everywhere
        )
        oldest = min(ranks, default=last)
        for rank in range(everywhere - 1, -1, -1):
            for number in self._numbers(_TIERS[rank], expression, oldest, last, len(ranks)):
                ranks[number] = rank
        ordered = sorted(ranks.items(), key=lambda found: (found[1], -found[0]))
        return self._hits(ordered[:limit], query)

    def find_numbers(self, words: str, kind: str = "item", limit: int | None = None) -> list[int]:
        """The numbers of all that hold ``words``, the newest first: what a long list on the screen holds."""
        query = parse_query(words)
        expression = None if query is None else expression_of(query, self._words_beginning)
        if expression is None:
            return []
        return self._numbers(_TIERS[-1], expression, *_RANGES[kind], -1 if limit is None else limit)

    # -- inside -----------------------------------------------------------------------------

    def _words_beginning(self, start: str) -> list[str] | None:
        if len(start) < _MIN_TERM_CHARACTERS:
            return None
        rows = self._database.query(
            "SELECT word FROM term WHERE word >= ? AND word < ? LIMIT ?",
            (start, start + "\U0010ffff", _MAX_ENDINGS + 1),
        )
        return None if len(rows) > _MAX_ENDINGS else [row[0] for row in rows]

    def _numbers(self, columns: str, expression: str, first: int, last: int, limit: int) -> list[int]:
        """Numbers from ``first`` to below ``last``, the newest first. A document may match in two rows."""
        rows = self._database.query(
            "SELECT rowid / 2 FROM word WHERE word MATCH ? AND rowid >= ? AND rowid < ?"
            " ORDER BY rowid DESC LIMIT ?",
            (f"{{{columns}}} : ({expression})", 2 * first, 2 * last, 2 * limit),
        )
        numbers = list(dict.fromkeys(row[0] for row in rows))
        return numbers if limit < 0 else numbers[:limit]

    def _hits(self, found: list[tuple[int, int]], query: Query) -> list[Hit]:
        rows: dict[int, Row] = {}
        for start in range(0, len(found), 200):
            part: tuple[Value, ...] = tuple(number for number, _ in found[start : start + 200])
            marks = ", ".join("?" * len(part))
            for row in self._database.query(
                f"SELECT number, kind, record_id, title, body FROM document WHERE number IN ({marks})",  # noqa: S608 - question marks
                part,
            ):
                rows[row[0]] = row
        if len(rows) != len(found):
            # The index names what is not there: it cannot be trusted, and is made again.
            raise DerivedDamagedError(part="index")
        return [self._hit(rows[number], rank, query) for number, rank in found]

    def _hit(self, row: Row, rank: int, query: Query) -> Hit:
        number, kind, record_id, title, body = row
        identity = UUID(bytes=record_id)
        excerpt = excerpt_of(body, query)
        if excerpt is None and kind == "item":
            excerpt = excerpt_of(self._text(identity), query)
        snippet, marks = (excerpt.text, excerpt.marks) if excerpt else (body[:EXCERPT_CHARACTERS], ())
        return Hit(identity, kind, rank, number, title, tuple(matches_in(title, query)), snippet, marks)

    def _number_of(self, kind: str, record_id: UUID) -> int | None:
        row = self._database.one(
            "SELECT number FROM document WHERE kind = ? AND record_id = ?", (kind, record_id.bytes)
        )
        return None if row is None else int(row[0])

    def _free_number(self, kind: str) -> int:
        first, last = _RANGES[kind]
        row = self._database.one(
            "SELECT max(number) FROM document WHERE number >= ? AND number < ?", (first, last)
        )
        return first if row is None or row[0] is None else int(row[0]) + 1

    def _text(self, item_id: UUID) -> str:
        row = self._database.one("SELECT text FROM item_text WHERE item_id = ?", (item_id.bytes,))
        return "" if row is None else str(row[0])

    def _put_words(self, row: int, title: str, body: str, text: str) -> None:
        columns = [words_of(title), words_of(body), words_of(text[:MAX_TEXT_CHARACTERS])]
        self._database.execute(
            "INSERT INTO word (rowid, title, body, text) VALUES (?, ?, ?, ?)",
            (row, *(" ".join(words) for words in columns)),
        )
        words = {word for word in set().union(*columns) if len(word) >= _MIN_TERM_CHARACTERS}
        words -= self._listed
        if words:
            self._database.executemany(
                "INSERT OR IGNORE INTO term (word) VALUES (?)", [(word,) for word in sorted(words)]
            )
            self._listed |= words

    def _remove(self, number: int) -> set[str]:
        gone = self._take_out(2 * number) | self._take_out(2 * number + 1)
        self._database.execute("DELETE FROM document WHERE number = ?", (number,))
        return gone

    def _take_out(self, row: int) -> set[str]:
        """Take a row out of the index; the words that may now be in no document any more."""
        columns = self._database.one("SELECT title, body, text FROM word WHERE rowid = ?", (row,))
        if columns is None:
            return set()
        self._database.execute("DELETE FROM word WHERE rowid = ?", (row,))
        return {word for text in columns for word in text.split(" ") if len(word) >= _MIN_TERM_CHARACTERS}

    def _forget(self, words: set[str]) -> None:
        """Drop from the list of words those that no document holds any more."""
        for word in words:
            quoted = '"' + word.replace('"', '""') + '"'
            if self._database.one("SELECT 1 FROM word WHERE word MATCH ? LIMIT 1", (quoted,)) is None:
                self._database.execute("DELETE FROM term WHERE word = ?", (word,))
                self._listed.discard(word)


def _clean(text: str) -> str:
    """Without what no column takes: a name that is not UTF-8 is found by the rest of it."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
