"""The compartment's four key slots as the records know them, and the intent of a change."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.domain.slots import SlotRecord
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import text_column

_COLUMNS = "number, used, slot_id, kind, label, flags, made_utc, hash_a, hash_b"


class Slots:
    """Tables ``slot`` and ``slot_intent``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[SlotRecord]:
        """The slot records by number."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM slot ORDER BY number")
        return [SlotRecord(row[0], bool(row[1]), *row[2:]) for row in rows]

    def replace(self, slots: Sequence[SlotRecord]) -> None:
        """Put these records in the place of all that were there."""
        self._database.execute("DELETE FROM slot")
        self._database.executemany(
            f"INSERT INTO slot ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    slot.number,
                    int(slot.used),
                    slot.slot_id,
                    int(slot.kind),
                    text_column("label", slot.label),
                    slot.flags,
                    slot.made_us,
                    slot.hash_a,
                    slot.hash_b,
                )
                for slot in slots
            ],
        )

    def put_intent(self, payload: bytes) -> None:
        """Note the change that is about to be written, in the place of an earlier one."""
        self._database.execute(
            "INSERT INTO slot_intent (number, payload) VALUES (1, ?)"
            " ON CONFLICT (number) DO UPDATE SET payload = excluded.payload",
            (payload,),
        )

    def find_intent(self) -> bytes | None:
        """The change that was being written, or None."""
        row = self._database.one("SELECT payload FROM slot_intent")
        return None if row is None else bytes(row[0])

    def clear_intent(self) -> None:
        """The change is written in both copies."""
        self._database.execute("DELETE FROM slot_intent")
