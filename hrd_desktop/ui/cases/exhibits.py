"""The exhibits of a case by their numbers; lines are asked for as they come into sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hrd_desktop.domain.records import CaseItem, ItemState
from hrd_desktop.services.case_view import Exhibit, load_exhibits
from hrd_desktop.ui.contacts.two_lines import LINES, Badge, RowList, TwoLines
from hrd_desktop.ui.evidence.kinds import kind_icon, kind_name
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import isolated, number_text, plain_label, time_text, translated
from hrd_desktop.ui.theme.tokens import Space

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_AT_ONCE = 200


def exhibit_lines(entry: CaseItem, exhibit: Exhibit | None) -> TwoLines:
    """An exhibit as a row; before it has arrived, its number alone."""
    number = translated("cases", "Exhibit {number}", number=number_text(entry.number))
    if exhibit is None:
        return TwoLines(number, "", "evidence")
    badge = None
    if exhibit.state is not ItemState.KEPT:
        badge = Badge(translated("cases", "In the bin"), "bin", "muted")
    elif exhibit.sealed:
        badge = Badge(translated("cases", "Sealed"), "lock", "warning")
    elif exhibit.privileged:
        badge = Badge(translated("cases", "Privileged"), "key", "warning")
    about = (number, isolated(exhibit.reference), kind_name(exhibit.kind), time_text(entry.registered_utc))
    return TwoLines(
        first=isolated(exhibit.title),
        second=" · ".join(about),
        icon_name=kind_icon(exhibit.kind),
        first_badge=badge,
    )


class ExhibitsModel(QAbstractListModel):
    """Entries, all at hand, and the lines of those that were seen. ``wanted`` carries ids to be asked for."""

    wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[CaseItem, ...] = ()
        self._rows: dict[UUID, int] = {}
        self._exhibits: dict[UUID, Exhibit] = {}
        self._missing: dict[UUID, None] = {}
        self._asked: set[UUID] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)

    def set_entries(self, entries: Sequence[CaseItem]) -> None:
        """Show these; what was known of them is kept until it has been asked for again."""
        self.beginResetModel()
        self._entries = tuple(entries)
        self._rows = {entry.item_id: row for row, entry in enumerate(entries)}
        self._exhibits = {key: value for key, value in self._exhibits.items() if key in self._rows}
        self._missing.clear()
        self._asked.clear()
        self.endResetModel()

    def put(self, exhibits: Sequence[Exhibit]) -> None:
        """Lines that have arrived; those of another case are dropped."""
        for exhibit in exhibits:
            row = self._rows.get(exhibit.item_id)
            if row is not None and self._exhibits.get(exhibit.item_id) != exhibit:
                self._exhibits[exhibit.item_id] = exhibit
                self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def entry(self, row: int) -> CaseItem | None:
        """The entry of a row, None where there is no such row."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def rowCount(self, parent: Index = _NO_PARENT) -> int:  # noqa: N802  # Qt's name
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role not in (LINES, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        self._note(entry.item_id)
        lines = exhibit_lines(entry, self._exhibits.get(entry.item_id))
        if role == LINES:
            return lines
        return lines.first if role == Qt.ItemDataRole.DisplayRole else lines.spoken()

    def _note(self, item_id: UUID) -> None:
        """Ask for this line at the next turn of the event loop, together with its neighbours."""
        if item_id not in self._asked:
            self._missing[item_id] = None
            if not self._soon.isActive():
                self._soon.start()

    def _ask(self) -> None:
        item_ids = list(self._missing)[:_AT_ONCE]
        for item_id in item_ids:
            del self._missing[item_id]
        self._asked.update(item_ids)
        if self._missing:
            self._soon.start()
        if item_ids:
            self.wanted.emit(item_ids)


class ExhibitsPane(QWidget):
    """The exhibits of the case that is shown. ``item_chosen`` carries an item's id."""

    item_chosen = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self.model = ExhibitsModel(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        self.explanation = plain_label(parent=self, tone="muted", wrap=True)
        column.addWidget(self.explanation)
        self.view = RowList(self.tr("Exhibits"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        self.view.activated.connect(self._activated)
        column.addWidget(self.view, 1)
        self.model.wanted.connect(self._fetch)
        self.show_entries(())

    def show_entries(self, entries: Sequence[CaseItem]) -> None:
        """Show these exhibits."""
        current = self.model.entry(self.view.currentIndex().row())
        self.model.set_entries(entries)
        if current is not None:
            for row, entry in enumerate(entries):
                if entry.item_id == current.item_id:
                    self.view.setCurrentIndex(self.model.index(row, 0))
                    break
        if entries:
            self.explanation.setText(
                self.tr("A number is never given to another exhibit, even when one is taken out.")
            )
        else:
            self.explanation.setText(
                self.tr(
                    "No exhibits yet. In the section Evidence, select items and put them into this case;"
                    " each gets the next number here."
                )
            )

    def _fetch(self, item_ids: list[UUID]) -> None:
        self._operations.read(lambda session: load_exhibits(session, item_ids), self.model.put)

    def _activated(self, index: QModelIndex) -> None:
        entry = self.model.entry(index.row())
        if entry is not None:
            self.item_chosen.emit(entry.item_id)
