"""What one person consents to: every purpose with its answer, *not asked* where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.people import Consent, ConsentDecision, ConsentPurpose
from hrd_desktop.services.people import (
    ConsentDraft,
    draft_of_consent,
    edit_consent,
    list_consents,
    record_consent,
    remove_consent,
    today,
)
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import TakeBack, change_consents
from hrd_desktop.ui.contacts.consent_dialog import ConsentDialog
from hrd_desktop.ui.contacts.fields import tool_button
from hrd_desktop.ui.contacts.people_words import about_consent, consent_badge, purpose_words
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.dialogs import confirm
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label, translated
from hrd_desktop.ui.theme.tokens import Space

#: Of the draft of an answer that is being entered.
CONSENT_DRAFT = "consent"


@dataclass(frozen=True, repr=False)
class Answer:
    """One row: a purpose, an answer or None, and whether a later answer took its place."""

    purpose: ConsentPurpose
    consent: Consent | None
    superseded: bool = False


def answers_of(consents: list[Consent]) -> list[Answer]:
    """A row for every answer, the one that counts first, and one for each purpose that nobody asked about."""
    answers: list[Answer] = []
    for purpose in ConsentPurpose:
        given = [consent for consent in consents if consent.purpose is purpose]
        answers += [Answer(purpose, consent, position > 0) for position, consent in enumerate(given)]
        if not given:
            answers.append(Answer(purpose, None))
    return answers


def answer_lines(answer: Answer, day: date) -> TwoLines:
    """An answer as a row."""
    if answer.consent is None:
        badge = Badge(translated("people", "Not asked"), "help", "muted")
        return TwoLines(purpose_words(answer.purpose), "", "message", first_badge=badge)
    badge = consent_badge(answer.consent, day)
    earlier = Badge(translated("people", "Earlier answer"), "undo", "muted") if answer.superseded else None
    return TwoLines(
        first=purpose_words(answer.purpose),
        second=about_consent(answer.consent),
        icon_name=badge.icon_name,
        icon_tone="muted" if answer.superseded else badge.tone,
        first_badge=badge,
        second_badge=earlier,
    )


class ConsentsPane(QWidget):
    """The answers of the contact that is shown. ``counted`` carries how many purposes have an answer."""

    counted = Signal(int)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._contact_id: UUID | None = None
        self._today = date.min
        self.model: RowModel[Answer] = RowModel(self._lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(
            plain_label(
                self.tr(
                    "Each purpose is asked about by itself. Without a yes that still stands, assume no."
                    " A new answer takes the place of the earlier one, which stays on record."
                ),
                self,
                tone="muted",
                wrap=True,
            )
        )
        self.view = RowList(self.tr("Consents"), self)
        self.view.setProperty("surface", True)
        self.view.setModel(self.model)
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.record_button = tool_button(self.tr("Record an answer"), "add", self)
        self.record_button.clicked.connect(self._record)
        self.edit_button = tool_button(self.tr("Edit answer"), "edit", self, text=self.tr("Edit"))
        self.edit_button.clicked.connect(self._edit)
        self.remove_button = tool_button(self.tr("Remove answer"), "remove", self, text=self.tr("Remove"))
        self.remove_button.clicked.connect(self._remove)
        for button in (self.record_button, self.edit_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.view.activated.connect(self._open)
        self.view.removal_pressed.connect(self._remove)
        self.view.selectionModel().currentChanged.connect(self._enable)
        operations.changed.connect(self.refresh)
        self._enable()

    def show_contact(self, contact_id: UUID | None) -> None:
        """Show the answers of this contact, or of none."""
        self._contact_id = contact_id
        self.model.set_values([])
        self._enable()
        self.refresh()

    def refresh(self) -> None:
        """Ask for the answers again."""
        contact_id = self._contact_id
        if contact_id is None:
            self.counted.emit(0)
            return

        def work(session: Session) -> tuple[date, list[Consent]]:
            return today(session), list_consents(session, contact_id)

        def done(found: tuple[date, list[Consent]]) -> None:
            if contact_id == self._contact_id:
                self._today = found[0]
                self._fill(found[1])

        self._operations.read(work, done, self._not_read)

    def _lines(self, answer: Answer) -> TwoLines:
        return answer_lines(answer, self._today)

    def _not_read(self, error: SheafError) -> None:
        # A contact that was deleted meanwhile is no failure; whoever shows it hears of that by itself.
        if not isinstance(error, NotFoundError):
            self._operations.failed.emit(error)

    def _fill(self, consents: list[Consent]) -> None:
        row = self.view.currentIndex().row()
        self.model.set_values(answers_of(consents))
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1), 0))
        self.counted.emit(len({consent.purpose for consent in consents}))
        self._enable()

    def _current(self) -> Answer | None:
        return self.model.value(self.view.currentIndex().row())

    def _enable(self, *_: QModelIndex) -> None:
        answer = self._current()
        recorded = answer is not None and answer.consent is not None
        self.record_button.setEnabled(self._contact_id is not None)
        self.edit_button.setEnabled(recorded)
        self.remove_button.setEnabled(recorded)

    def _open(self) -> None:
        answer = self._current()
        if answer is not None and answer.consent is not None:
            self._edit()
        else:
            self._record()

    def _record(self) -> None:
        contact_id, answer = self._contact_id, self._current()
        if contact_id is None:
            return
        purpose = answer.purpose if answer is not None else ConsentPurpose.KEEP
        self._ask(contact_id, None, ConsentDraft(purpose=purpose, decision=ConsentDecision.YES))

    def _edit(self) -> None:
        contact_id, answer = self._contact_id, self._current()
        if contact_id is not None and answer is not None and answer.consent is not None:
            self._ask(contact_id, answer.consent.id, draft_of_consent(answer.consent))

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Ask again with what was entered before the vault was locked."""
        consent_id = None if state["consent"] is None else UUID(state["consent"])
        empty = ConsentDraft(purpose=ConsentPurpose.KEEP, decision=ConsentDecision.YES)
        self._ask(UUID(state["contact"]), consent_id, empty).put(state)

    def _ask(self, contact_id: UUID, consent_id: UUID | None, draft: ConsentDraft) -> DialogDraft:
        """``consent_id``: of the answer that is edited; None for a new one."""
        write: Callable[..., Consent]
        if consent_id is None:
            dialog = ConsentDialog(self, self.tr("Record an answer"), draft, self.tr("Record"))
            write = partial(record_consent, contact_id=contact_id)
        else:
            dialog = ConsentDialog(self, self.tr("Edit the answer"), draft, self.tr("Save"))
            write = partial(edit_consent, consent_id=consent_id)

        def done(back: TakeBack) -> None:
            if not dialog.over:
                dialog.accept()
            self._did(self.tr("The answer is recorded."), back)

        def failed(error: SheafError) -> None:
            if dialog.over or not isinstance(error, ContactFieldError):
                self._operations.failed.emit(error)
            else:
                dialog.show_error(error)

        dialog.entered = lambda entered: self._operations.change(
            lambda session: change_consents(
                session, contact_id, lambda session: write(session, draft=entered)
            ),
            done,
            failed,
        )
        where = {"contact": str(contact_id), "consent": None if consent_id is None else str(consent_id)}
        kept = DialogDraft(self._operations, CONSENT_DRAFT, where, dialog.typed_fields(), dialog)
        dialog.open()
        return kept

    def _did(self, said: str, back: TakeBack) -> None:
        self._operations.steps.did(said, back, self.tr("The answers are as they were before."))

    def _remove(self) -> None:
        contact_id, answer = self._contact_id, self._current()
        if contact_id is None or answer is None or answer.consent is None:
            return
        consent_id = answer.consent.id

        def work(session: Session) -> TakeBack:
            return change_consents(session, contact_id, lambda session: remove_consent(session, consent_id))

        def remove() -> None:
            self._operations.change(work, lambda back: self._did(self.tr("The answer is removed."), back))

        confirm(
            self,
            self.tr("Remove this answer?"),
            self.tr(
                "Remove it only if it was recorded by mistake. If the person changed their mind, edit the"
                " answer and enter the day it was withdrawn."
            ),
            self.tr("Remove answer"),
            remove,
            danger=True,
        )
