"""How items are drawn, as lines and as tiles. Text is drawn as text, never read as markup."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPainterPath,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hrd_desktop.domain.names import shown
from hrd_desktop.services.browse import BrowseRow
from hrd_desktop.ui.evidence.kinds import kind_icon, kind_name
from hrd_desktop.ui.evidence.model import GRID_IMAGE, LINE_IMAGE, LINE_PICTURE, ROW
from hrd_desktop.ui.text import isolated, size_text, time_text
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import LIGHT, Colours, Size, Space, Type

Index = QModelIndex | QPersistentModelIndex
Marks = tuple[tuple[int, int], ...]

#: A tile of the grid: its picture, a line of title and one of reference, with space around.
TILE: Final = QSize(Size.THUMBNAIL + 2 * Space.M, Size.THUMBNAIL + 68)
_SEPARATOR = " · "
_CHIPS = 2


def present_colours() -> Colours:
    """The colours that the theme has now."""
    application = QApplication.instance()
    colours = application.property("colours") if application is not None else None
    return colours if isinstance(colours, Colours) else LIGHT


class _Drawing:
    """One item being drawn: the painter, where, in which colours and direction."""

    def __init__(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        self.painter = painter
        # Each text runs as its own letters do; where it stands is said with its alignment.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.place: QRect = option.rect
        self.colours = present_colours()
        self.direction: Qt.LayoutDirection = option.direction
        self.selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self.has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        self.font: QFont = option.font
        self.small = QFont(option.font)
        self.small.setPointSizeF(option.font.pointSizeF() * Type.SMALL)
        self.bold = QFont(option.font)
        self.bold.setWeight(QFont.Weight.DemiBold)

    def mirrored(self, rect: QRect) -> QRect:
        """``rect``, thought from left to right, where it lies in this direction."""
        return QStyle.visualRect(self.direction, self.place, rect)

    def ground(self, rect: QRect) -> None:
        """What shows that the item is selected or current."""
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(Qt.PenStyle.NoPen)
        if self.selected:
            self.painter.setBrush(QColor(self.colours.accent_soft))
            self.painter.drawRoundedRect(rect, Size.RADIUS, Size.RADIUS)
        if self.has_focus:
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.setPen(QColor(self.colours.focus))
            self.painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), Size.RADIUS, Size.RADIUS)

    @property
    def ink(self) -> str:
        return self.colours.on_accent_soft if self.selected else self.colours.text

    @property
    def faint(self) -> str:
        return self.colours.on_accent_soft if self.selected else self.colours.muted

    def block(self, rect: QRect) -> None:
        """Stands for something that has not arrived."""
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(self.colours.border))
        self.painter.drawRoundedRect(self.mirrored(rect), 4, 4)

    def picture(self, image: QImage | None, row: BrowseRow, rect: QRect, icon_px: int) -> None:
        """The thumbnail with round corners, or the icon of the kind on a quiet ground."""
        frame = self.mirrored(rect)
        painter = self.painter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if image is None or row.distressing:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colours.preview))
            painter.drawRoundedRect(frame, Size.RADIUS, Size.RADIUS)
            place = QRect(0, 0, icon_px, icon_px)
            place.moveCenter(frame.center())
            # What is marked as distressing is seen when it is opened, not in passing.
            icon("eye-off" if row.distressing else kind_icon(row.kind), "muted").paint(painter, place)
        else:
            size = image.size() / image.devicePixelRatio()
            target = QRect(QPoint(0, 0), size)
            target.moveCenter(frame.center())
            clip = QPainterPath()
            clip.addRoundedRect(target, Size.RADIUS, Size.RADIUS)
            painter.setClipPath(clip)
            painter.drawImage(target, image)
            painter.setClipping(False)
            # A white page on a white ground must still have an edge.
            painter.setPen(QColor(self.colours.border))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(clip)
        painter.restore()

    def text(
        self,
        rect: QRect,
        text: str,
        font: QFont,
        colour: str,
        *,
        marks: Marks = (),
        trailing: bool = False,
        centred: bool = False,
    ) -> None:
        """One line, cut at the end where it does not fit, ``marks`` on a ground of their own."""
        if rect.width() <= 0:
            return
        metrics = QFontMetrics(font)
        kept = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        left_to_right = self.direction is Qt.LayoutDirection.LeftToRight
        side = (
            Qt.AlignmentFlag.AlignLeft if left_to_right is not trailing else Qt.AlignmentFlag.AlignRight
        ) | Qt.AlignmentFlag.AlignAbsolute
        if centred:
            side = Qt.AlignmentFlag.AlignHCenter
        frame = self.mirrored(rect)
        self.painter.setPen(QColor(colour))
        if not marks:
            self.painter.setFont(font)
            self.painter.drawText(
                frame, int(side | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine), kept
            )
            return
        layout = QTextLayout(kept, font)
        option = QTextOption(side)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setFormats(self._formats(marks, text, kept))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(frame.width())
        layout.endLayout()
        top = frame.top() + (frame.height() - line.height()) / 2
        layout.draw(self.painter, QPoint(frame.left(), round(top)))

    def _formats(self, marks: Marks, text: str, kept: str) -> list[QTextLayout.FormatRange]:
        # Qt counts UTF-16 units; the marks count characters.
        visible = len(kept) if kept == text else max(0, len(kept) - 1)
        formats = []
        for first, last in marks:
            end = min(last, visible)
            if first >= end:
                continue
            one = QTextLayout.FormatRange()
            one.start = _units(text[:first])
            one.length = _units(text[first:end])
            look = QTextCharFormat()
            look.setBackground(QColor(self.colours.warning_soft))
            look.setForeground(QColor(self.colours.warning))
            one.format = look
            formats.append(one)
        return formats


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class LineDelegate(QStyledItemDelegate):
    """An item as a line: picture, title and reference, beneath them kind, time, size, cases and tags."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        return QSize(240, max(Size.ROW, 2 * QFontMetrics(option.font).lineSpacing() + Space.M))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        drawing = _Drawing(painter, option)
        row = index.data(ROW)
        inner = option.rect.adjusted(Space.XS, 1, -Space.XS, -1)
        drawing.ground(inner)
        body = inner.adjusted(Space.S, 0, -Space.S, 0)
        picture = QRect(body.left(), body.center().y() - LINE_PICTURE // 2, LINE_PICTURE, LINE_PICTURE)
        words = body.adjusted(LINE_PICTURE + Space.M, 0, 0, 0)
        if isinstance(row, BrowseRow):
            drawing.picture(index.data(LINE_IMAGE), row, picture, Size.ICON)
            self._words(drawing, row, words)
        else:
            drawing.block(picture)
            drawing.block(QRect(words.left(), words.center().y() - 13, words.width() // 3, 9))
            drawing.block(QRect(words.left(), words.center().y() + 5, words.width() // 5, 7))
        painter.restore()

    def _words(self, drawing: _Drawing, row: BrowseRow, place: QRect) -> None:
        first_height, second_height = (
            QFontMetrics(drawing.bold).height(),
            QFontMetrics(drawing.small).height(),
        )
        top = place.top() + (place.height() - first_height - second_height - 2) // 2
        first = QRect(place.left(), top, place.width(), first_height)
        second = QRect(place.left(), top + first_height + 2, place.width(), second_height)
        first.setRight(first.right() - self._flags(drawing, row, first))
        reference = QFontMetrics(drawing.small).horizontalAdvance(row.reference)
        drawing.text(
            QRect(first.right() - reference, first.top(), reference + 1, first.height()),
            row.reference,
            drawing.small,
            drawing.faint,
            trailing=True,
        )
        first.setRight(first.right() - reference - Space.M)
        drawing.text(first, row.title, drawing.bold, drawing.ink, marks=row.title_marks)
        second.setRight(second.right() - self._chips(drawing, row, second))
        if row.excerpt_marks:
            drawing.text(second, row.excerpt, drawing.small, drawing.faint, marks=row.excerpt_marks)
        else:
            drawing.text(second, _about(row), drawing.small, drawing.faint)

    def _flags(self, drawing: _Drawing, row: BrowseRow, place: QRect) -> int:
        """Signs at the end of the first line: sealed, privileged. Returns the width used."""
        used = 0
        side = place.height() - 2
        for name, present in (("lock", row.sealed), ("key", row.privileged)):
            if present:
                at = QRect(place.right() - used - side, place.top() + 1, side, side)
                icon(name, "warning").paint(drawing.painter, drawing.mirrored(at))
                used += side + Space.XS
        return used

    def _chips(self, drawing: _Drawing, row: BrowseRow, place: QRect) -> int:
        """Tags at the end of the second line. Returns the width used."""
        if place.width() < 260:
            return 0
        painter, metrics = drawing.painter, QFontMetrics(drawing.small)
        names = [shown(tag) for tag in row.tags[:_CHIPS]]
        if len(row.tags) > _CHIPS:
            names.append(f"+{len(row.tags) - _CHIPS}")
        used = 0
        for name in reversed(names):
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, 110)
            width = metrics.horizontalAdvance(text) + 2 * Space.S
            chip = QRect(place.right() - used - width, place.top() - 1, width, place.height() + 2)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(drawing.colours.border))
            painter.setBrush(QColor(drawing.colours.raised))
            painter.drawRoundedRect(drawing.mirrored(chip), chip.height() / 2, chip.height() / 2)
            drawing.text(chip, text, drawing.small, drawing.colours.muted, centred=True)
            used += width + Space.XS
        return used + Space.S if used else 0


class TileDelegate(QStyledItemDelegate):
    """An item as a tile: its picture, and beneath it its title and reference."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        view = self.parent()
        return view.gridSize() if isinstance(view, QListView) and view.gridSize().isValid() else TILE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        drawing = _Drawing(painter, option)
        row = index.data(ROW)
        inner = option.rect.adjusted(Space.XS, Space.XS, -Space.XS, -Space.XS)
        drawing.ground(inner)
        left = inner.left() + (inner.width() - Size.THUMBNAIL) // 2
        picture = QRect(left, inner.top() + Space.XS, Size.THUMBNAIL, Size.THUMBNAIL)
        height = QFontMetrics(drawing.font).height()
        words = QRect(left, picture.bottom() + Space.S, Size.THUMBNAIL, height)
        if isinstance(row, BrowseRow):
            drawing.picture(index.data(GRID_IMAGE), row, picture, 2 * Size.ICON)
            drawing.text(words, row.title, drawing.font, drawing.ink, marks=row.title_marks, centred=True)
            below = words.translated(0, height + 2)
            about = _SEPARATOR.join((row.reference, kind_name(row.kind)))
            drawing.text(below, about, drawing.small, drawing.faint, centred=True)
        else:
            drawing.block(picture)
            drawing.block(QRect(words.left() + 30, words.top() + 4, words.width() - 60, 9))
        painter.restore()


def _about(row: BrowseRow) -> str:
    """Kind, time, size and cases on one line."""
    parts = [kind_name(row.kind), row.collected or time_text(row.imported_utc), size_text(row.size_bytes)]
    return _SEPARATOR.join(parts + [isolated(case) for case in row.cases])
