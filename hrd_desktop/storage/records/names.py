"""Names of objects between two steps: reserved before they are written, noted before they are unlinked."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.storage.database import Database
from hrd_desktop.storage.rows import insert_rows


class Names:
    """Tables ``reserved_name`` and ``unlink_name``; a name is 16 bytes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, names: Sequence[bytes]) -> None:
        """Note names of objects that are about to be written. Raises ConstraintBroken for a second time."""
        insert_rows(self._database, "reserved_name", ("name",), [(name,) for name in names])

    def release(self, names: Sequence[bytes]) -> None:
        """Drop reserved names: their records are in, or their objects are gone."""
        self._database.executemany("DELETE FROM reserved_name WHERE name = ?", [(name,) for name in names])

    def release_up_to(self, name: bytes) -> None:
        """Drop every reserved name up to this one, in the order in which ``reserved`` gives them."""
        self._database.execute("DELETE FROM reserved_name WHERE name <= ?", (name,))

    def reserved(self, *, limit: int | None = None) -> list[bytes]:
        """Reserved names, at most ``limit``, in order."""
        rows = self._database.query(
            "SELECT name FROM reserved_name ORDER BY name LIMIT ?", (-1 if limit is None else limit,)
        )
        return [row[0] for row in rows]

    def unlink_later(self, names: Sequence[bytes]) -> None:
        """Note names of objects that no record needs any more. One noted before stays noted."""
        self._database.executemany(
            "INSERT OR IGNORE INTO unlink_name (name) VALUES (?)", [(name,) for name in names]
        )

    def to_unlink(self, *, limit: int | None = None) -> list[bytes]:
        """Names still to be unlinked, at most ``limit``."""
        rows = self._database.query("SELECT name FROM unlink_name LIMIT ?", (-1 if limit is None else limit,))
        return [row[0] for row in rows]

    def unlinked(self, names: Sequence[bytes]) -> None:
        """Drop names whose objects are gone."""
        self._database.executemany("DELETE FROM unlink_name WHERE name = ?", [(name,) for name in names])
