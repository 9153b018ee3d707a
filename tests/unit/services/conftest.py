"""A real small vault, open, for the tests of services."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters, stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.create import create
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from tests.unit.storage.conftest import ram_folder, ram_template

__all__ = ["ram_folder", "ram_template", "session"]


@pytest.fixture(autouse=True)
def long_proofs_wait(request: pytest.FixtureRequest, full: bool) -> None:
    """What is marked ``gate`` is run by `make gates`."""
    if request.node.get_closest_marker("gate") is not None and not full:
        pytest.skip("with --full")


@pytest.fixture
def remembered_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch each credential under each salt once for all tests: the same bytes, without the wait."""
    for module in _STRETCHING:
        monkeypatch.setattr(f"{module}.stretch", _stretch_once)
    monkeypatch.setattr("hrd_desktop.services.restore.stretch_in_child", _stretch_once)


_STRETCHING = tuple(
    f"hrd_desktop.services.{name}"
    for name in ("unlock", "create", "slots", "backup_check", "backup_own", "backup_place", "restore_items")
)


@functools.cache
def _stretch_once(secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
    return stretch(secret, salt, parameters)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A new vault with a cheap key derivation, open."""
    credential, clock, root = credential_from_text("correct horse"), SystemClock(), str(tmp_path / "vault")
    create(
        root,
        credential,
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=0,
        random=os.urandom,
        clock=clock,
    )
    with unlock(root, credential, random=os.urandom, clock=clock) as opened:
        yield opened
