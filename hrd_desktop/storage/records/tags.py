"""Tags of items. Two spellings that differ in case alone are one tag; the first spelling stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.domain.errors.records import ExistsError, FieldValueError, NotFoundError
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import folded, text_column
from hrd_desktop.storage.rows import insert_rows


@dataclass(frozen=True, repr=False)
class Tag:
    """A tag and how many items carry it, those in the bin as well."""

    name: str
    item_count: int


class Tags:
    """Tables ``tag`` and ``item_tag``. A tag that no item carries any more is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> list[Tag]:
        """All tags by name."""
        rows = self._database.query("SELECT name, items FROM tag ORDER BY folded")
        return [Tag(name, items) for name, items in rows]

    def rename(self, name: str, new_name: str) -> None:
        """Give a tag another name on every item. Raises NotFoundError, ExistsError, FieldValueError."""
        key, new_key = folded(name), _key(new_name)
        if key != new_key and self._database.one("SELECT 1 FROM tag WHERE folded = ?", (new_key,)):
            raise ExistsError(kind="tag")
        changed = self._database.execute(
            "UPDATE tag SET name = ?, folded = ? WHERE folded = ?", (new_name.strip(), new_key, key)
        )
        if changed == 0:
            raise NotFoundError(kind="tag")

    def set_of_item(self, item_number: int, names: Sequence[str]) -> None:
        """Give an item exactly these tags. Raises FieldValueError for an empty one."""
        wanted = {_key(name): name.strip() for name in reversed(names)}
        present: dict[str, int] = dict(
            self._database.query(
                "SELECT tag.folded, tag.number FROM item_tag AS t JOIN tag ON tag.number = t.tag"
                " WHERE t.item = ?",
                (item_number,),
            )
        )
        for key, name in wanted.items():
            if key not in present:
                self._add(key, name, [item_number])
        for key, tag in present.items():
            if key not in wanted:
                self._database.execute("DELETE FROM item_tag WHERE tag = ? AND item = ?", (tag, item_number))

    def give(self, item_numbers: Sequence[int], names: Sequence[str]) -> None:
        """Give new items, which have none yet, these tags. Raises FieldValueError for an empty one."""
        for key, name in {_key(name): name.strip() for name in reversed(names)}.items():
            self._add(key, name, item_numbers)

    def _add(self, key: str, name: str, item_numbers: Sequence[int]) -> None:
        row = self._database.one("SELECT number FROM tag WHERE folded = ?", (key,))
        tag: int = (
            self._database.insert("INSERT INTO tag (name, folded) VALUES (?, ?)", (name, key))
            if row is None
            else row[0]
        )
        insert_rows(self._database, "item_tag", ("tag", "item"), [(tag, number) for number in item_numbers])


def _key(name: str) -> str:
    key = folded(text_column("tag", name))
    if not key:
        raise FieldValueError(field="tag", reason="empty")
    return key
