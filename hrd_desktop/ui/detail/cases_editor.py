"""The cases an item is registered in, with its exhibit numbers, and the way into another one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Case, CaseItem, CaseStatus
from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.tokens import Space, Type


class CasesEditor(QWidget):
    """``case_chosen`` carries the id of the case that the item is to be registered in, at once."""

    case_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(plain_label(self.tr("Cases"), self))
        self.entries = plain_label(parent=self, wrap=True)
        layout.addWidget(self.entries)
        self._row = QWidget(self)
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self.box = CalmComboBox(self._row)
        self.box.set_name(self.tr("Case to register in"))
        self.button = QPushButton(self.tr("Register"), self._row)
        self.button.setAccessibleName(self.tr("Register in this case"))
        self.button.clicked.connect(self._choose)
        row.addWidget(self.box, 1)
        row.addWidget(self.button)
        layout.addWidget(self._row)
        self._hint = sized(
            plain_label(
                self.tr(
                    "Registering takes the next exhibit number and is written into the custody log at once."
                ),
                self,
                tone="muted",
                wrap=True,
            ),
            Type.SMALL,
        )
        layout.addWidget(self._hint)

    def set_cases(self, entries: Sequence[tuple[CaseItem, Case]], cases: Sequence[Case]) -> None:
        """Show where the item is registered; it can be registered in the open ones of the other ``cases``."""
        lines = [
            filled(
                self.tr("{case}: exhibit {number}"),
                case=isolated(case.reference),
                number=isolated(str(entry.number)),
            )
            for entry, case in entries
        ]
        self.entries.setText("\n".join(lines) if lines else self.tr("In no case: it lies in the Inbox."))
        taken = {case.id for _, case in entries}
        self.box.clear()
        for case in cases:
            if case.id not in taken and case.status is CaseStatus.OPEN:
                title = (
                    f"{isolated(case.reference)}  {isolated(case.title)}"
                    if case.title
                    else isolated(case.reference)
                )
                self.box.addItem(title, case.id)
        self._row.setVisible(self.box.count() > 0)
        self._hint.setVisible(self.box.count() > 0)

    def _choose(self) -> None:
        case_id = self.box.currentData()
        if isinstance(case_id, UUID):
            self.case_chosen.emit(case_id)
