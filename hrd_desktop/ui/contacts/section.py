"""The Contacts section: the list at the leading side, the chosen contact beside it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.ui.contacts.contact_list import ContactList
from hrd_desktop.ui.contacts.detail import ContactDetail
from hrd_desktop.ui.contacts.files import ExportDialog, ask_for_import
from hrd_desktop.ui.list_and_one import ListAndOne
from hrd_desktop.ui.operations import Operations


class ContactsSection(ListAndOne[ContactList, ContactDetail]):
    """People and organisations to reach or protect. ``case_chosen`` carries the id of a case to show."""

    case_chosen = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(operations, parent)
        self.setAccessibleName(self.tr("Contacts page"))
        self.fill(
            ContactList(operations, self.panes.splitter),
            (self.tr("List of contacts"), self.tr("Chosen contact")),
            (
                "person",
                self.tr("No contact is chosen"),
                self.tr("Choose a contact in the list to see how to reach them and what they consent to."),
            ),
            self.tr("A contact was not saved when the vault was locked."),
        )
        self.list.add_requested.connect(self.add_contact)
        self.list.import_requested.connect(lambda: ask_for_import(self, operations))
        self.list.export_requested.connect(self._export)

    def make_one(self) -> ContactDetail:
        return ContactDetail(self.operations, self.stages, self.pages)

    def connect_one(self, one: ContactDetail) -> None:
        one.saved.connect(self.list.choose)
        one.case_chosen.connect(self.case_chosen)

    def add_contact(self) -> None:
        """Begin a new contact."""

        def show() -> None:
            self.list.choose(None)
            self.turn_to_one()
            self.detail.show_new()

        self.detail.leave(show)

    def _export(self) -> None:
        shown_ids = self.list.shown_ids if self.list.narrowed else None
        ExportDialog(self, self.operations, self.list.total, shown_ids).open()
