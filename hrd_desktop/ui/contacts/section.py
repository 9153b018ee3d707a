"""The Contacts section: the list at the leading side, the chosen contact beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from hrd_desktop.ui.contacts.contact_list import ContactList
from hrd_desktop.ui.contacts.detail import ContactDetail
from hrd_desktop.ui.contacts.empty_state import EmptyState
from hrd_desktop.ui.contacts.files import ExportDialog, ask_for_import
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panes import Panes
from hrd_desktop.ui.stages import Stages

_LIST_WIDTH = 340
_DETAIL_WIDTH = 680
#: The width that the panes need to be of use.
_NEEDS = (240, 360)


class ContactsSection(QWidget):
    """People and organisations to reach or protect. ``case_chosen`` carries the id of a case to show."""

    case_chosen = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Contacts page"))
        self._operations = operations
        self._unfinished: dict[str, Any] | None = None
        self.panes = Panes(self)
        splitter = self.panes.splitter
        self.list = ContactList(operations, splitter)
        self._pages = QStackedWidget(splitter)
        self.nothing = EmptyState(
            "person",
            self.tr("No contact is chosen"),
            self.tr("Choose a contact in the list to see how to reach them and what they consent to."),
            self._pages,
        )
        self._pages.addWidget(self.nothing)
        self.panes.add(self.list, self.tr("List of contacts"), _NEEDS[0])
        self.panes.add(self._pages, self.tr("Chosen contact"), _NEEDS[1])
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, _DETAIL_WIDTH])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.panes)
        self.setFocusProxy(self.list)
        self.list.chosen.connect(self.show_contact)
        self.list.add_requested.connect(self.add_contact)
        self.list.import_requested.connect(lambda: ask_for_import(self, operations))
        self.list.export_requested.connect(self._export)
        self.list.unfinished.pressed.connect(self._restore)
        # The list is painted and answers first.
        self.stages = Stages(self)
        self.stages.add(self._make_detail)
        self.stages.start()

    @property
    def detail(self) -> ContactDetail:
        """The contact beside the list."""
        self.stages.finish()
        return self._detail

    def _make_detail(self) -> None:
        self._detail = ContactDetail(self._operations, self.stages, self._pages)
        self._pages.addWidget(self._detail)
        self.stages.add(self._connect_detail)

    def _connect_detail(self) -> None:
        self._detail.saved.connect(self.list.choose)
        self._detail.gone.connect(self._show_nothing)
        self._detail.case_chosen.connect(self.case_chosen)
        self._detail.keeper.find(self._offer)

    @property
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""
        return self.stages.is_done and self.detail.unsaved

    def show_contact(self, contact_id: UUID) -> None:
        """Show this contact, once it is settled what becomes of unsaved changes to another."""
        if self.detail.contact_id == contact_id and self._pages.currentWidget() is self.detail:
            self.list.choose(contact_id)
            return

        def show() -> None:
            self.list.choose(contact_id)
            self.panes.turn_to(1)
            self._pages.setCurrentWidget(self.detail)
            self.detail.show_contact(contact_id)

        # While it is asked, the list shows what is being edited.
        self.list.choose(self.detail.contact_id if self.detail.unsaved else contact_id)
        self.detail.leave(show)

    def add_contact(self) -> None:
        """Begin a new contact."""

        def show() -> None:
            self.list.choose(None)
            self.panes.turn_to(1)
            self._pages.setCurrentWidget(self.detail)
            self.detail.show_new()

        self.detail.leave(show)

    def _offer(self, state: dict[str, Any]) -> None:
        """Something was typed and not saved when the vault was locked."""
        if not self.detail.unsaved:
            self._unfinished = state
            self.list.unfinished.say(self.tr("A contact was not saved when the vault was locked."))

    def _restore(self) -> None:
        state = self._unfinished
        self.list.unfinished.say("")
        if state is None:
            return

        def show() -> None:
            self._pages.setCurrentWidget(self.detail)
            self.list.choose(None if state["id"] is None else UUID(state["id"]))
            self.detail.restore(state)

        self.detail.leave(show)

    def _show_nothing(self) -> None:
        self.list.choose(None)
        self.panes.turn_to(0)
        self._pages.setCurrentWidget(self.nothing)

    def _export(self) -> None:
        shown_ids = self.list.shown_ids if self.list.narrowed else None
        ExportDialog(self, self._operations, self.list.total, shown_ids).open()
