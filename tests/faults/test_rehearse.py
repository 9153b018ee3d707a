"""The rehearsal runs the real panic, and says so when it did not do what it promises."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.cli.rehearse import describe, panic_command
from hrd_desktop.domain.errors.rehearse import RehearsalError
from hrd_desktop.services.rehearse import Rehearsal, rehearse


def run(folder: Path, panic: Callable[[str], list[str]] = panic_command) -> Rehearsal:
    return rehearse(str(folder), panic, monotonic_ns=time.monotonic_ns)


def test_the_whole_panic_passes_and_leaves_nothing(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.passed, result
    assert result.keys_overwritten_ms is not None
    assert result.holder_ended_ms is not None
    assert 0 < result.keys_overwritten_ms < result.total_ms
    assert ("objects", "overwritten") in [(step, outcome) for step, outcome, _ in result.steps]
    assert list(tmp_path.iterdir()) == []
    text = describe(result)
    assert "nothing left in them" in text
    assert str(tmp_path) not in text


def test_it_does_not_touch_the_settings_of_the_user() -> None:
    assert "--keep-settings" in panic_command("/v")


def test_a_panic_that_leaves_files_does_not_pass(tmp_path: Path) -> None:
    result = run(tmp_path, lambda root: [*panic_command(root), "--keys-only"])
    assert result.keys_gone
    assert result.files_left > 0
    assert not result.passed
    assert list(tmp_path.iterdir()) == []


NOTHING = """print('{"keys_overwritten_ms": 0.1, "steps": []}')"""


def test_a_panic_that_only_says_so_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrd_desktop.services.rehearse.PATIENCE_S", 0.2)
    result = run(tmp_path, lambda _: [sys.executable, "-I", "-c", NOTHING])
    assert not result.keys_gone
    assert result.holder_ended_ms is None
    assert not result.passed
    assert "NOT OVERWRITTEN" in describe(result)
    assert "DID NOT END" in describe(result)
    assert list(tmp_path.iterdir()) == []


def test_a_panic_without_a_report_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrd_desktop.services.rehearse.PATIENCE_S", 0.2)
    with pytest.raises(RehearsalError):
        run(tmp_path, lambda _: [sys.executable, "-I", "-c", "print('{')"])
    assert list(tmp_path.iterdir()) == []
