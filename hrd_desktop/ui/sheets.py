"""One sheet of several that lie upon each other: as high as the one that is shown, and not as the highest."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLayoutItem, QStackedLayout, QWidget


class Sheets(QWidget):
    """What stands below moves up where there is little room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheets = _Sheets(self)

    def add(self, sheet: QWidget) -> None:
        """One more; the first one is shown."""
        self._sheets.addWidget(sheet)

    @property
    def shown(self) -> int:
        """The number of the sheet that is shown."""
        return self._sheets.currentIndex()

    def show_sheet(self, number: int) -> None:
        """Show this one."""
        self._sheets.setCurrentIndex(number)
        self._sheets.invalidate()


class _Sheets(QStackedLayout):
    """Qt's own answers are those of the highest sheet."""

    def _shown(self) -> QLayoutItem | None:
        return self.itemAt(self.currentIndex())

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        item = self._shown()
        return QSize() if item is None else item.sizeHint()

    def minimumSize(self) -> QSize:  # noqa: N802  # Qt's name
        item = self._shown()
        return QSize() if item is None else item.minimumSize()

    def heightForWidth(self, width: int) -> int:  # noqa: N802  # Qt's name
        item = self._shown()
        if item is None:
            return 0
        return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
