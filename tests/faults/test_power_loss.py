"""The power goes at any moment: what was acknowledged is there, and nothing is half there.

The states are made from a recording (``power``), each is put on a disk, opened and judged.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Learned, Place, Scenario, Tally, check_old_or_new
from tests.faults.inprocess import Looker
from tests.faults.power import Recording, State, read_calls, record, states
from tests.faults.scenarios import CREATE, DESTROY, EVERY, PANIC

pytestmark = [pytest.mark.strace, pytest.mark.root]

LearnedOf = Callable[[Scenario], tuple[Learned, Place]]

#: States of each command, of ten commands: by `make test`, and with ``--full``.
SAMPLE = 4
MANY = 1_100
SEED = "2026-11-27"


@pytest.fixture
def room(rooms: Iterator[Path]) -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    folder = next(rooms)
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def put(state: State, folder: Path) -> None:
    """Make ``folder`` hold exactly this state, and nothing of the one before."""
    there = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"), reverse=True)}
    for name, path in there.items():
        if path.is_dir():
            if name not in state.folders:
                path.rmdir()
        elif name not in state.files or path.stat().st_size > len(state.files[name]):
            path.unlink()
    for name in sorted(state.folders - there.keys()):
        (folder / name).mkdir(mode=0o700)
    for name, data in state.files.items():
        # The originals, which are large, do not change.
        if not name.startswith(("originals/", "incoming/")) or name not in there:
            (folder / name).write_bytes(data)


def test_a_call_that_another_thread_interrupts_is_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    log.write_text(
        '7 pwrite64(3</a>, "\\x41\\x42", 2, 4096 <unfinished ...>\n'
        "8 fsync(4</b> <unfinished ...>\n"
        "7 <... pwrite64 resumed>) = 2\n"
        "8 <... fsync resumed>) = -1 EIO (Input/output error)\n"
    )
    (call,) = read_calls(log)
    assert (call.name, call.begun, call.ended, call.result) == ("pwrite64", 0, 2, 2)
    assert call.rest == '3</a>, "\\x41\\x42", 2, 4096) = 2'


@pytest.mark.timeout(0)
@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.name)
def test_what_a_power_cut_leaves(
    scenario: Scenario,
    full: bool,
    learned_of: LearnedOf,
    looker: Looker,
    rooms: Iterator[Path],
    room: Path,
    tally: Tally,
) -> None:
    learned, start = learned_of(scenario)
    recording = record(scenario, start, next(rooms))
    title = f"power cut: {scenario.name}"
    for number, state in enumerate(states(recording, SEED, MANY if full else SAMPLE)):
        put(state, room)
        try:
            result = judge(scenario, learned, recording, state, looker, room, first=number % 2 == 1)
        except Exception as wrong:  # noqa: BLE001  # whatever it is, it stands in the report
            tally.wrong.append(f"{title}, {state.words[:400]}: {type(wrong).__name__} {str(wrong)[:1500]}")
            result = "wrong"
        tally.count(title, result)
    tally.report()


def judge(
    scenario: Scenario,
    learned: Learned,
    recording: Recording,
    state: State,
    looker: Looker,
    room: Path,
    *,
    first: bool,
) -> str:
    """``old``, ``new`` or ``between``; else, or when what was acknowledged is not there, it fails."""
    acknowledged = state.moment >= recording.said
    vault = room / "vault"
    if scenario is CREATE:
        return judge_create(looker, room, acknowledged=acknowledged)
    if scenario is PANIC:
        return judge_panic(recording, state, looker, vault)
    other = {"slots-change": "one", "slots-remove": "two"}.get(scenario.name) if first else None
    seen = looker.look_at(vault, scenario.always, scenario.judged, other)
    result = check_old_or_new(seen, learned, scenario.whole)
    assert result == "new" or not acknowledged, f"said to be done, and is {result}"
    if scenario is DESTROY:
        damaged = [
            name
            for name, data in recording.before.items()
            if name.startswith("vault/objects/") and state.files.get(name, b"")[:4096] != data[:4096]
        ]
        assert not damaged or result == "new", "an item whose key was overwritten is still listed"
    return result


def judge_create(looker: Looker, room: Path, *, acknowledged: bool) -> str:
    """Nothing at the target, or a whole vault; a whole one once it was said to be made."""
    assert {path.name.partition(".creating-")[0] for path in room.iterdir()} <= {"vault"}
    if not (room / "vault").exists():
        assert not acknowledged, "said to be made, and is not there"
        return "old"
    assert looker.look_at(room / "vault", "one", ("one",)).items == {}
    return "new"


def judge_panic(recording: Recording, state: State, looker: Looker, vault: Path) -> str:
    """Before the first tombstone untouched; past the first step of the wipe nothing opens."""
    step_done = next(sync.ended for sync in recording.syncs if sync.path == "vault/keyslots.b")
    begun = any(state.files.get(f"vault/keyslots.{c}", b"")[:8] == b"SHEAFEND" for c in "ab")
    if not begun and state.moment < step_done:
        assert len(looker.look_at(vault, "one", ("one", "two", "code")).items) == 4
        return "old"
    for name in ("one", "two", "code"):
        assert not looker.opens(vault, name), f"{name} opens a vault that was wiped"
    for path in vault.rglob("*"):
        assert not path.is_file() or not begun, f"{path} is left"
        before = recording.before.get(str(path.relative_to(vault.parent)))
        if path.is_file() and before:
            assert path.read_bytes()[:4096] != before[:4096], f"{path} was not overwritten"
    return "new"


def test_the_model_can_lose_something(learned_of: LearnedOf, rooms: Iterator[Path]) -> None:
    """The states are worth nothing if the model kept what nobody synced; without the syncs, all may go."""
    _, start = learned_of(DESTROY)
    recording = record(DESTROY, start, next(rooms))
    sure, maybe = recording.at(recording.end)
    assert len(sure) > 50
    recording.syncs.clear()
    sure, maybe = recording.at(recording.end)
    assert not sure
    assert len(maybe) == len(recording.effects)
    nothing = recording.state(recording.end, [], {}, "nothing")
    assert nothing.files == recording.before
