"""The icons: one family of our own, drawn in the colours of the theme at the size they are shown."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from hrd_desktop.services.resources import resource_folder
from hrd_desktop.ui.theme.tokens import LIGHT, Colours

#: What points along the line of reading and turns round with it.
_TURNED_AROUND = frozenset({"chevron", "chevron-back", "list", "undo", "message", "document"})


def icon(name: str, tone: str = "text") -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in the colour ``tone`` (a field of ``Colours``).

    It follows a change of theme and of direction by itself. Raises FileNotFoundError for an unknown name.
    """
    return QIcon(_Engine(name, tone))


def pixmap(name: str, size: int, ratio: float, tone: str = "text") -> QPixmap:
    """The icon as a picture of ``size`` device-independent pixels at the device pixel ratio ``ratio``."""
    made = _Engine(name, tone).scaledPixmap(
        QSize(round(size * ratio), round(size * ratio)), QIcon.Mode.Normal, QIcon.State.Off, ratio
    )
    made.setDevicePixelRatio(ratio)
    return made


@cache
def _source(name: str) -> bytes:
    return (resource_folder() / "icons" / f"{name}.svg").read_bytes()


class _Engine(QIconEngine):
    """Draws one SVG; ``currentColor`` becomes the colour that the theme has when it is drawn."""

    def __init__(self, name: str, tone: str) -> None:
        super().__init__()
        _source(name)
        self._name = name
        self._tone = tone

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._tone)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        place = QRectF(0, 0, side, side)
        place.moveCenter(QRectF(rect).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (
            self._name in _TURNED_AROUND
            and QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
        ):
            painter.translate(2 * place.center().x(), 0)
            painter.scale(-1, 1)
        QSvgRenderer(QByteArray(self._tinted(mode))).render(painter, place)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802  # Qt's name
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    def _tinted(self, mode: QIcon.Mode) -> bytes:
        colours = colours_now()
        colour = colours.muted if mode is QIcon.Mode.Disabled else str(getattr(colours, self._tone))
        return _source(self._name).replace(b"currentColor", colour.encode())


def colours_now() -> Colours:
    """The colours of the theme that the application has now."""
    application = QApplication.instance()
    colours = application.property("colours") if application is not None else None
    return colours if isinstance(colours, Colours) else LIGHT
