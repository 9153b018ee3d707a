"""What is known of a backup and its snapshots, and the rule by which snapshots are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

#: ``thinned`` keeps the last few, and the newest of each of so many days, weeks and months that have one.
THINNED_LAST, THINNED_DAYS, THINNED_WEEKS, THINNED_MONTHS = 3, 7, 4, 12


@dataclass(frozen=True)
class SnapshotInfo:
    """One snapshot: its number, the vault's epoch and number of items then, and when it was made."""

    number: int
    epoch: int
    item_count: int
    made_utc: datetime


@dataclass(frozen=True)
class KeepRule:
    """Which snapshots to keep: the ``last`` so many; or all; or, with ``thinned``, days, weeks and months."""

    last: int | None = None
    thinned: bool = False

    @classmethod
    def parse(cls, text: str) -> KeepRule:
        """``all``, ``thinned``, or a number from 1 to 9999. Raises ValueError."""
        if text == "all":
            return cls()
        if text == "thinned":
            return cls(thinned=True)
        if text.isascii() and text.isdigit() and 1 <= int(text) <= 9999:
            return cls(last=int(text))
        raise ValueError("a rule is all, thinned, or a number of snapshots")

    def __str__(self) -> str:
        return "thinned" if self.thinned else "all" if self.last is None else str(self.last)

    def kept(self, snapshots: Iterable[SnapshotInfo]) -> frozenset[int]:
        """The numbers to keep. The newest is always among them."""
        newest_first = sorted(snapshots, key=lambda snapshot: snapshot.number, reverse=True)
        if self.thinned:
            return _thinned(newest_first)
        return frozenset(snapshot.number for snapshot in newest_first[: self.last])


def _thinned(newest_first: list[SnapshotInfo]) -> frozenset[int]:
    kept: set[int] = {snapshot.number for snapshot in newest_first[:THINNED_LAST]}
    for span, limit in (("%Y-%m-%d", THINNED_DAYS), ("%G-%V", THINNED_WEEKS), ("%Y-%m", THINNED_MONTHS)):
        seen: set[str] = set()
        for snapshot in newest_first:
            name = snapshot.made_utc.strftime(span)
            if name in seen:
                continue
            if len(seen) == limit:
                break
            seen.add(name)
            kept.add(snapshot.number)
    return frozenset(kept)
