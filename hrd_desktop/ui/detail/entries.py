"""Lists to read: sections, facts and events, each of them as high as its words need."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
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
        bottom = max(rect.bottom() for rect, _, _ in self._parts(entry, option.font, QRect(0, 0, width, 0)))
        return QSize(width, bottom + _padding(entry))

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
        painter.setLayoutDirection(option.direction)
        for rect, text, look in self._parts(entry, option.font, option.rect):
            painter.setFont(_font(option.font, look.bold))
            colour = colours.muted if look.muted else colours.text
            painter.setPen(QColor(colours.on_accent_soft if chosen else colour))
            painter.drawText(
                QStyle.visualRect(option.direction, option.rect, rect), _flags(option.direction), text
            )
        if entry.style is not EntryStyle.FACT and index.row() > 0:
            painter.setPen(QColor(colours.border))
            painter.drawLine(option.rect.topLeft(), option.rect.topRight())
        painter.restore()

    @staticmethod
    def _parts(entry: Entry, font: QFont, rect: QRect) -> list[tuple[QRect, str, _Look]]:
        """Where each text goes in ``rect``, read from the left; its height does not count."""
        padding = _padding(entry)
        left, top = rect.left() + Space.L, rect.top() + padding
        width = rect.width() - 2 * Space.L
        if entry.style is EntryStyle.FACT:
            name_width = round(width * _NAME_SHARE)
            name = _measured(entry.title, font, False, left, top, name_width)
            value_left = left + name_width + Space.M
            value = _measured(entry.text, font, False, value_left, top, width - name_width - Space.M)
            return [(name, entry.title, _Look(muted=True)), (value, entry.text, _Look())]
        title = _measured(entry.title, font, True, left, top, width)
        parts = [(title, entry.title, _Look(bold=True))]
        if entry.text:
            text = _measured(entry.text, font, False, left, title.bottom() + Space.XS, width)
            parts.append((text, entry.text, _Look(muted=True)))
        return parts


@dataclass(frozen=True)
class _Look:
    bold: bool = False
    muted: bool = False


def _padding(entry: Entry) -> int:
    return Space.XS if entry.style is EntryStyle.FACT else Space.M


def _font(font: QFont, bold: bool) -> QFont:
    made = QFont(font)
    made.setBold(bold)
    return made


def _flags(direction: Qt.LayoutDirection) -> int:
    alignment = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    wrap = Qt.TextFlag.TextWordWrap.value | Qt.TextFlag.TextWrapAnywhere.value
    return int(alignment.value) | wrap


def _measured(text: str, font: QFont, bold: bool, left: int, top: int, width: int) -> QRect:
    room = QRect(0, 0, max(1, width), 1 << 20)
    height = (
        QFontMetrics(_font(font, bold))
        .boundingRect(room, _flags(Qt.LayoutDirection.LeftToRight), text)
        .height()
    )
    return QRect(left, top, max(1, width), height)
