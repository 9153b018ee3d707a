"""The list of contacts: search, groups, a reminder of those due to be deleted."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from hrd_desktop.domain.contact_line import ContactLine
from hrd_desktop.services.find_contacts import ContactGroup, ContactsFound, find_contacts
from hrd_desktop.ui.contacts.empty_state import EmptyState
from hrd_desktop.ui.contacts.fields import ChoiceBox, Notice, tool_button
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.contacts.words import about_contact, contact_kind_icon
from hrd_desktop.ui.dialogs import headline
from hrd_desktop.ui.list_and_one import OneOf
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.search_line import SearchLine
from hrd_desktop.ui.text import filled, isolated, number_text, translated
from hrd_desktop.ui.theme.tokens import Space

_PAUSE_MS = 120


def contact_lines(contact: ContactLine, due: frozenset[UUID]) -> TwoLines:
    """A contact as a row. What can put somebody in danger comes before what is only useful."""
    first = second = None
    if contact.emergency_order is not None:
        words = translated("contacts", "Emergency {order}", order=number_text(contact.emergency_order))
        first = Badge(words, "phone", "accent")
    if contact.id in due:
        second = Badge(translated("contacts", "Due to be deleted"), "calendar", "warning")
    if contact.unsafe_channels:
        second = Badge(translated("contacts", "Unsafe channel"), "warning", "danger")
    return TwoLines(
        first=isolated(contact.alias),
        second=about_contact(contact),
        icon_name=contact_kind_icon(contact.kind),
        first_badge=first,
        second_badge=second,
    )


class ContactList(OneOf):
    """Finds and lists contacts. ``chosen`` carries the id of the one that became current."""

    add_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._asked = 0
        self._quiet = False
        self.total = 0
        self._wanted: UUID | None = None
        self._due: frozenset[UUID] = frozenset()
        self.model: RowModel[ContactLine] = RowModel(self._lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.S, Space.M)
        column.setSpacing(Space.S)
        column.addLayout(self._make_head())
        self.search = SearchLine(self)
        self.search.setPlaceholderText(self.tr("Search contacts"))
        self.search.setAccessibleName(self.tr("Search contacts"))
        self.search.setClearButtonEnabled(True)
        column.addWidget(self.search)
        self.group = ChoiceBox(
            [
                (ContactGroup.ALL, self.tr("All contacts")),
                (ContactGroup.EMERGENCY, self.tr("Emergency contacts, in order")),
                (ContactGroup.PEOPLE, self.tr("People")),
                (ContactGroup.ORGANISATIONS, self.tr("Organisations")),
                (ContactGroup.DUE, self.tr("Due to be deleted")),
            ],
            self,
        )
        self.group.setAccessibleName(self.tr("Show"))
        column.addWidget(self.group)
        self.reminder = Notice("warning", "calendar", self.tr("Show them"), self)
        self.reminder.pressed.connect(lambda: self.group.choose(ContactGroup.DUE))
        column.addWidget(self.reminder)
        self.unfinished = Notice("notice", "edit", self.tr("Go on with it"), self)
        column.addWidget(self.unfinished)
        column.addWidget(self._make_pages(), 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.group.currentIndexChanged.connect(self.refresh)
        self.view.selectionModel().currentChanged.connect(self._moved)
        operations.changed.connect(self.refresh)
        self.search.down_pressed.connect(self.view.setFocus)
        self.setFocusProxy(self.search)
        self.refresh()

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(headline(self.tr("Contacts"), self), 1)
        self.import_button = tool_button(self.tr("Import contacts"), "import", self, with_text=False)
        self.import_button.clicked.connect(self.import_requested)
        self.export_button = tool_button(self.tr("Export contacts"), "export", self, with_text=False)
        self.export_button.clicked.connect(self.export_requested)
        for button in (self.import_button, self.export_button):
            button.setProperty("role", "quiet")
            row.addWidget(button)
        self.add_button = tool_button(self.tr("Add contact"), "add", self)
        self.add_button.clicked.connect(self.add_requested)
        row.addWidget(self.add_button)
        return row

    def _make_pages(self) -> QStackedWidget:
        self.pages = QStackedWidget(self)
        self.view = RowList(self.tr("Contacts list"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        self.pages.addWidget(self.view)
        self.nobody = EmptyState(
            "contacts",
            self.tr("No contacts yet"),
            self.tr(
                "Write down whom you need to reach or protect: under an alias if the name must not be known,"
                " with which channels are safe, and who is called first in an emergency."
            ),
            self,
        )
        add = self.nobody.add_action(self.tr("Add the first contact"), "add", primary=True)
        add.clicked.connect(self.add_requested)
        bring = self.nobody.add_action(self.tr("Import from a file"), "import")
        bring.clicked.connect(self.import_requested)
        self.pages.addWidget(self.nobody)
        self.nothing = EmptyState(
            "search",
            self.tr("Nothing found"),
            self.tr("No contact matches. Names, roles, notes, tags and numbers are searched."),
            self,
        )
        clear = self.nothing.add_action(self.tr("Show all contacts"), "list")
        clear.clicked.connect(self.show_all)
        self.pages.addWidget(self.nothing)
        return self.pages

    # -- what is shown ----------------------------------------------------------------------

    def show_all(self) -> None:
        """Drop the search and the group."""
        self.search.clear()
        self.group.choose(ContactGroup.ALL)

    def refresh(self) -> None:
        """Ask for the list again; an answer to an earlier question is dropped."""
        self._pause.stop()
        self._asked += 1
        words, group = self.search.text(), self.group.value
        self._operations.read(
            lambda session: find_contacts(session, words, group), partial(self._arrived, self._asked)
        )

    def choose(self, contact_id: UUID | None) -> None:
        """Make this contact the current one, now or when it arrives. Nothing is emitted."""
        self._wanted = contact_id
        row = None
        if contact_id is not None:
            row = self.model.find_row(lambda contact: contact.id == contact_id)
        self._quiet = True
        if row is None:
            self.view.selectionModel().clear()
        else:
            self.view.setCurrentIndex(self.model.index(row, 0))
        self._quiet = False

    @property
    def shown_ids(self) -> tuple[UUID, ...]:
        """The contacts in the list as it is."""
        return tuple(contact.id for contact in self.model.values)

    @property
    def narrowed(self) -> bool:
        """Whether a search or a group leaves contacts out."""
        return bool(self.search.text().strip()) or self.group.value is not ContactGroup.ALL

    def _lines(self, contact: ContactLine) -> TwoLines:
        return contact_lines(contact, self._due)

    def _arrived(self, asked: int, found: ContactsFound) -> None:
        if asked != self._asked:
            return
        self._due = found.due
        self.total = found.total
        self._quiet = True
        self.model.set_values(found.lines)
        self._quiet = False
        self.choose(self._wanted)
        if found.lines:
            self.pages.setCurrentWidget(self.view)
        else:
            self.pages.setCurrentWidget(self.nothing if found.total else self.nobody)
        self.export_button.setEnabled(found.total > 0)
        for control in (self.search, self.group):
            control.setVisible(found.total > 0)
        self.reminder.say(self._reminder_words(len(found.due)))

    def _reminder_words(self, count: int) -> str:
        if count == 0 or self.group.value is ContactGroup.DUE:
            return ""
        if count == 1:
            return self.tr("One contact is due to be deleted.")
        return filled(self.tr("{count} contacts are due to be deleted."), count=number_text(count))

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        contact = self.model.value(current.row())
        if contact is not None and not self._quiet:
            self._wanted = contact.id
            self.chosen.emit(contact.id)
