"""The record of an item as a form: nothing is saved before *Save*, and nothing that was entered is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.services.fields import likely_precision
from hrd_desktop.services.item_form import ItemForm, field_problems
from hrd_desktop.ui.detail.cases_editor import CasesEditor
from hrd_desktop.ui.detail.editors import FieldEditor
from hrd_desktop.ui.detail.people_editor import PeopleEditor
from hrd_desktop.ui.detail.record_fields import FieldGroup, make_editor
from hrd_desktop.ui.detail.record_words import reason_word
from hrd_desktop.ui.detail.tags_editor import TagsEditor
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space

#: What has no meaning without a time.
_OF_THE_TIME = ("collected_zone", "collected_precision")


@dataclass(frozen=True, repr=False)
class Draft:
    """What the user entered and has not saved; tags and people are None where they were not changed."""

    values: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None
    people: tuple[ItemPerson, ...] | None = None
    reason: str = ""
    tag_line: str = ""


@dataclass(frozen=True, repr=False)
class RecordChange:
    """What is to be saved."""

    item_id: UUID
    values: Mapping[str, str]
    added_tags: tuple[str, ...]
    removed_tags: tuple[str, ...]
    people: tuple[ItemPerson, ...] | None
    reason: str


class RecordForm(QWidget):
    """Shows an ``ItemForm``. ``save_asked`` carries a ``RecordChange`` that was found to be sound.

    ``case_chosen`` carries the id of a case to register the item in. ``changed`` tells whether anything waits
    to be saved; ``typed`` comes with everything that the user enters.
    """

    save_asked = Signal(object)
    case_chosen = Signal(object)
    changed = Signal(bool)
    typed = Signal()

    def __init__(self, stages: Stages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Fields of the record"))
        self._form: ItemForm | None = None
        self._is_filling = False
        self._was_changed = False
        self._has_checked = False
        self._precision_chosen = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._scroll, 1)
        column = QWidget(self._scroll.viewport())
        column.setObjectName("screen")
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self._column.setSpacing(Space.L)
        self.editors: dict[str, FieldEditor] = {}
        self._scroll.setWidget(column)
        stages.add(
            self._add_what,
            self._add_who,
            self._add_where,
            self._add_how,
            self._add_protection,
            lambda: self._column.addStretch(1),
            lambda: self._add_save_bar(layout),
            self._connect,
        )

    def _connect(self) -> None:
        for name, editor in self.editors.items():
            editor.edited.connect(lambda name=name: self._edited(name))
        self.tags.edited.connect(self._note_change)
        self.people.edited.connect(self._note_change)
        for signal in (self.tags.edited, self.tags.written, self.people.edited, self.reason.textEdited):
            signal.connect(self._note_typed)
        self.cases.case_chosen.connect(self.case_chosen)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self.save)

    # -- filling --------------------------------------------------------------------------------

    def show_form(self, form: ItemForm, draft: Draft | None = None) -> None:
        """Show an item as it is saved, with ``draft`` entered over it.

        The same item again (it was changed elsewhere) keeps what the user has entered meanwhile.
        """
        same = self._form is not None and self._form.view.item.id == form.view.item.id
        kept = (self.draft() or draft) if same else draft
        self._is_filling = True
        self._form = form
        self._has_checked = False
        self._precision_chosen = False
        item = form.view.item
        for name, editor in self.editors.items():
            editor.set_text(form.texts[name])
        self.tags.set_tags(item.tags, form.tags)
        self.people.set_people(item.id, form.persons, form.contacts)
        self.cases.set_cases(form.entries, form.cases)
        if kept is not None:
            self._enter(form, kept)
        if not self.is_changed:
            self.reason.clear()
        if not same:
            self._scroll.verticalScrollBar().setValue(0)
        self._is_filling = False
        self._note_change()

    def clear(self) -> None:
        """Forget the item and what was entered."""
        self._is_filling = True
        self._form = None
        for editor in self.editors.values():
            editor.set_text("")
        self.tags.set_tags((), ())
        self.cases.set_cases((), ())
        self.reason.clear()
        self._is_filling = False
        self._note_change()

    def draft(self) -> Draft | None:
        """What was entered and is not saved, or None."""
        tag_line = self.tags.line.text() if self._form is not None else ""
        if not self.is_changed and not tag_line.strip():
            return None
        return Draft(
            values={name: editor.text() for name, editor in self.editors.items() if editor.is_changed},
            tags=self.tags.tags() if self.tags.added() or self.tags.removed() else None,
            people=self.people.people() if self.people.is_changed else None,
            reason=self.reason.text(),
            tag_line=tag_line,
        )

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to save."""
        if self._form is None:
            return False
        fields = any(editor.is_changed for editor in self.editors.values())
        return bool(fields or self.tags.added() or self.tags.removed() or self.people.is_changed)

    # -- saving ---------------------------------------------------------------------------------

    def save(self) -> None:
        """Check every field; ask to save when all are sound, else say beside each what is wrong."""
        form = self._form
        if form is None or (self.tags.line.text().strip() and not self.tags.take_written()):
            return
        if not self.is_changed:
            return
        self._has_checked = True
        if not self._check():
            return
        self.save_asked.emit(
            RecordChange(
                item_id=form.view.item.id,
                values=self._values(),
                added_tags=self.tags.added(),
                removed_tags=self.tags.removed(),
                people=self.people.people() if self.people.is_changed else None,
                reason=self.reason.text().strip(),
            )
        )

    def accept(self, change: RecordChange) -> None:
        """This was saved. What was entered since then still waits."""
        if self._form is None or self._form.view.item.id != change.item_id:
            return
        for name, value in change.values.items():
            if self.editors[name].text() == value:
                self.editors[name].set_text(value)
        if (self.tags.added(), self.tags.removed()) == (change.added_tags, change.removed_tags):
            self.tags.accept()
        if change.people is not None and self.people.people() == change.people:
            self.people.accept()
        if self.reason.text().strip() == change.reason:
            self.reason.clear()
        self._note_change()

    def revert(self) -> None:
        """Take back everything that was entered since the last save."""
        if self._form is not None:
            form, self._form = self._form, None
            self.show_form(form)

    def show_problem(self, name: str, reason: str) -> None:
        """Say beside the field what the vault refused."""
        editor = self.editors.get(name)
        if editor is not None:
            editor.set_problem(reason_word(name, reason))
            self._reveal(editor)

    # -- inside ---------------------------------------------------------------------------------

    # Made in the order they are seen in, which is the order that Tab goes through them.

    def _add_what(self) -> None:
        self._what = self._group(self.tr("What it is"), "title", "kind", "description", "language")

    def _add_who(self) -> None:
        self.tags = TagsEditor(self._what)
        self.people = PeopleEditor(self._what)
        self._what.add(self.tags)
        self._what.add(self.people)
        self._add_fields(self._what, "note")

    def _add_where(self) -> None:
        where = self._group(
            self.tr("Where and when"), "collected", "collected_zone", "collected_precision", "place"
        )
        where.add(self._editor("latitude", where), self._editor("longitude", where))
        self._add_fields(where, "place_precision")

    def _add_how(self) -> None:
        self._group(
            self.tr("How it came to us"), "how_received", "source", "collected_by", "device", "capture_tool"
        )
        self._group(self.tr("Assessment"), "reliability", "verification", "review_on")

    def _add_protection(self) -> None:
        self._group(self.tr("Protection"), "confidentiality", "privileged", "sealed", "distressing")
        cases = self._group(self.tr("Cases"))
        self.cases = CasesEditor(cases)
        cases.add(self.cases)

    def _group(self, headline: str, *fields: str) -> FieldGroup:
        group = FieldGroup(headline, self._column.parentWidget())
        self._column.addWidget(group)
        self._add_fields(group, *fields)
        return group

    def _add_fields(self, group: FieldGroup, *fields: str) -> None:
        for name in fields:
            group.add(self._editor(name, group))

    def _editor(self, name: str, group: FieldGroup) -> FieldEditor:
        self.editors[name] = make_editor(name, group)
        return self.editors[name]

    def _add_save_bar(self, layout: QVBoxLayout) -> None:
        self._bar = QFrame(self)
        self._bar.setObjectName("screen")
        column = QVBoxLayout(self._bar)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.S)
        self.reason = QLineEdit(self._bar)
        self.reason.setPlaceholderText(self.tr("Why it is changed (goes into the custody log)"))
        self.reason.setAccessibleName(self.tr("Reason for the change"))
        self.reason.setMaxLength(2_000)
        column.addWidget(self.reason)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(plain_label(self.tr("Not saved yet"), self._bar, tone="muted"), 1)
        self.revert_button = QPushButton(self.tr("Revert"), self._bar)
        self.revert_button.setAccessibleName(self.tr("Revert"))
        self.revert_button.clicked.connect(self.revert)
        self.save_button = QPushButton(self.tr("Save"), self._bar)
        self.save_button.setProperty("role", "primary")
        self.save_button.setAccessibleName(self.tr("Save"))
        self.save_button.clicked.connect(self.save)
        row.addWidget(self.revert_button)
        row.addWidget(self.save_button)
        column.addLayout(row)
        self._bar.hide()
        layout.addWidget(self._bar)

    def _enter(self, form: ItemForm, draft: Draft) -> None:
        for name, value in draft.values.items():
            self.editors[name].enter(value)
        if draft.tags is not None:
            self.tags.put_tags(draft.tags)
        if draft.people is not None:
            # Somebody may have been deleted since it was entered.
            known = {contact_id for contact_id, _ in form.contacts}
            self.people.put_people([person for person in draft.people if person.contact_id in known])
        self.reason.setText(draft.reason)
        self.tags.line.setText(draft.tag_line)

    def _note_typed(self) -> None:
        if not self._is_filling:
            self.typed.emit()

    def _edited(self, name: str) -> None:
        if self._is_filling:
            return
        precision = self.editors["collected_precision"]
        if name == "collected_precision":
            self._precision_chosen = True
        elif name == "collected" and not self._precision_chosen and not precision.saved_text:
            self._is_filling = True
            precision.enter(likely_precision(self.editors["collected"].text()))
            self._is_filling = False
        if self._has_checked:
            self._check(reveal=False)
        self._note_change()
        self.typed.emit()

    def _values(self) -> dict[str, str]:
        values = {name: editor.text() for name, editor in self.editors.items() if editor.is_changed}
        if not self.editors["collected"].text().strip():
            for name in _OF_THE_TIME:
                values.pop(name, None)
        elif values.get("collected_precision") == "":
            del values["collected_precision"]
        return values

    def _check(self, *, reveal: bool = True) -> bool:
        if self._form is None:
            return True
        problems = field_problems(self._form.view.item.details, self._values())
        first: FieldEditor | None = None
        for name, editor in self.editors.items():
            error = problems.get(name)
            editor.set_problem("" if error is None else reason_word(name, str(error.fields["reason"])))
            if error is not None and first is None:
                first = editor
        if first is not None and reveal:
            self._reveal(first)
        return first is None

    def _reveal(self, editor: FieldEditor) -> None:
        editor.setFocus()
        self._scroll.ensureWidgetVisible(editor)

    def _note_change(self) -> None:
        if self._is_filling:
            return
        has_time = bool(self.editors["collected"].text().strip())
        for name in _OF_THE_TIME:
            self.editors[name].setEnabled(has_time)
        changed = self.is_changed
        self._bar.setVisible(changed)
        if changed != self._was_changed:
            self._was_changed = changed
            self.changed.emit(changed)
