"""What the vault's reserve consists of, as it was when the vault was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.storage.database import Database


@dataclass(frozen=True, repr=False)
class ReserveList:
    """Sizes in bytes of ``records.1`` and ``derived.1``, and the reserve objects with theirs."""

    records_bytes: int
    derived_bytes: int
    objects: tuple[tuple[bytes, int], ...]

    @property
    def size_bytes(self) -> int:
        """All of it together."""
        return self.records_bytes + self.derived_bytes + sum(size for _, size in self.objects)


class Reserve:
    """Table ``reserve``: in compartment 0 what was set aside, in compartment 1 what it lives in.

    Which of its files are free is known in compartment 1 alone, from what its own records name.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, objects: Sequence[tuple[bytes, int]], records_bytes: int, derived_bytes: int) -> None:
        """Record the reserve, once. Raises ConstraintBroken when there is one."""
        rows: list[tuple[str, bytes | None, int]] = [
            ("records", None, records_bytes),
            ("derived", None, derived_bytes),
        ]
        rows += [("object", name, size_bytes) for name, size_bytes in objects]
        self._database.executemany("INSERT INTO reserve (part, name, size_bytes) VALUES (?, ?, ?)", rows)

    def clear(self) -> None:
        """Forget the reserve: these records go into a vault that has none."""
        self._database.execute("DELETE FROM reserve")

    def load(self) -> ReserveList | None:
        """The reserve, or None when the vault has none."""
        sizes: dict[str, int] = {}
        objects: list[tuple[bytes, int]] = []
        for part, name, size_bytes in self._database.query(
            "SELECT part, name, size_bytes FROM reserve ORDER BY number"
        ):
            if name is None:
                sizes[part] = size_bytes
            else:
                objects.append((name, size_bytes))
        return ReserveList(sizes["records"], sizes["derived"], tuple(objects)) if sizes else None

    def free_objects(self) -> list[tuple[bytes, int]]:
        """Names and sizes of the reserve's objects that no record of this compartment names."""
        return [
            (name, size_bytes)
            for name, size_bytes in self._database.query(
                "SELECT name, size_bytes FROM reserve WHERE part = 'object' AND name NOT IN ("
                " SELECT object_name FROM item UNION ALL SELECT name FROM snapshot"
                " UNION ALL SELECT name FROM reserved_name UNION ALL SELECT name FROM unlink_name"
                ") ORDER BY number"
            )
        ]
