"""The list after an import: what is in, what was here already, what was refused and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.ingest import IngestReport
from hrd_desktop.services.outside import Outside
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.evidence.delegates import present_colours
from hrd_desktop.ui.evidence.import_flow import Taken
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

Index = QModelIndex | QPersistentModelIndex

#: Folders with originals that are named one by one; of the rest, the number.
_LOWEST = 90
_FOLDERS = 3


@dataclass(frozen=True, repr=False)
class Line:
    """One file of an import; ``tone`` is the name of a colour: ``success``, ``muted`` or ``warning``."""

    name: str
    result: str
    folder: str
    tone: str


class ReportModel(QAbstractTableModel):
    """Each path once: the refused first, because they need somebody, then what is in, then what was here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._titles = (self.tr("File"), self.tr("Result"), self.tr("Folder"))

    def show_report(self, report: IngestReport) -> None:
        """Show what this import did."""
        self.beginResetModel()
        lines = [_line(failed.path, refusal_text(failed.code), "warning") for failed in report.failed]
        for done in report.items:
            text = filled(self.tr("In, as {reference}"), reference=isolated(done.item.reference))
            lines.append(_line(done.path, text, "success"))
        for known in report.duplicates:
            text = filled(self.tr("Already here, as {reference}"), reference=isolated(known.reference))
            lines.append(_line(known.path, text, "muted"))
        self._lines = lines
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
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line = self._lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (line.name, line.result, line.folder)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return QColor(getattr(present_colours(), line.tone))
        return None


class ImportReport(QWidget):
    """A panel with the list of the last import, until it is closed."""

    closed = Signal()
    came_or_went = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Last import"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(Space.M, Space.S, Space.M, Space.M)
        whole.setSpacing(Space.S)
        top = QHBoxLayout()
        self._summary = sized(plain_label(parent=self, wrap=True), Type.BASE, bold=True)
        top.addWidget(self._summary, 1)
        close = QToolButton(self)
        close.setIcon(icon("close"))
        close.setProperty("role", "quiet")
        close.setAccessibleName(self.tr("Close the list of the import"))
        close.setToolTip(self.tr("Close this list"))
        close.clicked.connect(self._close)
        top.addWidget(close)
        whole.addLayout(top)
        # In a low window all of it scrolls; squeezed, the table and the words would lie upon each other.
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget(scroll.viewport())
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        scroll.setWidget(inside)
        whole.addWidget(scroll, 1)
        self._model = ReportModel(self)
        self._table = QTableView(inside)
        self._table.setModel(self._model)
        self._table.setAccessibleName(self.tr("What was imported"))
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(Size.CONTROL - 6)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        for section in range(3):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        column.addWidget(self._table, 1)
        self._outside = plain_label(parent=inside, tone="muted", wrap=True)
        column.addWidget(self._outside)
        self._synced = plain_label(parent=inside, tone="warning", wrap=True)
        column.addWidget(self._synced)
        self.setMaximumHeight(340)
        self.setMinimumHeight(_LOWEST)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Say that room is needed."""
        super().showEvent(event)
        self.came_or_went.emit()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Say that the room is free."""
        super().hideEvent(event)
        self.came_or_went.emit()

    @property
    def model(self) -> ReportModel:
        """The lines."""
        return self._model

    def show_taken(self, taken: Taken) -> None:
        """Show what an import did, and where the originals still lie."""
        report = taken.report
        self._summary.setText(summary_text(report))
        self._model.show_report(report)
        rows = min(4, self._model.rowCount())
        height = rows * (Size.CONTROL - 6) + self._table.horizontalHeader().sizeHint().height() + 2
        self._table.setMinimumHeight(height)
        self._outside.setText(outside_text(taken.outside))
        self._outside.setVisible(bool(taken.outside))
        synced = [place for place in taken.outside if place.synced_by is not None]
        self._synced.setVisible(bool(synced))
        if synced:
            sentence = self.tr(
                "{program} copies {folder} to other machines: the originals in it are not only on this one."
            )
            self._synced.setText(
                "\n".join(
                    filled(sentence, program=isolated(place.synced_by or ""), folder=isolated(place.folder))
                    for place in synced[:_FOLDERS]
                )
            )
        self.show()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()


def _line(path: str, result: str, tone: str) -> Line:
    folder, name = os.path.split(path)
    return Line(isolated(name), result, isolated(folder), tone)


def summary_text(report: IngestReport) -> str:
    """One line: how many are in, were here, were refused."""
    translate = QCoreApplication.translate
    parts = [filled(translate("ImportReport", "{count} in"), count=number_text(len(report.items)))]
    if report.duplicates:
        sentence = translate("ImportReport", "{count} already here")
        parts.append(filled(sentence, count=number_text(len(report.duplicates))))
    if report.failed:
        sentence = translate("ImportReport", "{count} refused")
        parts.append(filled(sentence, count=number_text(len(report.failed))))
    if report.cancelled:
        parts.append(translate("ImportReport", "cancelled before the rest"))
    return " · ".join(parts)


def outside_text(outside: tuple[Outside, ...]) -> str:
    """Where the originals still lie."""
    if not outside:
        return ""
    translate = QCoreApplication.translate
    lines = [
        translate(
            "ImportReport",
            "The vault holds exact copies. The originals still lie outside it, unencrypted, in:",
        )
    ]
    lines += [isolated(place.folder) for place in outside[:_FOLDERS]]
    if len(outside) > _FOLDERS:
        sentence = translate("ImportReport", "and in {count} more folders")
        lines.append(filled(sentence, count=number_text(len(outside) - _FOLDERS)))
    return "\n".join(lines)


def refusal_text(code: str) -> str:
    """Why a file was not taken in, by the stable code of ``domain.ingest.NotIngested``."""
    translate = QCoreApplication.translate
    known = {
        "not-found": translate("ImportReport", "Refused: it is no longer there"),
        "no-permission": translate("ImportReport", "Refused: you may not read it"),
        "link": translate("ImportReport", "Refused: it is a link to something else"),
        "not-regular": translate("ImportReport", "Refused: it is not a file"),
        "inside-vault": translate("ImportReport", "Refused: it is a part of this vault"),
        "path-too-long": translate("ImportReport", "Refused: its path is too long"),
        "changed-while-read": translate("ImportReport", "Refused: it changed while it was read"),
        "unreadable": translate("ImportReport", "Refused: it cannot be read"),
        "disk-full": translate("ImportReport", "Not taken in: the disk of the vault is full"),
        "no-room": translate("ImportReport", "Not taken in: it does not fit into the space set aside"),
        "disk-failed": translate("ImportReport", "Not taken in: the disk of the vault failed"),
        "not-permitted": translate(
            "ImportReport", "Not taken in: the system does not let the vault be changed"
        ),
        "read-only": translate("ImportReport", "Not taken in: the vault takes no changes"),
    }
    return known.get(code, translate("ImportReport", "Refused"))
