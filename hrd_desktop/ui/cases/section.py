"""The Cases section: the list at the leading side, the chosen case beside it."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.ui.cases.case_list import CaseList
from hrd_desktop.ui.cases.detail import CaseDetail
from hrd_desktop.ui.list_and_one import ListAndOne
from hrd_desktop.ui.operations import Operations


class CasesSection(ListAndOne[CaseList, CaseDetail]):
    """Matters. ``item_chosen`` and ``contact_chosen`` carry ids of what is to be shown elsewhere."""

    item_chosen = Signal(object)
    contact_chosen = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(operations, parent)
        self.setAccessibleName(self.tr("Cases page"))
        self.fill(
            CaseList(operations, self.panes.splitter),
            (self.tr("List of cases"), self.tr("Chosen case")),
            (
                "cases",
                self.tr("No case is chosen"),
                self.tr("Choose a case in the list to see its exhibits and the people in it."),
            ),
            self.tr("A case was not saved when the vault was locked."),
        )

    def make_one(self) -> CaseDetail:
        return CaseDetail(self.operations, self.stages, self.pages)

    def connect_one(self, one: CaseDetail) -> None:
        one.item_chosen.connect(self.item_chosen)
        one.contact_chosen.connect(self.contact_chosen)

    def show_custody(self, case_id: UUID) -> None:
        """Show this case, and of it the custody log."""
        self.show_one(case_id, lambda: self.detail.tabs.setCurrentWidget(self.detail.custody))
