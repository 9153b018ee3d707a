"""Form input that was not saved when the vault locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import text_column, time_column, time_value


@dataclass(frozen=True, repr=False)
class Draft:
    """The input of one kind of form, as JSON text."""

    kind: str
    json: str
    made_utc: datetime


class Drafts:
    """Table ``draft``: at most one for each kind of form."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, draft: Draft) -> None:
        """Keep a draft, in the place of an earlier one of its kind."""
        self._database.execute(
            "INSERT INTO draft (kind, json, made_utc) VALUES (?, ?, ?)"
            " ON CONFLICT (kind) DO UPDATE SET json = excluded.json, made_utc = excluded.made_utc",
            (draft.kind, text_column("json", draft.json), time_column(draft.made_utc)),
        )

    def find(self, kind: str) -> Draft | None:
        """The draft of this kind, or None."""
        row = self._database.one("SELECT kind, json, made_utc FROM draft WHERE kind = ?", (kind,))
        return None if row is None else Draft(row[0], row[1], time_value(row[2]))

    def load(self) -> list[Draft]:
        """All drafts, the newest first."""
        rows = self._database.query("SELECT kind, json, made_utc FROM draft ORDER BY made_utc DESC, kind")
        return [Draft(kind, json, time_value(made_us)) for kind, json, made_us in rows]

    def remove(self, kind: str) -> None:
        """Drop the draft of this kind; nothing happens when there is none."""
        self._database.execute("DELETE FROM draft WHERE kind = ?", (kind,))
