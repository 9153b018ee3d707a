"""Words and what belongs to them on one line, or one below the other where a line is too short."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLabel, QStyle, QWidget

from hrd_desktop.ui.theme.tokens import Space
from hrd_desktop.ui.wrapping_layout import WrappingLayout


class SideBySide(WrappingLayout):
    """Two widgets: words from the leading edge, a control at the trailing one, or below where it is narrow.

    The words are one label or a widget of several; they wrap when even a line of their own is too short.
    """

    def __init__(self, words: QWidget, control: QWidget) -> None:
        super().__init__()
        self._words, self._control = words, control
        self.setSpacing(Space.L)
        self.addWidget(words)
        self.addWidget(control)

    def heightForWidth(self, width: int) -> int:  # noqa: N802  # Qt's name
        return max(place.bottom() + 1 for place in self._places(width))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802  # Qt's name
        super().setGeometry(rect)
        direction = self.direction()
        for item, place in zip(self.items, self._places(rect.width()), strict=True):
            item.setGeometry(QStyle.visualRect(direction, rect, place.translated(rect.topLeft())))

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        width = self._one_line() + self.spacing() + self._control_width()
        return QSize(width, self.heightForWidth(width))

    def _one_line(self) -> int:
        """The width of the words when nothing is wrapped; Qt's hint of a label that may wrap is narrower."""
        own = [self._words] if isinstance(self._words, QLabel) else self._words.findChildren(QLabel)
        for label in own:
            label.ensurePolished()
        return max(label.fontMetrics().horizontalAdvance(label.text()) + Space.XS for label in own)

    def _control_width(self) -> int:
        return max(self._control.sizeHint().width(), self._control.minimumWidth())

    def _places(self, width: int) -> tuple[QRect, QRect]:
        """Of the words and of the control, as if everything ran from left to right."""
        wide, high = self._control_width(), self._control.sizeHint().height()
        left = width - wide - self.spacing()
        if left >= self._one_line():
            words = self._words_height(left)
            line = max(words, high)
            return (
                QRect(0, (line - words) // 2, left, words),
                QRect(width - wide, (line - high) // 2, wide, high),
            )
        words = self._words_height(width)
        return QRect(0, 0, width, words), QRect(0, words + Space.XS, min(wide, width), high)

    def _words_height(self, width: int) -> int:
        item = self.items[0]
        return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
