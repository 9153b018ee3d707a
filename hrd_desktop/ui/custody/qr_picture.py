"""A QR code on the screen and on paper: dark on light in every theme, or readers fail."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

_SIDE = 300


def paint_code(painter: QPainter, rows: tuple[tuple[bool, ...], ...], area: QRectF) -> None:
    """Paint the modules into a square at the top of ``area``."""
    side = min(area.width(), area.height())
    module = side / len(rows)
    painter.fillRect(QRectF(area.left(), area.top(), side, side), QColor(Qt.GlobalColor.white))
    for line, row in enumerate(rows):
        for column, dark in enumerate(row):
            if dark:
                # A little larger than a module, so that no hairline of light is left between two.
                left, top = area.left() + column * module, area.top() + line * module
                painter.fillRect(QRectF(left, top, module + 0.4, module + 0.4), QColor(Qt.GlobalColor.black))


class QrPicture(QWidget):
    """Shows one code."""

    def __init__(self, rows: tuple[tuple[bool, ...], ...], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName(name)
        self.setFixedSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self)
        paint_code(painter, self._rows, QRectF(self.rect()))
        painter.end()
