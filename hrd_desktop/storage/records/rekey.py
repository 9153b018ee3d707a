"""How far a re-key has come (docs/spec/vault-format.md, section 2.7)."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.storage.database import Database, DatabaseBug


class Rekey:
    """Tables ``rekey`` and ``rekey_header``. An object's header goes from *to do* to *pending* to *done*."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, final_slots: bytes) -> None:
        """Note that a re-key begins, in state ``slots``: every item's object header is to do.

        ``final_slots`` are the slots to be written at the end. Raises ConstraintBroken when one is under way.
        """
        self._database.execute(
            "INSERT INTO rekey (number, state, final_slots) VALUES (1, 'slots', ?)", (final_slots,)
        )
        self._database.execute("DELETE FROM rekey_header")
        self._database.execute("INSERT INTO rekey_header (name) SELECT object_name FROM item")

    def state(self) -> str | None:
        """The state, or None when no re-key is under way."""
        row = self._database.one("SELECT state FROM rekey")
        return None if row is None else str(row[0])

    def set_state(self, state: str) -> None:
        """Go on to the next state."""
        if self._database.execute("UPDATE rekey SET state = ?", (state,)) != 1:
            raise DatabaseBug("no re-key under way")

    def final_slots(self) -> bytes | None:
        """The slots to be written at the end, or None."""
        row = self._database.one("SELECT final_slots FROM rekey")
        return None if row is None else bytes(row[0])

    def names_to_do(self, *, limit: int) -> list[bytes]:
        """Object names whose header is to do, at most ``limit``."""
        rows = self._database.query("SELECT name FROM rekey_header WHERE pending = 0 LIMIT ?", (limit,))
        return [row[0] for row in rows]

    def put_header(self, name: bytes, header: bytes | None) -> None:
        """Note the new header bytes before they are written; None where the object is left as it is."""
        self._database.execute(
            "INSERT INTO rekey_header (name, pending, header) VALUES (?, 1, ?)"
            " ON CONFLICT (name) DO UPDATE SET pending = 1, header = excluded.header",
            (name, header),
        )

    def pending_headers(self) -> list[tuple[bytes, bytes | None]]:
        """Headers that are noted and may not be written yet."""
        return [
            (name, header)
            for name, header in self._database.query(
                "SELECT name, header FROM rekey_header WHERE pending = 1"
            )
        ]

    def find_header(self, name: bytes) -> bytes | None:
        """The noted header of one object, or None."""
        row = self._database.one("SELECT header FROM rekey_header WHERE name = ? AND pending = 1", (name,))
        return None if row is None or row[0] is None else bytes(row[0])

    def done(self, names: Sequence[bytes]) -> None:
        """These headers are written and synced."""
        self._database.executemany("DELETE FROM rekey_header WHERE name = ?", [(name,) for name in names])

    def is_done(self, name: bytes) -> bool:
        """Whether nothing is left to do for this object."""
        return self._database.one("SELECT 1 FROM rekey_header WHERE name = ?", (name,)) is None

    def clear(self) -> None:
        """The re-key is over."""
        self._database.execute("DELETE FROM rekey_header")
        self._database.execute("DELETE FROM rekey")
