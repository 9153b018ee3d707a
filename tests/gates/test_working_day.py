"""Memory and descriptors stay flat over a day of work, although the process never ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

PROJECT = Path(__file__).resolve().parents[2]
#: The first rounds fill caches: of the database, of the allocator, of imported modules.
WARM_UP = 0.3
GROWTH_KIB = 8 * 1024


def worked(folder: Path, rounds: int) -> list[dict[str, int]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gates.working_day", str(folder), str(rounds)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, int]] = json.loads(done.stdout)
    return seen


def judge(seen: list[dict[str, int]]) -> str:
    warm = seen[int(len(seen) * WARM_UP) :]
    assert {round_["descriptors"] for round_ in warm} == {warm[0]["descriptors"]}
    part = max(1, len(warm) // 4)
    early = median(round_["kib"] for round_ in warm[:part])
    late = median(round_["kib"] for round_ in warm[-part:])
    assert late - early < GROWTH_KIB
    return f"working day, {len(seen)} rounds: {early / 1024:.0f} MiB early, {late / 1024:.0f} MiB late"


def test_a_few_rounds_leave_no_descriptor_open(tmp_path: Path) -> None:
    seen = worked(tmp_path, 4)
    assert {round_["descriptors"] for round_ in seen[1:]} == {seen[1]["descriptors"]}


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_memory_and_descriptors_are_flat_over_hundreds_of_locks(
    tmp_path: Path, full: bool, record_property: Callable[[str, object], None]
) -> None:
    if not full:
        pytest.skip("with --full: hundreds of rounds")
    record_property("figure", judge(worked(tmp_path, 300)))
