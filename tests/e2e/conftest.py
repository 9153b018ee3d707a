"""A fresh place for each test, and vaults made once for each worker and copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import Place
from tests.faults.warm import Warm, WarmPlace

#: Tests of what lies between the shell and the program: each command is the installed one, from its start.
#: In the others it is forked from a process that has imported the same code, which is ten times faster.
FROM_THE_START = ("test_cli_contract", "test_cli_panic")

#: What the seeded vault holds: E0001, E0002, E0003 in this order.
SEEDS = {
    "letter.txt": b"The gate was locked at dawn, said the zebrafinch.\n",
    "photo.bin": bytes(range(256)) * 300,
    "empty.dat": b"",
}


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """The program, ready to run."""
    server = Warm(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("stretched"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def empty_vault(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A vault without items."""
    place = WarmPlace(tmp_path_factory.mktemp("empty"), warm)
    place.create()
    return place.vault


@pytest.fixture(scope="session")
def seeded_vault(tmp_path_factory: pytest.TempPathFactory, empty_vault: Path, warm: Warm) -> Path:
    """A vault with the three files of SEEDS, the first registered in the case GATE."""
    place = WarmPlace(tmp_path_factory.mktemp("seeded"), warm).copy_of(empty_vault)
    for name, content in SEEDS.items():
        place.original(name, content)
    place.take(place.originals / "letter.txt", "--case", "GATE", "--tag", "water", "--source", "a neighbour")
    place.take(place.originals / "photo.bin", place.originals / "empty.dat")
    return place.vault


@pytest.fixture
def bare(request: pytest.FixtureRequest, tmp_path: Path, warm: Warm) -> Place:
    """A place without a vault."""
    module = request.module.__name__.rpartition(".")[2]
    return Place(tmp_path) if module in FROM_THE_START else WarmPlace(tmp_path, warm)


@pytest.fixture
def place(bare: Place, empty_vault: Path) -> Place:
    """A place with an empty vault."""
    return bare.copy_of(empty_vault)


@pytest.fixture
def seeded(bare: Place, seeded_vault: Path) -> Place:
    """A place with the seeded vault, and its originals."""
    place = bare.copy_of(seeded_vault)
    for name, content in SEEDS.items():
        place.original(name, content)
    return place
