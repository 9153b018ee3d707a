"""What the long proofs share: a place of their own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import Place

_MEMORY = "/dev/shm"


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A home, a folder of originals and one for vaults, without a vault."""
    return Place(tmp_path)


@pytest.fixture
def ram_folder() -> Iterator[Path]:
    """Where a sync costs nothing, if the system has such a place."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)
