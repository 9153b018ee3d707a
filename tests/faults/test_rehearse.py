"""The rehearsal runs the real panic, and says so when it did not do what it promises."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.cli.rehearse import describe, panic_command
from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.rehearse import RehearsalError
from hrd_desktop.domain.errors.vault import DiskFullError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.rehearse import Rehearsal, rehearse


def run(folder: Path, panic: Callable[[str], list[str]] = panic_command) -> Rehearsal:
    return rehearse(str(folder), panic, monotonic_ns=time.monotonic_ns)


def test_the_whole_panic_passes_and_leaves_nothing(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.passed, result
    assert result.keys_overwritten_ms is not None
    assert result.holder_ended_ms is not None
    assert 0 < result.keys_overwritten_ms < result.total_ms
    assert ("objects", "overwritten") in [(line.step, line.result) for line in result.steps]
    assert list(tmp_path.iterdir()) == []
    timed = {line.step for line in result.steps if line.ms is not None}
    assert timed >= {"key-slots", "holder", "key-slots-again", "objects", "databases", "journals", "files"}
    text = describe(result)
    assert "nothing left in them" in text
    assert str(tmp_path) not in text


def test_the_vault_is_as_large_as_wanted(tmp_path: Path) -> None:
    taken: list[int] = []

    class Counting(NoProgress):
        def advance(self, done_bytes: int) -> None:
            taken.append(done_bytes)

    result = rehearse(
        str(tmp_path),
        panic_command,
        monotonic_ns=time.monotonic_ns,
        size_bytes=20_000_000,
        progress=Counting(),
    )
    assert result.passed
    assert sum(taken) == result.size_bytes == 20_000_000
    objects = next(line.detail for line in result.steps if line.step == "objects")
    # Two small ones, two of eight million, the rest, and what the vault keeps for itself.
    assert int(objects) >= 5


def test_where_there_is_no_room_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError):
        rehearse(str(tmp_path), panic_command, monotonic_ns=time.monotonic_ns, size_bytes=10**18)
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_cancelled_while_the_vault_is_filled(tmp_path: Path) -> None:
    cancel = CancelToken()

    class CancelAtOnce(NoProgress):
        def begin(self, total_items: int, total_bytes: int) -> None:
            cancel.cancel()

    with pytest.raises(Cancelled):
        rehearse(
            str(tmp_path),
            panic_command,
            monotonic_ns=time.monotonic_ns,
            progress=CancelAtOnce(),
            cancel=cancel,
        )
    assert list(tmp_path.iterdir()) == []


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
