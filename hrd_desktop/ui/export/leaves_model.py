"""Everything that leaves with a bundle, one value a line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from hrd_desktop.domain.export import Disclosure
from hrd_desktop.services.export import ExportPlan
from hrd_desktop.ui.export.words import disclosure_name, where_name
from hrd_desktop.ui.text import isolated

Index = QModelIndex | QPersistentModelIndex


class LeavesModel(QAbstractTableModel):
    """Lines of item, what, value, where; those of the bundle itself come first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Disclosure, ...] = ()
        self._references: dict[str, str] = {}
        self._titles = (self.tr("Item"), self.tr("What"), self.tr("Value"), self.tr("Where"))

    def show_plan(self, plan: ExportPlan | None) -> None:
        """Show what this plan lets out; None for nothing."""
        self.beginResetModel()
        self._lines = plan.disclosures if plan is not None else ()
        self._references = {str(item.id): item.reference for item in plan.items} if plan is not None else {}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's signature
        return 0 if parent.isValid() else len(self._titles)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section] if section < len(self._titles) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        line = self._lines[index.row()]
        return (
            isolated(self._references[line.item_id]) if line.item_id is not None else self.tr("Bundle"),
            disclosure_name(line.kind),
            isolated(line.value),
            where_name(line.where),
        )[index.column()]
