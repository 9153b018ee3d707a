"""Asks for one answer about one purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFrame,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.domain.people import (
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
)
from hrd_desktop.services.people import ConsentDraft
from hrd_desktop.ui.contacts.fields import ChoiceBox, DayEdit, LabelledField, NoteEdit
from hrd_desktop.ui.contacts.people_words import (
    capacity_words,
    decision_words,
    form_words,
    giver_words,
    purpose_words,
)
from hrd_desktop.ui.contacts.words import field_words
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.theme.tokens import Space

_WIDTH = 560
_HEIGHT = 620


class ConsentDialog(PlainDialog):
    """All that is recorded of an answer.

    ``entered`` is called with a draft; errors come back by ``show_error``. ``over`` tells that it was closed.
    """

    def __init__(self, parent: QWidget | None, title: str, draft: ConsentDraft, action: str) -> None:
        super().__init__(parent, title)
        self.over = False
        self.finished.connect(self._finish)
        self.entered: Callable[[ConsentDraft], object] = lambda draft: None
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget(area)
        self._column = QVBoxLayout(inner)
        # Room for the frames of focus at the edge of the scrolled part.
        self._column.setContentsMargins(2, 2, Space.M, 2)
        self._column.setSpacing(Space.M)
        self._area = area
        self.fields: dict[str, LabelledField] = {}
        self._make_answer()
        self._make_giver()
        self._make_rest()
        area.setWidget(inner)
        self.body.addWidget(area, 1)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self.done_button = self.add_button(action, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.done_button.clicked.connect(self._done)
        self.decision.currentIndexChanged.connect(self._fit)
        self.given_by.currentIndexChanged.connect(self._fit)
        self._show(draft)
        self.resize(_WIDTH, _HEIGHT)

    def _field(self, name: str, label: str, control: QWidget, hint: str = "") -> LabelledField:
        made = self.fields[name] = LabelledField(label, control, self, hint=hint)
        self._column.addWidget(made)
        return made

    def _tick(self, words: str) -> QCheckBox:
        box = QCheckBox(words, self)
        box.setAccessibleName(words)
        self._column.addWidget(box)
        return box

    def _make_answer(self) -> None:
        self.purpose = ChoiceBox([(purpose, purpose_words(purpose)) for purpose in ConsentPurpose], self)
        self._field("purpose", self.tr("Purpose"), self.purpose)
        self.decision = ChoiceBox([(one, decision_words(one)) for one in ConsentDecision], self)
        self._field("decision", self.tr("Answer"), self.decision)
        self.reason = NoteEdit(2, self)
        self._field(
            "reason",
            self.tr("Why nobody can be asked"),
            self.reason,
            self.tr("For example: the person is held without contact, and no family is known."),
        )

    def _make_giver(self) -> None:
        self.given_by = ChoiceBox([(giver, giver_words(giver)) for giver in ConsentGiver], self)
        self._field("given_by", self.tr("Who answered"), self.given_by)
        self.given_by_name = QLineEdit(self)
        self._field("given_by_name", self.tr("Name of who answered"), self.given_by_name)
        self.given_on = DayEdit(self)
        self._field("given_on", self.tr("Given on"), self.given_on)
        self.form = ChoiceBox([(form, form_words(form)) for form in ConsentForm], self)
        self._field("form", self.tr("How it was given"), self.form)
        self.risks_explained = self._tick(self.tr("The risks were explained"))
        self.anonymity_asked = self._tick(self.tr("Anonymity was asked for"))
        self.capacity = ChoiceBox([(one, capacity_words(one)) for one in ConsentCapacity], self)
        self._field("capacity", self.tr("Was the person able to decide?"), self.capacity)

    def _make_rest(self) -> None:
        self.language = QLineEdit(self)
        self._field(
            "language",
            self.tr("Language spoken"),
            self.language,
            self.tr("One short tag, for example ar or pt-BR."),
        )
        self.interpreter = QLineEdit(self)
        self._field("interpreter", self.tr("Interpreter"), self.interpreter)
        self.expires_on = DayEdit(self)
        self._field(
            "expires_on", self.tr("Ends after"), self.expires_on, self.tr("Empty: it has no end of its own.")
        )
        self.withdrawn_on = DayEdit(self)
        self._field("withdrawn_on", self.tr("Withdrawn on"), self.withdrawn_on)
        self.recorded_by = QLineEdit(self)
        self._field("recorded_by", self.tr("Recorded by"), self.recorded_by)
        self.note = NoteEdit(3, self)
        self._field("note", self.tr("Note"), self.note)

    def _show(self, draft: ConsentDraft) -> None:
        self.purpose.choose(draft.purpose)
        self.decision.choose(draft.decision)
        self.reason.setPlainText(draft.reason)
        self.given_by.choose(draft.given_by)
        self.given_by_name.setText(draft.given_by_name)
        self.given_on.show_day(draft.given_on)
        self.form.choose(draft.form)
        self.risks_explained.setChecked(draft.risks_explained)
        self.anonymity_asked.setChecked(draft.anonymity_asked)
        self.capacity.choose(draft.capacity)
        self.language.setText(draft.language)
        self.interpreter.setText(draft.interpreter)
        self.expires_on.show_day(draft.expires_on)
        self.withdrawn_on.show_day(draft.withdrawn_on)
        self.recorded_by.setText(draft.recorded_by)
        self.note.setPlainText(draft.note)
        self._fit()
        self.decision.setFocus()

    def _fit(self) -> None:
        """Ask only for what the answer leaves open."""
        impossible = self.decision.value is ConsentDecision.IMPOSSIBLE
        self.fields["reason"].setVisible(impossible)
        for name in ("given_by", "given_on", "form", "capacity", "language", "interpreter", "expires_on"):
            self.fields[name].setVisible(not impossible)
        self.fields["withdrawn_on"].setVisible(self.decision.value is ConsentDecision.YES)
        for box in (self.risks_explained, self.anonymity_asked):
            box.setVisible(not impossible)
        others = not impossible and self.given_by.value is not ConsentGiver.SELF
        self.fields["given_by_name"].setVisible(others)

    def _read(self) -> ConsentDraft | None:
        days: dict[str, date | None] = {}
        for name, edit in (
            ("given_on", self.given_on),
            ("expires_on", self.expires_on),
            ("withdrawn_on", self.withdrawn_on),
        ):
            try:
                days[name] = edit.read_day() if self.fields[name].isVisibleTo(self) else None
            except ValueError:
                self._point_at(name, edit.fault())
                return None
        impossible = self.decision.value is ConsentDecision.IMPOSSIBLE
        alone = impossible or self.given_by.value is ConsentGiver.SELF
        return ConsentDraft(
            purpose=self.purpose.value,
            decision=self.decision.value,
            reason=self.reason.toPlainText().strip() if impossible else "",
            given_by=ConsentGiver.SELF if impossible else self.given_by.value,
            given_by_name="" if alone else self.given_by_name.text().strip(),
            given_on=days["given_on"],
            language="" if impossible else self.language.text().strip(),
            interpreter="" if impossible else self.interpreter.text().strip(),
            form=ConsentForm.ORAL if impossible else self.form.value,
            anonymity_asked=not impossible and self.anonymity_asked.isChecked(),
            expires_on=days["expires_on"],
            withdrawn_on=days["withdrawn_on"],
            capacity=ConsentCapacity.NOT_ASSESSED if impossible else self.capacity.value,
            risks_explained=not impossible and self.risks_explained.isChecked(),
            recorded_by=self.recorded_by.text().strip(),
            note=self.note.toPlainText().strip(),
        )

    def show_error(self, error: ContactFieldError) -> None:
        """Say beside the field what is wrong with it; the dialog stays open."""
        self.done_button.setEnabled(True)
        self._point_at(str(error.fields["field"]), field_words(error))

    def typed_fields(self) -> dict[str, QWidget]:
        """Everything that can be entered, by name."""
        return {
            **{name: field.control for name, field in self.fields.items()},
            "risks_explained": self.risks_explained,
            "anonymity_asked": self.anonymity_asked,
        }

    def _finish(self) -> None:
        self.over = True

    def _point_at(self, name: str, words: str) -> None:
        field = self.fields[name]
        field.show_error(words)
        field.control.setFocus()
        self._area.ensureWidgetVisible(field)

    def _done(self) -> None:
        for field in self.fields.values():
            field.show_error("")
        draft = self._read()
        if draft is not None:
            self.done_button.setEnabled(False)
            self.entered(draft)
