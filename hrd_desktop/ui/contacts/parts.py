"""The cases a contact is in, and its part in each."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hrd_desktop.services.people import PartInCase, parts_of_contact
from hrd_desktop.ui.contacts.people_words import role_words
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import RowList, TwoLines
from hrd_desktop.ui.contacts.words import SEPARATOR
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import isolated, plain_label
from hrd_desktop.ui.theme.tokens import Space


def part_lines(part: PartInCase) -> TwoLines:
    """A case and the part in it as a row."""
    title = SEPARATOR.join(isolated(text) for text in (part.case.reference, part.case.title) if text.strip())
    parts = [role_words(part.role)]
    if part.note.strip():
        parts.append(isolated(" ".join(part.note.split())))
    return TwoLines(title, SEPARATOR.join(parts), "cases")


class PartsPane(QWidget):
    """The parts of the contact that is shown. ``case_chosen`` carries a case's id."""

    case_chosen = Signal(object)
    counted = Signal(int)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._contact_id: UUID | None = None
        self.model: RowModel[PartInCase] = RowModel(part_lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        self.explanation = plain_label(parent=self, tone="muted", wrap=True)
        column.addWidget(self.explanation)
        self.view = RowList(self.tr("Cases of this contact"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        self.view.activated.connect(self._activated)
        column.addWidget(self.view, 1)
        operations.changed.connect(self.refresh)
        self._explain()

    def show_contact(self, contact_id: UUID | None) -> None:
        """Show the cases of this contact, or of none."""
        self._contact_id = contact_id
        self._fill([])
        self.refresh()

    def refresh(self) -> None:
        """Ask for the cases again."""
        contact_id = self._contact_id
        if contact_id is None:
            return

        def done(parts: list[PartInCase]) -> None:
            if contact_id == self._contact_id:
                self._fill(parts)

        self._operations.read(lambda session: parts_of_contact(session, contact_id), done)

    def _fill(self, parts: list[PartInCase]) -> None:
        self.model.set_values(parts)
        self.counted.emit(len({part.case.id for part in parts}))
        self._explain()

    def _explain(self) -> None:
        if self.model.values:
            self.explanation.setText(self.tr("Press Return on a case to open it."))
        else:
            self.explanation.setText(
                self.tr("This contact is in no case. People are added to a case in the section Cases.")
            )

    def _activated(self, index: QModelIndex) -> None:
        part = self.model.value(index.row())
        if part is not None:
            self.case_chosen.emit(part.case.id)
