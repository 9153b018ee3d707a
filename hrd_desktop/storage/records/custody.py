"""Custody logs and their events, as they were sealed (docs/spec/custody-event.md)."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from hrd_desktop.domain.errors.records import ExistsError, NotFoundError
from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.domain.records import CustodyEvent
from hrd_desktop.storage.database import Database, DatabaseBug, Row, Value
from hrd_desktop.storage.records.custody_end import LogEnd
from hrd_desktop.storage.records.custody_tree import CustodyTree
from hrd_desktop.storage.records.witnessing import Witnessing
from hrd_desktop.storage.rows import insert_rows

EVENTS_AT_ONCE = 200
_write_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_LOG = (
    "SELECT l.id, f.id, l.signing_seed, l.created_utc, l.events, l.number FROM custody_log AS l"
    " LEFT JOIN case_file AS f ON f.number = l.case_file"
)


@dataclass(frozen=True, repr=False)
class Log:
    """A custody log. ``case_id`` is None for the Inbox and one-off logs; ``size`` is its number of events.

    ``seed`` is the 32-byte Ed25519 seed of its key, ``created_us`` microseconds since 1970-01-01 UTC;
    ``number`` is its key in this database.
    """

    id: UUID
    case_id: UUID | None
    seed: bytes
    created_us: int
    size: int
    number: int


class Custody:
    """Tables ``custody_log`` and ``custody_event``; rows of events are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.tree = CustodyTree(database)
        self.witnessing = Witnessing(database)
        self._gathering = False
        self._logs: dict[UUID | None, Log] = {}
        self._ends: dict[UUID, LogEnd] = {}
        self._waiting: list[tuple[Value, ...]] = []

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Inside a transaction: write what is added in one go, at its end or before anything else is read.

        Nothing that was learned inside is believed after it: the transaction may have been rolled back.
        """
        self._forget_ends()
        self._gathering = True
        try:
            yield
            self._write_waiting()
        finally:
            self._gathering = False
            self._forget_ends()

    def _forget_ends(self) -> None:
        self._logs.clear()
        self._ends.clear()
        self._waiting = []
        self.tree.forget_added()

    def _write_waiting(self) -> None:
        if not self._waiting:
            return
        for number, size in {row[0]: row[1] for row in self._waiting}.items():
            # A later row of the same log is the one that stays in the dictionary: the last sequence.
            self._database.execute("UPDATE custody_log SET events = ? + 1 WHERE number = ?", (size, number))
        insert_rows(
            self._database,
            "custody_event",
            ("log", "sequence", "item_number", "item_id", "leaf", "leaf_hash", "disclosures"),
            self._waiting,
        )
        self._waiting = []
        self.tree.write_added()

    def _end_of(self, log_id: UUID) -> LogEnd | None:
        """What this transaction knows of a log; None where none is gathering. Raises NotFoundError."""
        if not self._gathering:
            return None
        end = self._ends.get(log_id)
        if end is None:
            row = self._log_row(log_id)
            number = int(row[5])
            highest = self._database.one(
                "SELECT max(item_number) FROM custody_event WHERE log = ?", (number,)
            )
            end = LogEnd(
                number,
                int(row[4]),
                -1 if highest is None or highest[0] is None else int(highest[0]),
                self._stored_last_time(log_id),
            )
            self._ends[log_id] = end
        return end

    # -- logs -------------------------------------------------------------------------------

    def create_log(
        self,
        log_id: UUID,
        case_id: UUID | None,
        signing_seed: bytes,
        created_us: int,
        *,
        one_off: bool = False,
    ) -> None:
        """Begin the log of a case, of the Inbox (``case_id`` None), or of one bundle (``one_off``).

        Raises NotFoundError (no such case), ExistsError (the case or the Inbox has a log).
        """
        case: int | None = None
        if case_id is not None:
            row = self._database.one("SELECT number FROM case_file WHERE id = ?", (case_id.bytes,))
            if row is None:
                raise NotFoundError(kind="case")
            case = int(row[0])
        if not one_off and self.find_log(case_id) is not None:
            raise ExistsError(kind="custody-log")
        self._logs.clear()
        purpose = "bundle" if one_off else "inbox" if case is None else "case"
        number = self._database.insert(
            "INSERT INTO custody_log (id, purpose, case_file, signing_seed, created_utc)"
            " VALUES (?, ?, ?, ?, ?)",
            (log_id.bytes, purpose, case, signing_seed, created_us),
        )
        self.tree.touch(number)

    def renew_key(self, log_id: UUID, signing_seed: bytes) -> None:
        """Let the log go on under another key; the old one is gone. Raises NotFoundError."""
        number = int(self._log_row(log_id)[5])
        self._logs.clear()
        self._database.execute(
            "UPDATE custody_log SET signing_seed = ? WHERE number = ?", (signing_seed, number)
        )
        self.tree.touch(number)

    def log_of(self, case_id: UUID | None) -> Log:
        """The log of a case, or of the Inbox. Raises NotFoundError."""
        log = self.find_log(case_id)
        if log is None:
            raise NotFoundError(kind="custody-log")
        return log

    def find_log(self, case_id: UUID | None) -> Log | None:
        """The log of a case, or of the Inbox, or None."""
        known = self._logs.get(case_id)
        if known is None:
            known = self._read_log(case_id)
            if known is not None and self._gathering:
                self._logs[case_id] = known
        end = None if known is None else self._ends.get(known.id)
        return known if known is None or end is None else replace(known, size=end.size)

    def _read_log(self, case_id: UUID | None) -> Log | None:
        if case_id is None:
            row = self._database.one(f"{_LOG} WHERE l.purpose = 'inbox'")
        else:
            row = self._database.one(f"{_LOG} WHERE f.id = ?", (case_id.bytes,))
        return None if row is None else _log_of(row)

    def load_log(self, log_id: UUID) -> Log:
        """Raises NotFoundError."""
        return _log_of(self._log_row(log_id))

    def iter_logs(self) -> Iterator[Log]:
        """All logs in the order they were begun."""
        self._write_waiting()
        for row in self._database.query(f"{_LOG} ORDER BY l.number"):
            yield _log_of(row)

    def cut(self, log_id: UUID, size: int) -> None:
        """Leave a log its first ``size`` events: for rescue, where later ones are told again behind a gap.

        Raises NotFoundError.
        """
        log = int(self._log_row(log_id)[5])
        self._forget_ends()
        self._database.execute("DELETE FROM custody_event WHERE log = ? AND sequence >= ?", (log, size))
        self._database.execute("UPDATE custody_log SET events = ? WHERE number = ?", (size, log))
        # Tree and head are of the events that were; both are made anew from those that are left.
        self._database.execute("DELETE FROM custody_node WHERE log = ?", (log,))
        self._database.execute("DELETE FROM custody_head WHERE log = ?", (log,))

    # -- events -----------------------------------------------------------------------------

    def append(
        self,
        log_id: UUID,
        item_number: int,
        item_id: UUID,
        leaf: bytes,
        leaf_hash: bytes,
        disclosures: Mapping[str, str],
    ) -> int:
        """Add an event at the end of a log; its sequence, which the sealed event must state too.

        ``item_number`` is the item's number in this log. Raises NotFoundError.
        """
        if not self._gathering:
            with self.gathering():
                return self.append(log_id, item_number, item_id, leaf, leaf_hash, disclosures)
        end = self._end_of(log_id)
        if end is None or _disclosed(disclosures, "sequence") != end.size:
            raise DatabaseBug("custody event out of order")
        sequence = end.size
        row = (end.number, sequence, item_number, item_id.bytes, leaf, leaf_hash, _to_json(disclosures))
        self.tree.append(end.number, sequence, leaf_hash)
        self._waiting.append(row)
        end.added.setdefault(item_number, []).append(row)
        end.size = sequence + 1
        end.last_time = _time_of(disclosures)
        return sequence

    def last_leaf_hash(self, log_id: UUID, item_number: int) -> bytes | None:
        """The leaf hash of the item's last event in this log, or None when it has none."""
        end = self._end_of(log_id)
        if end is not None:
            added = end.added.get(item_number)
            if added is not None:
                return bytes(added[-1][5])
            if item_number > end.highest:
                return None
        row = self._database.one(
            "SELECT leaf_hash FROM custody_event WHERE log = (SELECT number FROM custody_log WHERE id = ?)"
            " AND item_number = ? ORDER BY sequence DESC LIMIT 1",
            (log_id.bytes, item_number),
        )
        return None if row is None else bytes(row[0])

    def last_time(self, log_id: UUID) -> str | None:
        """The time of the log's last event as written there; None without one or where it is forgotten."""
        end = self._end_of(log_id)
        return end.last_time if end is not None else self._stored_last_time(log_id)

    def _stored_last_time(self, log_id: UUID) -> str | None:
        row = self._database.one(
            "SELECT disclosures FROM custody_event WHERE log = (SELECT number FROM custody_log WHERE id = ?)"
            " ORDER BY sequence DESC LIMIT 1",
            (log_id.bytes,),
        )
        return None if row is None else _time_of(_from_json(row[0]))

    def iter_events(self, log_id: UUID, item_number: int | None = None) -> Iterator[CustodyEvent]:
        """The events of a log, or of one item in it, in order. Read a page at a time.

        Raises RecordsDamagedError when what is kept of an event cannot be read.
        """
        end = self._ends.get(log_id)
        if end is not None and item_number is not None and item_number > end.highest:
            for added in tuple(end.added.get(item_number, ())):
                yield _event_of(log_id, (added[1], added[2], added[4], added[5], added[6]))
            return
        self._write_waiting()
        only = "" if item_number is None else " AND item_number = ?"
        extra: tuple[Value, ...] = () if item_number is None else (item_number,)
        after = -1
        while True:
            rows = self._database.query(
                "SELECT sequence, item_number, leaf, leaf_hash, disclosures FROM custody_event"
                " WHERE log = (SELECT number FROM custody_log WHERE id = ?)"
                f"{only} AND sequence > ? ORDER BY sequence LIMIT ?",
                (log_id.bytes, *extra, after, EVENTS_AT_ONCE),
            )
            for row in rows:
                yield _event_of(log_id, row)
            if len(rows) < EVENTS_AT_ONCE:
                return
            after = rows[-1][0]

    def says_destroyed(self, item_id: UUID) -> bool:
        """Whether the last event of this item, in any log, tells that it was destroyed."""
        self._write_waiting()
        row = self._database.one(
            "SELECT disclosures FROM custody_event WHERE item_id = ? ORDER BY number DESC LIMIT 1",
            (item_id.bytes,),
        )
        return row is not None and _disclosed(_from_json(row[0]), "action") == "destroyed"

    def item_ids(self, log_id: UUID) -> dict[int, UUID]:
        """The items that have events in this log, by their number in it, destroyed ones too."""
        self._write_waiting()
        rows = self._database.query(
            "SELECT DISTINCT item_number, item_id FROM custody_event"
            " WHERE log = (SELECT number FROM custody_log WHERE id = ?) ORDER BY item_number",
            (log_id.bytes,),
        )
        return {number: UUID(bytes=item_id) for number, item_id in rows}

    def forget(self, log_id: UUID, sequence: int, field: str) -> None:
        """Delete the disclosure of one field, value and salt; the leaf stays. Raises NotFoundError."""
        self._write_waiting()
        self._forget_ends()
        row = self._database.one(
            "SELECT number, disclosures FROM custody_event"
            " WHERE log = (SELECT number FROM custody_log WHERE id = ?) AND sequence = ?",
            (log_id.bytes, sequence),
        )
        if row is None:
            raise NotFoundError(kind="custody-event")
        kept = {name: disclosure for name, disclosure in _from_json(row[1]).items() if name != field}
        self._database.execute(
            "UPDATE custody_event SET disclosures = ? WHERE number = ?", (_to_json(kept), row[0])
        )

    def _log_row(self, log_id: UUID) -> Row:
        self._write_waiting()
        row = self._database.one(f"{_LOG} WHERE l.id = ?", (log_id.bytes,))
        if row is None:
            raise NotFoundError(kind="custody-log")
        return row


def _log_of(row: Row) -> Log:
    log_id, case_id, seed, created_us, events, number = row
    case = None if case_id is None else UUID(bytes=case_id)
    return Log(UUID(bytes=log_id), case, seed, created_us, events, number)


def _event_of(log_id: UUID, row: Row) -> CustodyEvent:
    sequence, item_number, leaf, leaf_hash, stored = row
    disclosures = _from_json(stored)
    return CustodyEvent(
        log_id=log_id,
        sequence=sequence,
        item_number=item_number,
        leaf=leaf,
        leaf_hash=leaf_hash,
        disclosures=disclosures,
        values={name: _disclosed(disclosures, name) for name in disclosures},
    )


def _time_of(disclosures: Mapping[str, str]) -> str | None:
    time = _disclosed(disclosures, "time")
    return time if isinstance(time, str) else None


def _to_json(disclosures: Mapping[str, str]) -> str:
    return _write_json(dict(disclosures))


def _from_json(stored: str) -> dict[str, str]:
    try:
        disclosures = json.loads(stored)
    except ValueError:
        disclosures = None
    if not isinstance(disclosures, dict):
        raise RecordsDamagedError(part="custody-event")
    return disclosures


def _disclosed(disclosures: Mapping[str, str], name: str) -> str | int | None:
    """The value of a field. That its digest stands in the leaf is checked elsewhere (verify)."""
    disclosure = disclosures.get(name)
    if disclosure is None:
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    except ValueError:
        content = None
    value = content[2] if isinstance(content, list) and len(content) == 3 and content[1] == name else ()
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return value
    raise RecordsDamagedError(part="custody-event")
