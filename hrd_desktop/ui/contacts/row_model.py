"""A model of rows that are all at hand: values, each shown as ``TwoLines``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from hrd_desktop.ui.contacts.two_lines import LINES, TwoLines

V = TypeVar("V")
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class RowModel(QAbstractListModel, Generic[V]):
    """Shows each of ``values`` as ``lines_of`` makes it."""

    def __init__(self, lines_of: Callable[[V], TwoLines], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines_of = lines_of
        self._values: tuple[V, ...] = ()

    @property
    def values(self) -> tuple[V, ...]:
        """Everything that is shown, in order."""
        return self._values

    def set_values(self, values: Sequence[V]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._values = tuple(values)
        self.endResetModel()

    def value(self, row: int) -> V | None:
        """The value of a row, None where there is no such row."""
        return self._values[row] if 0 <= row < len(self._values) else None

    def find_row(self, test: Callable[[V], bool]) -> int | None:
        """The first row whose value passes, or None."""
        return next((row for row, value in enumerate(self._values) if test(value)), None)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        return 0 if parent.isValid() else len(self._values)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == LINES:
            return self._lines_of(self._values[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return self._lines_of(self._values[index.row()]).first
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._lines_of(self._values[index.row()]).spoken()
        return None
