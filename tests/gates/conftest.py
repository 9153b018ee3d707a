"""What the long proofs share: a place of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.cli import Place


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A home, a folder of originals and one for vaults, without a vault."""
    return Place(tmp_path)
