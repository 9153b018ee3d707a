"""The list of cases, narrowed by what is typed, and how a new one is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.records import ExistsError, FieldValueError
from hrd_desktop.domain.records import Case, CaseStatus
from hrd_desktop.services.cases import REFERENCE_LIMIT, add_case, list_cases
from hrd_desktop.ui.contacts.empty_state import EmptyState
from hrd_desktop.ui.contacts.fields import LabelledField, Notice, tool_button
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.dialogs import PlainDialog, headline
from hrd_desktop.ui.list_and_one import OneOf
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.search_line import SearchLine
from hrd_desktop.ui.text import filled, isolated, number_text, translated
from hrd_desktop.ui.theme.tokens import Space

#: Of the draft of a case that is being opened.
NEW_CASE_DRAFT = "new-case"


def status_words(status: CaseStatus) -> str:
    """Whether a case is being worked on."""
    if status is CaseStatus.CLOSED:
        return translated("cases", "Closed")
    return translated("cases", "Open")


def case_lines(case: Case) -> TwoLines:
    """A case as a row: what it is about, its reference and how much is in it."""
    if case.item_count == 1:
        exhibits = translated("cases", "one exhibit")
    else:
        exhibits = translated("cases", "{count} exhibits", count=number_text(case.item_count))
    closed = preserved = None
    if case.status is CaseStatus.CLOSED:
        closed = Badge(status_words(case.status), "check", "muted")
    if case.to_be_preserved:
        preserved = Badge(translated("cases", "Must be preserved"), "lock", "warning")
    title = isolated(case.title) if case.title.strip() else isolated(case.reference)
    return TwoLines(
        first=title,
        second=" · ".join((isolated(case.reference), exhibits)) if case.title.strip() else exhibits,
        icon_name="cases",
        first_badge=closed,
        second_badge=preserved,
    )


class CaseList(OneOf):
    """Lists the cases, the newest first. ``chosen`` carries the id of the one that became current."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._asked = 0
        self._quiet = False
        self._wanted: UUID | None = None
        self._cases: list[Case] = []
        self.model: RowModel[Case] = RowModel(case_lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.S, Space.M)
        column.setSpacing(Space.S)
        row = QHBoxLayout()
        row.addWidget(headline(self.tr("Cases"), self), 1)
        self.add_button = tool_button(self.tr("New case"), "add", self)
        self.add_button.clicked.connect(self.open_new)
        row.addWidget(self.add_button)
        column.addLayout(row)
        self.filter = SearchLine(self)
        self.filter.setPlaceholderText(self.tr("Find a case"))
        self.filter.setAccessibleName(self.tr("Find a case"))
        self.filter.textChanged.connect(self._narrow)
        column.addWidget(self.filter)
        self.unfinished = Notice("notice", "edit", self.tr("Go on with it"), self)
        column.addWidget(self.unfinished)
        column.addWidget(self._make_pages(), 1)
        self.view.selectionModel().currentChanged.connect(self._moved)
        self.filter.down_pressed.connect(self.view.setFocus)
        operations.changed.connect(self.refresh)
        self.setFocusProxy(self.filter)
        self.refresh()

    def _make_pages(self) -> QStackedWidget:
        self.pages = QStackedWidget(self)
        self.view = RowList(self.tr("Cases list"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        self.pages.addWidget(self.view)
        self.none_yet = EmptyState(
            "cases",
            self.tr("No cases yet"),
            self.tr(
                "A case keeps together what belongs to one matter: its exhibits with their own numbers, the"
                " people in it, and a custody log that can be given to a court. One item may be in several."
            ),
            self,
        )
        add = self.none_yet.add_action(self.tr("Open the first case"), "add", primary=True)
        add.clicked.connect(self.open_new)
        self.pages.addWidget(self.none_yet)
        self.nothing = EmptyState(
            "search", self.tr("Nothing found"), self.tr("No reference or title has these words."), self
        )
        clear = self.nothing.add_action(self.tr("Show all cases"), "list")
        clear.clicked.connect(self.filter.clear)
        self.pages.addWidget(self.nothing)
        return self.pages

    # -- what is shown ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for the cases again; an answer to an earlier question is dropped."""
        self._asked += 1
        asked = self._asked

        def done(cases: list[Case]) -> None:
            if asked == self._asked:
                self._cases = cases
                self._narrow()

        self._operations.read(list_cases, done)

    def choose(self, case_id: UUID | None) -> None:
        """Make this case the current one, now or when it arrives. Nothing is emitted."""
        self._wanted = case_id
        row = self.model.find_row(lambda case: case.id == case_id) if case_id is not None else None
        self._quiet = True
        if row is None:
            self.view.selectionModel().clear()
        else:
            self.view.setCurrentIndex(self.model.index(row, 0))
        self._quiet = False

    def _narrow(self) -> None:
        words = self.filter.text().casefold().split()
        kept = [
            case
            for case in self._cases
            if all(word in f"{case.reference} {case.title}".casefold() for word in words)
        ]
        self._quiet = True
        self.model.set_values(kept)
        self._quiet = False
        self.choose(self._wanted)
        self.filter.setVisible(bool(self._cases))
        if kept:
            self.pages.setCurrentWidget(self.view)
        else:
            self.pages.setCurrentWidget(self.nothing if self._cases else self.none_yet)

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        case = self.model.value(current.row())
        if case is not None and not self._quiet:
            self._wanted = case.id
            self.chosen.emit(case.id)

    def open_new(self) -> None:
        """Ask for the reference of a new case."""
        NewCaseDialog(self, self._operations, self._opened).open()

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Ask again with what was entered before the vault was locked."""
        dialog = NewCaseDialog(self, self._operations, self._opened)
        dialog.open()
        dialog.kept.put(state)

    def _opened(self, case: Case) -> None:
        self.filter.clear()
        self._wanted = case.id
        self.chosen.emit(case.id)


class NewCaseDialog(PlainDialog):
    """Asks for a reference and a title. ``opened`` is called with the case."""

    def __init__(
        self, parent: QWidget | None, operations: Operations, opened: Callable[[Case], object]
    ) -> None:
        super().__init__(parent, translated("cases", "Open a case"), icon_name="cases")
        self._operations = operations
        self._opened = opened
        self._over = False
        self.finished.connect(self._finish)
        self.reference_edit = QLineEdit(self)
        self.reference = LabelledField(
            self.tr("Reference"),
            self.reference_edit,
            self,
            hint=self.tr(
                "Your own short name or number of the case. It stands in its custody log and in what is"
                " exported, and stays as it is."
            ),
        )
        self.body.addWidget(self.reference)
        self.title_edit = QLineEdit(self)
        self.body.addWidget(
            LabelledField(
                self.tr("Title"), self.title_edit, self, hint=self.tr("What it is about. It can be changed.")
            )
        )
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self.open_button = self.add_button(
            self.tr("Open case"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary"
        )
        self.open_button.clicked.connect(self._go)
        self.reference_edit.setFocus()
        fields: dict[str, QWidget] = {"reference": self.reference_edit, "title": self.title_edit}
        self.kept = DialogDraft(operations, NEW_CASE_DRAFT, {}, fields, self)

    def _finish(self) -> None:
        self._over = True

    def _go(self) -> None:
        reference, title = self.reference_edit.text(), self.title_edit.text().strip()
        self.reference.show_error("")
        self.open_button.setEnabled(False)

        def done(case: Case) -> None:
            if not self._over:
                self.accept()
            self._opened(case)

        self._operations.change(lambda session: add_case(session, reference, title), done, self._failed)

    def _failed(self, error: SheafError) -> None:
        if self._over:
            self._operations.failed.emit(error)
            return
        self.open_button.setEnabled(True)
        if isinstance(error, ExistsError):
            self.reference.show_error(self.tr("There is a case with this reference already."))
        elif isinstance(error, FieldValueError):
            sentence = self.tr("Write one line of at most {limit} characters.")
            self.reference.show_error(filled(sentence, limit=number_text(REFERENCE_LIMIT)))
        else:
            self.reject()
            self._operations.failed.emit(error)
            return
        self.reference_edit.setFocus()
