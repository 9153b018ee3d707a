"""Searches that the user keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import text_column, time_column, time_value


@dataclass(frozen=True, repr=False)
class SavedSearch:
    """``query`` is the search as the services write it down, a text."""

    id: UUID
    name: str
    query: str
    made_utc: datetime


class SavedSearches:
    """Table ``saved_search``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, search: SavedSearch) -> None:
        """Keep a search."""
        self._database.insert(
            "INSERT INTO saved_search (id, name, query, made_utc) VALUES (?, ?, ?, ?)",
            (
                search.id.bytes,
                text_column("name", search.name),
                text_column("query", search.query),
                time_column(search.made_utc),
            ),
        )

    def update(self, search: SavedSearch) -> None:
        """Give a kept search another name or query. Raises NotFoundError."""
        changed = self._database.execute(
            "UPDATE saved_search SET name = ?, query = ? WHERE id = ?",
            (text_column("name", search.name), text_column("query", search.query), search.id.bytes),
        )
        if changed == 0:
            raise NotFoundError(kind="search")

    def load(self) -> list[SavedSearch]:
        """All kept searches in the order they were made."""
        rows = self._database.query("SELECT id, name, query, made_utc FROM saved_search ORDER BY number")
        return [SavedSearch(UUID(bytes=row[0]), row[1], row[2], time_value(row[3])) for row in rows]

    def remove(self, search_id: UUID) -> None:
        """Drop one; nothing happens when it is not there."""
        self._database.execute("DELETE FROM saved_search WHERE id = ?", (search_id.bytes,))
