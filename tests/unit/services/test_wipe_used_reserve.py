"""A wipe of a vault whose reserve is used, ended at any step: neither compartment opens half-way."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrd_desktop.domain.errors.vault import WipedError
from hrd_desktop.services import wipe_keys, wipe_steps
from hrd_desktop.services.wipe import finish_wipe_if_tombstoned, wipe_vault
from hrd_desktop.storage.layout import VaultLayout
from tests.unit.storage.second import INNER, make_with_second
from tests.unit.storage.small_vault import KEEP, CrashNow, fresh_copy, open_with

_SEEN_DAILY = [0, 1, 4]


class EndAt:
    """Ends the wipe before the n-th step on the disk; half of every second write arrives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps, self.at = 0, -1
        for module in (wipe_keys, wipe_steps):
            for name in ("write_at", "sync_data"):
                monkeypatch.setattr(module, name, self._counted(getattr(module, name)))
        monkeypatch.setattr(wipe_steps, "fsync_folder", self._counted(wipe_steps.fsync_folder))
        monkeypatch.setattr(wipe_steps, "sync_filesystem", self._counted(wipe_steps.sync_filesystem))

    def _counted(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            self.steps += 1
            if self.steps - 1 == self.at:
                if len(arguments) == 3 and self.at % 2:
                    step(arguments[0], arguments[1], arguments[2][: len(arguments[2]) // 2])
                raise CrashNow
            return step(*arguments)

        return counted

    def run(self, layout: VaultLayout, at: int) -> int:
        """A wipe that ends there. Returns how many steps it had."""
        self.steps, self.at = 0, at
        try:
            wipe_vault(layout.root, random=os.urandom, clock_ns=time.monotonic_ns, settings_paths=())
        except CrashNow:
            return self.steps
        finally:
            self.at = -1
        return self.steps


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(make_with_second(tmp_path_factory.mktemp("used") / "v", [INNER]).root)


def state_of(layout: VaultLayout, text: str) -> str:
    """What a credential that is right finds."""
    try:
        open_with(layout, text).close()
    except WipedError:
        return "wiped"
    return "open"


def check_ends(template: Path, folder: Path, ends: EndAt, places: list[int]) -> set[str]:
    seen = set()
    for place in places:
        layout = fresh_copy(template, folder)
        ends.run(layout, place)
        if not os.path.exists(layout.keyslots(0)) and not os.path.exists(layout.keyslots(1)):
            seen.add("gone")
            continue
        states = {state_of(layout, text) for text in (KEEP, INNER)}
        assert len(states) == 1, (place, states)
        seen |= states
        if states == {"wiped"}:
            assert finish_wipe_if_tombstoned(layout.root) is not None
            assert not os.path.exists(layout.records(0)) and not os.path.exists(layout.records(1))
    return seen


def test_ended_among_the_keys_both_open_or_neither_does(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = EndAt(monkeypatch)
    assert check_ends(template, tmp_path / "v", ends, _SEEN_DAILY) == {"open", "wiped"}


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_ended_anywhere_both_open_or_neither_does(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = EndAt(monkeypatch)
    count = ends.run(fresh_copy(template, tmp_path / "v"), -1)
    assert count > 40
    assert check_ends(template, tmp_path / "v", ends, list(range(count))) == {"open", "wiped", "gone"}
