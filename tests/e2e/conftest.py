"""A fresh place for each test, and vaults made once for each worker and copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cli import Place

#: What the seeded vault holds: E0001, E0002, E0003 in this order.
SEEDS = {
    "letter.txt": b"The gate was locked at dawn, said the zebrafinch.\n",
    "photo.bin": bytes(range(256)) * 300,
    "empty.dat": b"",
}


@pytest.fixture(scope="session")
def empty_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault without items."""
    place = Place(tmp_path_factory.mktemp("empty"))
    place.create()
    return place.vault


@pytest.fixture(scope="session")
def seeded_vault(tmp_path_factory: pytest.TempPathFactory, empty_vault: Path) -> Path:
    """A vault with the three files of SEEDS, the first registered in the case GATE."""
    place = Place(tmp_path_factory.mktemp("seeded")).copy_of(empty_vault)
    for name, content in SEEDS.items():
        place.original(name, content)
    place.take(place.originals / "letter.txt", "--case", "GATE", "--tag", "water", "--source", "a neighbour")
    place.take(place.originals / "photo.bin", place.originals / "empty.dat")
    return place.vault


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A place without a vault."""
    return Place(tmp_path)


@pytest.fixture
def place(tmp_path: Path, empty_vault: Path) -> Place:
    """A place with an empty vault."""
    return Place(tmp_path).copy_of(empty_vault)


@pytest.fixture
def seeded(tmp_path: Path, seeded_vault: Path) -> Place:
    """A place with the seeded vault, and its originals."""
    place = Place(tmp_path).copy_of(seeded_vault)
    for name, content in SEEDS.items():
        place.original(name, content)
    return place
