"""A screen reader that asks an area that scrolls for a child that has just gone gets none."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QListView, QScrollArea
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.accessible_areas import heed_missing_children
from hrd_desktop.ui.cards import CardPage


class OwnArea(QAbstractScrollArea):
    """As the view of a picture is."""


@pytest.mark.parametrize("kind", [QScrollArea, OwnArea, CardPage])
def test_a_child_that_is_not_there_is_none(
    application: QApplication, qtbot: QtBot, kind: type[QAbstractScrollArea]
) -> None:
    heed_missing_children()
    area = kind()
    qtbot.addWidget(area)
    area.setAccessibleName("an area")
    area.show()
    asked = QAccessible.queryAccessibleInterface(area)
    assert asked is not None
    assert asked.text(QAccessible.Text.Name) == "an area"
    first = asked.child(0)
    assert first is not None and first.object() is area.viewport()
    # Qt's own answer reads beyond the end of its list here.
    assert asked.child(asked.childCount()) is None
    assert asked.child(99) is None


def test_lists_are_left_to_qt(application: QApplication, qtbot: QtBot) -> None:
    heed_missing_children()
    view = QListView()
    qtbot.addWidget(view)
    asked = QAccessible.queryAccessibleInterface(view)
    assert asked is not None and asked.role() == QAccessible.Role.List
