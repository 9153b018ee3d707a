"""Settings inside the vault: small texts by name."""

from __future__ import annotations

from hrd_desktop.storage.database import Database


class Settings:
    """Table ``setting``. Names that begin with ``vault.`` are the storage's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> str | None:
        """The value, or None."""
        row = self._database.one("SELECT value FROM setting WHERE name = ?", (name,))
        return None if row is None else str(row[0])

    def get(self, name: str, default: str) -> str:
        """The value, or ``default``."""
        value = self.find(name)
        return default if value is None else value

    def set(self, name: str, value: str) -> None:
        """Set, or set anew."""
        self._database.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def remove(self, name: str) -> None:
        """Remove; nothing happens when it is not there."""
        self._database.execute("DELETE FROM setting WHERE name = ?", (name,))

    def names(self, prefix: str) -> list[str]:
        """The names of all settings that begin with ``prefix``."""
        rows = self._database.query(
            "SELECT name FROM setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name", (prefix,)
        )
        return [row[0] for row in rows]

    def find_number(self, name: str) -> int | None:
        """The value of a setting that is a whole number, or None."""
        value = self.find(name)
        return None if value is None else int(value)
