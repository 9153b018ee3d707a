"""How fast lists and searches answer in a vault of many items (option `--items`, 100,000 by default).

Builds both databases in a temporary folder with made-up words that are spread as words of a language are
(Zipf), then prints the median and the 95th percentile of each question, in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import median, quantiles
from uuid import UUID

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.records import Case, CaseStatus, Item, ItemDetails, ItemKind, ItemState
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.derived.search_index import SearchDocument
from hrd_desktop.storage.records.items import ItemFilter
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID, RECORDS_APPLICATION_ID

VOCABULARY = 30_000
AT_ONCE = 10_000
PAGE = 100
NAMES = ("records", "derived")
APPLICATION_IDS = (RECORDS_APPLICATION_ID, DERIVED_APPLICATION_ID)


class Words:
    """Made-up words; word k is drawn about 1/k as often as the first."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er")]
        self.all = [
            "".join(source.choices(syllables, k=source.choice((2, 2, 3, 4)))) for _ in range(VOCABULARY)
        ]
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))

    def text(self, count: int) -> str:
        """``count`` words."""
        return " ".join(self._source.choices(self.all, cum_weights=self._weights, k=count))


def build(records: Records, derived: Derived, items: int, words: Words, source: random.Random) -> None:
    """Fill both databases: every item in one case of three, one tag of fifty, with a text of 60 words."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    cases = [Case(_uuid(source), f"Case {n}", "", CaseStatus.OPEN, "", False, start, start) for n in range(3)]
    with records.transaction():
        for case in cases:
            records.cases.insert(case)
    for first in range(0, items, AT_ONCE):
        with records.transaction(), derived.transaction():
            part = _part(first, items)
            numbers = records.items.next_numbers(len(part))
            made = [_item(number, n, start, words, source) for number, n in zip(numbers, part, strict=True)]
            records.items.insert_all(made)
            for n, item in zip(_part(first, items), made, strict=True):
                records.cases.register(cases[n % 3].id, item.id)
                derived.index(
                    SearchDocument("item", item.id, item.details.title, item.details.description, item.number)
                )
        # As in the program: the text of a file comes after its record.
        with derived.transaction():
            for item in made:
                derived.put_text(item.id, words.text(60))


def _part(first: int, items: int) -> range:
    return range(first, min(first + AT_ONCE, items))


def _item(number: int, n: int, start: datetime, words: Words, source: random.Random) -> Item:
    when = start + timedelta(minutes=n)
    return Item(
        id=_uuid(source),
        number=number,
        state=ItemState.BINNED if n % 50 == 0 else ItemState.KEPT,
        details=ItemDetails(kind=ItemKind.PHOTOGRAPH, title=words.text(5), description=words.text(20)),
        original_name=f"IMG_{n:06d}.jpg",
        media_type="image/jpeg",
        size_bytes=source.randrange(1, 10_000_000),
        sha256=source.randbytes(32),
        object_name=source.randbytes(16),
        imported_utc=when,
        original_modified_utc=None,
        changed_utc=when,
        tags=(f"tag {n % 50}",),
    )


def _uuid(source: random.Random) -> UUID:
    return UUID(bytes=source.randbytes(16), version=4)


def measure(name: str, run: Callable[[], object], times: int = 40) -> None:
    """Print the median and the 95th percentile of ``times`` runs."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        run()
        taken.append((time.perf_counter() - before) * 1000)
    print(f"{name:<44} p50 {median(taken):8.2f} ms   p95 {quantiles(taken, n=20)[-1]:8.2f} ms", flush=True)


def ask(records: Records, derived: Derived, case: Case, words: Words, source: random.Random) -> None:
    """Every question that a list or a search on the screen asks."""
    items = records.items
    total = items.count()
    digest = items.page(ItemFilter(), limit=1)[0].sha256
    measure("first page, newest first", lambda: items.page(ItemFilter(state=ItemState.KEPT), limit=PAGE))
    measure("a page in the middle", lambda: items.page(ItemFilter(), before=total // 2, limit=PAGE))
    measure("first page of the bin", lambda: items.page(ItemFilter(state=ItemState.BINNED), limit=PAGE))
    measure("first page of a case", lambda: items.page(ItemFilter(case=case.id), limit=PAGE))
    measure("first page of a tag", lambda: items.page(ItemFilter(tag="tag 7"), limit=PAGE))
    measure(
        "first page of a tag in a case", lambda: items.page(ItemFilter(tag="tag 7", case=case.id), limit=PAGE)
    )
    measure("all numbers of a case", lambda: items.numbers(ItemFilter(case=case.id)), 5)
    measure("find by SHA-256", lambda: items.find_by_sha256(digest))
    measure(
        "counts, cases, tags", lambda: (items.count(), list(records.cases.iter_cases()), records.tags.load())
    )
    common, rare = words.all[:20], words.all[5_000:15_000]
    pick = source.choice
    measure("search, a common word", lambda: derived.search(pick(common)))
    measure("search, a common word, newest first", lambda: derived.search(pick(common), newest_first=True))
    measure("search, a rare word", lambda: derived.search(pick(rare)))
    measure("search, two common words", lambda: derived.search(f"{pick(common)} {pick(common)}"))
    measure("search, a common and a rare word", lambda: derived.search(f"{pick(common)} {pick(rare)}"))
    measure("search as you type, 1 letter", lambda: derived.search(pick(rare)[:1]))
    measure("search as you type, 2 letters", lambda: derived.search(pick(rare)[:2]))
    measure("search as you type, 3 letters", lambda: derived.search(pick(rare)[:3]))
    measure("search as you type, 4 letters", lambda: derived.search(pick(rare)[:4]))
    measure("search for nothing that is there", lambda: derived.search("qqqqq xxxxx"))
    measure("all numbers that hold a common word", lambda: derived.find_numbers(pick(common)), 5)


class Databases:
    """Both databases in a folder, and what asks them."""

    def __init__(self, folder: str, keys: list[tuple[bytes, bytes]]) -> None:
        self._opened: list[Database] = []
        for name, application_id, key in zip(NAMES, APPLICATION_IDS, keys, strict=True):
            self._opened.append(open_database(os.path.join(folder, name), *key, application_id))
        self.records, self.derived = Records(self._opened[0], SystemClock()), Derived(self._opened[1])

    def keep_more_pages(self) -> None:
        """For building alone: with the program's own 32 MiB most of a large build goes into reading again."""
        for database in self._opened:
            database.query("PRAGMA cache_size = -600000")

    def close(self) -> None:
        """Close both."""
        for database in self._opened:
            database.close()


def main() -> None:
    """Build, or take what was built before; ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folder", help="build there and keep it; ask again what an earlier run has built")
    chosen = parser.parse_args()
    source = random.Random(1)  # noqa: S311 - the same made-up items on every run
    words = Words(source)
    with tempfile.TemporaryDirectory() as passing:
        folder = chosen.folder or passing
        keys = [(source.randbytes(32), source.randbytes(16)) for _ in NAMES]
        before = time.perf_counter()
        if not os.path.exists(os.path.join(folder, "whole")):
            databases = Databases(folder, keys)
            databases.keep_more_pages()
            build(databases.records, databases.derived, chosen.items, words, source)
            databases.close()
            with open(os.path.join(folder, "whole"), "wb"):
                pass
        taken = time.perf_counter() - before
        databases = Databases(folder, keys)
        sizes = [os.path.getsize(os.path.join(folder, name)) / 2**20 for name in NAMES]
        print(
            f"{databases.records.items.count()} items in {taken:.0f} s;"
            f" records {sizes[0]:.0f} MiB, derived {sizes[1]:.0f} MiB",
            flush=True,
        )
        case = next(iter(databases.records.cases.iter_cases()))
        ask(databases.records, databases.derived, case, words, source)
        databases.close()


if __name__ == "__main__":
    main()
