"""Imports, edits, searches and locks at random: nothing raises, nothing comes late, no view is stale.

With ``--full`` for minutes, and then no turn of the main thread may take longer than a tenth of a second.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.services.browse import Browse, find_numbers
from hrd_desktop.services.edit import edit
from hrd_desktop.services.find_item import load_item
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import Started, make_started

#: Without ``--full``.
_OPENINGS = 3
_LONG_S = 240.0
_BEAT_MS = 5
_LONGEST_TURN_S = 0.1
_WORDS = ("gate", "river", "dawn", "witness", "harbour", "petition")


class Heartbeat(QObject):
    """Measures the longest time that the main thread was busy with something else than its next turn.

    In seconds of the processor that this thread had: on a machine that does other things too, the time on the
    wall says how busy that machine is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest_s = 0.0
        self.during = ""
        self._doing: str | None = None
        self._last_s = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(_BEAT_MS)

    def watch(self, doing: str | None) -> None:
        """From now on it is this that is done; None: what comes now does not count."""
        self._beat()
        self._doing = doing

    def _beat(self) -> None:
        now_s = time.thread_time()
        if self._doing is not None and now_s - self._last_s > self.longest_s:
            self.longest_s, self.during = now_s - self._last_s, self._doing
        self._last_s = now_s


@dataclass
class OneOpening:
    """The window from one unlock to the next lock."""

    started: Started
    workspace: Workspace
    section: EvidenceSection
    operations: Operations
    originals: Path
    dice: random.Random
    made: list[str] = field(default_factory=list)

    def import_some(self) -> None:
        """Files that are not there yet, now and then one that is."""
        paths = []
        for _ in range(self.dice.randint(1, 6)):
            name = f"{self.dice.choice(_WORDS)}-{self.dice.randrange(10**9)}.txt"
            path = self.originals / name
            path.write_text(" ".join(self.dice.choices(_WORDS, k=self.dice.randint(5, 400))) + name)
            paths.append(bytes(path))
        self.section.import_paths(paths)

    def edit_one(self) -> None:
        """The title of one item, as the form does it."""
        numbers = self.section.listed_numbers()
        if numbers:
            title = f"{self.dice.choice(_WORDS)} {self.dice.randrange(1000)}"
            self.operations.change(partial(_retitle, number=self.dice.choice(numbers), title=title))

    def search(self) -> None:
        """Letter by letter, as it is typed."""
        word = self.dice.choice(_WORDS)
        for length in range(1, len(word) + 1):
            self.section.search(word[:length])

    def search_nothing(self) -> None:
        self.section.search("")

    def delete_some(self) -> None:
        self.section.actions_.delete(self.section.listed_numbers()[:2])

    def undo(self) -> None:
        self.workspace.undo_wanted.emit()

    def look_elsewhere(self) -> None:
        self.workspace.open(self.dice.choice(["contacts", "cases", "security", "help", "evidence"]))

    def look_at_one(self) -> None:
        self.workspace.open("evidence")
        numbers = self.section.listed_numbers()
        if numbers:
            self.section.pane.list.select_number(self.dice.choice(numbers))

    def anything(self) -> Callable[[], None]:
        """One of all that can be done."""
        return self.dice.choice(
            [
                self.import_some,
                self.edit_one,
                self.edit_one,
                self.search,
                self.search_nothing,
                self.delete_some,
                self.undo,
                self.look_elsewhere,
                self.look_at_one,
                self.look_at_one,
            ]
        )


def _retitle(session: Session, number: int, title: str) -> None:
    edit(session, load_item(session, f"E{number:04}").id, {"title": title})


@contextmanager
def _opened(
    application: QApplication, home: Path, vault: Path, qtbot: QtBot, dice: random.Random
) -> Iterator[OneOpening]:
    """The program anew, as after every lock, with the vault open."""
    started = make_started(application, SettingsFile(str(home / ".config" / "sheaf" / "settings.json")))
    try:
        started.program.start(str(vault), new=False)
        workspace = started.unlock(qtbot)
        section = started.screen(EvidenceSection)
        operations = started.program.findChildren(Operations)[0]
        yield OneOpening(started, workspace, section, operations, home / "originals", dice)
    finally:
        started.leaving.begin("")
        started.leaving.wait()
        started.program.deleteLater()
        started.window.deleteLater()


def _assert_not_stale(opening: OneOpening, qtbot: QtBot) -> None:
    """Once everything has come to rest, what is listed is what the vault has."""
    opening.section.search("")
    opening.operations.changed.emit()
    answers: list[list[int]] = []

    def holds() -> bool:
        if opening.section.imports.job is not None or opening.section.looks.running:
            return False
        if answers:
            if opening.section.listed_numbers() == answers[-1]:
                return True
            answers.clear()
        opening.operations.read(partial(find_numbers, browse=Browse()), answers.append)
        qtbot.waitUntil(lambda: bool(answers), timeout=30_000)
        return opening.section.listed_numbers() == answers[-1]

    qtbot.waitUntil(holds, timeout=60_000)


def _lock_and_see_nothing_come(opening: OneOpening, qtbot: QtBot) -> None:
    """After a lock in the middle of everything, no view hears of anything any more."""
    heard: list[str] = []
    opening.operations.changed.connect(lambda: heard.append("changed"))
    opening.operations.failed.connect(lambda error: heard.append("failed"))
    opening.section.imports.finished.connect(lambda taken: heard.append("imported"))
    opening.started.program.lock()
    heard.clear()
    assert opening.started.replaced_by, "the process was not replaced"
    # The pool ends when the last call that had begun has ended; its answers are queued by then.
    opening.operations._pool.shutdown(wait=True)
    QApplication.processEvents()
    assert heard == []
    assert not opening.section.isVisible()


@pytest.mark.parametrize("seed", [7])
def test_random_use(
    application: QApplication,
    tmp_home: Path,
    vault_path: Path,
    qtbot: QtBot,
    full: bool,
    seed: int,
) -> None:
    dice = random.Random(seed)
    (tmp_home / "originals").mkdir()
    heartbeat = Heartbeat()
    ends = time.monotonic() + _LONG_S
    openings = 0
    while time.monotonic() < ends if full else openings < _OPENINGS:
        with _opened(application, tmp_home, vault_path, qtbot, dice) as opening:
            for _ in range(dice.randint(5, 25)):
                act = opening.anything()
                heartbeat.watch(act.__name__)
                act()
                qtbot.wait(dice.randint(0, 120))
            heartbeat.watch(None)
            if openings % 2 == 0:
                _assert_not_stale(opening, qtbot)
            else:
                opening.import_some()
                opening.edit_one()
            _lock_and_see_nothing_come(opening, qtbot)
        openings += 1
    assert openings >= 2
    # For whoever asks to see it (`-rP`): a figure, and only in the long run a limit.
    sys.stdout.write(f"{openings} times opened; longest turn {heartbeat.longest_s * 1000:.0f} ms")
    sys.stdout.write(f" in {heartbeat.during}\n")
    if full:
        assert heartbeat.longest_s < _LONGEST_TURN_S
