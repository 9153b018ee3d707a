"""What stands beside the list and narrows it: everything, the bin, cases, tags, saved searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import ItemState
from hrd_desktop.services.browse import Browse
from hrd_desktop.services.overview import Overview
from hrd_desktop.services.saved_searches import SavedSearch
from hrd_desktop.ui.evidence.delegates import present_colours
from hrd_desktop.ui.text import number_text
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

Index = QModelIndex | QPersistentModelIndex

ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, repr=False)
class Entry:
    """A line beside the list; without ``browse`` it is only read. ``saved`` is the search it stands for."""

    text: str
    icon_name: str = ""
    browse: Browse | None = None
    count: int | None = None
    saved: SavedSearch | None = None
    tip: str = ""
    heading: bool = False


class SidebarModel(QAbstractListModel):
    """Headings and entries, made anew from every overview."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def show_overview(self, overview: Overview) -> None:
        """Show these counts, cases, tags and searches."""
        self.beginResetModel()
        self._entries = [
            Entry(self.tr("All evidence"), "evidence", Browse(), overview.kept),
            Entry(self.tr("Not in any case"), "folder", Browse(inbox=True)),
            Entry(self.tr("Bin"), "bin", Browse(state=ItemState.BINNED), overview.binned),
            Entry(self.tr("Cases"), heading=True),
        ]
        self._entries += [
            Entry(
                shown(case.reference), "cases", Browse(case=case.id), case.item_count, tip=shown(case.title)
            )
            for case in overview.cases
        ]
        if not overview.cases:
            self._entries.append(Entry(self.tr("No cases yet")))
        if overview.tags:
            self._entries.append(Entry(self.tr("Tags"), heading=True))
        self._entries += [
            Entry(shown(tag.name), "tag", Browse(tag=tag.name), tag.item_count) for tag in overview.tags
        ]
        if overview.saved:
            self._entries.append(Entry(self.tr("Saved searches"), heading=True))
        self._entries += [
            Entry(shown(search.name), "search", search.browse, saved=search) for search in overview.saved
        ]
        self.endResetModel()

    def row_of(self, browse: Browse, saved: SavedSearch | None) -> int | None:
        """The row of the entry that shows this, or None."""
        for row, entry in enumerate(self._entries):
            same = entry.saved is not None and saved is not None and entry.saved.id == saved.id
            if same or (saved is None and entry.saved is None and entry.browse == browse):
                return row
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's signature
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.text
        if role == Qt.ItemDataRole.ToolTipRole and entry.browse is not None:
            return entry.tip or entry.text
        if role == Qt.ItemDataRole.AccessibleTextRole and entry.count is not None:
            return f"{entry.text}, {number_text(entry.count)}"
        return entry if role == ENTRY else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._entries[index.row()].browse is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class _EntryDelegate(QStyledItemDelegate):
    """An entry: icon, name, and its count at the end."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  # Qt's name
        space = Space.XL if index.data(ENTRY).heading else Space.M
        return QSize(120, max(Size.CONTROL - 2, QFontMetrics(option.font).height() + space))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY)
        colours = present_colours()
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place: QRect = option.rect.adjusted(Space.S, 1, -Space.S, -1)
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * Type.SMALL)
        leading = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft)
        trailing = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight)
        absolute = Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        if entry.browse is None:
            if entry.heading:
                small.setWeight(QFont.Weight.DemiBold)
                absolute = Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignBottom
            painter.setFont(small)
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                place.adjusted(Space.S, 0, -Space.S, -Space.XS), int(leading | absolute), entry.text
            )
            painter.restore()
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(place, Size.RADIUS, Size.RADIUS)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colours.focus))
            painter.drawRoundedRect(place.adjusted(0, 0, -1, -1), Size.RADIUS, Size.RADIUS)
        inner = place.adjusted(Space.S, 0, -Space.S, 0)
        sign = QRect(inner.left(), inner.center().y() - 9, 18, 18)
        icon(entry.icon_name, "on_accent_soft" if selected else "muted").paint(
            painter, QStyle.visualRect(option.direction, inner, sign)
        )
        count = number_text(entry.count) if entry.count is not None else ""
        width = QFontMetrics(small).horizontalAdvance(count)
        end = QRect(inner.right() - width, inner.top(), width + 1, inner.height())
        painter.setFont(small)
        painter.setPen(QColor(colours.on_accent_soft if selected else colours.muted))
        painter.drawText(QStyle.visualRect(option.direction, inner, end), int(trailing | absolute), count)
        name = inner.adjusted(18 + Space.S, 0, -width - Space.S, 0)
        font = QFont(option.font)
        if selected:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(colours.on_accent_soft if selected else colours.text))
        kept = QFontMetrics(font).elidedText(entry.text, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(
            QStyle.visualRect(option.direction, inner, name),
            int(leading | absolute) | int(Qt.TextFlag.TextSingleLine),
            kept,
        )
        painter.restore()


class Sidebar(QListView):
    """Emits ``chosen`` with the ``Entry`` that the user chose, and ``removal_asked`` for a saved search."""

    chosen = Signal(object)
    removal_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SidebarModel(self)
        self._browse = Browse()
        self._saved: SavedSearch | None = None
        self.setModel(self._model)
        self.setItemDelegate(_EntryDelegate(self))
        self.setAccessibleName(self.tr("Cases, tags and searches"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._offer)
        self.setMinimumWidth(150)
        self.setViewportMargins(0, Space.S, 0, Space.S)
        self._showing = False
        self.selectionModel().currentChanged.connect(self._choose)

    def show_overview(self, overview: Overview) -> None:
        """Show it; what was chosen stays chosen."""
        self._showing = True
        self._model.show_overview(overview)
        self._mark()
        self._showing = False

    def show_chosen(self, browse: Browse, saved: SavedSearch | None = None) -> None:
        """Mark the entry for what the list shows now, without a word about it."""
        self._browse, self._saved = browse, saved
        self._showing = True
        self._mark()
        self._showing = False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()

    def _choose(self, current: QModelIndex) -> None:
        if self._showing or not current.isValid():
            return
        entry = current.data(ENTRY)
        if entry.browse is not None:
            self._browse, self._saved = entry.browse, entry.saved
            self.chosen.emit(entry)

    def _mark(self) -> None:
        row = self._model.row_of(self._browse, self._saved)
        if row is None:
            self.clearSelection()
            self.selectionModel().clearCurrentIndex()
        else:
            self.setCurrentIndex(self._model.index(row))

    def _offer(self, place: QPoint) -> None:
        entry = self.indexAt(place).data(ENTRY)
        if not isinstance(entry, Entry) or entry.saved is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove = menu.addAction(icon("remove"), self.tr("Remove this saved search"))
        remove.triggered.connect(lambda: self.removal_asked.emit(entry.saved))
        menu.popup(self.viewport().mapToGlobal(place))
