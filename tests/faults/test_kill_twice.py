"""Killed once, and again while what the first kill left is being put right at the next unlock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import KILL, Learned, Place, Scenario, Tally, check_old_or_new, sample_of
from tests.faults.inprocess import Looker, look_after
from tests.faults.journal_of_calls import Point, points_of
from tests.faults.scenarios import ADD, CHANGE, CHANGES, DESTROY, IMPORT, REKEY, REMOVE

pytestmark = [pytest.mark.strace, pytest.mark.root]

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]

#: First kills that leave much to be done: at the middle call of this name on files of this kind.
LEFT_MUCH = (
    (IMPORT, "objects/*/*", "fsync"),
    (DESTROY, "objects/*/*", "fdatasync"),
    (CHANGE, "keyslots.b", "pwrite64"),
    (REMOVE, "keyslots.a", "fdatasync"),
    (REKEY, "derived.0", "fsync"),
    (REKEY, "objects/*/*", "pwrite64"),
)
SAMPLE = 1
#: With ``--full``: how many calls of one recovery are tried. Those that look alike are tried once.
MOST = 60


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With ``--full`` every kind of first kill in every command that can leave something half done."""
    if "kind" in metafunc.fixturenames:
        cases: list[tuple[Scenario, str, str]] = list(LEFT_MUCH)
        if metafunc.config.getoption("--full"):
            cases = [(scenario, "", "") for scenario in CHANGES if scenario is not ADD]
        metafunc.parametrize(
            ("scenario", "kind", "name"),
            cases,
            ids=[f"{scenario.name}-{kind.replace('/', '.')}-{name}" for scenario, kind, name in cases],
        )


def first_kills(learned: Learned, kind: str, name: str) -> list[Point]:
    """The middle call of this kind, or without a kind, of each: first, middle and last."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in learned.points:
        groups.setdefault((point.kind, point.name), []).append(point)
    if kind:
        group = groups[kind, name]
        return [group[len(group) // 2]]
    chosen = [point for group in groups.values() for point in (group[0], group[len(group) // 2], group[-1])]
    return sorted(set(chosen), key=lambda point: point.order)


@pytest.mark.timeout(0)
def test_a_second_kill_while_the_first_is_put_right(
    scenario: Scenario,
    kind: str,
    name: str,
    full: bool,
    learned_of: LearnedOf,
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(scenario)
    title = f"{scenario.name}, then unlock"
    known: set[tuple[tuple[str, str, int], ...]] = set()
    for first in first_kills(learned, kind, name):
        crashed = start.copy_to(next(rooms))
        if not crashed.hurt(scenario.name, scenario.command(crashed), first, KILL).fired:
            tally.count(title, "never fired")
            crashed.remove()
            continue
        recovery = ["unlock-test", str(crashed.vault), "--passphrase-file", crashed.secret(scenario.always)]
        trial = crashed.copy_to(next(rooms))
        recovery[1] = str(trial.vault)
        outcome, calls = trial.learn("recovery", recovery)
        assert outcome.code == 0, outcome.err
        trial.remove()
        points = points_of(calls, "vault")
        shape = tuple((point.kind, point.name, point.number) for point in points)
        if shape not in known:
            known.add(shape)
            chosen = sample_of(points, MOST if full else SAMPLE, f"{scenario.name} {first}")
            for second in chosen:
                kill_again(looker, scenario, learned, crashed, (first, second), next(rooms), tally, title)
        crashed.remove()
    tally.report()


def kill_again(
    looker: Looker,
    scenario: Scenario,
    learned: Learned,
    crashed: Place,
    kills: tuple[Point, Point],
    folder: Path,
    tally: Tally,
    title: str,
) -> None:
    """Unlock a copy of ``crashed`` and kill it at the second point; then judge as after one kill."""
    place = crashed.copy_to(folder)
    command = ["unlock-test", str(place.vault), "--passphrase-file", place.secret(scenario.always)]
    if place.hurt("recovery", command, kills[1], KILL).fired:
        try:
            seen = look_after(looker, place, scenario, kills[1])
            result = check_old_or_new(seen, learned, scenario.whole)
        except AssertionError as wrong:
            tally.wrong.append(f"{scenario.name}, killed at {kills[0]} and then at {kills[1]}: {wrong}")
            result = "wrong"
        tally.count(title, result)
    else:
        tally.count(title, "never fired")
    place.remove()
