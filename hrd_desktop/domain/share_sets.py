"""What the vault notes of a set of shares: everything but the shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, repr=False)
class ShareSet:
    """A set whose shares open slot ``slot_number``; any ``needed`` of ``len(holders)``.

    ``holders`` says who has each share, in order of their numbers, empty where it is not noted.
    ``proved_utc`` is when the set was last seen to open the vault; None for one that was never tried and must
    not be relied on.
    """

    slot_number: int
    set_id: int
    needed: int
    holders: tuple[str, ...]
    made_utc: datetime
    proved_utc: datetime | None

    @property
    def count(self) -> int:
        """How many shares were made."""
        return len(self.holders)
