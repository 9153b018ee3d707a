"""The objects that hold snapshots of the records."""

from __future__ import annotations

from hrd_desktop.storage.database import Database


class Snapshots:
    """Table ``snapshot``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[tuple[bytes, int, int]]:
        """(object name, epoch, time made in microseconds UTC), the oldest first."""
        return [
            (name, epoch, made_us)
            for name, epoch, made_us in self._database.query(
                "SELECT name, epoch, made_utc FROM snapshot ORDER BY epoch, made_utc, name"
            )
        ]

    def add(self, name: bytes, epoch: int, made_us: int) -> None:
        """Record a snapshot of the records as they were at ``epoch``."""
        self._database.execute(
            "INSERT INTO snapshot (name, epoch, made_utc) VALUES (?, ?, ?)", (name, epoch, made_us)
        )

    def remove(self, name: bytes) -> None:
        """Drop a snapshot; nothing happens when it is not there."""
        self._database.execute("DELETE FROM snapshot WHERE name = ?", (name,))
