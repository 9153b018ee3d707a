"""The Merkle trees of custody logs and their signed heads, kept beside the events (docs/spec/custody.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hrd_desktop.crypto.checkpoints import sign_checkpoint
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.merkle import nodes_completed, root_of
from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.rows import insert_rows

NODES_AT_ONCE = 2000


@dataclass(frozen=True)
class Node:
    """A complete node: its place and hash."""

    level: int
    position: int
    hash: bytes


class CustodyTree:
    """Tables ``custody_node`` and ``custody_head``. Logs are given by their number in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._touched: set[int] = set()
        self._all_have_heads = False
        self._waiting: list[tuple[int, int, int, bytes]] = []
        self._added: dict[tuple[int, int, int], bytes] = {}

    def append(self, log: int, position: int, leaf_hash: bytes) -> None:
        """Add the leaf of the event at ``position``; its nodes wait for ``write_added``."""
        if position and (log, 0, position - 1) not in self._added and not self._has_leaf(log, position - 1):
            # A log that an earlier version of the program began.
            self._build(log, position)
        for level, place, value in nodes_completed(position, leaf_hash, self._getter(log)):
            self._added[log, level, place] = value
            self._waiting.append((log, level, place, value))
        self._touched.add(log)

    def write_added(self) -> None:
        """Put what was added into the database, inside the same transaction."""
        if self._waiting:
            insert_rows(self._database, "custody_node", ("log", "level", "position", "hash"), self._waiting)
            self._waiting = []

    def forget_added(self) -> None:
        """What was added may have been rolled back: from now on only the database is asked."""
        self._waiting = []
        self._added.clear()

    def touch(self, log: int) -> None:
        """The head of this log is to be signed anew with the transaction."""
        self._touched.add(log)

    def node(self, log: int, level: int, position: int) -> bytes:
        """Raises RecordsDamagedError when it is not there."""
        added = self._added.get((log, level, position))
        if added is not None:
            return added
        row = self._database.one(
            "SELECT hash FROM custody_node WHERE log = ? AND level = ? AND position = ?",
            (log, level, position),
        )
        if row is None:
            raise RecordsDamagedError(part="custody-tree")
        return bytes(row[0])

    def root(self, log: int, size: int) -> bytes:
        """The root of the first ``size`` leaves."""
        return root_of(size, self._getter(log))

    def iter_nodes(self, log: int) -> Iterator[Node]:
        """Every node, level by level, in order."""
        self.write_added()
        after = (-1, -1)
        while True:
            rows = self._database.query(
                "SELECT level, position, hash FROM custody_node"
                " WHERE log = ? AND (level, position) > (?, ?) ORDER BY level, position LIMIT ?",
                (log, *after, NODES_AT_ONCE),
            )
            for level, position, value in rows:
                yield Node(level, position, bytes(value))
            if len(rows) < NODES_AT_ONCE:
                return
            after = (rows[-1][0], rows[-1][1])

    # -- heads ------------------------------------------------------------------------------

    def find_head(self, log: int) -> str | None:
        """The signed head as it was kept, or None."""
        row = self._database.one("SELECT checkpoint FROM custody_head WHERE log = ?", (log,))
        return None if row is None else str(row[0])

    def has_heads(self) -> bool:
        """Whether any log has a head: from the first change on, all of them have."""
        return self._database.one("SELECT 1 FROM custody_head LIMIT 1") is not None

    def sign_heads(self) -> None:
        """Sign the heads of the logs that changed, in the transaction that changed them."""
        if not self._all_have_heads:
            rows = self._database.query(
                "SELECT number, events FROM custody_log WHERE number NOT IN (SELECT log FROM custody_head)"
            )
            for log, events in rows:
                if events and not self._has_leaf(log, events - 1):
                    self._build(log, events)
                self._touched.add(log)
        for log in sorted(self._touched):
            row = self._database.one("SELECT signing_seed, events FROM custody_log WHERE number = ?", (log,))
            if row is None:
                continue
            seed, size = row
            self._database.execute(
                "INSERT INTO custody_head (log, checkpoint) VALUES (?, ?)"
                " ON CONFLICT (log) DO UPDATE SET checkpoint = excluded.checkpoint",
                (log, sign_checkpoint(SigningKey(seed), size, self.root(log, size))),
            )
        self._touched.clear()

    def committed(self) -> None:
        """The transaction with the heads is in: from now on only changed logs need to be looked at."""
        self._all_have_heads = True

    # -- inside -----------------------------------------------------------------------------

    def _getter(self, log: int) -> _Getter:
        return _Getter(self, log)

    def _has_leaf(self, log: int, position: int) -> bool:
        return (
            self._database.one(
                "SELECT 1 FROM custody_node WHERE log = ? AND level = 0 AND position = ?", (log, position)
            )
            is not None
        )

    def _build(self, log: int, size: int) -> None:
        """Make the tree of a log that has none from its first ``size`` events."""
        if self._database.one("SELECT 1 FROM custody_node WHERE log = ? LIMIT 1", (log,)) is not None:
            # A part that is missing was lost, and is told by ``verify``; never made to fit.
            raise RecordsDamagedError(part="custody-tree")
        rows = self._database.query(
            "SELECT leaf_hash FROM custody_event WHERE log = ? AND sequence < ? ORDER BY sequence",
            (log, size),
        )
        pending: dict[tuple[int, int], bytes] = {}
        for position, (leaf_hash,) in enumerate(rows):
            for level, place, value in nodes_completed(
                position, bytes(leaf_hash), lambda level, place: pending[level, place]
            ):
                pending[level, place] = value
        self._database.executemany(
            "INSERT INTO custody_node (log, level, position, hash) VALUES (?, ?, ?, ?)",
            [(log, level, place, value) for (level, place), value in pending.items()],
        )


class _Getter:
    """The nodes of one log, for the functions of the tree."""

    def __init__(self, tree: CustodyTree, log: int) -> None:
        self._tree = tree
        self._log = log

    def __call__(self, level: int, position: int) -> bytes:
        return self._tree.node(self._log, level, position)
