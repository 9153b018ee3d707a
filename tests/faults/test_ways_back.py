"""Backup, check, prune, restore and rescue lose nothing: killed, refused at any call, or without power.

Earlier snapshots stay whole, what is read is never written to, and a new vault is whole or not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.harness import (
    EIO_ON,
    EIO_ONCE,
    FULL_ON,
    KILL,
    Fault,
    Learned,
    Outcome,
    Place,
    Scenario,
    Tally,
    learn_reads,
    sample_of,
)
from tests.faults.inprocess import Looker
from tests.faults.journal_of_calls import REMOVES, Point
from tests.faults.power import record, states
from tests.faults.test_disk_errors import check_words
from tests.faults.test_power_loss import put
from tests.faults.ways_back import WAYS, Left, Way, hashes

pytestmark = [pytest.mark.strace, pytest.mark.root]

SAMPLE = 1
PARTS = 12
#: Of so many rescues that came to nothing one is made again.
AGAIN = 10
STATES = 2
ALL_STATES = 1_100
SEED = "2026-11-27"

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All points in parts with ``--full``; else a sample."""
    if "part" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        reads = "reads" in metafunc.function.__name__
        faults = (EIO_ONCE, EIO_ON) if reads else (KILL, EIO_ONCE, EIO_ON, FULL_ON)
        cases = [
            (way, fault, part)
            for part in range(PARTS if full else 1)
            for way in WAYS
            for fault in (faults if full else faults[:1])
            if way.reads or not reads
        ]
        ids = [f"{way.scenario.name}-{fault}-{part}" for way, fault, part in cases]
        metafunc.parametrize(("way", "fault", "part"), cases, ids=ids)


def concerns(way: Way, point: Point, fault: Fault) -> bool:
    """What this is about; a vault's own calls in a backup are refused elsewhere (``test_disk_errors``)."""
    if fault is FULL_ON and point.name in REMOVES:
        return False
    # The folder itself is synced last, when what was made has its name.
    return not point.path or point.path.startswith(way.changes if fault.kills or way.changes else "backup")


@pytest.mark.timeout(0)
def test_whatever_happens_nothing_is_lost(
    way: Way,
    fault: Fault,
    part: int,
    full: bool,
    learned_of: LearnedOf,
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(way.scenario)
    if way.reads:
        written = {point.path for point in learned.points if point.path.startswith(f"{way.reads}/")}
        assert written <= {f"{way.reads}/lock"}, "calls that write, where it only reads"
    possible = [point for point in learned.points if concerns(way, point, fault)]
    hurt_at(
        way,
        fault,
        chosen(possible, part, f"{way.scenario.name} {fault}", full=full),
        start,
        looker,
        rooms,
        tally,
    )


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_what_refuses_reads_is_named(
    way: Way,
    fault: Fault,
    part: int,
    full: bool,
    start_of: Callable[[str], Place],
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    start = start_of(way.scenario.start)
    points = [
        point for point in learn_reads(way.scenario, start, next(rooms)) if point.path.startswith(way.reads)
    ]
    hurt_at(
        way,
        fault,
        chosen(points, part, f"{way.scenario.name} {fault} at reads", full=full),
        start,
        looker,
        rooms,
        tally,
    )


def chosen(points: list[Point], part: int, name: str, *, full: bool) -> tuple[str, list[Point]]:
    assert points, "nothing to be hurt at"
    return name, points[part::PARTS] if full else sample_of(points, SAMPLE, name)


def hurt_at(
    way: Way,
    fault: Fault,
    named: tuple[str, list[Point]],
    start: Place,
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    """The scenario once for each point, with the fault there, each time on a fresh copy; and judge."""
    title, points = named
    before = hashes(start.folder)
    for point in points:
        place = start.copy_to(next(rooms))
        outcome = place.hurt(way.scenario.name, way.scenario.command(place), point, fault)
        if not outcome.fired:
            tally.count(title, "never fired")
            assert outcome.code == 0, outcome.err
            place.remove()
            continue
        try:
            left = replace(left_by(place, outcome, fault, before), again=point.order % AGAIN == 0)
            result = way.judge(looker, left)
        except Exception as wrong:  # noqa: BLE001  # whatever it is, it stands in the report
            tally.wrong.append(
                f"{title} at {point} (call {point.order}), exit code {outcome.code}: "
                f"{type(wrong).__name__} {wrong}\n{outcome.err[-400:]}"
            )
            result = "wrong"
        tally.count(title, result)
        place.remove()
    tally.report()


def left_by(place: Place, outcome: Outcome, fault: Fault, before: dict[str, str]) -> Left:
    """What the command said, which must be in order, and what it left."""
    assert "Traceback" not in outcome.err
    if fault.kills:
        return Left(place.folder, done=False, killed=True, before=before)
    assert outcome.code in (0, 1, 3, 4, 6), "not a promised exit code"
    report = json.loads(outcome.out) if outcome.code == 6 else None
    if outcome.code not in (0, 6) and not outcome.out.startswith("{"):
        check_words(outcome.err)
    return Left(place.folder, done=outcome.code == 0, killed=False, before=before, report=report)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.scenario.name)
def test_what_a_power_cut_leaves(
    way: Way,
    full: bool,
    start_of: Callable[[str], Place],
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    start = start_of(way.scenario.start)
    recording = record(way.scenario, start, next(rooms))
    title = f"power cut: {way.scenario.name}"
    before = hashes(start.folder)
    room = next(rooms)
    room.mkdir()
    for state in states(recording, SEED, ALL_STATES if full else STATES):
        put(state, room)
        left = Left(room, done=state.moment >= recording.said, killed=True, before=before)
        try:
            result = way.judge(looker, left)
        except Exception as wrong:  # noqa: BLE001  # whatever it is, it stands in the report
            tally.wrong.append(f"{title}, {state.words[:400]}: {type(wrong).__name__} {str(wrong)[:1500]}")
            result = "wrong"
        tally.count(title, result)
    tally.report()
