"""Faults in the real program: killed, or refused by the disk, at one chosen call on one chosen file.

A command is run once under strace to learn which calls it makes on which files (``journal_of_calls``). Then,
for each of these calls, it is run again on a fresh copy of the vault with a fault at that call, and what is
left is judged with the program itself, in a process of its own (``warm``).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.faults.journal_of_calls import READS, TRACED, Call, Point, points_of, read_journal, thinned
from tests.faults.warm import PROGRAM, WAIT_S, Warm

#: Who may open the vault, by the name of the file with the passphrase.
CREDENTIALS = ("one", "two", "three", "code")


@dataclass(frozen=True)
class Outcome:
    """How a command ended. ``fired``: the fault was really put in; ``killed``: the command died of it."""

    code: int
    out: str
    err: str
    fired: bool = False
    killed: bool = False


@dataclass(frozen=True)
class Seen:
    """What the program shows of a vault: items by reference, without what differs between runs; who opens."""

    items: dict[str, tuple[Any, ...]]
    opens: tuple[str, ...]
    notices: tuple[str, ...] = ()


class Place:
    """A folder of its own with a vault in it, and passphrase files that all places share."""

    def __init__(self, folder: Path, secrets: Path, warm: Warm) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self.secrets = secrets
        self.warm = warm

    def copy_to(self, folder: Path) -> Place:
        """A fresh copy of everything in this place."""
        subprocess.run(["cp", "-a", str(self.folder), str(folder)], check=True)
        return Place(folder, self.secrets, self.warm)

    def remove(self) -> None:
        """Make room again."""
        shutil.rmtree(self.folder)

    def secret(self, name: str) -> str:
        """The path of a passphrase file."""
        return str(self.secrets / name)

    def environment(self) -> dict[str, str]:
        """A home of its own, and nothing else of ours."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.warm.home),
            "TMPDIR": str(self.warm.home),
        }

    def run_short(self, seed: str, command: Sequence[str], which: int) -> tuple[Outcome, int]:
        """Run with write number ``which``, or every one, doing half; how it ended and how many there were."""
        (ended,) = self.warm.run([command], self.environment(), seed=seed, short=which)
        return Outcome(ended.code, ended.out.decode("utf-8", "backslashreplace"), ended.err), ended.writes

    # -- running ----------------------------------------------------------------------------------

    def run_all(self, *commands: Sequence[str]) -> list[Outcome]:
        """Several commands, one after another."""
        ended = self.warm.run(commands, self.environment())
        outcomes = [Outcome(one.code, one.out.decode("utf-8", "backslashreplace"), one.err) for one in ended]
        for outcome in outcomes:
            assert "Traceback" not in outcome.err, outcome.err
        assert len(outcomes) == len(commands), outcomes
        return outcomes

    def run(self, *command: str) -> Outcome:
        """One command that must succeed."""
        outcome = self.run_all(command)[0]
        assert outcome.code == 0, f"{command}: {outcome.err}"
        return outcome

    def write_to(self, out: IO[bytes], *command: str) -> int:
        """One command with its output, of any bytes, in a file; the exit code."""
        return subprocess.run(
            [sys.executable, "-I", str(PROGRAM), "one", *command],
            stdout=out,
            env=self.environment(),
            cwd="/",
            timeout=WAIT_S,
            check=False,
        ).returncode

    def kill_after(self, seconds: float, *command: str) -> bool:
        """Run one command and kill it after a time, wherever it is; whether that was before its end."""
        (ended,) = self.warm.run([command], self.environment(), kill_after_s=seconds)
        return ended.code == -9

    def learn(
        self, seed: str, command: Sequence[str], names: Sequence[str] = TRACED
    ) -> tuple[Outcome, list[Call]]:
        """Run under strace without a fault: how it ended, and the calls it made here."""
        outcome, log = self.traced(seed, command, ["-y", "-s", "1"], names)
        calls = [
            Call(call.order, call.thread, call.name, self.inside(call.path), call.number, call.makes)
            for call in read_journal(log, [str(self.folder)])
        ]
        log.unlink()
        return outcome, calls

    def hurt(self, seed: str, command: Sequence[str], point: Point, fault: Fault) -> Outcome:
        """Run with ``fault`` at ``point``."""
        aim = {
            "name": point.name,
            "path": str(self.folder / point.path) if point.path else str(self.folder),
            "number": point.number,
            "error": fault.error,
            "lasting": fault.lasting,
        }
        (ended,) = self.warm.run([command], self.environment(), seed=seed, fault=aim)
        out = ended.out.decode("utf-8", "backslashreplace")
        return Outcome(ended.code, out, ended.err, ended.fired, ended.code == -9)

    def traced(
        self, seed: str, command: Sequence[str], options: Sequence[str], names: Sequence[str] = TRACED
    ) -> tuple[Outcome, Path]:
        log = self.folder.with_name(self.folder.name + ".log")
        trace = ["-o", str(log), "-e", "trace=" + ",".join(names), *options]
        (ended,) = self.warm.run([command], self.environment(), seed=seed, strace=trace)
        return Outcome(ended.code, ended.out.decode("utf-8", "backslashreplace"), ended.err), log

    def inside(self, path: str) -> str:
        """A path as seen from this place; empty for the place itself."""
        return path[len(str(self.folder)) :].lstrip("/")


@dataclass(frozen=True)
class Fault:
    """What happens at the point: SIGKILL before the call, or it answers ``error``, once or from then on."""

    error: str | None = None
    lasting: bool = False

    @property
    def kills(self) -> bool:
        return self.error is None

    def __str__(self) -> str:
        return (self.error or "KILL") + ("+" if self.lasting else "")


KILL = Fault()
EIO_ONCE = Fault("EIO")
EIO_ON = Fault("EIO", lasting=True)
FULL_ON = Fault("ENOSPC", lasting=True)
QUOTA_ON = Fault("EDQUOT", lasting=True)
READ_ONLY_ON = Fault("EROFS", lasting=True)


@dataclass(frozen=True)
class Scenario:
    """One command to put faults into.

    ``outside``: a credential of the first compartment where the command works in the second.
    ``whole``: the command is one step, done or not done. ``always``: a credential that opens the vault
    before, after and in between; ``judged``: those that are tried. ``looks``: there is a vault before and
    after. ``start``: the place it starts from.
    """

    name: str
    command: Callable[[Place], list[str]]
    whole: bool = True
    always: str = "one"
    judged: tuple[str, ...] = CREDENTIALS
    looks: bool = True
    start: str = "vault"
    outside: str | None = None


@dataclass(frozen=True)
class Learned:
    """What one undisturbed run of a scenario showed: where faults can go, and the vault before and after."""

    points: list[Point]
    old: Seen | None
    new: Seen | None

    def first(self, kind: str, name: str) -> int:
        """Where in the run the first call ``name`` on a file of this kind lies."""
        return next(point.order for point in self.points if (point.kind, point.name) == (kind, name))


def learn(scenario: Scenario, start: Place, folder: Path) -> Learned:
    """Run ``scenario`` undisturbed on a copy of ``start`` at ``folder``."""
    old = (
        look_at(start.copy_to(folder), scenario.always, scenario.judged, outside=scenario.outside)
        if scenario.looks
        else None
    )
    if old is not None:
        shutil.rmtree(folder)
    place = start.copy_to(folder)
    outcome, calls = place.learn(scenario.name, scenario.command(place))
    assert outcome.code == 0, outcome.err
    points = points_of(calls, "vault")
    new = (
        look_at(place, scenario.always, scenario.judged, outside=scenario.outside) if scenario.looks else None
    )
    place.remove()
    return Learned(thinned(points), old, new)


def learn_reads(scenario: Scenario, start: Place, folder: Path) -> list[Point]:
    """Every call that only reads, on files under the place."""
    place = start.copy_to(folder)
    outcome, calls = place.learn(scenario.name, scenario.command(place), READS)
    assert outcome.code == 0, outcome.err
    place.remove()
    return points_of(calls, "vault")


def sample_of(points: Sequence[Point], count: int, name: str) -> list[Point]:
    """``count`` points that differ as much as can be: one of each file and call before a second one.

    Which ones come first depends on ``name`` alone: every run tries the same ones, and each command others.
    """

    def mixed(word: object) -> bytes:
        return hashlib.sha256(f"{name}/{word}".encode()).digest()

    groups: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        groups.setdefault((point.kind, point.name), []).append(point)
    queues = [sorted(groups[group], key=mixed) for group in sorted(groups, key=mixed)]
    chosen: list[Point] = []
    while len(chosen) < min(count, len(points)):
        for queue in queues:
            if queue:
                chosen.append(queue.pop())
    return sorted(chosen[:count], key=lambda point: point.order)


# -- looking at a vault -----------------------------------------------------------------------------


def look_at(
    place: Place,
    always: str,
    judged: Sequence[str],
    first: str | None = None,
    outside: str | None = None,
) -> Seen:
    """Everything that the program says about the vault; it must be whole, and every byte where it belongs.

    ``first`` is a credential to be tried before any other; else ``always`` opens the vault first. ``outside``
    opens the first compartment where all that is about the second: both must be whole.
    """
    vault, key = str(place.vault), ["--passphrase-file", place.secret(always)]
    commands: list[list[str]] = []
    if first is not None:
        commands.append(["unlock-test", vault, "--passphrase-file", place.secret(first)])
    commands += [
        ["verify", vault, "--json", *key],
        ["list", vault, "--json", *key],
        ["list", vault, "--bin", "--json", *key],
    ]
    others = [name for name in judged if name != always]
    commands += [["unlock-test", vault, "--passphrase-file", place.secret(name)] for name in others]
    commands.append(["@files", vault, place.secret(always)])
    if outside is not None:
        commands.append(["verify", vault, "--json", "--passphrase-file", place.secret(outside)])
        commands.append(["@files", vault, place.secret(outside)])
    outcomes = place.run_all(*commands)
    if first is not None:
        assert outcomes.pop(0).code in (0, 3)
    others_files: dict[str, Any] = {}
    if outside is not None:
        outside_files, outside_verified = outcomes.pop(), outcomes.pop()
        assert outside_verified.code == 0 and outside_files.code == 0, outside_verified.err
        others_files = json.loads(outside_files.out)
    verified, kept, binned, *opened, files = outcomes
    assert verified.code == 0, f"verify says {verified.code}: {verified.err}{verified.out}"
    report = json.loads(verified.out)
    assert report["ok"] and not report["bad"] and not report["mended"], report
    assert kept.code == 0, kept.err
    assert binned.code == 0, binned.err
    items = {entry["ref"]: version_of(entry, "kept") for entry in json.loads(kept.out)["items"]}
    items |= {entry["ref"]: version_of(entry, "binned") for entry in json.loads(binned.out)["items"]}
    assert report["items"] == len(items)
    for outcome in opened:
        assert outcome.code in (0, 3), outcome.err
    opens = tuple(name for name, outcome in zip(others, opened, strict=True) if outcome.code == 0)
    assert files.code == 0, files.err
    check_files(place.vault, json.loads(files.out), others_files)
    return Seen(items, tuple(sorted([always, *opens])), tuple(verified.err.splitlines()))


def version_of(entry: dict[str, Any], state: str) -> tuple[Any, ...]:
    return (
        entry["sha256"],
        entry["size"],
        entry["title"],
        *map(tuple, (entry["tags"], entry["cases"])),
        state,
    )


def check_files(vault: Path, owned: dict[str, Any], others: dict[str, Any]) -> None:
    """Nothing in the folder that the records do not know, nothing missing, nothing under way, one time."""
    assert not owned["under_way"] and not owned["reserved"] and not owned["to_unlink"], owned
    assert not owned["notices"], owned["notices"]
    known = [*owned["items"], *owned["snapshots"], *owned["reserve"]]
    known += [*others.get("items", ()), *others.get("snapshots", ())]
    found = {str(vault): vault.stat()}
    for parent, folders, names in os.walk(vault):
        found |= {path: os.lstat(path) for path in (os.path.join(parent, n) for n in (*folders, *names))}
    inside = {path[len(str(vault)) :].strip("/"): status for path, status in found.items()}
    objects = {name[8:10] + name[11:] for name in inside if name.count("/") == 2}
    assert objects == set(known), f"{len(objects)} objects in the folder, {len(known)} in the records"
    assert len(owned["snapshots"]) <= 2
    databases = ["records.0", "derived.0"] + (["records.1", "derived.1"] if owned["reserve"] else [])
    expected = {"", "keyslots.a", "keyslots.b", "lock", "objects"}
    # The journal is made by the first change; from then on it stays.
    journals = {f"{name}-journal" for name in databases if f"{name}-journal" in inside}
    assert {name for name in inside if "/" not in name} == expected | set(databases) | journals
    for name in (*journals, "lock"):
        assert inside[name].st_size == 0, f"{name} is not empty"
    for name in ("keyslots.a", "keyslots.b"):
        assert inside[name].st_size == 65536
    times = {status.st_mtime_ns for status in inside.values()}
    assert len(times) == 1, f"{len(times)} different times in the vault"


def check_old_or_new(seen: Seen, learned: Learned, whole: bool) -> str:
    """``old`` or ``new``, or ``between`` where the command takes several steps; else a failed assertion."""
    old, new = learned.old, learned.new
    assert old is not None and new is not None
    if (seen.items, seen.opens) == (old.items, old.opens):
        return "old"
    if (seen.items, seen.opens) == (new.items, new.opens):
        return "new"
    assert not whole, f"neither as before nor as after: {difference(seen, old, new)}"
    # By content: a file that was not taken in leaves its number to the next one.
    before, after, now = ({version[0]: version for version in one.items.values()} for one in (old, new, seen))
    for digest in {*before, *after, *now}:
        versions = (before.get(digest), after.get(digest))
        assert now.get(digest) in versions, f"{now.get(digest)} not in {versions}"
    assert set(seen.opens) in (set(old.opens), set(new.opens))
    return "between"


def difference(seen: Seen, old: Seen, new: Seen) -> str:
    """What a failed assertion should say."""
    return "\n".join(
        f"{when}: opens {one.opens}; {one.items}"
        for when, one in (("seen", seen), ("before", old), ("after", new))
    )


class Tally:
    """Counts outcomes of one test and hands them to the summary."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record
        self.counts: dict[str, Counter[str]] = {}
        self.wrong: list[str] = []

    def count(self, scenario: str, word: str, number: int = 1) -> None:
        """One more of ``word``."""
        self.counts.setdefault(scenario, Counter())[word] += number

    def report(self) -> None:
        """Hand over, and fail where something was wrong."""
        self._record("faults", json.dumps(self.counts))
        assert not self.wrong, f"{len(self.wrong)} wrong:\n" + "\n".join(self.wrong)
