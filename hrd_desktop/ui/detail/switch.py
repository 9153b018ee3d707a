"""Controls that the style sheet cannot draw: a switch for yes and no, a box of choices with its arrow."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QWidget

from hrd_desktop.ui.theme.icons import colours_now, icon
from hrd_desktop.ui.theme.tokens import Size, Space

_TRACK = QSize(36, 20)
_ARROW_PX = 16


class Switch(QCheckBox):
    """A check box drawn as a switch: the knob's place tells its state, not its colour alone."""

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        words = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return QSize(
            _TRACK.width() + Space.M + words.width() + Space.S,
            max(Size.CONTROL, words.height() + 2 * Space.XS),
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802  # Qt's name
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        colours, on, whole = colours_now(), self.isChecked(), self.rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (whole.height() - _TRACK.height()) // 2
        track = QStyle.visualRect(self.layoutDirection(), whole, QRect(QPoint(Space.XS, top), _TRACK))
        half = track.height() / 2
        painter.setPen(QPen(QColor(colours.accent if on else colours.control_border), 1.5))
        painter.setBrush(QColor(colours.accent if on else colours.surface))
        painter.drawRoundedRect(QRectF(track), half, half)
        at_end = on == (self.layoutDirection() is Qt.LayoutDirection.LeftToRight)
        centre = QRectF(track).center()
        centre.setX(track.right() + 1 - half if at_end else track.left() + half)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_accent if on else colours.control_border))
        painter.drawEllipse(centre, half - 5, half - 5)
        words = QStyle.visualRect(
            self.layoutDirection(),
            whole,
            whole.adjusted(Space.XS + _TRACK.width() + Space.M, 0, 0, 0),
        )
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.muted))
        alignment = QStyle.visualAlignment(
            self.layoutDirection(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        painter.drawText(words, int(alignment.value) | Qt.TextFlag.TextShowMnemonic.value, self.text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.focus), 2))
            painter.drawRoundedRect(QRectF(track).adjusted(-3, -3, 3, 3), half + 3, half + 3)


class CalmComboBox(QComboBox):
    """A box of choices: a wheel that passes over it scrolls the form, and long words do not make it wide."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def set_name(self, name: str) -> None:
        """What a screen reader calls it, and the list that drops down from it."""
        self.setAccessibleName(name)
        self.view().setAccessibleName(name)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        super().paintEvent(event)
        arrow = QRect(0, 0, _ARROW_PX, _ARROW_PX)
        arrow.moveCenter(self.rect().center())
        arrow.moveRight(self.rect().right() - Space.S)
        painter = QPainter(self)
        icon("chevron-down", "muted").paint(
            painter, QStyle.visualRect(self.layoutDirection(), self.rect(), arrow)
        )
