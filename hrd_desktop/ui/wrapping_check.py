"""A check box whose words go on in the next line, which Qt's own do not."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from hrd_desktop.ui.theme.tokens import Space


class WrappingCheckBox(QCheckBox):
    """Its text stays as it was given; only what is drawn has more lines."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        # Not fixed: a layout would then give it the height of one line, whatever it needs for its width.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        """The box as the style draws it, and the words beside it."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_CheckBox, option)
        beside = self._beside()
        place = QRect(beside, 0, self.width() - beside, self.height())
        painter.drawItemText(
            QStyle.visualRect(self.layoutDirection(), self.rect(), place),
            QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft).value
            | Qt.AlignmentFlag.AlignVCenter.value,
            self.palette(),
            self.isEnabled(),
            "\n".join(self._lines(self.width())),
            QPalette.ColorRole.WindowText,
        )

    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802  # Qt's name
        """Every line of the words can be pressed."""
        return self.rect().contains(pos)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """The longest word fits."""
        width = self._beside() + max(map(self.fontMetrics().horizontalAdvance, self.text().split()))
        return QSize(width, super().sizeHint().height())

    def heightForWidth(self, width: int) -> int:  # noqa: N802  # Qt's name
        """As high as its lines."""
        metrics = self.fontMetrics()
        words = metrics.height() + (len(self._lines(width)) - 1) * metrics.lineSpacing()
        return max(super().sizeHint().height(), words + Space.XS)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """The lines are others now."""
        super().resizeEvent(event)
        self.update()

    def _beside(self) -> int:
        """What the box and the margins take of the width."""
        metric, style = QStyle.PixelMetric, self.style()
        return (
            style.pixelMetric(metric.PM_IndicatorWidth, None, self)
            + style.pixelMetric(metric.PM_CheckBoxLabelSpacing, None, self)
            + Space.M
        )

    def _lines(self, width: int) -> list[str]:
        room = width - self._beside()
        lines: list[str] = []
        for word in self.text().split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.fontMetrics().horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines
