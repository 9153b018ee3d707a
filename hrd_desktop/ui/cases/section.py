"""The Cases section: the list at the leading side, the chosen case beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from hrd_desktop.ui.cases.case_list import CaseList
from hrd_desktop.ui.cases.detail import CaseDetail
from hrd_desktop.ui.contacts.empty_state import EmptyState
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panes import Panes
from hrd_desktop.ui.stages import Stages

_LIST_WIDTH = 340
_DETAIL_WIDTH = 680
#: The width that the panes need to be of use.
_NEEDS = (240, 360)


class CasesSection(QWidget):
    """Matters. ``item_chosen`` and ``contact_chosen`` carry ids of what is to be shown elsewhere."""

    item_chosen = Signal(object)
    contact_chosen = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Cases page"))
        self._operations = operations
        self.panes = Panes(self)
        splitter = self.panes.splitter
        self.list = CaseList(operations, splitter)
        self._pages = QStackedWidget(splitter)
        self.nothing = EmptyState(
            "cases",
            self.tr("No case is chosen"),
            self.tr("Choose a case in the list to see its exhibits and the people in it."),
            self._pages,
        )
        self._pages.addWidget(self.nothing)
        self.panes.add(self.list, self.tr("List of cases"), _NEEDS[0])
        self.panes.add(self._pages, self.tr("Chosen case"), _NEEDS[1])
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, _DETAIL_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.panes)
        self.setFocusProxy(self.list)
        self.list.chosen.connect(self.show_case)
        self._unfinished: dict[str, Any] | None = None
        self.list.unfinished.pressed.connect(self._restore)
        # The list is painted and answers first.
        self.stages = Stages(self)
        self.stages.add(self._make_detail)
        self.stages.start()

    @property
    def detail(self) -> CaseDetail:
        """The case beside the list."""
        self.stages.finish()
        return self._detail

    def _make_detail(self) -> None:
        self._detail = CaseDetail(self._operations, self.stages, self._pages)
        self._pages.addWidget(self._detail)
        self.stages.add(self._connect_detail)

    def _connect_detail(self) -> None:
        self._detail.gone.connect(self._show_nothing)
        self._detail.item_chosen.connect(self.item_chosen)
        self._detail.contact_chosen.connect(self.contact_chosen)
        self._detail.keeper.find(self._offer)

    @property
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""
        return self.stages.is_done and self.detail.unsaved

    def show_case(self, case_id: UUID, *, custody: bool = False) -> None:
        """Show this case, or its custody, once it is settled what becomes of unsaved changes to another."""

        def turn() -> None:
            if custody:
                self.detail.tabs.setCurrentWidget(self.detail.custody)

        if self.detail.case_id == case_id and self._pages.currentWidget() is self.detail:
            self.list.choose(case_id)
            turn()
            return

        def show() -> None:
            turn()
            self.list.choose(case_id)
            self.panes.turn_to(1)
            self._pages.setCurrentWidget(self.detail)
            self.detail.show_case(case_id)

        # While it is asked, the list shows what is being edited.
        self.list.choose(self.detail.case_id if self.detail.unsaved else case_id)
        self.detail.leave(show)

    def _offer(self, state: dict[str, Any]) -> None:
        """Something was typed and not saved when the vault was locked."""
        if not self.detail.unsaved:
            self._unfinished = state
            self.list.unfinished.say(self.tr("A case was not saved when the vault was locked."))

    def _restore(self) -> None:
        state = self._unfinished
        self.list.unfinished.say("")
        if state is None:
            return

        def show() -> None:
            self._pages.setCurrentWidget(self.detail)
            self.list.choose(UUID(state["id"]))
            self.detail.restore(state)

        self.detail.leave(show)

    def _show_nothing(self) -> None:
        self.list.choose(None)
        self.panes.turn_to(0)
        self._pages.setCurrentWidget(self.nothing)
