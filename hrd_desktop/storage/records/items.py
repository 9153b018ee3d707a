"""Evidence items: put in, changed, found, listed newest first."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hrd_desktop.domain.errors.records import ExistsError, NotFoundError
from hrd_desktop.domain.records import Item, ItemDetails, ItemKind, ItemState
from hrd_desktop.storage.database import ConstraintBroken, Database, Row, Value
from hrd_desktop.storage.records.item_rows import COLUMNS, DETAIL_COLUMNS, detail_values, item_of, item_values
from hrd_desktop.storage.records.settings import Settings
from hrd_desktop.storage.records.tags import Tags
from hrd_desktop.storage.records.values import folded, time_column
from hrd_desktop.storage.rows import insert_rows

PAGE_ITEMS = 200
_NEXT_NUMBER = "vault.next-item"
_REFERENCE = re.compile(r"E?0*([1-9][0-9]{0,17})", re.ASCII | re.IGNORECASE)
_SELECT = "SELECT " + ", ".join(f"i.{name}" for name in COLUMNS)


@dataclass(frozen=True, repr=False)
class ItemFilter:
    """Which items to list; None allows any. ``inbox`` asks for those that are in no case."""

    state: ItemState | None = None
    case: UUID | None = None
    tag: str | None = None
    kind: ItemKind | None = None
    inbox: bool = False


class Items:
    """Table ``item`` and what hangs on it."""

    def __init__(self, database: Database, settings: Settings, tags: Tags) -> None:
        self._database = database
        self._settings = settings
        self._tags = tags

    def next_number(self) -> int:
        """A running number that was never given before and never will be again."""
        return self.next_numbers(1)[0]

    def next_numbers(self, count: int) -> range:
        """``count`` running numbers one after another, each as ``next_number`` gives one."""
        first = self._settings.find_number(_NEXT_NUMBER) or 1
        self._settings.set(_NEXT_NUMBER, str(first + count))
        return range(first, first + count)

    def raise_next_number(self) -> None:
        """Inside a transaction: give no number again that an item has, whatever was noted of it."""
        row = self._database.one("SELECT max(number) FROM item")
        highest = 0 if row is None or row[0] is None else int(row[0])
        self._settings.set(_NEXT_NUMBER, str(max(self._settings.find_number(_NEXT_NUMBER) or 1, highest + 1)))

    def insert(self, item: Item) -> None:
        """Put an item in, with its tags; its cases are registered by ``Cases.register``.

        Raises ExistsError (id, number or object name taken), FieldValueError.
        """
        self.insert_all([item])

    def insert_all(self, items: Sequence[Item]) -> None:
        """Put items in as ``insert`` does: all of them, or an exception ends the transaction."""
        try:
            insert_rows(self._database, "item", COLUMNS, [item_values(item) for item in items])
        except ConstraintBroken:
            taken = any(
                self._database.one(
                    "SELECT 1 FROM item WHERE id = ? OR number = ? OR object_name = ?",
                    (item.id.bytes, item.number, item.object_name),
                )
                for item in items
            )
            if not taken:
                raise
        else:
            tagged = [item for item in items if item.tags]
            for tags in dict.fromkeys(item.tags for item in tagged):
                self._tags.give([item.number for item in tagged if item.tags == tags], tags)
            return
        raise ExistsError(kind="item")

    def update_details(self, item_id: UUID, details: ItemDetails, changed_utc: datetime) -> None:
        """Replace what the user entered. Raises NotFoundError, FieldValueError."""
        columns = ", ".join(f"{name} = ?" for name in (*DETAIL_COLUMNS, "changed_utc"))
        values = (*detail_values(details), time_column(changed_utc), item_id.bytes)
        self._changed_one(self._database.execute(f"UPDATE item SET {columns} WHERE id = ?", values))

    def set_state(self, item_id: UUID, state: ItemState) -> None:
        """Raises NotFoundError."""
        self._changed_one(
            self._database.execute("UPDATE item SET state = ? WHERE id = ?", (state.value, item_id.bytes))
        )

    def set_object(self, item_id: UUID, object_name: bytes) -> None:
        """The item's bytes lie in another object now. Raises NotFoundError."""
        self._changed_one(
            self._database.execute(
                "UPDATE item SET object_name = ? WHERE id = ?", (object_name, item_id.bytes)
            )
        )

    def set_tags(self, item_id: UUID, tags: Sequence[str]) -> None:
        """Give the item exactly these tags. Raises NotFoundError, FieldValueError."""
        self._tags.set_of_item(self._number_of(item_id), tags)

    def remove(self, item_id: UUID) -> None:
        """Take the record out, with its tags, its places in cases, the people and derivations of it.

        Custody events stay, and so do the derivations of which it was the source. Raises NotFoundError.
        """
        self._database.execute("DELETE FROM derivation WHERE derived_id = ?", (item_id.bytes,))
        self._changed_one(self._database.execute("DELETE FROM item WHERE id = ?", (item_id.bytes,)))

    def load(self, item_id: UUID) -> Item:
        """Raises NotFoundError."""
        found = self.find(item_id)
        if found is None:
            raise NotFoundError(kind="item")
        return found

    def find(self, item_id: UUID) -> Item | None:
        """The item with this id, or None."""
        return self._only(self._database.query(f"{_SELECT} FROM item AS i WHERE i.id = ?", (item_id.bytes,)))

    def find_by_number(self, number: int) -> Item | None:
        """The item with this running number, or None."""
        return self._only(self._database.query(f"{_SELECT} FROM item AS i WHERE i.number = ?", (number,)))

    def find_by_reference(self, reference: str) -> Item | None:
        """The item called ``E0001`` (or ``e1``, ``1``) or by its UUID as text, or None."""
        untrusted_reference = reference.strip()
        by_number = _REFERENCE.fullmatch(untrusted_reference)
        if by_number is not None:
            return self.find_by_number(int(by_number[1]))
        try:
            item_id = UUID(untrusted_reference)
        except ValueError:
            return None
        return self.find(item_id)

    def find_by_sha256(self, digest: bytes) -> list[Item]:
        """The items whose content has this SHA-256, the oldest first, in whatever state."""
        return self._items(
            self._database.query(f"{_SELECT} FROM item AS i WHERE i.sha256 = ? ORDER BY i.number", (digest,))
        )

    def find_by_digests(self, digests: Sequence[bytes]) -> dict[bytes, Item]:
        """By SHA-256, the oldest item of each of these contents that is known, in whatever state."""
        found: dict[bytes, Item] = {}
        for start in range(0, len(digests), PAGE_ITEMS):
            part = tuple(digests[start : start + PAGE_ITEMS])
            marks = ", ".join("?" * len(part))
            rows = self._database.query(
                f"{_SELECT} FROM item AS i WHERE i.sha256 IN ({marks}) ORDER BY i.number", part
            )
            for item in self._items(rows):
                found.setdefault(item.sha256, item)
        return found

    def iter_items(
        self,
        *,
        state: ItemState | None = None,
        case: UUID | None = None,
        tag: str | None = None,
        kind: ItemKind | None = None,
        inbox: bool = False,
        before: int | None = None,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """Items, the newest first, at most ``limit``; with ``before``, those of a smaller running number.

        Reads a page at a time and holds nothing between pages, so records may change meanwhile.
        """
        wanted = ItemFilter(state, case, tag, kind, inbox)
        left = limit
        while left is None or left > 0:
            size = PAGE_ITEMS if left is None else min(PAGE_ITEMS, left)
            page = self.page(wanted, before=before, limit=size)
            yield from page
            if len(page) < size:
                return
            before = page[-1].number
            left = None if left is None else left - size

    def page(self, wanted: ItemFilter, *, before: int | None = None, limit: int = PAGE_ITEMS) -> list[Item]:
        """One page, the newest first; the next one begins ``before`` the number of the last item."""
        source, params = _source(wanted, before)
        return self._items(
            self._database.query(
                f"{_SELECT} {source} ORDER BY {_driver_key(wanted)} DESC LIMIT ?", (*params, limit)
            )
        )

    def numbers(self, wanted: ItemFilter) -> list[int]:
        """The running numbers of all that match, the newest first: what a long list on the screen holds."""
        source, params = _source(wanted, None)
        key = _driver_key(wanted)
        return [row[0] for row in self._database.query(f"SELECT {key} {source} ORDER BY {key} DESC", params)]

    def load_numbers(self, numbers: Sequence[int]) -> list[Item]:
        """The items with these running numbers, in this order; those that are gone are left out."""
        found: dict[int, Item] = {}
        for start in range(0, len(numbers), PAGE_ITEMS):
            part = numbers[start : start + PAGE_ITEMS]
            marks = ", ".join("?" * len(part))
            rows = self._database.query(f"{_SELECT} FROM item AS i WHERE i.number IN ({marks})", tuple(part))
            found.update((item.number, item) for item in self._items(rows))
        return [found[number] for number in numbers if number in found]

    def load_ids(self, item_ids: Sequence[UUID]) -> list[Item]:
        """The items with these ids, in this order; those that are gone are left out."""
        found: dict[UUID, Item] = {}
        for start in range(0, len(item_ids), PAGE_ITEMS):
            part = tuple(item_id.bytes for item_id in item_ids[start : start + PAGE_ITEMS])
            marks = ", ".join("?" * len(part))
            rows = self._database.query(f"{_SELECT} FROM item AS i WHERE i.id IN ({marks})", part)
            found.update((item.id, item) for item in self._items(rows))
        return [found[item_id] for item_id in item_ids if item_id in found]

    def objects(self) -> list[tuple[bytes, bytes, int, bytes]]:
        """Object name, id, size and SHA-256 of every item that is kept or in the bin, by object name."""
        return [
            (name, item_id, size_bytes, sha256)
            for name, item_id, size_bytes, sha256 in self._database.query(
                "SELECT object_name, id, size_bytes, sha256 FROM item WHERE state IN (?, ?)"
                " ORDER BY object_name",
                (ItemState.KEPT.value, ItemState.BINNED.value),
            )
        ]

    def count(self, state: ItemState | None = None) -> int:
        """How many items are in this state, or in the bin and out of it together."""
        states = (ItemState.KEPT, ItemState.BINNED) if state is None else (state,)
        counts: dict[str, int] = dict(self._database.query("SELECT state, items FROM item_count"))
        return sum(counts.get(one.value, 0) for one in states)

    # -- inside -----------------------------------------------------------------------------

    def _only(self, rows: list[Row]) -> Item | None:
        items = self._items(rows)
        return items[0] if items else None

    def _items(self, rows: list[Row]) -> list[Item]:
        tags: dict[int, list[str]] = {row[0]: [] for row in rows}
        cases: dict[int, list[str]] = {row[0]: [] for row in rows}
        numbers = list(tags)
        for start in range(0, len(numbers), PAGE_ITEMS):
            part = tuple(numbers[start : start + PAGE_ITEMS])
            marks = ", ".join("?" * len(part))
            for number, name in self._database.query(
                "SELECT t.item, tag.name FROM item_tag AS t JOIN tag ON tag.number = t.tag"
                f" WHERE t.item IN ({marks}) ORDER BY tag.folded",
                part,
            ):
                tags[number].append(name)
            for number, reference in self._database.query(
                "SELECT c.item, f.reference FROM case_item AS c JOIN case_file AS f ON f.number = c.case_file"
                f" WHERE c.item IN ({marks}) ORDER BY f.folded",
                part,
            ):
                cases[number].append(reference)
        return [item_of(row, tuple(tags[row[0]]), tuple(cases[row[0]])) for row in rows]

    def _number_of(self, item_id: UUID) -> int:
        row = self._database.one("SELECT number FROM item WHERE id = ?", (item_id.bytes,))
        if row is None:
            raise NotFoundError(kind="item")
        return int(row[0])

    @staticmethod
    def _changed_one(changed: int) -> None:
        if changed == 0:
            raise NotFoundError(kind="item")


def _driver_key(wanted: ItemFilter) -> str:
    """The column whose descending order is read straight off an index."""
    if wanted.tag is not None:
        return "t.item"
    return "c.item" if wanted.case is not None else "i.number"


def _source(wanted: ItemFilter, before: int | None) -> tuple[str, tuple[Value, ...]]:
    """FROM and WHERE, led by the table that is likely to be the smallest, and the parameters.

    CROSS JOIN keeps SQLite from choosing another order of tables, and so from sorting.
    """
    conditions: list[str] = []
    params: list[Value] = []
    in_case = "case_file = (SELECT number FROM case_file WHERE id = ?)"
    if wanted.tag is not None:
        source = "FROM item_tag AS t CROSS JOIN item AS i ON i.number = t.item"
        conditions.append("t.tag = (SELECT number FROM tag WHERE folded = ?)")
        params.append(folded(wanted.tag))
        if wanted.case is not None:
            conditions.append(
                f"EXISTS (SELECT 1 FROM case_item AS c WHERE c.item = i.number AND c.{in_case})"
            )
            params.append(wanted.case.bytes)
    elif wanted.case is not None:
        source = "FROM case_item AS c CROSS JOIN item AS i ON i.number = c.item"
        conditions.append(f"c.{in_case}")
        params.append(wanted.case.bytes)
    else:
        source = "FROM item AS i"
    if wanted.inbox:
        conditions.append("NOT EXISTS (SELECT 1 FROM case_item AS n WHERE n.item = i.number)")
    if wanted.kind is not None:
        conditions.append("i.kind = ?")
        params.append(wanted.kind.value)
    if wanted.state is not None:
        conditions.append("i.state = ?")
        params.append(wanted.state.value)
    if before is not None:
        conditions.append(f"{_driver_key(wanted)} < ?")
        params.append(before)
    where = " WHERE " + " AND ".join(conditions) if conditions else ""
    return source + where, tuple(params)
