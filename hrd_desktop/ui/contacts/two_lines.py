"""Rows of two lines with a sign in front and labels behind, for every list of contacts and cases."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import LIGHT, Colours, Size, Space, Type

Index = QModelIndex | QPersistentModelIndex

#: What a row shows, as ``TwoLines``.
LINES = int(Qt.ItemDataRole.UserRole) + 1

_SIGN = 14
#: Between the two lines, so that labels above each other do not touch.
_BETWEEN = 5


@dataclass(frozen=True, repr=False)
class Badge:
    """A label at the end of a line: a sign and a word, never a colour alone. ``tone`` names a colour."""

    words: str
    icon_name: str
    tone: str = "muted"


@dataclass(frozen=True, repr=False)
class TwoLines:
    """One row. What comes from a user or a file is safe to show already."""

    first: str
    second: str
    icon_name: str
    icon_tone: str = "muted"
    first_badge: Badge | None = None
    second_badge: Badge | None = None

    def spoken(self) -> str:
        """What a screen reader says of the row: all that is seen."""
        badges = [badge.words for badge in (self.first_badge, self.second_badge) if badge is not None]
        return ", ".join(part for part in (self.first, self.second, *badges) if part)


def present_colours() -> Colours:
    """The colours that the theme has now."""
    application = QApplication.instance()
    colours = application.property("colours") if application is not None else None
    return colours if isinstance(colours, Colours) else LIGHT


class TwoLineDelegate(QStyledItemDelegate):
    """Draws ``TwoLines``; text is drawn as text and cut at its end where it does not fit."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        return QSize(180, max(Size.ROW, 2 * QFontMetrics(option.font).lineSpacing() + _BETWEEN + Space.L))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(LINES)
        if not isinstance(row, TwoLines):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = present_colours()
        place = option.rect.adjusted(Space.XS, 1, -Space.XS, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._ground(painter, option, place, colours, selected=selected)
        bold, small = QFont(option.font), QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(option.font.pointSizeF() * Type.SMALL)
        body = place.adjusted(Space.S, 0, -Space.S, 0)
        sign = QRect(body.left(), body.center().y() - Size.ICON // 2, Size.ICON, Size.ICON)
        icon(row.icon_name, row.icon_tone).paint(painter, _mirrored(option, sign))
        words = body.adjusted(Size.ICON + Space.M, 0, 0, 0)
        heights = QFontMetrics(bold).height(), QFontMetrics(small).height()
        alone = not row.second and row.second_badge is None
        used = heights[0] if alone else sum(heights) + _BETWEEN
        top = words.top() + (words.height() - used) // 2
        first = QRect(words.left(), top, words.width(), heights[0])
        second = QRect(words.left(), top + heights[0] + _BETWEEN, words.width(), heights[1])
        ink = colours.on_accent_soft if selected else colours.text
        faint = colours.on_accent_soft if selected else colours.muted
        for line, text, font, colour, badge in (
            (first, row.first, bold, ink, row.first_badge),
            (second, row.second, small, faint, row.second_badge),
        ):
            if badge is not None:
                line.setRight(line.right() - self._badge(painter, option, badge, line, small, colours))
            _text(painter, option, line, text, font, colour)
        painter.restore()

    def _ground(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        place: QRect,
        colours: Colours,
        *,
        selected: bool,
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if selected:
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(place, Size.RADIUS, Size.RADIUS)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(place, Size.RADIUS, Size.RADIUS)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours.focus))
            painter.drawRoundedRect(place.adjusted(0, 0, -1, -1), Size.RADIUS, Size.RADIUS)

    def _badge(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        badge: Badge,
        line: QRect,
        font: QFont,
        colours: Colours,
    ) -> int:
        """Draw the label at the end of ``line`` and return the width used."""
        metrics = QFontMetrics(font)
        text = metrics.elidedText(badge.words, Qt.TextElideMode.ElideRight, line.width() * 2 // 3)
        width = metrics.horizontalAdvance(text) + _SIGN + 2 * Space.S + Space.XS
        # QRect.right() is its last pixel, hence the 1.
        chip = QRect(
            line.right() - width + 1,
            line.center().y() - metrics.height() // 2 - 1,
            width,
            metrics.height() + 3,
        )
        ground = getattr(colours, f"{badge.tone}_soft", colours.raised)
        painter.setPen(QColor(getattr(colours, badge.tone) if badge.tone != "muted" else colours.border))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(_mirrored(option, chip), chip.height() / 2, chip.height() / 2)
        sign = QRect(chip.left() + Space.S, chip.center().y() - _SIGN // 2, _SIGN, _SIGN)
        icon(badge.icon_name, badge.tone).paint(painter, _mirrored(option, sign))
        words = chip.adjusted(Space.S + _SIGN + Space.XS, 0, 0, 0)
        _text(painter, option, words, text, font, getattr(colours, badge.tone))
        return width + Space.S


def _mirrored(option: QStyleOptionViewItem, rect: QRect) -> QRect:
    return QStyle.visualRect(option.direction, option.rect, rect)


def _text(
    painter: QPainter, option: QStyleOptionViewItem, rect: QRect, text: str, font: QFont, colour: str
) -> None:
    if rect.width() <= 0:
        return
    side = (
        Qt.AlignmentFlag.AlignLeft
        if option.direction is Qt.LayoutDirection.LeftToRight
        else Qt.AlignmentFlag.AlignRight
    )
    painter.setFont(font)
    painter.setPen(QColor(colour))
    flags = int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
    kept = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(_mirrored(option, rect), flags | int(Qt.TextFlag.TextSingleLine), kept)


class RowList(QListView):
    """A list of ``TwoLines``. With ``rows``, it is as high as its content, up to that many rows.

    ``removal_pressed`` comes when the Delete key is pressed.
    """

    removal_pressed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, *, rows: int = 0) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setAccessibleName(name)
        self.setItemDelegate(TwoLineDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.matches(QKeySequence.StandardKey.Delete):
            self.removal_pressed.emit()
        else:
            super().keyPressEvent(event)

    def fit_rows(self) -> None:
        """Take the height of the content; called when it has changed."""
        count = self.model().rowCount()
        height = self.sizeHintForRow(0) if count else 0
        self.setFixedHeight(height * min(count, self._rows) + (2 * self.frameWidth() + 6 if count else 0))
        self.setVisible(count > 0)
