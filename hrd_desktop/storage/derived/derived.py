"""The derived database of one compartment: found fields, texts, thumbnails, the queue, the search index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.derived.search_index import MAX_TEXT_CHARACTERS, Hit, SearchDocument, SearchIndex

_STAMP = "stamp"


@dataclass(frozen=True, repr=False)
class Thumbnail:
    """A small picture of an item, encoded as ``media_type`` says."""

    media_type: str
    image: bytes


class Derived:
    """Everything here can be made again. Changes must be inside ``transaction``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = SearchIndex(database)

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside or nothing. Raises what ``Database.transaction`` raises."""
        self._index.begin()
        return self._database.transaction()

    def free_share(self) -> float:
        """The part that is free of a database of a fixed length, 0 to 1; always 1 for one that grows."""
        free = self._database.free_pages()
        return 1.0 if free is None else free / self._database.page_count()

    def interrupt(self) -> None:
        """End what is running, from any thread."""
        self._database.interrupt()

    def close(self) -> None:
        """Close. Safe to call twice."""
        self._database.close()

    def verify(self) -> None:
        """Check every page and the index. Raises DerivedDamagedError."""
        self._database.verify()

    # -- in step with records ---------------------------------------------------------------

    def stamp(self) -> str | None:
        """What ``set_stamp`` was last given: the epoch of the records this was last in step with."""
        row = self._database.one("SELECT value FROM setting WHERE name = ?", (_STAMP,))
        return None if row is None else str(row[0])

    def set_stamp(self, stamp: str) -> None:
        """Say with which epoch of the records this is in step now."""
        self._database.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_STAMP, stamp),
        )

    # -- the queue --------------------------------------------------------------------------

    def add_pending(self, item_ids: Iterable[UUID]) -> None:
        """Queue items that have nothing derived yet; one that is queued stays where it is."""
        self._database.executemany(
            "INSERT OR IGNORE INTO pending (item_id) VALUES (?)", [(item_id.bytes,) for item_id in item_ids]
        )

    def pending(self, limit: int = 50) -> list[UUID]:
        """The next items to derive from: those that failed least often first, the newest within."""
        rows = self._database.query(
            "SELECT item_id FROM pending ORDER BY attempts, number DESC LIMIT ?", (limit,)
        )
        return [UUID(bytes=row[0]) for row in rows]

    def is_pending(self, item_id: UUID) -> bool:
        """Whether this item is queued."""
        row = self._database.one("SELECT 1 FROM pending WHERE item_id = ?", (item_id.bytes,))
        return row is not None

    def attempts(self, item_id: UUID) -> int:
        """How often deriving from this item has failed."""
        row = self._database.one("SELECT attempts FROM pending WHERE item_id = ?", (item_id.bytes,))
        return 0 if row is None else int(row[0])

    def pending_count(self) -> int:
        """How many items are queued."""
        row = self._database.one("SELECT count(*) FROM pending")
        return 0 if row is None else int(row[0])

    def pending_failed(self, item_id: UUID) -> None:
        """Count a failure; the item goes behind those that failed less often."""
        self._database.execute(
            "UPDATE pending SET attempts = attempts + 1 WHERE item_id = ?", (item_id.bytes,)
        )

    def pending_done(self, item_id: UUID) -> None:
        """Take an item off the queue."""
        self._database.execute("DELETE FROM pending WHERE item_id = ?", (item_id.bytes,))

    # -- what was found in files ------------------------------------------------------------

    def put_found(self, item_id: UUID, fields: Mapping[str, Any]) -> None:
        """Keep what was found in the item's file: names to whatever JSON can hold."""
        self._database.execute(
            "INSERT INTO found (item_id, fields) VALUES (?, ?)"
            " ON CONFLICT (item_id) DO UPDATE SET fields = excluded.fields",
            (item_id.bytes, json.dumps(dict(fields))),
        )

    def found(self, item_id: UUID) -> dict[str, Any] | None:
        """What was found in the item's file, or None. Raises DerivedDamagedError."""
        row = self._database.one("SELECT fields FROM found WHERE item_id = ?", (item_id.bytes,))
        if row is None:
            return None
        fields = json.loads(row[0])
        if not isinstance(fields, dict):
            raise DerivedDamagedError(part="found")
        return fields

    def put_text(self, item_id: UUID, text: str) -> None:
        """Keep the text of the item's file, at most ``MAX_TEXT_CHARACTERS``, and index it."""
        kept = text[:MAX_TEXT_CHARACTERS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        self._database.execute(
            "INSERT INTO item_text (item_id, text) VALUES (?, ?)"
            " ON CONFLICT (item_id) DO UPDATE SET text = excluded.text",
            (item_id.bytes, kept),
        )
        self._index.index_text(item_id)

    def text(self, item_id: UUID) -> str | None:
        """The text of the item's file, or None."""
        row = self._database.one("SELECT text FROM item_text WHERE item_id = ?", (item_id.bytes,))
        return None if row is None else str(row[0])

    def put_thumbnail(self, item_id: UUID, image: bytes, media_type: str = "image/png") -> None:
        """Keep a small picture, in the place of an earlier one."""
        self._database.execute(
            "INSERT INTO thumbnail (item_id, media_type, image) VALUES (?, ?, ?)"
            " ON CONFLICT (item_id) DO UPDATE SET media_type = excluded.media_type, image = excluded.image",
            (item_id.bytes, media_type, image),
        )

    def thumbnail(self, item_id: UUID) -> Thumbnail | None:
        """The small picture, or None."""
        row = self._database.one(
            "SELECT media_type, image FROM thumbnail WHERE item_id = ?", (item_id.bytes,)
        )
        return None if row is None else Thumbnail(row[0], row[1])

    # -- searching --------------------------------------------------------------------------

    def index(self, document: SearchDocument) -> None:
        """Put a record into the index, or anew."""
        self._index.index(document)

    def versions(self, kind: str) -> Iterator[tuple[UUID, int]]:
        """(record id, version) of everything of one kind in the index: to find what is stale or missing."""
        return self._index.versions(kind)

    def search(
        self,
        words: str,
        kind: str | None = None,
        limit: int = 50,
        *,
        newest_first: bool = False,
        before: int | None = None,
    ) -> list[Hit]:
        """See ``SearchIndex.search``."""
        return self._index.search(words, kind, limit, newest_first=newest_first, before=before)

    def find_numbers(self, words: str, kind: str = "item", limit: int | None = None) -> list[int]:
        """See ``SearchIndex.find_numbers``."""
        return self._index.find_numbers(words, kind, limit)

    def remove(self, record_id: UUID) -> None:
        """Remove all that was derived from a record. Inside a transaction, or in one of its own.

        Nothing of it stays: pages are overwritten, and the index forgets its terms.
        """
        if self._database.in_transaction:
            self._remove(record_id)
            return
        with self.transaction():
            self._remove(record_id)

    def _remove(self, record_id: UUID) -> None:
        self._index.remove(record_id)
        for statement in (
            "DELETE FROM pending WHERE item_id = ?",
            "DELETE FROM found WHERE item_id = ?",
            "DELETE FROM item_text WHERE item_id = ?",
            "DELETE FROM thumbnail WHERE item_id = ?",
        ):
            self._database.execute(statement, (record_id.bytes,))
