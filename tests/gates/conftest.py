"""What the long proofs share: a place of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import Place


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A home, a folder of originals and one for vaults, without a vault."""
    return Place(tmp_path)


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder for gigabytes: those of the other tests are in memory where there is some."""
    with tempfile.TemporaryDirectory(prefix="gate-", dir="/var/tmp") as folder:  # a new name
        yield Path(folder)
