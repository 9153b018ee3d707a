"""Killed at any time while several files are taken in at once: no enumeration, chance instead.

With several work lanes the order of calls differs from run to run, so there is no list of points. A run
counts only if it died of the kill.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Learned, Place, Scenario, Tally, check_old_or_new
from tests.faults.inprocess import Looker
from tests.faults.scenarios import IMPORT

pytestmark = [pytest.mark.strace, pytest.mark.root]

SAMPLE = 4
MANY = 400
LANES = "4"


@pytest.mark.timeout(0)
def test_an_import_with_several_lanes_killed_at_any_time(
    full: bool,
    learned_of: Callable[[Scenario], tuple[Learned, Place]],
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(IMPORT)
    chance = random.Random("lanes")
    title = f"import, {LANES} lanes, killed at random"
    longest = 0.0
    for _ in range(MANY if full else SAMPLE):
        place = start.copy_to(next(rooms))
        command = [LANES if word == "1" else word for word in IMPORT.command(place)]
        if not longest:
            begun = time.monotonic()
            place.run(*command)
            longest = time.monotonic() - begun
            place.remove()
            place = start.copy_to(next(rooms))
            command = [LANES if word == "1" else word for word in IMPORT.command(place)]
        if place.kill_after(longest * chance.random(), *command):
            try:
                seen = looker.look_at(place.vault, IMPORT.always, IMPORT.judged)
                result = check_old_or_new(seen, learned, IMPORT.whole)
            except AssertionError as wrong:
                tally.wrong.append(f"{title}: {wrong}")
                result = "wrong"
            tally.count(title, result)
        else:
            tally.count(title, "never fired")
        place.remove()
    tally.report()
