"""Whatever is on the screen, nothing of it is left when a lock begins; with `--full`, each state by itself.

What a lock shows is looked at in the very turn in which it was asked for, before anything is closed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.dialogs import choose_folder, confirm
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import PASSPHRASE, Started, button
from tests.ui.test_lock import shown_texts

_LONGEST_S = 0.1
_CANARY = "Qwzx"


@dataclass
class Seen:
    """What was on the screen when the lock had blanked it."""

    texts: str
    windows: list[str]
    colours: int
    seconds: float


@dataclass
class Open:
    """The program with a vault open, and what it shows at the moment of a lock."""

    started: Started
    qtbot: QtBot
    originals: Path
    seen: list[Seen] = field(default_factory=list)
    asked_s: float = 0.0
    dragged: QMimeData = field(default_factory=QMimeData)

    @property
    def workspace(self) -> Workspace:
        return self.started.screen(Workspace)

    @property
    def evidence(self) -> EvidenceSection:
        return self.started.screen(EvidenceSection)

    def look(self) -> None:
        """Before anything is closed."""
        seconds = time.thread_time() - self.asked_s
        window = self.started.window
        assert window.centralWidget().currentWidget().size() == window.centralWidget().size()
        image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        others = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not window]
        colours = {
            image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height() // 3, 3)
        }
        self.seen.append(
            Seen(shown_texts(window), [type(each).__name__ for each in others], len(colours), seconds)
        )

    def lock(self) -> Seen:
        """Ask for a lock; what was seen in that turn."""
        blank = self.started.window.blank

        def blanked(words: str) -> None:
            blank(words)
            self.look()

        self.started.window.blank = blanked  # type: ignore[method-assign]  # looked at from outside
        self.asked_s = time.thread_time()
        self.started.program.lock()
        assert len(self.seen) == 1
        return self.seen[0]


@pytest.fixture
def opened(started: Started, vault_path: Path, tmp_home: Path, qtbot: QtBot) -> Iterator[Open]:
    (tmp_home / "originals").mkdir()
    made = Open(started, qtbot, tmp_home / "originals")
    started.program.start(str(vault_path), new=False)
    yield made


def dialog(opened: Open) -> None:
    """A modal one, and one of files before it."""
    confirm(opened.started.window, f"{_CANARY} dialog", _CANARY, "Do it", lambda: None)
    choose_folder(opened.started.window, f"{_CANARY} folder", lambda path: None)
    assert any(each.isVisible() for each in opened.started.window.findChildren(QFileDialog))


def import_running(opened: Open) -> None:
    """Many files, of which the first are in."""
    for number in range(60):
        (opened.originals / f"{_CANARY}-{number}.txt").write_text(f"{_CANARY} {number} " * 2_000)
    opened.evidence.import_paths([bytes(opened.originals)])
    opened.qtbot.waitUntil(
        lambda: opened.evidence.imports.job is not None and opened.evidence.imports.job.state.done_items > 0,
        timeout=30_000,
    )


def drag(opened: Open) -> None:
    """Files hover over the list."""
    event = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, files(opened), *held())
    QApplication.sendEvent(opened.evidence, event)
    assert "Drop to import" in shown_texts(opened.started.window)


def files(opened: Open) -> QMimeData:
    path = opened.originals / f"{_CANARY}-dragged.txt"
    path.write_text(_CANARY)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    # Events hold no reference to it.
    opened.dragged = data
    return data


def held() -> tuple[Qt.MouseButton, Qt.KeyboardModifier]:
    return Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def menu(opened: Open) -> None:
    """The menu of the list, and a choice that is open."""
    shown = opened.evidence.pane.menu()
    shown.popup(QPoint(100, 100))
    assert shown.isVisible()


def choice(opened: Open) -> None:
    """A list of choices that hangs out of its form, and words in that form."""
    page = opened.workspace.open("contacts")
    assert isinstance(page, ContactsSection)
    page.add_contact()
    page.detail.form.alias.setText(f"{_CANARY} alias")
    box = next(each for each in page.findChildren(QComboBox) if each.isVisible())
    box.showPopup()


def search(opened: Open) -> None:
    """Words in the search, and a sentence in the bar of messages."""
    opened.workspace._search.setText(f"{_CANARY} search")
    opened.started.program.findChildren(Operations)[0].steps.say(f"{_CANARY} said")


STATES: dict[str, Callable[[Open], None]] = {
    "search": search,
    "import": import_running,
    "drag": drag,
    "menu": menu,
    "dialog": dialog,
    "choice": choice,
}


def _assert_blank(seen: Seen) -> None:
    assert seen.texts.strip() == "Locked"
    assert seen.windows == []
    # The upper third of a blank page has one colour.
    assert seen.colours == 1


def test_everything_at_once_is_off_the_screen_in_the_turn_of_the_lock(opened: Open, qtbot: QtBot) -> None:
    opened.started.unlock(qtbot)
    for state in ("search", "import", "drag", "menu", "dialog"):
        STATES[state](opened)
    evidence = opened.evidence
    _assert_blank(opened.lock())
    # Whoever still holds the files over the window lets go of them now.
    drop = QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, opened.dragged, *held())
    QApplication.sendEvent(evidence, drop)
    QApplication.processEvents()
    assert shown_texts(opened.started.window).strip() == "Locked"


@pytest.mark.gate
@pytest.mark.parametrize("state", list(STATES))
def test_each_state_is_blank_at_once(
    opened: Open, qtbot: QtBot, state: str, record_property: Callable[[str, object], None]
) -> None:
    opened.started.unlock(qtbot)
    qtbot.wait(300)
    STATES[state](opened)
    seen = opened.lock()
    _assert_blank(seen)
    record_property("figure", f"lock to blank, {state}: {seen.seconds * 1000:.0f} ms of the main thread")
    assert seen.seconds < _LONGEST_S


def test_a_lock_before_the_first_paint_shows_nothing_ever(opened: Open, qtbot: QtBot) -> None:
    """It is asked for in the turn in which the vault opens; parts that were still to be made stay unseen."""
    workspaces: list[Workspace] = []
    opened.started.program.entered.connect(
        lambda: workspaces.extend(opened.started.window.findChildren(Workspace))
    )
    opened.started.program.entered.connect(opened.lock)
    screen = opened.started.screen(UnlockScreen)
    screen._field.set_text(PASSPHRASE)
    button(opened.started.window, "Unlock").click()
    qtbot.waitUntil(lambda: bool(opened.seen), timeout=30_000)
    assert workspaces
    _assert_blank(opened.seen[0])
    qtbot.wait(200)
    assert shown_texts(opened.started.window).strip() == "Locked"
    assert len(opened.started.replaced_by) == 1
