"""The people in a case and the parts they play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from hrd_desktop.domain.contact_line import ContactLine
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.people import CaseRole, verify_person_note
from hrd_desktop.services.find_contacts import ContactsFound, find_contacts
from hrd_desktop.services.people import (
    PersonInCase,
    people_of_case,
    put_person_in_case,
    take_person_from_case,
)
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import TakeBack, change_people
from hrd_desktop.ui.contacts.contact_list import contact_lines
from hrd_desktop.ui.contacts.fields import ChoiceBox, LabelledField, NoteEdit, tool_button
from hrd_desktop.ui.contacts.people_words import role_words
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.contacts.words import contact_kind_icon, field_words, unsafe_count
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.dialogs import PlainDialog, confirm
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.search_line import SearchLine
from hrd_desktop.ui.text import filled, isolated, plain_label, translated
from hrd_desktop.ui.theme.tokens import Space

#: Of the draft of a person's part that is being entered.
PERSON_DRAFT = "person"
_PAUSE_MS = 120
_CHOICES = 4
_AT_MOST = 200


def person_lines(person: PersonInCase) -> TwoLines:
    """A person in a case as a row."""
    parts = [role_words(person.role)]
    if person.note.strip():
        parts.append(isolated(" ".join(person.note.split())))
    unsafe = Badge(translated("contacts", "Unsafe channel"), "warning", "danger")
    return TwoLines(
        first=isolated(person.contact.alias),
        second=" · ".join(parts),
        icon_name=contact_kind_icon(person.contact.kind),
        first_badge=unsafe if unsafe_count(person.contact) else None,
    )


class PersonDialog(PlainDialog):
    """Asks who, in which part, with what note. ``entered`` gets the contact's id, the part and the note."""

    def __init__(self, parent: QWidget | None, operations: Operations, person: PersonInCase | None) -> None:
        new = person is None
        super().__init__(
            parent,
            translated("cases", "Add a person to the case")
            if person is None
            else translated("cases", "{alias} in this case", alias=isolated(person.contact.alias)),
        )
        self.entered: Callable[[UUID, CaseRole, str], object] = lambda contact, role, note: None
        self._operations = operations
        self._person = person
        self._asked = 0
        self.model: RowModel[ContactLine] = RowModel(
            lambda contact: contact_lines(contact, frozenset()), self
        )
        self.search = SearchLine(self)
        self.search.setPlaceholderText(self.tr("Search contacts"))
        self.search.setVisible(new)
        self.who = LabelledField(self.tr("Who"), self.search, self)
        self.who.setVisible(new)
        self.body.addWidget(self.who)
        self.view = RowList(self.tr("Contacts to choose from"), self, rows=_CHOICES)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        self.view.setVisible(False)
        self.body.addWidget(self.view)
        self.role = ChoiceBox([(role, role_words(role)) for role in CaseRole], self)
        self.body.addWidget(LabelledField(self.tr("Part in the case"), self.role, self))
        self.note_edit = NoteEdit(3, self)
        self.note = LabelledField(self.tr("Note"), self.note_edit, self)
        self.body.addWidget(self.note)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        words = self.tr("Add to the case") if new else self.tr("Save")
        self.done_button = self.add_button(words, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.done_button.clicked.connect(self._done)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.search.down_pressed.connect(self.view.setFocus)
        if person is None:
            self._find()
            self.search.setFocus()
        else:
            self.role.choose(person.role)
            self.note_edit.setPlainText(person.note)
            self.role.setFocus()

    def _find(self) -> None:
        self._asked += 1
        asked, words = self._asked, self.search.text()

        def done(found: ContactsFound) -> None:
            if asked == self._asked and self.isVisible():
                self._show(found)

        self._operations.read(lambda session: find_contacts(session, words), done)

    def _show(self, found: ContactsFound) -> None:
        self.model.set_values(found.lines[:_AT_MOST])
        self.view.fit_rows()
        if found.lines:
            self.view.setCurrentIndex(self.model.index(0, 0))
            self.who.set_hint("")
        elif found.total:
            self.who.set_hint(self.tr("No contact matches."))
        else:
            self.who.set_hint(
                self.tr("There are no contacts yet. Add the person in the section Contacts first.")
            )
        self.done_button.setEnabled(bool(found.lines))
        self.adjustSize()

    def typed_fields(self) -> dict[str, QWidget]:
        """Everything that can be entered, by name."""
        return {"search": self.search, "role": self.role, "note": self.note_edit}

    def _done(self) -> None:
        if self._person is not None:
            contact_id = self._person.contact.id
        else:
            contact = self.model.value(self.view.currentIndex().row())
            if contact is None:
                self.who.show_error(self.tr("Choose somebody in the list."))
                self.search.setFocus()
                return
            contact_id = contact.id
        note = self.note_edit.toPlainText().strip()
        try:
            verify_person_note(note)
        except ContactFieldError as error:
            self.note.show_error(field_words(error))
            self.note_edit.setFocus()
            return
        self.accept()
        self.entered(contact_id, self.role.value, note)


class PeoplePane(QWidget):
    """The people of the case that is shown. ``contact_chosen`` carries a contact's id."""

    contact_chosen = Signal(object)
    counted = Signal(int)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._case_id: UUID | None = None
        self.model: RowModel[PersonInCase] = RowModel(person_lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(
            plain_label(
                self.tr(
                    "Who is a victim, a witness, a lawyer in this case. Somebody may play several parts;"
                    " what each consents to is written down with the contact."
                ),
                self,
                tone="muted",
                wrap=True,
            )
        )
        self.view = RowList(self.tr("People in this case"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.add_button = tool_button(self.tr("Add person"), "add", self)
        self.add_button.clicked.connect(self._add)
        self.edit_button = tool_button(self.tr("Edit part"), "edit", self)
        self.edit_button.clicked.connect(self._edit)
        self.remove_button = tool_button(self.tr("Take out"), "remove", self)
        self.remove_button.clicked.connect(self._remove)
        self.contact_button = tool_button(self.tr("Show contact"), "person", self)
        self.contact_button.clicked.connect(self._show_contact)
        for button in (self.add_button, self.edit_button, self.remove_button, self.contact_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.view.activated.connect(self._edit)
        self.view.removal_pressed.connect(self._remove)
        self.view.selectionModel().currentChanged.connect(self._enable)
        operations.changed.connect(self.refresh)
        self._enable()

    def show_case(self, case_id: UUID | None) -> None:
        """Show the people of this case, or of none."""
        self._case_id = case_id
        self._fill([])
        self.refresh()

    def refresh(self) -> None:
        """Ask for the people again."""
        case_id = self._case_id
        if case_id is None:
            return

        def done(people: list[PersonInCase]) -> None:
            if case_id == self._case_id:
                self._fill(people)

        def failed(error: SheafError) -> None:
            if not isinstance(error, NotFoundError):
                self._operations.failed.emit(error)

        self._operations.read(lambda session: people_of_case(session, case_id), done, failed)

    def _fill(self, people: list[PersonInCase]) -> None:
        row = self.view.currentIndex().row()
        self.model.set_values(people)
        if row >= 0 and people:
            self.view.setCurrentIndex(self.model.index(min(row, len(people) - 1), 0))
        self.counted.emit(len({person.contact.id for person in people}))
        self._enable()

    def _current(self) -> PersonInCase | None:
        return self.model.value(self.view.currentIndex().row())

    def _enable(self, *_: QModelIndex) -> None:
        present = self._current() is not None
        for button in (self.edit_button, self.remove_button, self.contact_button):
            button.setEnabled(present)

    def _add(self) -> None:
        if self._case_id is not None:
            self._ask_whom(self._case_id)

    def _ask_whom(self, case_id: UUID) -> DialogDraft:
        def entered(contact_id: UUID, role: CaseRole, note: str) -> None:
            self._change(
                case_id,
                lambda session: put_person_in_case(session, case_id, contact_id, role, note),
                self.tr("The person is in the case."),
            )

        return self._open(PersonDialog(self, self._operations, None), case_id, None, entered)

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Ask again with what was entered before the vault was locked."""
        case_id = UUID(state["case"])
        if state["contact"] is None:
            self._ask_whom(case_id).put(state)
            return
        part = (UUID(state["contact"]), CaseRole(state["role"]))

        def found(people: list[PersonInCase]) -> None:
            for person in people:
                if (person.contact.id, person.role) == part:
                    self._ask_part(case_id, person).put(state)

        self._operations.read(lambda session: people_of_case(session, case_id), found)

    def _open(
        self,
        dialog: PersonDialog,
        case_id: UUID,
        person: PersonInCase | None,
        entered: Callable[[UUID, CaseRole, str], object],
    ) -> DialogDraft:
        dialog.entered = entered
        where = {
            "case": str(case_id),
            "contact": None if person is None else str(person.contact.id),
            "role": None if person is None else person.role.value,
        }
        kept = DialogDraft(self._operations, PERSON_DRAFT, where, dialog.typed_fields(), dialog)
        dialog.open()
        return kept

    def _edit(self) -> None:
        case_id, person = self._case_id, self._current()
        if case_id is not None and person is not None:
            self._ask_part(case_id, person)

    def _ask_part(self, case_id: UUID, person: PersonInCase) -> DialogDraft:
        def entered(contact_id: UUID, role: CaseRole, note: str) -> None:
            def work(session: Session) -> None:
                put_person_in_case(session, case_id, contact_id, role, note)
                if role is not person.role:
                    take_person_from_case(session, case_id, contact_id, person.role)

            self._change(case_id, work, self.tr("The part is changed."))

        return self._open(PersonDialog(self, self._operations, person), case_id, person, entered)

    def _remove(self) -> None:
        case_id, person = self._case_id, self._current()
        if case_id is None or person is None:
            return
        contact_id, role = person.contact.id, person.role
        confirm(
            self,
            filled(self.tr("Take {alias} out of this case?"), alias=isolated(person.contact.alias)),
            self.tr("Only this part in this case ends. The contact and its consents stay."),
            self.tr("Take out"),
            lambda: self._change(
                case_id,
                lambda session: take_person_from_case(session, case_id, contact_id, role),
                self.tr("The part in this case has ended."),
            ),
        )

    def _change(self, case_id: UUID, work: Callable[[Session], object], said: str) -> None:
        def done(back: TakeBack) -> None:
            self._operations.steps.did(said, back, self.tr("The people of the case are as they were before."))

        self._operations.change(lambda session: change_people(session, case_id, work), done)

    def _show_contact(self) -> None:
        person = self._current()
        if person is not None:
            self.contact_chosen.emit(person.contact.id)
