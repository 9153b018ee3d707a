"""The panic button: a press locks at once, and only holding it for two seconds wipes."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from hrd_desktop.ui.text import filled, number_text
from hrd_desktop.ui.theme.icons import colours_now, icon
from hrd_desktop.ui.theme.tokens import Size, Space

HOLD_S = 2.0
_FRAME_MS = 16
_RING = 28

#: Beneath the ring, where the window is narrow.
_WRAPPED = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignHCenter)


class PanicButton(QAbstractButton):
    """Emits ``pressed_down`` at once, then ``completed`` after two seconds or ``let_go`` before."""

    pressed_down = Signal()
    completed = Signal()
    let_go = Signal()

    def __init__(
        self,
        seconds: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
        *,
        vaults: int = 1,
    ) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._compact = False
        self._since: float | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.look)
        self.setText(
            filled(self.tr("Panic: destroy all {number} vaults"), number=number_text(vaults))
            if vaults > 1
            else self.tr("Panic: destroy this vault")
        )
        # Promised as it is to screen readers and scripts; not translated.
        self.setAccessibleName("Panic")
        self.setAccessibleDescription(
            self.tr(
                "A press locks the vault at once. Holding for two seconds destroys every vault that this "
                "program remembers, for good."
            )
            if vaults > 1
            else self.tr("A press locks the vault at once. Holding for two seconds destroys it for good.")
        )
        self.setToolTip(self.accessibleDescription())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.pressed.connect(self._begin)
        self.released.connect(self._end)

    @property
    def held(self) -> bool:
        """Whether it is being held now."""
        return self._since is not None

    def set_compact(self, compact: bool) -> None:
        """The words beneath the ring instead of beside it."""
        if compact is not self._compact:
            self._compact = compact
            self.updateGeometry()
            self.update()

    def look(self) -> None:
        """See how long it has been held. Called by itself while it is."""
        if self._since is None:
            return
        if self._seconds() - self._since >= HOLD_S:
            self._since = None
            self._timer.stop()
            self.completed.emit()
        self.update()

    def hitButton(self, position: object) -> bool:  # noqa: N802  # Qt's name
        # While it is held, a hand that trembles off the button has not let go.
        return self.held or super().hitButton(position)  # type: ignore[arg-type]  # QPoint, as Qt calls it

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        metrics = self.fontMetrics()
        if self._compact:
            longest = max(metrics.horizontalAdvance(word) for word in self.text().split())
            words = metrics.boundingRect(QRect(0, 0, longest + Space.S, 1000), _WRAPPED, self.text()).size()
            return QSize(longest + 3 * Space.S, words.height() + _RING + 3 * Space.S)
        lines = self._lines()
        width = max(metrics.horizontalAdvance(line) for line in lines)
        height = max(_RING, metrics.height() * len(lines))
        return QSize(width + _RING + 3 * Space.M, height + 2 * Space.M)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return self.sizeHint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        if not self.held:
            super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat() and not self.isDown():
                self.setDown(True)
                self.pressed.emit()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat() and self.isDown():
                self.setDown(False)
                self.released.emit()
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        super().focusOutEvent(event)
        if self.held:
            # Whoever takes the focus away gets the release of the key too; it would never come here.
            self.setDown(False)
            self._end()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        colours = colours_now()
        danger = QColor(colours.danger)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        hot = self.underMouse() or self.isDown()
        painter.setBrush(QColor(colours.danger_soft) if hot else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.text), 2) if self.hasFocus() else QPen(danger, 1))
        painter.drawRoundedRect(frame, Size.RADIUS, Size.RADIUS)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        ring = QRectF(0, 0, _RING, _RING)
        ring.moveCenter(frame.center())
        if self._compact:
            ring.moveTop(frame.top() + Space.S)
        elif mirrored:
            ring.moveRight(frame.right() - Space.M)
        else:
            ring.moveLeft(frame.left() + Space.M)
        icon("panic", "danger").paint(painter, ring.toRect().adjusted(4, 4, -4, -4))
        if self._since is not None:
            part = min(1.0, (self._seconds() - self._since) / HOLD_S)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(danger, 3, c=Qt.PenCapStyle.RoundCap))
            painter.drawArc(ring.adjusted(1, 1, -1, -1), 90 * 16, round(-360 * 16 * part))
        words = (
            frame.adjusted(Space.S, 0, -(_RING + 2 * Space.M), 0)
            if mirrored
            else frame.adjusted(_RING + 2 * Space.M, 0, -Space.S, 0)
        )
        painter.setPen(danger)
        if self._compact:
            beneath = frame.adjusted(Space.XS, _RING + 2 * Space.S, -Space.XS, -Space.XS)
            painter.drawText(beneath, _WRAPPED, self.text())
            return
        start = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | start, "\n".join(self._lines()))

    def _lines(self) -> list[str]:
        """The text on two lines, broken after the colon: what it is, and what it does."""
        name, colon, deed = self.text().partition(":")
        return [name + colon, deed.strip()] if deed else [self.text()]

    def _begin(self) -> None:
        self._since = self._seconds()
        self._timer.start()
        self.update()
        self.pressed_down.emit()

    def _end(self) -> None:
        self.look()
        if self._since is not None:
            self._since = None
            self._timer.stop()
            self.update()
            self.let_go.emit()
