"""A rescue that is killed, or refused by the disk, at any call leaves the damaged vault as it was.

What is at the new place is nothing, or a whole vault.
"""

from __future__ import annotations

import hashlib
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
from tests.faults.journal_of_calls import LENGTHS
from tests.faults.scenarios import RESCUE
from tests.faults.test_disk_errors import check_words

pytestmark = [pytest.mark.strace, pytest.mark.root]

SAMPLE = 2
PARTS = 12
REMOVES = (*LENGTHS, "unlink", "unlinkat", "rmdir", "sync_file_range")

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All points in parts with ``--full``; else a sample."""
    if "part" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        faults = (KILL, EIO_ONCE, EIO_ON, FULL_ON) if full else (KILL, FULL_ON)
        cases = [(fault, part) for part in range(PARTS if full else 1) for fault in faults]
        metafunc.parametrize(("fault", "part"), cases, ids=[f"{fault}-{part}" for fault, part in cases])


@pytest.mark.timeout(0)
def test_the_damaged_vault_is_as_it_was_and_the_new_one_whole_or_absent(
    fault: Fault,
    part: int,
    full: bool,
    learned_of: LearnedOf,
    rooms: Iterator[Path],
    tally: Tally,
) -> None:
    learned, start = learned_of(RESCUE)
    title = f"{RESCUE.name} {fault}"
    before = bytes_of(start.vault)
    written = {point.path for point in learned.points if point.path.startswith("vault/")}
    assert not written, "calls that write, on files of the damaged vault"
    possible = [
        point
        for point in learned.points
        if point.path.startswith("rescued") and not (fault is FULL_ON and point.name in REMOVES)
    ]
    points = possible[part::PARTS] if full else sample_of(possible, SAMPLE, title)
    assert points, "nothing to be hurt at"
    for point in points:
        place = start.copy_to(next(rooms))
        outcome = place.hurt(RESCUE.name, RESCUE.command(place), point, fault)
        if not outcome.fired:
            tally.count(title, "never fired")
            assert outcome.code in (0, 6), outcome.err
            place.remove()
            continue
        try:
            result = judge(place, outcome, fault, before)
        except AssertionError as wrong:
            tally.wrong.append(
                f"{title} at {point} (call {point.order}), exit code {outcome.code}: {wrong}\n"
                f"{outcome.err[-400:]}"
            )
            result = "wrong"
        tally.count(title, result)
        place.remove()
    tally.report()


def bytes_of(folder: Path) -> dict[str, str]:
    """The hash of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def judge(place: Place, outcome: Outcome, fault: Fault, before: dict[str, str]) -> str:
    """Nothing at the place, or a whole vault; the source as it was; a second rescue has everything."""
    assert "Traceback" not in outcome.err
    assert bytes_of(place.vault) == before, "the damaged vault was changed"
    target = place.folder / "rescued"
    beside = [path.name for path in place.folder.iterdir() if re.match(r"rescued\.creating-", path.name)]
    assert fault.kills or not beside, "something was left"
    if not fault.kills and outcome.code == 1:
        check_words(outcome.err)
        assert not target.exists()
    if target.exists():
        verified = place.run("verify", str(target), "--json", "--passphrase-file", place.secret("one"))
        assert json.loads(verified.out)["items"] == 4
        return "new"
    again = place.run(
        "rescue", str(place.vault), str(target), "--json", "--passphrase-file", place.secret("one")
    )
    document = json.loads(again.out)
    assert document["complete"] and document["items"] == 4
    return "old"
