"""The list itself, as lines or as tiles; keys and the mouse become signals, nothing is done here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from hrd_desktop.ui.evidence.delegates import TILE, LineDelegate, TileDelegate
from hrd_desktop.ui.evidence.model import ItemModel


class ItemList(QListView):
    """Items as lines or tiles.

    ``current_changed`` carries the number of the current item or None, ``selection_count_changed`` how many
    are selected, ``opened`` the number of the item on which Return or a double click fell.
    """

    current_changed = Signal(object)
    selection_count_changed = Signal(int)
    opened = Signal(object)
    menu_asked = Signal(object)

    def __init__(self, model: ItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = model
        self._lines = LineDelegate(self)
        self._tiles = TileDelegate(self)
        self._as_grid = False
        self._restoring: tuple[int | None, list[int]] | None = None
        self.setAccessibleName(self.tr("Items"))
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # Typing letters searches in the field above; Qt's own search would read every row.
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setItemDelegate(self._lines)
        self.setMinimumWidth(260)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._items.number_at(index.row())))

    @property
    def as_grid(self) -> bool:
        """Whether items are shown as tiles."""
        return self._as_grid

    def show_as_grid(self, grid: bool) -> None:
        """As tiles, or as lines. The current item stays in sight."""
        self._as_grid = grid
        # Tiles are lines that wrap: Qt's own icon mode keeps a tree of all items, which takes seconds.
        self.setFlow(QListView.Flow.LeftToRight if grid else QListView.Flow.TopToBottom)
        self.setWrapping(grid)
        self.setItemDelegate(self._tiles if grid else self._lines)
        self.setGridSize(self._tile_size() if grid else QSize())
        self.scheduleDelayedItemsLayout()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def current_number(self) -> int | None:
        """The item that the keyboard is on, or None."""
        index = self.currentIndex()
        return self._items.number_at(index.row()) if index.isValid() else None

    def selected_numbers(self) -> list[int]:
        """The selected items in the order of the list."""
        rows: list[int] = []
        for one in self.selectionModel().selection().toList():
            rows.extend(range(one.top(), one.bottom() + 1))
        return [self._items.number_at(row) for row in sorted(rows)]

    def selected_count(self) -> int:
        """How many items are selected."""
        return sum(one.bottom() - one.top() + 1 for one in self.selectionModel().selection().toList())

    def select_number(self, number: int) -> bool:
        """Make this item the only selected one and bring it into sight. False when it is not listed."""
        row = self._items.row_of(number)
        if row is None:
            return False
        index = self._items.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)
        return True

    # -- what Qt calls ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_number() is not None:
            self.opened.emit(self.current_number())
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  # Qt's name
        """What the keyboard comes to is selected, so that what acts on the selection acts on it."""
        super().focusInEvent(event)
        nothing = not self.selectionModel().hasSelection()
        if nothing and event.reason() is not Qt.FocusReason.MouseFocusReason and self.model().rowCount():
            index = self.currentIndex() if self.currentIndex().isValid() else self._items.index(0)
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(index, select)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802  # Qt's name
        """Nothing: Qt would ask for every row. The search field above is one key away."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802  # Qt's name
        if self.selected_count():
            place = event.globalPos()
            if event.reason() is QContextMenuEvent.Reason.Keyboard:
                place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
            self.menu_asked.emit(place)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        if self._as_grid:
            self.setGridSize(self._tile_size())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()

    # -- inside -------------------------------------------------------------------------------

    def _tile_size(self) -> QSize:
        """Tiles share the width that is left over, so that no empty strip stays at the side."""
        width = self.viewport().width() - 1
        across = max(1, width // TILE.width())
        return QSize(max(TILE.width(), width // across), TILE.height())

    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        if self._restoring is None:
            self.current_changed.emit(self._items.number_at(current.row()) if current.isValid() else None)

    def _selection_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        if self._restoring is None:
            self.selection_count_changed.emit(self.selected_count())

    def _remember(self) -> None:
        few = self.selected_numbers() if self.selected_count() <= 1000 else []
        self._restoring = (self.current_number(), few)

    def _restore(self) -> None:
        """After a new list: what was selected and is still listed stays so."""
        current, selected = self._restoring or (None, [])
        kept = QItemSelection()
        for number in selected:
            row = self._items.row_of(number)
            if row is not None:
                kept.select(self._items.index(row), self._items.index(row))
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(kept, select)
        row = self._items.row_of(current) if current is not None else None
        if row is not None:
            index = self._items.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(index)
        self._restoring = None
        if row is None and current is not None:
            self.current_changed.emit(None)
        self.selection_count_changed.emit(self.selected_count())
