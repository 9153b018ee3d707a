"""Vaults to hurt: prepared once for a whole run, copied for each fault, told of at the end."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.harness import Learned, Place, Scenario, Tally, learn
from tests.faults.inprocess import Looker
from tests.faults.scenarios import BASE_OF, START_OF, fill_secrets
from tests.faults.warm import Warm


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many faults were put in, how many did not fire, and what was found: for docs/reliability.md."""
    tallies: dict[str, Counter[str]] = {}
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == "faults":
                for scenario, counts in json.loads(value).items():
                    tallies.setdefault(scenario, Counter()).update(counts)
    if tallies:
        terminalreporter.section("faults put in")
        for scenario, counts in sorted(tallies.items()):
            words = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
            terminalreporter.line(f"{scenario}: {words}")


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """What this test did."""
    return Tally(record_property)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "faults"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Path]]:
    """Names for copies."""
    folder = tmp_path_factory.mktemp("rooms")
    yield (folder / str(number) for number in itertools.count())
    shutil.rmtree(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time; the next one finds what was made."""
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def warm(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """The program, ready to run."""
    memory = shared_folder / "stretched"
    memory.mkdir(exist_ok=True)
    server = Warm(tmp_path_factory.mktemp("home"), memory)
    yield server
    server.close()


@pytest.fixture(scope="session")
def looker(shared_folder: Path) -> Looker:
    """Looks into vaults in this process."""
    return Looker(shared_folder / "secrets")


@pytest.fixture(scope="session")
def start_of(shared_folder: Path, warm: Warm, looker: Looker) -> Callable[[str], Place]:
    """The prepared place a scenario starts from, with secrets of its own; who looks then looks with these."""

    def get(name: str) -> Place:
        place = Place(shared_folder / name, shared_folder / f"{name}.secrets", warm)
        with locked(shared_folder / "places.lock"):
            make(place)
        looker.secrets = place.secrets
        return place

    def make(place: Place) -> None:
        name = place.folder.name
        if place.folder.is_dir():
            return
        unfinished = Place(shared_folder / f"{name}.unfinished", place.secrets, warm)
        base = BASE_OF.get(name)
        if base is None:
            fill_secrets(place.secrets)
            unfinished.folder.mkdir()
        else:
            before = Place(shared_folder / base, shared_folder / f"{base}.secrets", warm)
            make(before)
            shutil.copytree(before.secrets, place.secrets)
            before.copy_to(unfinished.folder)
        START_OF[name](unfinished)
        unfinished.folder.rename(place.folder)

    return get


@pytest.fixture(scope="session")
def learned_of(
    shared_folder: Path, start_of: Callable[[str], Place], rooms: Iterator[Path]
) -> Callable[[Scenario], tuple[Learned, Place]]:
    """What a scenario does undisturbed, learned once, and the place it starts from."""

    def get(scenario: Scenario) -> tuple[Learned, Place]:
        start = start_of(scenario.start)
        kept = shared_folder / f"{scenario.name}.learned"
        with locked(shared_folder / f"{scenario.name}.lock"):
            if not kept.is_file():
                kept.write_bytes(pickle.dumps(learn(scenario, start, next(rooms))))
        return pickle.loads(kept.read_bytes()), start

    return get
