"""Killed at any call that writes, syncs, truncates, makes, renames or unlinks, the program loses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import (
    KILL,
    Learned,
    Place,
    Scenario,
    Tally,
    check_old_or_new,
    look_at,
    sample_of,
)
from tests.faults.inprocess import Looker, look_after
from tests.faults.journal_of_calls import Point
from tests.faults.scenarios import (
    CHANGE,
    CHANGES,
    CREATE,
    CREATE_RESERVE,
    DESTROY,
    EVERY,
    INSIDE,
    PANIC,
    PANIC_RESERVE,
    REMOVE,
)

pytestmark = [pytest.mark.strace, pytest.mark.root]

#: Points tried for each command by `make test`, and the parts into which `--full` is divided.
SAMPLE = 2
PARTS = 12

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All points in parts with ``--full``; else a sample of each command."""
    if "part" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        scenarios = (*EVERY, CREATE_RESERVE, *INSIDE, PANIC_RESERVE) if full else EVERY
        cases = [(scenario, part) for part in range(PARTS if full else 1) for scenario in scenarios]
        metafunc.parametrize(
            ("scenario", "part"), cases, ids=[f"{scenario.name}-{part}" for scenario, part in cases]
        )


@pytest.mark.timeout(0)
def test_a_kill_leaves_the_old_or_the_new_and_nothing_else(
    scenario: Scenario,
    part: int,
    full: bool,
    learned_of: LearnedOf,
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(scenario)
    points = learned.points[part::PARTS] if full else sample_of(learned.points, SAMPLE, scenario.name)
    assert points, "nothing to be killed at"
    for point in points:
        place = start.copy_to(next(rooms))
        outcome = place.hurt(scenario.name, scenario.command(place), point, KILL)
        if not outcome.fired:
            # The run took another way this time; it does not count as tried.
            tally.count(scenario.name, "never fired")
            assert outcome.code == 0, outcome.err
            place.remove()
            continue
        try:
            result = judge(looker, scenario, learned, place, point)
        except AssertionError as wrong:
            tally.wrong.append(f"{scenario.name}, killed at {point} (call {point.order}): {wrong}")
            result = "wrong"
        tally.count(scenario.name, result)
        place.remove()
    tally.report()
    fired = sum(n for word, n in tally.counts[scenario.name].items() if word != "never fired")
    assert fired >= len(points) * 3 // 4, f"only {fired} of {len(points)} faults fired"


def judge(looker: Looker, scenario: Scenario, learned: Learned, place: Place, point: Point) -> str:
    """What is left after the kill: ``old``, ``new``, ``between``; an assertion fails for anything else."""
    if scenario in (CREATE, CREATE_RESERVE):
        return judge_create(place, scenario)
    if scenario in (PANIC, PANIC_RESERVE):
        return judge_panic(learned, place, point, used_reserve=scenario is PANIC_RESERVE)
    # Whoever comes back may try any passphrase first; half of the points are judged each way.
    first = {CHANGE.name: "one", REMOVE.name: "two"}.get(scenario.name) if point.order % 2 else None
    seen = look_after(looker, place, scenario, point, first)
    result = check_old_or_new(seen, learned, scenario.whole)
    if scenario is DESTROY and point.order > learned.first("objects/*/*", "pwrite64"):
        assert result == "new", "an item whose key was overwritten is still listed"
    return result


def judge_create(place: Place, scenario: Scenario) -> str:
    """Nothing at the target, or a whole vault. What was being built stays beside it under its own name."""
    left = {path.name.partition(".creating-")[0] for path in place.folder.iterdir()}
    assert left <= {"vault"}, left
    if place.vault.exists():
        assert [path.name for path in place.folder.iterdir()] == ["vault"]
        result = "new"
    else:
        place.run(*scenario.command(place))
        result = "old"
    seen = look_at(place, "one", ("one",))
    assert seen.items == {}
    return result


def judge_panic(learned: Learned, place: Place, point: Point, *, used_reserve: bool) -> str:
    """Untouched before the first tombstone is written; after it nothing opens, and soon nothing is left.

    With a reserve that is used, in both compartments: *one* opens the first, *two* and the code the second.
    """
    if point.order <= learned.first("keyslots.a", "pwrite64"):
        if used_reserve:
            assert len(look_at(place, "two", ("two", "code"), outside="one").items) == 3
        else:
            assert len(look_at(place, "one", ("one", "two", "code")).items) == 4
        return "old"
    # Which of them comes first finishes the wipe; each of them is first at some points.
    names = ("code", "one", "two") if point.order % 2 else ("two", "one", "code")
    commands = [["unlock-test", str(place.vault), "--passphrase-file", place.secret(name)] for name in names]
    for outcome in place.run_all(*commands):
        assert outcome.code == 3, f"exit code {outcome.code}: {outcome.err}"
    # Killed at its very last step, it leaves an empty folder.
    assert not place.vault.exists() or not any(place.vault.iterdir())
    return "new"


def test_the_bytes_come_back_as_they_were(start_of: Callable[[str], Place], rooms: Iterator[Path]) -> None:
    """What the judgement by SHA-256 rests on: the recorded hash is that of the bytes that come out."""
    place = start_of("vault").copy_to(next(rooms))
    for number, name in enumerate(("a.txt", "b.bin", "c.txt", "d.txt"), 1):
        original = (place.folder / "originals" / name).read_bytes()
        shown = look_at(place, "one", ("one",)).items[f"E{number:04d}"] if number == 1 else None
        assert shown is None or shown[0] == hashlib.sha256(original).hexdigest()
        target = place.folder / "out"
        with target.open("wb") as out:
            assert (
                place.write_to(
                    out, "cat", str(place.vault), f"E{number:04d}", "--passphrase-file", place.secret("one")
                )
                == 0
            )
        assert target.read_bytes() == original
    place.remove()


def test_a_call_that_is_killed_has_not_happened(learned_of: LearnedOf, rooms: Iterator[Path]) -> None:
    """What the harness rests on: the kill comes before the call, so each state between two calls is seen."""
    learned, start = learned_of(CREATE)
    rename = next(point for point in learned.points if point.name.startswith("rename"))
    place = start.copy_to(next(rooms))
    outcome = place.hurt(CREATE.name, CREATE.command(place), rename, KILL)
    assert outcome.fired and outcome.killed
    assert not place.vault.exists()
    assert [path.name.partition(".creating-")[0] for path in place.folder.iterdir()] == ["vault"]
    place.remove()


def test_every_kind_of_file_is_written_somewhere(learned_of: LearnedOf) -> None:
    """The enumeration would be worth nothing if it missed a file of the vault."""
    kinds: set[str] = set()
    for scenario in CHANGES:
        kinds |= {point.kind for point in learned_of(scenario)[0].points}
    assert {
        "keyslots.a", "keyslots.b", "records.0", "records.0-journal", "derived.0", "derived.0-journal",
        "objects/*", "objects/*/*",
    } <= kinds  # fmt: skip
