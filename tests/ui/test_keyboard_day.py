"""A first day without a mouse: every step is a key to whatever has the focus, and Tab leads everywhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import PASSPHRASE, Started

_CTRL = Qt.KeyboardModifier.ControlModifier
_NONE = Qt.KeyboardModifier.NoModifier
_MOST_TABS = 90


class Keys:
    """Only keys, and eyes."""

    def __init__(self, qtbot: QtBot, window: QWidget) -> None:
        self._qtbot = qtbot
        self._window = window

    def focused(self) -> QWidget:
        """What has the focus; keys go nowhere else."""
        # What a window manager does when a window has come or gone.
        front = QApplication.activeModalWidget() or self._window
        if not front.isActiveWindow():
            front.activateWindow()
            self._qtbot.waitUntil(front.isActiveWindow, timeout=10_000)
        self._qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=10_000)
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _NONE) -> None:
        QTest.keyClick(self.focused(), key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focused(), text)

    def tab_to(self, *names: str) -> None:
        """Tab until what has one of these names has the focus."""
        passed = []
        for _ in range(_MOST_TABS):
            name = self.focused().accessibleName()
            if name in names:
                return
            passed.append(name)
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not lead to {names}, only to {passed}")

    def push(self, name: str) -> None:
        """Go to a button and press it, as soon as it can be pressed."""

        def can_be_pressed() -> bool:
            buttons = self.focused().window().findChildren(QAbstractButton)
            return any(each.accessibleName() == name and each.isEnabled() for each in buttons)

        self._qtbot.waitUntil(can_be_pressed, timeout=10_000)
        self.tab_to(name)
        assert isinstance(self.focused(), QAbstractButton)
        self.press(Qt.Key.Key_Space)

    def see(self, words: str) -> None:
        """Wait until these words are on the screen."""

        def seen() -> bool:
            return any(
                words in label.text().replace("\u2068", "").replace("\u2069", "")
                for window in QApplication.topLevelWidgets()
                if window.isVisible()
                for label in window.findChildren(QLabel)
                if label.isVisible()
            )

        self._qtbot.waitUntil(seen, timeout=30_000)

    def choose(self, path: Path) -> None:
        """Answer a dialog of files by typing."""
        self._qtbot.waitUntil(lambda: isinstance(QApplication.activeWindow(), QFileDialog), timeout=10_000)
        dialog = QApplication.activeWindow()
        assert isinstance(dialog, QFileDialog)
        self.tab_to("File name:", "Directory:", "File &name:", "&Directory:", "")
        QTest.keyClick(self.focused(), Qt.Key.Key_A, _CTRL)
        self.type(str(path))
        self.press(Qt.Key.Key_Return)
        self._qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=10_000)


def test_a_day_by_keyboard_alone(
    started: Started, vault_path: Path, tmp_home: Path, project: Path, qtbot: QtBot
) -> None:
    keys = Keys(qtbot, started.window)
    given = tmp_home / "given"
    given.mkdir()
    started.program.start(str(vault_path), new=False)
    with qtbot.waitActive(started.window):
        started.window.activateWindow()
    keys.type(PASSPHRASE)
    keys.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=30_000)
    evidence = started.screen(EvidenceSection)

    def listed() -> list[int]:
        return evidence.listed_numbers()

    # Import, by the dialog.
    keys.see("No evidence yet")
    keys.push("Choose a folder")
    keys.choose(project / "resources" / "sample" / "evidence" / "documents")
    qtbot.waitUntil(lambda: len(listed()) == 4, timeout=30_000)

    # Find, and from the search into the list.
    keys.press(Qt.Key.Key_F, _CTRL)
    assert keys.focused().accessibleName() == "Search"
    keys.type("petition")
    qtbot.waitUntil(lambda: 0 < len(listed()) < 4, timeout=30_000)
    keys.press(Qt.Key.Key_A, _CTRL)
    keys.press(Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: len(listed()) == 4, timeout=30_000)
    keys.press(Qt.Key.Key_Down)
    assert keys.focused().accessibleName() == "Items"

    # Many at once: tags, a case, the bin and back.
    keys.press(Qt.Key.Key_A, _CTRL)
    keys.press(Qt.Key.Key_T, _CTRL)
    keys.tab_to("Add tags")
    keys.type("river")
    keys.push("Apply")
    keys.see("The tags of 4 items were changed.")
    keys.tab_to("Items")
    keys.press(Qt.Key.Key_A, _CTRL)
    keys.press(Qt.Key.Key_K, _CTRL)
    keys.tab_to("Reference of a new case")
    keys.type("RIVER")
    keys.press(Qt.Key.Key_Return)
    keys.see("4 items were added to RIVER.")
    keys.press(Qt.Key.Key_Z, _CTRL)
    keys.see("Taken out of RIVER again. The case stays open, and empty.")
    keys.tab_to("Items")
    keys.press(Qt.Key.Key_End)
    keys.press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(listed()) == 3, timeout=30_000)
    keys.tab_to("Cases, tags and searches")
    keys.type("Bin")
    keys.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(listed()) == 1, timeout=30_000)
    keys.tab_to("Items")
    keys.press(Qt.Key.Key_A, _CTRL)
    keys.press(Qt.Key.Key_R, _CTRL)
    qtbot.waitUntil(lambda: listed() == [], timeout=30_000)
    keys.tab_to("Cases, tags and searches")
    keys.press(Qt.Key.Key_Home)
    keys.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(listed()) == 4, timeout=30_000)

    # A contact.
    keys.press(Qt.Key.Key_2, _CTRL)
    keys.push("Add contact")
    assert keys.focused().accessibleName() == "Alias"
    keys.type("Kestrel")
    keys.press(Qt.Key.Key_S, _CTRL)
    keys.see("The contact is added.")

    # Export, and check what was made.
    keys.press(Qt.Key.Key_1, _CTRL)
    keys.press(Qt.Key.Key_E, _CTRL)
    keys.see("would leave byte for byte")
    keys.tab_to("Which items")
    assert isinstance(keys.focused(), QComboBox)
    keys.push("Next")
    keys.tab_to("For people: only their keys open it")
    for _ in range(3):
        keys.press(Qt.Key.Key_Down)
    keys.see("Whoever finds this folder can read everything in it.")
    keys.push("Choose the folder for the bundle")
    keys.choose(given)
    keys.push("Write the bundle")
    keys.see("Nothing in this folder is encrypted")
    keys.push("Close")
    made = next(given.iterdir())
    keys.push("Check a bundle")
    keys.push("Choose a folder to check")
    keys.choose(made)
    keys.push("Check")
    keys.see("Unchanged since it was signed")
    keys.push("Close")

    keys.press(Qt.Key.Key_L, _CTRL)
    assert len(started.replaced_by) == 1
