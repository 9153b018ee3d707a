"""Every write may do less than it was given: nothing that the program says is done is half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Learned, Place, Scenario, Tally, look_at
from tests.faults.inprocess import Looker
from tests.faults.scenarios import (
    BACKUP,
    CHANGE,
    CREATE,
    CREATE_RESERVE,
    DESTROY,
    EVERY,
    IMPORT,
    INSIDE,
    PANIC,
    RESCUE,
    RESTORE,
)
from tests.faults.short_writes import EVERY as EVERY_WRITE

pytestmark = [pytest.mark.root]

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]
WAYS_BACK = (BACKUP, RESTORE, RESCUE)
SAMPLE = (CREATE, IMPORT, DESTROY, CHANGE, PANIC)
#: More writes than any command makes: none of them is short, and they are counted.
NONE = 10**9


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Everything with ``--full``."""
    full = metafunc.config.getoption("--full")
    if "scenario" in metafunc.fixturenames:
        scenarios = (*EVERY, CREATE_RESERVE, *INSIDE) if full else SAMPLE
        metafunc.parametrize("scenario", scenarios, ids=lambda scenario: scenario.name)
    if "way_back" in metafunc.fixturenames:
        metafunc.parametrize("way_back", WAYS_BACK if full else (BACKUP,), ids=lambda way: way.name)


@pytest.mark.timeout(0)
def test_a_write_that_does_half_changes_nothing(
    scenario: Scenario, full: bool, learned_of: LearnedOf, looker: Looker, rooms: Iterator[Path], tally: Tally
) -> None:
    learned, start = learned_of(scenario)
    writes = 0
    if full:
        place = start.copy_to(next(rooms))
        outcome, writes = place.run_short(scenario.name, scenario.command(place), NONE)
        assert outcome.code == 0 and writes > 3, (writes, outcome.err)
        place.remove()
    for which in (EVERY_WRITE, *range(1, writes + 1)):
        place = start.copy_to(next(rooms))
        outcome, done = place.run_short(scenario.name, scenario.command(place), which)
        try:
            assert outcome.code == 0, outcome.err
            judge(scenario, learned, looker, place)
        except AssertionError as wrong:
            tally.wrong.append(f"{scenario.name}, write {which} of {writes}: {wrong}")
        if done > writes:
            tally.count(f"short writes: {scenario.name}", "every" if which == EVERY_WRITE else "one")
        else:
            tally.count(f"short writes: {scenario.name}", "never fired")
            assert which != EVERY_WRITE
        place.remove()
    tally.report()


def judge(scenario: Scenario, learned: Learned, looker: Looker, place: Place) -> None:
    """What was asked for is done, and all of it."""
    if scenario is PANIC:
        assert not any(looker.opens(place.vault, name) for name in ("one", "two", "code"))
    elif scenario in (CREATE, CREATE_RESERVE):
        assert looker.look_at(place.vault, "one", ("one",)).items == {}
    else:
        seen = looker.look_at(place.vault, scenario.always, scenario.judged, None, scenario.outside)
        assert learned.new is not None
        assert (seen.items, seen.opens) == (learned.new.items, learned.new.opens)


def test_the_ways_back_take_short_writes(
    way_back: Scenario, start_of: Callable[[str], Place], rooms: Iterator[Path]
) -> None:
    place = start_of(way_back.start).copy_to(next(rooms))
    outcome, writes = place.run_short(way_back.name, way_back.command(place), EVERY_WRITE)
    assert outcome.code == 0 and writes > 20, outcome.err
    if way_back is BACKUP:
        vault = ("--vault", str(place.vault), "--passphrase-file", place.secret("one"))
        place.run("backup-check", str(place.folder / "backup"), *vault)
    else:
        made = Place(place.folder, place.secrets, place.warm)
        made.vault = place.folder / ("restored" if way_back is RESTORE else "rescued")
        assert len(look_at(made, "one", ("one",)).items) >= 3
    place.remove()


def test_bundles_take_short_writes(start_of: Callable[[str], Place], rooms: Iterator[Path]) -> None:
    place = start_of("vault").copy_to(next(rooms))
    command = ["export", str(place.vault), "--all", "--passphrase-file", place.secret("one")]
    folder, sealed, words = (str(place.folder / name) for name in ("plain", "sealed.age", "words"))
    for form in (["--plain-folder", "--out", folder], ["--passphrase-out", words, "--out", sealed]):
        outcome, writes = place.run_short("export", [*command, *form], EVERY_WRITE)
        assert outcome.code == 0 and writes > 20, outcome.err
    place.run("check-bundle", folder)
    place.run("check-bundle", sealed, "--bundle-passphrase-file", words)
    place.remove()
