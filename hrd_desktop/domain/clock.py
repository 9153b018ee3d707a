"""The time, asked for through one small interface so that tests can set it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time and the offset from UTC that this computer is set to."""

    def now_utc(self) -> datetime:
        """The time now, aware, in UTC."""

    def offset(self) -> timedelta:
        """This computer's present offset from UTC."""


class SystemClock:
    """This computer's clock. It is never taken for the truth: see *clock_back* in custody events."""

    def now_utc(self) -> datetime:
        return datetime.now(UTC)

    def offset(self) -> timedelta:
        return timedelta(seconds=time.localtime().tm_gmtoff or 0)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exactly (no float on the way)."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """The aware UTC time of ``value`` microseconds since 1970-01-01 UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
