"""Areas that scroll, as screen readers ask for them: a child that is no longer there is none.

Qt's own answer takes the child at the number that was asked for without looking whether there are so many. A
screen reader counts first and asks then; a scroll bar that was hidden in between ended the program.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QAccessibleWidget

#: Lists, tables and texts are classes below these that Qt knows by themselves, and answers for carefully.
_AREAS = ("QScrollArea", "QAbstractScrollArea")


def heed_missing_children() -> None:
    """From now on, for every area of this program."""
    QAccessible.installFactory(_make)


def _make(name: str, about: QObject | None) -> QAccessibleInterface | None:
    """What Qt asks for each class of an object, the nearest first; None leaves it to Qt."""
    if name in _AREAS and isinstance(about, QAbstractScrollArea):
        return QAccessibleWidget(about, QAccessible.Role.Client)
    return None
