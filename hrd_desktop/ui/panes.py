"""Panes side by side where there is room; where there is not, a switch above chooses which of them is seen.

A window of a small computer, or a screen whose text is shown twice as large, has no room for three panes.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from hrd_desktop.ui.theme.tokens import Space


class Panes(QWidget):
    """Holds a splitter whose panes have a name and a width that each of them needs.

    Give the panes to ``add`` in their order, made with ``splitter`` as their parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._needs: list[int] = []
        self._current = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._bar = QWidget(self)
        self._row = QHBoxLayout(self._bar)
        self._row.setContentsMargins(Space.S, 0, Space.S, Space.XS)
        self._row.setSpacing(Space.XS)
        self._row.addStretch(1)
        self._group = QButtonGroup(self)
        self._bar.hide()
        column.addWidget(self._bar)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.installEventFilter(self)
        column.addWidget(self.splitter, 1)

    def add(self, pane: QWidget, name: str, need: int) -> None:
        """One more pane. ``name`` is for the switch; ``need`` in device-independent pixels."""
        number = len(self._needs)
        self._needs.append(need)
        self.splitter.addWidget(pane)
        button = QToolButton(self._bar)
        button.setText(name)
        button.setAccessibleName(name)
        button.setCheckable(True)
        button.setProperty("role", "quiet")
        button.clicked.connect(lambda: self.turn_to(number))
        self._group.addButton(button, number)
        self._row.insertWidget(number, button)
        self._arrange()

    def turn_to(self, number: int) -> None:
        """See to it that this pane is seen."""
        self._current = number
        self._arrange()

    @property
    def all_seen(self) -> bool:
        """Whether there is room for all of them."""
        return self.splitter.width() >= sum(self._needs)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        if event.type() is QEvent.Type.Resize and watched is self.splitter:
            # Not while the splitter is giving its panes their places.
            QTimer.singleShot(0, self, self._arrange)
        return False

    def _arrange(self) -> None:
        seen = self._seen()
        for number in range(len(self._needs)):
            pane = self.splitter.widget(number)
            if pane is not None and pane.isHidden() is (number in seen):
                pane.setVisible(number in seen)
        self._bar.setVisible(len(seen) < len(self._needs))
        button = self._group.button(self._current)
        if button is not None:
            button.setChecked(True)

    def _seen(self) -> Sequence[int]:
        """The pane that was turned to, with those after and before it that have room beside it."""
        count, room = len(self._needs), self.splitter.width()
        if self.all_seen:
            return range(count)
        first, last = self._current, self._current
        while last + 1 < count and sum(self._needs[first : last + 2]) <= room:
            last += 1
        while first > 0 and sum(self._needs[first - 1 : last + 1]) <= room:
            first -= 1
        return range(first, last + 1)
