"""A layout that sets things side by side and goes on in the next row, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QLayoutItem, QStyle, QWidget

from hrd_desktop.ui.theme.tokens import Space
from hrd_desktop.ui.wrapping_layout import WrappingLayout


class FlowLayout(WrappingLayout):
    """From the leading edge to the trailing one, then down; ``from_end``: rows end at the trailing edge."""

    def __init__(
        self, parent: QWidget | None = None, spacing: int = Space.XS, *, from_end: bool = False
    ) -> None:
        super().__init__(parent)
        self._from_end = from_end
        self.setSpacing(spacing)

    def heightForWidth(self, width: int) -> int:  # noqa: N802  # Qt's name
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802  # Qt's name
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return self.minimumSize()

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        direction = self.direction()
        y = 0
        for row in self._rows(rect.width()):
            width = sum(size.width() for _, size in row) + self.spacing() * (len(row) - 1)
            x = rect.width() - width if self._from_end else 0
            for item, size in row:
                if move:
                    place = QRect(rect.topLeft() + QPoint(x, y), size)
                    item.setGeometry(QStyle.visualRect(direction, rect, place))
                x += size.width() + self.spacing()
            y += max(size.height() for _, size in row) + self.spacing()
        return max(0, y - self.spacing())

    def _rows(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        rows: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self.items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(1, width), 1 << 20))
            if not rows or used + size.width() > width:
                rows.append([])
                used = 0
            rows[-1].append((item, size))
            used += size.width() + self.spacing()
        return rows
