"""Receipts given away, countersignatures received, and what this vault witnessed of other people's logs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hrd_desktop.domain.clock import to_microseconds
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.values import time_value


@dataclass(frozen=True)
class GivenReceipt:
    """A receipt of a log of this vault that was given away; ``given_to`` is the user's word."""

    size: int
    root: bytes
    given_to: str
    made_utc: datetime


@dataclass(frozen=True)
class StoredCosignature:
    """A countersignature of a head of our own. ``witness`` is a public key, ``line`` as signed."""

    origin: str
    size: int
    witness: bytes
    line: str
    added_utc: datetime


@dataclass(frozen=True)
class WitnessedLog:
    """The last head of somebody's log that this vault countersigned."""

    origin: str
    public_key: bytes
    size: int
    root: bytes
    seen_utc: datetime


class Witnessing:
    """Tables ``custody_receipt``, ``custody_cosignature``, ``witness_key`` and ``witnessed_log``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_receipt(self, log: int, receipt: GivenReceipt) -> None:
        """Remember that a receipt was given away."""
        self._database.insert(
            "INSERT INTO custody_receipt (log, size, root, given_to, made_utc) VALUES (?, ?, ?, ?, ?)",
            (log, receipt.size, receipt.root, receipt.given_to, to_microseconds(receipt.made_utc)),
        )

    def receipts(self, log: int) -> list[GivenReceipt]:
        """Receipts given away, the newest first."""
        rows = self._database.query(
            "SELECT size, root, given_to, made_utc FROM custody_receipt WHERE log = ? ORDER BY number DESC",
            (log,),
        )
        return [GivenReceipt(size, bytes(root), to, time_value(made)) for size, root, to, made in rows]

    def add_cosignature(self, log: int, cosignature: StoredCosignature) -> None:
        """Keep a countersignature; the same one again changes nothing."""
        self._database.execute(
            "INSERT INTO custody_cosignature (log, origin, size, witness, line, added_utc)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                log,
                cosignature.origin,
                cosignature.size,
                cosignature.witness,
                cosignature.line,
                to_microseconds(cosignature.added_utc),
            ),
        )

    def cosignatures(self, log: int) -> list[StoredCosignature]:
        """Countersignatures under whatever key the log had, by size."""
        rows = self._database.query(
            "SELECT origin, size, witness, line, added_utc FROM custody_cosignature"
            " WHERE log = ? ORDER BY size, number",
            (log,),
        )
        return [
            StoredCosignature(origin, size, bytes(witness), line, time_value(added))
            for origin, size, witness, line, added in rows
        ]

    # -- as a witness -----------------------------------------------------------------------

    def find_key(self) -> bytes | None:
        """The seed of the key that countersigns, or None when there was no need of one yet."""
        row = self._database.one("SELECT signing_seed FROM witness_key")
        return None if row is None else bytes(row[0])

    def set_key(self, seed: bytes, made_us: int) -> None:
        """Make this the key, in the place of another."""
        self._database.execute(
            "INSERT INTO witness_key (number, signing_seed, made_utc) VALUES (1, ?, ?) ON CONFLICT (number)"
            " DO UPDATE SET signing_seed = excluded.signing_seed, made_utc = excluded.made_utc",
            (seed, made_us),
        )

    def find_log(self, origin: str) -> WitnessedLog | None:
        """What was countersigned last of this log, or None."""
        row = self._database.one(
            "SELECT origin, public_key, size, root, seen_utc FROM witnessed_log WHERE origin = ?", (origin,)
        )
        if row is None:
            return None
        name, key, size, root, seen = row
        return WitnessedLog(name, bytes(key), size, bytes(root), time_value(seen))

    def remember(self, log: WitnessedLog) -> None:
        """Remember this head as the last."""
        self._database.execute(
            "INSERT INTO witnessed_log (origin, public_key, size, root, seen_utc) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root,"
            " seen_utc = excluded.seen_utc",
            (log.origin, log.public_key, log.size, log.root, to_microseconds(log.seen_utc)),
        )
