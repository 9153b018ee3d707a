"""A window of any size: panes without room give way, nothing is cut off, and keys act on what they are on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.cards import CardPage
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.panes import Panes
from hrd_desktop.ui.security.section import SecuritySection
from tests.ui.driving import Started, button
from tests.ui.evidence.conftest import settled
from tests.unit.services.many_items import insert_items

_NEEDS = (150, 300, 260)


@pytest.fixture
def panes(application: object, qtbot: QtBot) -> Panes:
    made = Panes()
    qtbot.addWidget(made)
    for name, need in zip(("left", "middle", "right"), _NEEDS, strict=True):
        made.add(QWidget(made.splitter), name, need)
    made.turn_to(1)
    made.show()
    return made


def seen(panes: Panes) -> list[int]:
    return [number for number in range(3) if not panes.splitter.widget(number).isHidden()]


@pytest.mark.parametrize(
    ("width", "current", "expected"),
    [
        (720, 1, [0, 1, 2]),
        (600, 1, [1, 2]),
        (600, 0, [0, 1]),
        (600, 2, [1, 2]),
        (400, 0, [0]),
        (400, 1, [1]),
        (400, 2, [2]),
    ],
)
def test_what_has_room_is_seen(
    panes: Panes, qtbot: QtBot, width: int, current: int, expected: list[int]
) -> None:
    panes.resize(width, 300)
    panes.turn_to(current)
    qtbot.waitUntil(lambda: seen(panes) == expected)
    assert button(panes, "middle").isVisible() if len(expected) < 3 else not panes._bar.isVisible()


@pytest.mark.parametrize("size", [(1180, 720), (1024, 700), (683, 384), (512, 384)])
def test_no_control_is_cut_off_in_a_window_of_this_size(
    started: Started, vault_path: Path, qtbot: QtBot, size: tuple[int, int]
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    started.window.resize(*size)
    assert (started.window.width(), started.window.height()) == size
    for section in ("evidence", "contacts", "cases", "security", "help"):
        shown = workspace.open(section)
        qtbot.wait(100)
        if isinstance(shown, SecuritySection):
            qtbot.waitUntil(lambda section=shown: section.is_whole, timeout=10_000)
        right = shown.mapTo(started.window, shown.rect().topRight()).x()
        assert right < size[0], section
        for each in shown.findChildren(QAbstractButton):
            # Cards that are wider than the smallest window can be scrolled to.
            if each.isVisible() and not isinstance(shown, CardPage):
                place = each.mapTo(started.window, each.rect().topRight()).x()
                assert place < size[0], f"{section}: {each.accessibleName()}"
    panic = button(started.window, "Panic")
    assert panic.mapTo(started.window, panic.rect().bottomLeft()).y() < size[1]
    cut = [
        label.text()
        for label in workspace.findChildren(QLabel)
        if label.isVisible() and not label.wordWrap() and label.width() < label.minimumSizeHint().width()
    ]
    assert cut == []


def test_what_the_keyboard_comes_to_is_selected_and_more_by_shift(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    section = started.screen(EvidenceSection)
    section._operations.change(lambda session: insert_items(session, 4))
    qtbot.waitUntil(lambda: section.listed_numbers() == [4, 3, 2, 1])
    settled(section, qtbot)
    search = started.window.focusWidget()
    assert search is not None and search.accessibleName() == "Search"
    qtbot.keyClick(search, Qt.Key.Key_Down)
    view = section.pane.list
    assert view.hasFocus()
    assert view.selected_numbers() == [4]
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.selected_numbers() == [4, 3]
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert view.selected_numbers() == [4, 3, 1]
    assert workspace.opened == "evidence"


def test_a_page_is_not_called_as_the_button_that_leads_to_it(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    for name in ("Evidence", "Contacts", "Cases", "Security", "Help"):
        workspace.open(name.lower())
        called = [
            type(widget).__name__
            for widget in workspace.findChildren(QWidget)
            if widget.accessibleName() == name and widget.isVisible()
        ]
        assert called == ["QToolButton"], name
