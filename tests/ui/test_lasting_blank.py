"""Blank now, lock when the running work ends: nothing is seen meanwhile, and it is not for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.lasting_blank import LONGEST_S
from hrd_desktop.ui.ways_out import PUT_OFF
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import Started


class Working:
    """An open vault with work that ends when it is told to; ``answers`` are those that reached a view."""

    def __init__(self, started: Started, workspace: Workspace) -> None:
        self.started = started
        self.workspace = workspace
        self.end = threading.Event()
        self.answers: list[bool] = []
        operations = started.leaving.operations
        assert operations is not None
        operations.read(lambda session: self.end.wait(30), self.answers.append)

    def blank(self) -> None:
        self.workspace.blank_wanted.emit()
        assert not any(section.isVisible() for section in self.workspace.findChildren(EvidenceSection))

    @property
    def locked(self) -> bool:
        return [command[3] for command in self.started.replaced_by] == ["hrd_desktop"]


@pytest.fixture
def working(started: Started, vault_path: Path, qtbot: QtBot) -> Iterator[Working]:
    started.program.start(str(vault_path), new=False)
    made = Working(started, started.unlock(qtbot))
    yield made
    made.end.set()


def test_it_locks_when_the_work_ends_and_nothing_comes_back_on_the_screen(
    working: Working, qtbot: QtBot
) -> None:
    working.blank()
    for reason in ("idle", "screen"):
        working.started.program._out.lock_for(reason)
    assert working.started.leaving.is_open and not working.locked
    working.end.set()
    qtbot.waitUntil(lambda: working.locked, timeout=30_000)
    assert working.answers == []


def test_another_reason_locks_at_once(working: Working) -> None:
    working.blank()
    assert {"now", "sleep", "user-switch", "lid", "session-lock"}.isdisjoint(PUT_OFF)
    working.started.program._out.lock_for("sleep")
    assert working.locked


def test_it_lasts_an_hour_at_the_most(working: Working) -> None:
    lasting = working.started.program._out._lasting
    working.blank()
    assert LONGEST_S == 3600 and lasting._timer.isActive()
    assert lasting._timer.interval() == 3_600_000
    lasting._timer.timeout.emit()
    assert working.locked
