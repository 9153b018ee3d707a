"""What can still be read of a damaged records database, row by row, around the pages that are no more.

A page that does not authenticate ends the connection's usefulness (``database``), so after each failure the
file is opened anew. Rows with a running number are looked up behind the damage, and the edge of it found by
halving; rows without one are read from both ends.
"""

# ruff: noqa: S608 - names of tables and columns come from our own schema; values are parameters.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.storage.database import ConstraintBroken, Database, Row

ROWS_AT_ONCE = 64
#: How far behind the last readable row another one is looked for, in running numbers.
FARTHEST_STEP = 1 << 30

#: The vault's own bookkeeping, and what triggers count: made anew.
_LEFT_OUT = frozenset(
    {
        "item_count", "slot", "slot_intent", "reserved_name", "unlink_name", "reserve", "snapshot",
        "rekey", "rekey_header", "custody_node",
    }
)  # fmt: skip
#: Columns that triggers count up as the rows they count are put in.
_COUNTED = {"tag": "items", "case_file": "items"}


def salvage(reopen: Callable[[], Database], target: Database) -> tuple[str, ...]:
    """Copy every readable row into ``target``, a fresh database with this schema and nothing in its tables.

    ``reopen`` opens the damaged one again. Inside a transaction of ``target``. Returns the tables of which
    rows are, or may be, lost.
    """
    reader = _Reader(reopen)
    incomplete: list[str] = []
    try:
        for table in _tables(target):
            columns, key = _columns_of(target, table)
            counted = _COUNTED.get(table)
            marks = ", ".join("?" * len(columns))
            insert = f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({marks})'
            whole = True
            for row in reader.iter_rows(table, columns, key):
                values = [
                    0 if column == counted else value for column, value in zip(columns, row, strict=True)
                ]
                try:
                    target.execute(insert, values)
                except ConstraintBroken:
                    # Its parent was not to be read.
                    whole = False
            if not whole or reader.met_damage:
                incomplete.append(table)
    finally:
        reader.close()
    target.execute("DELETE FROM tag WHERE items = 0")
    return tuple(incomplete)


def _tables(database: Database) -> list[str]:
    """The tables in the order they were made in: what is referred to comes first."""
    rows = database.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
    return [name for (name,) in rows if name not in _LEFT_OUT and not name.startswith("sqlite_")]


def _columns_of(database: Database, table: str) -> tuple[list[str], list[str]]:
    """All columns, and those of the primary key in order."""
    info = database.query(f'PRAGMA table_info("{table}")')
    key = sorted((row[5], row[1]) for row in info if row[5])
    return [row[1] for row in info], [name for _, name in key]


class _Reader:
    """Reads one damaged database, through as many connections as that takes."""

    def __init__(self, reopen: Callable[[], Database]) -> None:
        self._reopen = reopen
        self._database: Database | None = None
        self.met_damage = False

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def iter_rows(self, table: str, columns: Sequence[str], key: Sequence[str]) -> Iterator[Row]:
        """Every row that can be read. ``met_damage`` says afterwards whether there may have been more."""
        self.met_damage = False
        place = [columns.index(name) for name in key]
        select, order = f'SELECT {", ".join(columns)} FROM "{table}"', ", ".join(key)
        if list(key) == ["number"]:
            yield from self._by_number(table, select, place[0])
            return
        marks = ", ".join("?" * len(key))
        after: tuple[object, ...] | None = None
        size = ROWS_AT_ONCE
        while True:
            where = f" WHERE ({order}) > ({marks})" if after is not None else ""
            rows = self._query(f"{select}{where} ORDER BY {order}", after or (), size)
            if rows is None and size > 1:
                # One by one up to the damaged page, since many rows fail as a whole.
                self.met_damage, size = True, 1
                continue
            if rows is None:
                yield from self._from_the_end(select, key, place, after)
                return
            if not rows:
                return
            yield from rows
            after = tuple(rows[-1][column] for column in place)

    def _by_number(self, table: str, select: str, place: int) -> Iterator[Row]:
        start, size = 1, ROWS_AT_ONCE
        while True:
            # Not "above the last one": that is looked for in the page of the last one, which may be damaged.
            rows = self._query(f"{select} WHERE number >= ? ORDER BY number", (start,), size)
            if rows is None and size > 1:
                self.met_damage, size = True, 1
                continue
            if rows is None:
                behind = self._find_behind(table, start)
                if behind is None:
                    return
                start, size = behind, ROWS_AT_ONCE
                continue
            if not rows:
                return
            yield from rows
            start = int(rows[-1][place]) + 1

    def _from_the_end(
        self, select: str, key: Sequence[str], place: Sequence[int], after: tuple[object, ...] | None
    ) -> Iterator[Row]:
        """Backwards to the damaged page, row by row. ``after`` is the last one read from the front."""
        order, marks = ", ".join(key), ", ".join("?" * len(key))
        backwards = ", ".join(f"{name} DESC" for name in key)
        before: tuple[object, ...] | None = None
        while True:
            where = f" WHERE ({order}) < ({marks})" if before is not None else ""
            rows = self._query(f"{select}{where} ORDER BY {backwards}", before or (), 1)
            if not rows:
                return
            before = tuple(rows[0][column] for column in place)
            if before == after:
                return
            yield rows[0]

    def _find_behind(self, table: str, number: int) -> int | None:
        """The smallest running number above ``number`` from which on rows can be read again, or None.

        ``number`` is one from which they cannot.
        """
        bad, step = number, 1
        while not self._reads_from(table, number + step):
            bad = number + step
            step *= 2
            if step > FARTHEST_STEP:
                return None
        good = number + step
        while good - bad > 1:
            middle = (good + bad) // 2
            if self._reads_from(table, middle):
                good = middle
            else:
                bad = middle
        return good

    def _reads_from(self, table: str, number: int) -> bool:
        sql = f'SELECT * FROM "{table}" WHERE number >= ? ORDER BY number'
        return self._query(sql, (number,), 1) is not None

    def _query(self, sql: str, params: Sequence[object], limit: int = ROWS_AT_ONCE) -> list[Row] | None:
        """Up to ``limit`` rows, or None where a page in their way does not authenticate."""
        try:
            if self._database is None:
                self._database = self._reopen()
            return self._database.query(f"{sql} LIMIT {limit}", tuple(params))  # type: ignore[arg-type]  # values come from columns
        except RecordsDamagedError:
            self.close()
            return None
