"""A backup or a restore that is killed, or refused by the medium, at any call loses no earlier snapshot."""

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
    KILL,
    Fault,
    Learned,
    Outcome,
    Place,
    Scenario,
    Tally,
    sample_of,
)
from tests.faults.journal_of_calls import LENGTHS, Point
from tests.faults.scenarios import BACKUP, RESTORE
from tests.faults.test_disk_errors import check_words

pytestmark = [pytest.mark.strace, pytest.mark.root]

SAMPLE = {BACKUP.name: 2, RESTORE.name: 1}
PARTS = 12
REMOVES = (*LENGTHS, "unlink", "unlinkat", "rmdir", "sync_file_range")
#: Files in a backup after the scenario: six items, one list, one copy of the records.
OBJECTS = 6 + 1 + 1

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All points in parts with ``--full``; else a sample."""
    if "part" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        faults = (KILL, EIO_ONCE, EIO_ON, FULL_ON) if full else (KILL, FULL_ON)
        cases = [
            (scenario, fault, part)
            for part in range(PARTS if full else 1)
            for scenario in (BACKUP, RESTORE)
            for fault in faults
        ]
        metafunc.parametrize(
            ("scenario", "fault", "part"),
            cases,
            ids=[f"{scenario.name}-{fault}-{part}" for scenario, fault, part in cases],
        )


def concerns(scenario: Scenario, point: Point, fault: Fault) -> bool:
    """What this is about: the backup's folder or the new vault; the vault's own calls are tried elsewhere."""
    if fault is FULL_ON and point.name in REMOVES:
        return False
    if scenario is BACKUP:
        return fault.kills or point.path.startswith("backup")
    return point.path.startswith("restored")


@pytest.mark.timeout(0)
def test_whatever_happens_earlier_snapshots_are_whole(
    scenario: Scenario,
    fault: Fault,
    part: int,
    full: bool,
    learned_of: LearnedOf,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(scenario)
    title = f"{scenario.name} {fault}"
    possible = [point for point in learned.points if concerns(scenario, point, fault)]
    points = possible[part::PARTS] if full else sample_of(possible, SAMPLE[scenario.name], title)
    assert points, "nothing to be hurt at"
    for point in points:
        place = start.copy_to(next(rooms))
        outcome = place.hurt(scenario.name, scenario.command(place), point, fault)
        if not outcome.fired:
            tally.count(title, "never fired")
            assert outcome.code == 0, outcome.err
            place.remove()
            continue
        try:
            result = (judge_backup if scenario is BACKUP else judge_restore)(place, outcome, fault)
        except AssertionError as wrong:
            tally.wrong.append(
                f"{title} at {point} (call {point.order}), exit code {outcome.code}: {wrong}\n"
                f"{outcome.err[-400:]}"
            )
            result = "wrong"
        tally.count(title, result)
        place.remove()
    tally.report()


def snapshots(place: Place, key: str) -> list[int]:
    """The numbers in the backup, which must be whole."""
    folder = str(place.folder / "backup")
    (done,) = place.run_all(["backup-check", folder, "--json", "--passphrase-file", place.secret(key)])
    assert done.code == 0, f"backup-check says {done.code}: {done.out}{done.err}"
    report = json.loads(done.out)
    assert report["ok"] and not report["bad"]
    return [one["number"] for one in report["snapshots"]]


def judge_backup(place: Place, outcome: Outcome, fault: Fault) -> str:
    """The snapshot from before, the new one, or both; then the next backup makes it right."""
    assert "Traceback" not in outcome.err
    numbers = snapshots(place, "one")
    assert numbers in ([1], [2, 1], [2]), numbers
    if not fault.kills:
        assert outcome.code in (0, 1, 6), "not a promised exit code"
        if outcome.code:
            check_words(outcome.err)
        if outcome.code == 0:
            assert numbers == [2], "said to be done, and is not"
    again = place.run(*BACKUP.command(place), "--json")
    assert json.loads(again.out)["items"] == 6
    assert snapshots(place, "three") == [2], "not one snapshot after the next backup"
    objects = [path for path in (place.folder / "backup" / "objects").rglob("*") if path.is_file()]
    assert len(objects) == OBJECTS, f"{len(objects)} files in the backup"
    assert len(list((place.folder / "backup" / "keys").iterdir())) == 2
    verified = place.run("verify", str(place.vault), "--json", "--passphrase-file", place.secret("one"))
    assert json.loads(verified.out)["ok"]
    return {(1,): "old", (2,): "new"}.get(tuple(numbers), "both")


def judge_restore(place: Place, outcome: Outcome, fault: Fault) -> str:
    """Nothing at the place, or a whole vault; the backup is as it was."""
    assert "Traceback" not in outcome.err
    target = place.folder / "restored"
    beside = [path.name for path in place.folder.iterdir() if re.match(r"restored\.creating-", path.name)]
    assert fault.kills or not beside, "something was left"
    if not fault.kills and outcome.code == 1:
        check_words(outcome.err)
        assert not target.exists()
    assert snapshots(place, "one") == [1]
    if not target.exists():
        return "old"
    verified = place.run("verify", str(target), "--json", "--passphrase-file", place.secret("one"))
    assert json.loads(verified.out)["items"] == 4
    return "new"
