"""One case: what it is about, its exhibits, its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.records import Case, CaseStatus
from hrd_desktop.services.case_view import CaseView, view_case
from hrd_desktop.services.taking_back import TakeBack, change_case
from hrd_desktop.ui.cases.case_list import status_words
from hrd_desktop.ui.cases.exhibits import ExhibitsPane
from hrd_desktop.ui.cases.people import PeoplePane
from hrd_desktop.ui.contacts.fields import Card, ChoiceBox, LabelledField, NoteEdit, show_name
from hrd_desktop.ui.custody.case_custody import CaseCustodyPane
from hrd_desktop.ui.dialogs import headline
from hrd_desktop.ui.draft_keeper import DraftKeeper
from hrd_desktop.ui.list_and_one import TheOne, ask_to_leave
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import date_text, filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Space

_WIDEST = 760
_SUMMARY_LINES = 10
_TITLE_LIMIT = 2_000
_EXHIBITS_TAB = 1
_PEOPLE_TAB = 2


class CaseDetail(TheOne):
    """Shows and edits one case. ``gone`` comes when it is no more.

    It is made in steps of ``stages`` and must not be used before they are taken.
    """

    item_chosen = Signal(object)
    contact_chosen = Signal(object)

    def __init__(self, operations: Operations, stages: Stages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._case: Case | None = None
        self._case_id: UUID | None = None
        self._dirty = False
        self._loading = False
        self._restored: dict[str, Any] | None = None
        self.keeper = DraftKeeper(operations, "case", self._state, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.L, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(self._make_head())
        self.about = plain_label(parent=self, tone="muted", wrap=True)
        self.about.setContentsMargins(Space.L, 0, Space.L, 0)
        column.addWidget(self.about)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Parts of the case"))
        # Made where they will stand: a finished form that is moved is styled once more.
        inside = self.tabs.findChild(QStackedWidget) or self.tabs
        column.addWidget(self.tabs, 1)
        stages.add(
            lambda: self.tabs.addTab(self._make_form(inside), self.tr("About")),
            lambda: self._make_exhibits(inside),
            lambda: self._make_people(inside),
            lambda: self._make_custody(inside),
            self._connect,
        )

    def _make_exhibits(self, parent: QWidget) -> None:
        self.exhibits = ExhibitsPane(self._operations, parent)
        self.exhibits.item_chosen.connect(self.item_chosen)
        self.tabs.addTab(self.exhibits, self.tr("Exhibits"))

    def _make_people(self, parent: QWidget) -> None:
        self.people = PeoplePane(self._operations, parent)
        self.people.contact_chosen.connect(self.contact_chosen)
        self.people.counted.connect(lambda count: self._count(_PEOPLE_TAB, self.tr("People"), count))
        self.tabs.addTab(self.people, self.tr("People"))

    def _make_custody(self, parent: QWidget) -> None:
        self.custody = CaseCustodyPane(self._operations, parent)
        self.tabs.addTab(self.custody, self.tr("Custody"))

    def _connect(self) -> None:
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        save.activated.connect(self.save_button.click)
        self._operations.changed.connect(self._reload)
        self._set_dirty(dirty=False)

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, 0, Space.L, 0)
        row.setSpacing(Space.S)
        self.title = headline("", self)
        row.addWidget(self.title, 1)
        self.discard_button = QPushButton(self.tr("Discard changes"), self)
        self.discard_button.setAccessibleName(self.discard_button.text())
        self.discard_button.clicked.connect(self.discard)
        row.addWidget(self.discard_button)
        self.save_button = QPushButton(self.tr("Save case"), self)
        self.save_button.setAccessibleName(self.save_button.text())
        self.save_button.setProperty("role", "primary")
        self.save_button.clicked.connect(self._save_pressed)
        row.addWidget(self.save_button)
        return row

    def _make_form(self, parent: QWidget) -> QScrollArea:
        area = QScrollArea(parent)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget(area.viewport())
        inner.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.XL)
        column.setSpacing(Space.L)
        card = Card("", inner)
        self.title_edit = QLineEdit(card)
        self.title_edit.setMaxLength(_TITLE_LIMIT)
        card.column.addWidget(LabelledField(self.tr("Title"), self.title_edit, card))
        self.summary_edit = NoteEdit(_SUMMARY_LINES, card)
        card.column.addWidget(
            LabelledField(
                self.tr("Summary"),
                self.summary_edit,
                card,
                hint=self.tr("What happened, when, where, to whom, and what has been done about it."),
            )
        )
        self.status = ChoiceBox([(status, status_words(status)) for status in CaseStatus], card)
        card.column.addWidget(LabelledField(self.tr("Status"), self.status, card))
        self.preserved = QCheckBox(self.tr("Everything in this case must be preserved"), card)
        self.preserved.setAccessibleName(self.preserved.text())
        card.column.addWidget(self.preserved)
        card.column.addWidget(
            plain_label(
                self.tr(
                    "For what a court, a law or a lawyer says must not be destroyed. It is a reminder to all"
                    " who work in this vault."
                ),
                card,
                tone="muted",
                wrap=True,
            )
        )
        column.addWidget(card)
        column.addStretch(1)
        area.setWidget(inner)
        self.title_edit.textChanged.connect(self._edited)
        self.summary_edit.textChanged.connect(self._edited)
        self.status.currentIndexChanged.connect(self._edited)
        self.preserved.toggled.connect(self._edited)
        return area

    # -- what is shown ----------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""
        return self._dirty

    @property
    def shown_id(self) -> UUID | None:
        """The case that is shown."""
        return self._case_id

    def show_one(self, case_id: UUID) -> None:
        """Show this case as soon as it has been read. What was entered before is dropped."""
        self._case_id = case_id
        self._set_dirty(dirty=False)
        self.exhibits.show_entries(())
        self._reload()
        self.people.show_case(case_id)

    def _reload(self) -> None:
        case_id = self._case_id
        if case_id is None:
            return

        def done(view: CaseView) -> None:
            if case_id == self._case_id:
                self._show(view)

        def failed(error: SheafError) -> None:
            if not isinstance(error, NotFoundError):
                self._operations.failed.emit(error)
            elif case_id == self._case_id:
                self.gone.emit()

        self._operations.read(lambda session: view_case(session, case_id), done, failed)

    def _show(self, view: CaseView) -> None:
        case = view.case
        show_name(self.title, case.title.strip() or case.reference)
        self.about.setText(
            filled(
                self.tr("{reference} · opened {day} · entries in the custody log: {count}"),
                reference=isolated(case.reference),
                day=date_text(case.opened_utc),
                count=number_text(view.event_count),
            )
        )
        self._count(_EXHIBITS_TAB, self.tr("Exhibits"), len(view.entries))
        self.exhibits.show_entries(view.entries)
        self.custody.show_case(case)
        self._case = case
        if not self._dirty:
            self._fill(case)
        restored, self._restored = self._restored, None
        if restored is not None:
            self.title_edit.setText(restored["title"])
            self.summary_edit.setPlainText(restored["summary"])
            self.status.choose(CaseStatus(restored["status"]))
            self.preserved.setChecked(restored["preserved"])

    def _fill(self, case: Case) -> None:
        self._loading = True
        if self.title_edit.text() != case.title:
            self.title_edit.setText(case.title)
        if self.summary_edit.toPlainText() != case.summary:
            self.summary_edit.setPlainText(case.summary)
        self.status.choose(case.status)
        self.preserved.setChecked(case.to_be_preserved)
        self._loading = False

    def _count(self, tab: int, words: str, count: int) -> None:
        if count:
            words = filled(self.tr("{tab} ({count})"), tab=words, count=number_text(count))
        self.tabs.setTabText(tab, words)

    def _edited(self) -> None:
        if not self._loading:
            self._set_dirty(dirty=True)
            self.keeper.touch()

    def _state(self) -> dict[str, Any]:
        return {
            "id": str(self._case_id),
            "title": self.title_edit.text(),
            "summary": self.summary_edit.toPlainText(),
            "status": self.status.value.value,
            "preserved": self.preserved.isChecked(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with what was typed before the vault was locked."""
        self._restored = state
        self.show_one(UUID(state["id"]))

    def _set_dirty(self, *, dirty: bool) -> None:
        self._dirty = dirty
        self.save_button.setEnabled(dirty)
        self.discard_button.setVisible(dirty)

    # -- changes ----------------------------------------------------------------------------

    def _save_pressed(self) -> None:
        self.save()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was entered, then call ``then``."""
        case = self._case
        if case is None:
            return
        title, summary = self.title_edit.text().strip(), self.summary_edit.toPlainText()
        status, preserved = self.status.value, self.preserved.isChecked()
        self._set_dirty(dirty=False)

        def done(saved: tuple[Case, TakeBack]) -> None:
            changed, back = saved
            if not self._dirty:
                self.keeper.drop()
            if changed.id == self._case_id:
                self._case = changed
            self._operations.steps.did(
                self.tr("The case is saved."), back, self.tr("The case is as it was before.")
            )
            if then is not None:
                then()

        def failed(error: SheafError) -> None:
            if case.id == self._case_id:
                self._set_dirty(dirty=True)
            self._operations.failed.emit(error)

        self._operations.change(
            lambda session: change_case(
                session, case, title=title, summary=summary, status=status, to_be_preserved=preserved
            ),
            done,
            failed,
        )

    def discard(self) -> None:
        """Go back to what is in the vault."""
        self.keeper.drop()
        self._set_dirty(dirty=False)
        if self._case is not None:
            self._fill(self._case)

    def leave(self, then: Callable[[], object]) -> None:
        """Call ``then`` at once, or after asking what is to become of unsaved changes."""
        if not self._dirty:
            then()
            return

        def dropped() -> None:
            self.discard()
            then()

        ask_to_leave(
            self,
            self.tr("Save the changes to this case?"),
            self.tr("Save case"),
            drop=dropped,
            save=lambda: self.save(then),
        )
