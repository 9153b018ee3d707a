"""What scripts and screen readers go by: the promised names, and every control with a name and a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.first_run.wizard import FirstRun
from hrd_desktop.ui.panic_button import PanicButton
from tests.ui.driving import Started

SECTIONS = ("Evidence", "Contacts", "Cases", "Security", "Help")
CONTROLS = QAbstractButton | QComboBox | QLineEdit | QPlainTextEdit | QAbstractSpinBox


def accessible_names(root: QWidget) -> set[str]:
    """The names in the accessibility tree, of what is shown."""
    found: set[str] = set()
    waiting = [QAccessible.queryAccessibleInterface(root)]
    while waiting:
        interface = waiting.pop()
        if interface is None or not interface.isValid() or interface.state().invisible:
            continue
        found.add(interface.text(QAccessible.Text.Name))
        waiting += [interface.child(number) for number in range(interface.childCount())]
    return found


def unnamed(root: QWidget) -> list[str]:
    """Controls that can be reached and say nothing of themselves."""
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
    ]


def test_the_names_that_are_promised_are_there(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    assert {"Passphrase", "Unlock"} <= accessible_names(started.window)
    started.unlock(qtbot)
    promised = {"Import", "Export", "Search", "Lock", "Panic", *SECTIONS}
    assert promised <= accessible_names(started.window)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_control_of_a_section_has_a_name(
    started: Started, vault_path: Path, qtbot: QtBot, section: str
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    workspace.open(section.lower())
    qtbot.wait(200)
    assert unnamed(started.window) == []


def test_every_control_of_the_first_run_has_a_name(started: Started, tmp_path: Path) -> None:
    started.program.start(str(tmp_path / "x"), new=True)
    wizard = started.screen(FirstRun)
    for number in range(5):
        wizard._go(number)
        assert unnamed(started.window) == []


def test_the_focus_is_in_the_search_and_panic_comes_after_the_sections(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    focus = started.window.focusWidget()
    assert isinstance(focus, QLineEdit)
    assert focus.accessibleName() == "Search"
    chain: list[QWidget] = []
    widget = focus.nextInFocusChain()
    while widget is not focus:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    names = [each.accessibleName() for each in chain if isinstance(each, QAbstractButton)]
    assert names.index("Panic") > max(names.index(name) for name in SECTIONS)


def test_sections_are_opened_by_number_and_search_by_its_key(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    for number, section in enumerate(SECTIONS, start=1):
        key = Qt.Key(Qt.Key.Key_0.value + number)
        qtbot.keyClick(started.window.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)
        assert workspace.opened == section.lower()
    qtbot.keyClick(started.window.focusWidget(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert started.window.focusWidget().accessibleName() == "Search"


def test_no_label_reads_markup_and_the_title_says_nothing(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    for section in SECTIONS:
        workspace.open(section.lower())
    rich = [
        label.text()
        for label in started.window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and label.pixmap().isNull() and label.text()
    ]
    assert rich == []
    assert started.window.windowTitle() == "Sheaf"


def test_right_to_left_turns_the_whole_window(
    application: QApplication, started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    qtbot.wait(50)
    panic = started.screen(PanicButton)
    middle = started.window.width() // 2
    assert panic.mapTo(started.window, panic.rect().center()).x() > middle
