"""Which snapshots are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hrd_desktop.domain.backup import KeepRule, SnapshotInfo

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def every(hours: int, count: int) -> list[SnapshotInfo]:
    return [
        SnapshotInfo(number, number, 0, START + timedelta(hours=hours * number))
        for number in range(1, count + 1)
    ]


def test_all_and_the_last() -> None:
    snapshots = every(24, 10)
    assert KeepRule.parse("all").kept(snapshots) == frozenset(range(1, 11))
    assert KeepRule.parse("3").kept(snapshots) == frozenset({8, 9, 10})
    assert KeepRule.parse("1").kept(snapshots) == frozenset({10})


def test_thinned_keeps_days_weeks_and_months() -> None:
    snapshots = every(6, 4 * 400)
    kept = sorted(KeepRule.parse("thinned").kept(snapshots), reverse=True)
    made = {one.number: one.made_utc for one in snapshots}
    assert kept[:3] == [1600, 1599, 1598]
    assert len({made[number].date() for number in kept if made[1600] - made[number] < timedelta(days=7)}) == 7
    assert len({made[number].strftime("%Y-%m") for number in kept}) == 12
    assert len(kept) <= 3 + 7 + 4 + 12


def test_what_is_no_rule_is_refused() -> None:
    for text in ("0", "", "-1", "none", "1.5", "10000", "٣"):
        with pytest.raises(ValueError):
            KeepRule.parse(text)
    for text in ("all", "thinned", "12"):
        assert str(KeepRule.parse(text)) == text
