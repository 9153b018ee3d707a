"""Many rows put into a table by few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hrd_desktop.storage.database import Database, Value

#: Rows of one statement: from some tens on, more of them gain nothing.
ROWS_AT_ONCE: Final = 64


def insert_rows(
    database: Database, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]
) -> None:
    """Insert rows, inside a transaction. Raises what ``Database.execute`` raises.

    Where a trigger follows, the library keeps an encrypted copy of each page that a statement changes, to
    take that statement back: row by row this costs twice what the rows do.
    """
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 - names of this package
    marks = f"({', '.join('?' * len(columns))})"
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        database.execute(head + ", ".join([marks] * len(part)), [value for row in part for value in row])
