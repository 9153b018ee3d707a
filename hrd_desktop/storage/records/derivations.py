"""What was made from what: redactions, transcripts, translations, extracts."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

from uuid import UUID

from hrd_desktop.domain.records import Derivation
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import text_column, time_column, time_value


class Derivations:
    """Table ``derivation``. The source of a derivation may have been destroyed since."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, derivation: Derivation) -> None:
        """Raises FieldValueError."""
        self._database.insert(
            "INSERT INTO derivation (source_id, derived_id, action, tool, reason, parameters, made_utc)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                derivation.source_id.bytes,
                derivation.derived_id.bytes,
                text_column("action", derivation.action),
                text_column("tool", derivation.tool),
                text_column("reason", derivation.reason),
                text_column("parameters", derivation.parameters_json),
                time_column(derivation.made_utc),
            ),
        )

    def made_from(self, source_id: UUID) -> list[Derivation]:
        """What was made from this item, in the order it was made."""
        return self._load("source_id", source_id)

    def sources_of(self, derived_id: UUID) -> list[Derivation]:
        """What this item was made from."""
        return self._load("derived_id", derived_id)

    def _load(self, column: str, item_id: UUID) -> list[Derivation]:
        rows = self._database.query(
            "SELECT source_id, derived_id, action, tool, reason, parameters, made_utc FROM derivation"
            f" WHERE {column} = ? ORDER BY number",
            (item_id.bytes,),
        )
        return [
            Derivation(
                UUID(bytes=row[0]), UUID(bytes=row[1]), row[2], row[3], row[4], row[5], time_value(row[6])
            )
            for row in rows
        ]
