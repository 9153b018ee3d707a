"""A disk that fails or is full at any call: told in words, the old state readable, no false success."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import (
    EIO_ON,
    EIO_ONCE,
    FULL_ON,
    QUOTA_ON,
    READ_ONLY_ON,
    Fault,
    Learned,
    Outcome,
    Place,
    Scenario,
    Seen,
    Tally,
    check_old_or_new,
    look_at,
    sample_of,
)
from tests.faults.inprocess import Looker, look_after
from tests.faults.journal_of_calls import LENGTHS, NAMES, REMOVES, SYNCS, Point
from tests.faults.scenarios import CREATE, CREATE_RESERVE, EVERY, IMPORT, PANIC, REKEY

pytestmark = [pytest.mark.strace, pytest.mark.root]

SAMPLE = 1
PARTS = 12
FAULTS = (EIO_ONCE, EIO_ON, FULL_ON)
#: With ``--full`` a quota that is used up as well, and a file system that becomes read-only.
ALL_FAULTS = (*FAULTS, QUOTA_ON, READ_ONLY_ON)

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]

#: What a message must have: what happened, whether data is safe, what to do; then the code to quote.
CODE_LINE = re.compile(r"\[(?P<code>[a-z-]+)( .*)?\]")
CLAIMS_NO_CHANGE = ("Nothing was changed.", "Nothing was left")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All points in parts with ``--full``; else a sample of each command."""
    if "part" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        scenarios = (*EVERY, CREATE_RESERVE) if full else EVERY
        cases = [
            (scenario, fault, part)
            for part in range(PARTS if full else 1)
            for scenario in scenarios
            for fault in (ALL_FAULTS if full else FAULTS)
        ]
        metafunc.parametrize(
            ("scenario", "fault", "part"),
            cases,
            ids=[f"{scenario.name}-{fault}-{part}" for scenario, fault, part in cases],
        )


def can_say(fault: Fault, point: Point) -> bool:
    """Whether the system can answer so: nothing that only removes or cuts runs out of space."""
    return not (fault in (FULL_ON, QUOTA_ON) and point.name in REMOVES)


@pytest.mark.timeout(0)
def test_what_the_disk_refuses_is_told_and_loses_nothing(
    scenario: Scenario,
    fault: Fault,
    part: int,
    full: bool,
    learned_of: LearnedOf,
    looker: Looker,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(scenario)
    title = f"{scenario.name} {fault}"
    possible = [point for point in learned.points if can_say(fault, point)]
    points = possible[part::PARTS] if full else sample_of(possible, SAMPLE, title)
    assert points, "nothing to be refused"
    for point in points:
        place = start.copy_to(next(rooms))
        outcome = place.hurt(scenario.name, scenario.command(place), point, fault)
        if not outcome.fired:
            tally.count(title, "never fired")
            assert outcome.code == 0, outcome.err
            place.remove()
            continue
        try:
            result = judge(looker, scenario, learned, place, point, outcome)
        except AssertionError as wrong:
            tally.wrong.append(
                f"{scenario.name}, {fault} at {point} (call {point.order}), "
                f"exit code {outcome.code}: {wrong}\n{outcome.err[-400:]}"
            )
            result = "wrong"
        tally.count(title, f"exit {outcome.code} {result}")
        place.remove()
    tally.report()


def judge(
    looker: Looker, scenario: Scenario, learned: Learned, place: Place, point: Point, outcome: Outcome
) -> str:
    """The command's own words against what is left."""
    if "Traceback" in outcome.err:
        frames = [line.strip() for line in outcome.err.splitlines() if "hrd_desktop" in line]
        raise AssertionError(f"a traceback: {outcome.err.splitlines()[-1]} at {frames[-2:]}")
    if scenario is PANIC:
        return judge_panic(place, outcome)
    assert outcome.code in (0, 1, 6), "not a promised exit code"
    if outcome.code != 0 and scenario is not IMPORT:
        check_words(outcome.err)
    if scenario in (CREATE, CREATE_RESERVE):
        return judge_create(place, outcome)
    seen = look_after(looker, place, scenario, point)
    result = check_old_or_new(seen, learned, scenario.whole)
    failed = check_report(place, seen, outcome) if scenario is IMPORT and outcome.out else False
    if outcome.code == 0 or (outcome.code == 6 and not failed):
        assert result == "new", "said to be done, and is not"
    elif any(claim in outcome.err for claim in CLAIMS_NO_CHANGE):
        assert result == "old", "said to have changed nothing, and has"
    return result


def check_report(place: Place, seen: Seen, outcome: Outcome) -> bool:
    """Every file is in one of the three lists, and what is said to be in is. Whether one is not."""
    report = json.loads(outcome.out)
    for acknowledged in report["items"]:
        assert seen.items.get(acknowledged["ref"], ("",))[0] == acknowledged["sha256"]
    for failed in report["failed"]:
        assert failed["code"] in ("disk-full", "disk-failed", "not-permitted", "read-only"), failed
        assert failed["path"] in outcome.err
    told = len(report["items"]) + len(report["duplicates"]) + len(report["failed"])
    assert told == len(list((place.folder / "incoming").iterdir())), "a file was passed over in silence"
    return bool(report["failed"])


def check_words(err: str) -> None:
    """What happened, whether data is safe, what to do, and the code to quote; warnings may stand around."""
    lines = err.splitlines()
    codes = [number for number, line in enumerate(lines) if CODE_LINE.fullmatch(line)]
    assert len(codes) == 1, "no code to quote, or more than one"
    assert codes[0] >= 3, "what happened, whether data is safe, what to do: something is missing"


def judge_create(place: Place, outcome: Outcome) -> str:
    """A vault that was said to be made is whole; one that was not leaves nothing."""
    if outcome.code != 0:
        assert list(place.folder.iterdir()) == [], "something was left"
        return "old"
    assert [path.name for path in place.folder.iterdir()] == ["vault"]
    assert look_at(place, "one", ("one",)).items == {}
    return "new"


def judge_panic(place: Place, outcome: Outcome) -> str:
    """Every failure is in the report, and does not keep the rest from being overwritten."""
    assert outcome.code in (0, 6)
    report = json.loads(outcome.out)
    failed = [step for step in report["steps"] if step["result"] == "failed"]
    assert bool(failed) == (outcome.code == 6), report
    if outcome.code == 0 and place.vault.exists():
        # An empty folder that cannot be removed keeps nothing secret, and is told of.
        assert ("folder", "out-of-reach") in [(step["step"], step["result"]) for step in report["steps"]]
        assert all(path.is_dir() for path in place.vault.rglob("*"))
    # The disk works again: whatever is left is finished by any command.
    opened = place.run_all(["unlock-test", str(place.vault), "--passphrase-file", place.secret("one")])[0]
    assert opened.code == 3, opened.err
    assert not any(path.is_file() for path in place.vault.rglob("*")), "the next command did not finish"
    return "new"


def test_every_call_that_can_fail_is_tried(learned_of: LearnedOf) -> None:
    """What can be refused is more than writes: syncs, cuts, names."""
    names = {point.name for scenario in EVERY for point in learned_of(scenario)[0].points}
    assert names & set(SYNCS) >= {"fsync", "fdatasync", "syncfs", "sync_file_range"}
    assert names & set(LENGTHS) == {"ftruncate"}
    assert names & set(NAMES) >= {"rename", "unlink", "rmdir", "mkdir"}
    assert {"pwrite64", "openat"} <= names


def test_a_rekey_that_is_refused_for_good_is_not_told_as_damage(
    learned_of: LearnedOf, looker: Looker, rooms: Iterator[Path]
) -> None:
    """The library says nothing of it, and what it holds afterwards does not authenticate."""
    learned, start = learned_of(REKEY)
    writes = [point for point in learned.points if (point.name, point.kind) == ("pwrite64", "records.0")]
    place = start.copy_to(next(rooms))
    outcome = place.hurt(REKEY.name, REKEY.command(place), writes[len(writes) // 2], EIO_ON)
    assert outcome.fired
    assert judge(looker, REKEY, learned, place, writes[len(writes) // 2], outcome) in ("old", "new")
    assert "[disk-failed" in outcome.err
    place.remove()
