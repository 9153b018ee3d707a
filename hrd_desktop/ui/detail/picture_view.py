"""A picture or a page to look at: fitted, enlarged, moved and turned. Only the view turns, never the file."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from hrd_desktop.domain.decoded import Pixels
from hrd_desktop.ui.theme.icons import colours_now
from hrd_desktop.ui.theme.tokens import Space

STEP = 1.25
LARGEST_SCALE = 16.0
SMALLEST_SCALE = 0.02
#: From here on the pixels themselves are looked at, so they stay square instead of being smoothed.
_SQUARE_PIXELS_FROM = 3.0
_WHEEL_NOTCH = 120


class Fit(enum.Enum):
    """What the picture's size follows: the whole view, the view's width, or nothing but the user."""

    WHOLE = enum.auto()
    WIDTH = enum.auto()
    FREE = enum.auto()


def image_of(pixels: Pixels) -> QImage:
    """The pixels as an image of its own, in the form that is drawn fastest. Safe on any thread.

    The converted image shares no memory with ``pixels``. Nothing is parsed: rows of RGBA are all there is.
    """
    raw = QImage(pixels.rgba, pixels.width, pixels.height, pixels.stride, QImage.Format.Format_RGBA8888)
    return raw.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class PictureView(QAbstractScrollArea):
    """Draws the best of the images it was given of one picture.

    A scale is device pixels for each picture pixel, so that 1.0 shows every pixel exactly once on any screen.
    ``detail_wanted`` carries the width in pixels that would be needed to show the unturned picture sharply.
    ``passed_end`` carries -1 or 1 when the user goes on before the top or after the bottom.
    """

    scale_changed = Signal(float)
    detail_wanted = Signal(int)
    passed_end = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, wheel_zooms: bool = True) -> None:
        super().__init__(parent)
        self._wheel_zooms = wheel_zooms
        self._images: list[QImage] = []
        self._size = QSizeF()
        self._quarter_turns = 0
        self._fit = Fit.WHOLE
        self._scale = 1.0
        self._dragged_from: QPoint | None = None
        self._wheel_rest = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A photograph is not mirrored with the language, and neither is the way it is moved.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setSingleStep(Space.XXL)

    # -- what is shown --------------------------------------------------------------------------

    def show_picture(self, image: QImage, size: QSize) -> None:
        """Show another picture, whose full size is ``size``, upright, fitted as it was before.

        ``image`` may be smaller than ``size``; sharper ones follow by ``add_detail``.
        """
        self._images = [image]
        self._size = QSizeF(size)
        self._quarter_turns = 0
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)
        self._arrange()

    def add_detail(self, image: QImage) -> None:
        """The same picture with more, or fewer, pixels. The smallest and the last one are kept."""
        if self._images:
            smallest = min(self._images, key=QImage.width)
            self._images = [smallest] if smallest.width() >= image.width() else [smallest, image]
            self._arrange()

    def clear(self) -> None:
        """Forget every image, and fit the next one whole."""
        self._images = []
        self._size = QSizeF()
        self._fit = Fit.WHOLE
        self._arrange()

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self._images)

    @property
    def full_size(self) -> QSizeF:
        """The size of the picture, upright and unturned, in its own pixels."""
        return self._size

    @property
    def scale(self) -> float:
        """Device pixels for each picture pixel."""
        return self._scale

    @property
    def fit(self) -> Fit:
        """What the scale follows."""
        return self._fit

    @property
    def quarter_turns(self) -> int:
        """How often the view was turned clockwise, 0 to 3."""
        return self._quarter_turns

    # -- what the user does ---------------------------------------------------------------------

    def fit_whole(self) -> None:
        """Show all of it."""
        self._set_fit(Fit.WHOLE)

    def fit_width(self) -> None:
        """Show its whole width."""
        self._set_fit(Fit.WIDTH)

    def show_actual_size(self) -> None:
        """One picture pixel for each pixel of the screen."""
        self._zoom_to(1.0, self._middle())

    def zoom_in(self) -> None:
        """A step larger."""
        self._zoom_to(self._scale * STEP, self._middle())

    def zoom_out(self) -> None:
        """A step smaller."""
        self._zoom_to(self._scale / STEP, self._middle())

    def turn(self, quarter_turns: int) -> None:
        """Turn the view clockwise by so many quarters."""
        self._quarter_turns = (self._quarter_turns + quarter_turns) % 4
        self._arrange()

    # -- Qt's events ----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """``+``, ``-``, ``0`` fits, ``1`` actual size, ``W`` width, ``R`` and ``L`` turn; arrows move."""
        acts: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Plus: self.zoom_in,
            Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out,
            Qt.Key.Key_0: self.fit_whole,
            Qt.Key.Key_1: self.show_actual_size,
            Qt.Key.Key_W: self.fit_width,
            Qt.Key.Key_R: lambda: self.turn(1),
            Qt.Key.Key_L: lambda: self.turn(-1),
            Qt.Key.Key_PageUp: lambda: self._go_on(-1),
            Qt.Key.Key_PageDown: lambda: self._go_on(1),
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None or event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        ):
            super().keyPressEvent(event)
            return
        act()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        """Enlarge about the pointer, or move; with Ctrl always the former."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        zooms = self._wheel_zooms or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if zooms and delta:
            self._zoom_to(self._scale * STEP ** (delta / _WHEEL_NOTCH), event.position())
        elif not self._is_at_end(delta < 0):
            self._wheel_rest = 0
            super().wheelEvent(event)
        else:
            self._wheel_rest += delta
            if abs(self._wheel_rest) >= _WHEEL_NOTCH:
                self.passed_end.emit(-1 if self._wheel_rest > 0 else 1)
                self._wheel_rest = 0
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged_from = event.position().toPoint()
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        if self._dragged_from is None:
            return
        moved = event.position().toPoint() - self._dragged_from
        self._dragged_from = event.position().toPoint()
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        self._dragged_from = None
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802  # Qt's name
        """Actual size at the pointer, and back."""
        if self._fit is Fit.FREE:
            self.fit_whole()
        else:
            self._zoom_to(1.0, event.position())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802  # Qt's name
        self.viewport().update()

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(360, 280)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(colours_now().preview))
        if self._images:
            image = self._best_image()
            content = self._content()
            painter.save()
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, self._scale < _SQUARE_PIXELS_FROM
            )
            painter.translate(content.center())
            painter.rotate(90.0 * self._quarter_turns)
            unturned = content.size().transposed() if self._quarter_turns % 2 else content.size()
            painter.drawImage(QRectF(QPointF(-unturned.width() / 2, -unturned.height() / 2), unturned), image)
            painter.restore()
        if self.hasFocus():
            pen = painter.pen()
            pen.setColor(QColor(colours_now().focus))
            pen.setWidth(4)
            painter.setPen(pen)
            painter.drawRect(self.viewport().rect())

    # -- inside ---------------------------------------------------------------------------------

    def _turned_size(self) -> QSizeF:
        return self._size.transposed() if self._quarter_turns % 2 else self._size

    def _fitting_scale(self, fit: Fit) -> float:
        size, ratio = self._turned_size(), self.devicePixelRatioF()
        # Of the widget itself, so that a scroll bar that comes does not change what made it come.
        room = QSizeF(self.maximumViewportSize()) * ratio
        if size.isEmpty() or room.isEmpty():
            return 1.0
        across, down = room.width() / size.width(), room.height() / size.height()
        scale = min(across, down) if fit is Fit.WHOLE else across
        if fit is Fit.WIDTH and down < scale:
            across = (room.width() - self.verticalScrollBar().sizeHint().width() * ratio) / size.width()
            scale = max(across, down)
        # A small picture is not blown up to fill the view; that would show what is not there.
        return max(SMALLEST_SCALE / 10, min(scale, max(1.0, ratio)))

    def _middle(self) -> QPointF:
        return QRectF(self.viewport().rect()).center()

    def _content(self) -> QRectF:
        """Where the turned picture lies in the viewport."""
        shown = self._turned_size() * (self._scale / self.devicePixelRatioF())
        view = self.viewport().size()
        left = (view.width() - shown.width()) / 2
        top = (view.height() - shown.height()) / 2
        if shown.width() > view.width():
            left = -self.horizontalScrollBar().value()
        if shown.height() > view.height():
            top = -self.verticalScrollBar().value()
        return QRectF(QPointF(left, top), shown)

    def _set_fit(self, fit: Fit) -> None:
        self._fit = fit
        self._arrange()

    def _zoom_to(self, scale: float, anchor: QPointF) -> None:
        if not self._images:
            return
        scale = max(min(SMALLEST_SCALE, self._fitting_scale(Fit.WHOLE)), min(scale, LARGEST_SCALE))
        before = self._content()
        place = QPointF(
            (anchor.x() - before.left()) / before.width(), (anchor.y() - before.top()) / before.height()
        )
        self._fit = Fit.FREE
        self._scale = scale
        self._arrange()
        after = self._content()
        self.horizontalScrollBar().setValue(round(place.x() * after.width() - anchor.x()))
        self.verticalScrollBar().setValue(round(place.y() * after.height() - anchor.y()))
        self.viewport().update()

    def _arrange(self) -> None:
        if self._fit is not Fit.FREE:
            self._scale = self._fitting_scale(self._fit)
        shown = self._turned_size() * (self._scale / self.devicePixelRatioF())
        room = self.maximumViewportSize()
        extent = self.verticalScrollBar().sizeHint().width()
        across = shown.width() > room.width() + 0.5
        down = shown.height() > room.height() + 0.5
        width = room.width() - (extent if down else 0)
        height = room.height() - (extent if across else 0)
        for bar, length, page in (
            (self.horizontalScrollBar(), shown.width() if across else 0, width),
            (self.verticalScrollBar(), shown.height() if down else 0, height),
        ):
            bar.setPageStep(max(1, page))
            bar.setRange(0, max(0, math.ceil(length) - page))
        self._show_cursor()
        self.viewport().update()
        self.scale_changed.emit(self._scale)
        if self._images:
            self.detail_wanted.emit(math.ceil(self._scale * self._size.width()))

    def _best_image(self) -> QImage:
        needed = self._scale * self._size.width()
        enough = [image for image in self._images if image.width() >= needed * 0.95]
        return min(enough, key=QImage.width) if enough else max(self._images, key=QImage.width)

    def _is_at_end(self, bottom: bool) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() if bottom else bar.value() <= bar.minimum()

    def _go_on(self, direction: int) -> None:
        bar = self.verticalScrollBar()
        if self._is_at_end(direction > 0):
            self.passed_end.emit(direction)
        else:
            bar.setValue(bar.value() + direction * bar.pageStep())

    def _show_cursor(self) -> None:
        movable = self.horizontalScrollBar().maximum() > 0 or self.verticalScrollBar().maximum() > 0
        if not movable:
            self.viewport().unsetCursor()
        elif self._dragged_from is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
