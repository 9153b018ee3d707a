"""Lists to read: sections, facts and events, each of them as high as its words need."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from hrd_desktop.ui.theme.icons import colours_now
from hrd_desktop.ui.theme.tokens import Space

_Index = QModelIndex | QPersistentModelIndex

#: The part of the width that the names of facts take.
_NAME_SHARE = 0.38


class EntryStyle(enum.Enum):
    """How an entry is laid out: a headline over a note, a name beside a value, a headline over lines."""

    SECTION = enum.auto()
    FACT = enum.auto()
    EVENT = enum.auto()


@dataclass(frozen=True, repr=False)
class Entry:
    """One row. What comes from a file or a user is isolated by whoever makes the entry."""

    style: EntryStyle
    title: str
    text: str = ""


class EntriesModel(QAbstractListModel):
    """Entries in the order given; the whole text of each is what a screen reader says."""

    ENTRY = int(Qt.ItemDataRole.UserRole)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show exactly these."""
        if tuple(entries) == self._entries:
            # Looking at a list while something else changes must not move it.
            return
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's name and its default
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == self.ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.title}\n{entry.text}" if entry.text else entry.title
        return None


class EntriesView(QListView):
    """Shows an ``EntriesModel``; Ctrl+C copies the text of the chosen entry."""

    def __init__(self, model: EntriesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_EntryDelegate(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(Space.XL)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        entry = self.currentIndex().data(EntriesModel.ENTRY)
        if event.matches(QKeySequence.StandardKey.Copy) and isinstance(entry, Entry):
            text = entry.text or entry.title
            QApplication.clipboard().setText(text.replace("\u2068", "").replace("\u2069", ""))
            event.accept()
            return
        super().keyPressEvent(event)


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802  # Qt's name
        width = max(120, self._view.viewport().width())
        entry = index.data(EntriesModel.ENTRY)
        if not isinstance(entry, Entry):
            return QSize(width, 0)
        parts = _parts(entry, option.font, QRect(0, 0, width, 0), option.direction)
        return QSize(width, max(part.rect.bottom() + 1 for part in parts) + _padding(entry))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self.initStyleOption(option, index)
        entry = index.data(EntriesModel.ENTRY)
        option.text = ""
        style = self._view.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, self._view)
        if not isinstance(entry, Entry):
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        colours = colours_now()
        painter.save()
        for part in _parts(entry, option.font, option.rect, option.direction):
            colour = colours.muted if part.muted else colours.text
            painter.setPen(QColor(colours.on_accent_soft if chosen else colour))
            place = QStyle.visualRect(option.direction, option.rect, part.rect)
            part.layout.draw(painter, QPointF(place.topLeft()))
        if entry.style is not EntryStyle.FACT and index.row() > 0:
            painter.setPen(QColor(colours.border))
            # A little below the facts before it, which stand close to each other.
            y = option.rect.top() + (Space.XS if entry.style is EntryStyle.SECTION else 0)
            painter.drawLine(option.rect.left(), y, option.rect.right(), y)
        painter.restore()


@dataclass(frozen=True, repr=False)
class _Part:
    """One text of an entry: where it goes in a layout that is read from the left."""

    rect: QRect
    layout: QTextLayout
    muted: bool


def _parts(entry: Entry, font: QFont, rect: QRect, direction: Qt.LayoutDirection) -> list[_Part]:
    """The texts within the width of ``rect``, from its top; its height does not count."""

    def part(text: str, left: int, top: int, width: int, *, bold: bool = False, muted: bool = False) -> _Part:
        own_font = QFont(font)
        own_font.setBold(bold)
        layout, height = _laid_out(text, own_font, width, direction)
        return _Part(QRect(left, top, width, height), layout, muted)

    left, top = rect.left() + Space.L, rect.top() + _padding(entry)
    width = max(1, rect.width() - 2 * Space.L)
    if entry.style is EntryStyle.FACT:
        name_width = round(width * _NAME_SHARE)
        value_left = name_width + Space.M
        return [
            part(entry.title, left, top, name_width, muted=True),
            part(entry.text, left + value_left, top, max(1, width - value_left)),
        ]
    title = part(entry.title, left, top, width, bold=True)
    if not entry.text:
        return [title]
    return [title, part(entry.text, left, title.rect.bottom() + 1 + Space.XS, width, muted=True)]


def _padding(entry: Entry) -> int:
    paddings = {EntryStyle.FACT: Space.XS, EntryStyle.SECTION: Space.L, EntryStyle.EVENT: Space.M}
    return paddings[entry.style]


def _laid_out(text: str, font: QFont, width: int, direction: Qt.LayoutDirection) -> tuple[QTextLayout, int]:
    """``text`` in lines of ``width``, and their height; only a word that is longer than a line is broken."""
    option = QTextOption(QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft))
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(direction)
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, height))
        height += line.height()
    layout.endLayout()
    return layout, math.ceil(height)
