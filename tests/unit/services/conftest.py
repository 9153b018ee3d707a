"""A real small vault, open, for the tests of services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.services.session import Session
from tests.mould import Mould, stretch_once


@pytest.fixture
def remembered_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch each credential under each salt once for all tests: the same bytes, without the wait."""
    for module in _STRETCHING:
        monkeypatch.setattr(f"{module}.stretch", stretch_once)
    monkeypatch.setattr("hrd_desktop.services.restore.stretch_in_child", stretch_once)


_STRETCHING = tuple(
    f"hrd_desktop.services.{name}"
    for name in ("unlock", "create", "slots", "backup_check", "backup_own", "backup_place", "restore_items")
)


@pytest.fixture
def session(tmp_path: Path, mould: Mould) -> Iterator[Session]:
    """A new vault with a cheap key derivation, open."""
    root = mould.cast("correct horse", tmp_path / "vault")
    with mould.open("correct horse", root) as opened:
        yield opened
