"""The first page of an export: what leaves, what is held back, and the choices about it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.people import ConsentPurpose
from hrd_desktop.services.export import BUNDLE_LANGUAGES, ExportChoices, ExportPlan
from hrd_desktop.services.recipient_profiles import RecipientProfile
from hrd_desktop.ui.contacts.people_words import purpose_words
from hrd_desktop.ui.export.leaves_model import LeavesModel
from hrd_desktop.ui.export.words import held_back_reason, items_text, language_name
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Size, Space

#: Items held back that are named one by one; of the rest, the number.
_NAMED = 6
_MAX_TITLE = 200


class WhatPage(QWidget):
    """Emits ``chosen`` when a choice has changed, ``recipient_chosen`` with the id of a contact or None."""

    chosen = Signal()
    recipient_chosen = Signal(object)

    def __init__(self, scopes: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        form = QFormLayout()
        form.setSpacing(Space.S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.scope = QComboBox(self)
        self.scope.addItems(scopes)
        self.scope.setAccessibleName(self.tr("Which items"))
        form.addRow(self.tr("&Which items"), self.scope)
        self.recipient = QComboBox(self)
        self.recipient.setAccessibleName(self.tr("For whom"))
        self.recipient.addItem(self.tr("Somebody who is not among the contacts"), "")
        form.addRow(self.tr("For w&hom"), self.recipient)
        self.purpose = QComboBox(self)
        self.purpose.setAccessibleName(self.tr("For what purpose"))
        for purpose in ConsentPurpose:
            if purpose is not ConsentPurpose.KEEP:
                self.purpose.addItem(purpose_words(purpose), purpose.value)
        form.addRow(self.tr("For what &purpose"), self.purpose)
        self.title = QLineEdit(self)
        self.title.setMaxLength(_MAX_TITLE)
        self.title.setAccessibleName(self.tr("Title of the bundle"))
        self.title.setPlaceholderText(self.tr("Heads the list of exhibits; may stay empty"))
        form.addRow(self.tr("&Title"), self.title)
        self.language = QComboBox(self)
        self.language.setAccessibleName(self.tr("Language of the recipient"))
        for language in BUNDLE_LANGUAGES:
            self.language.addItem(language_name(language), language)
        form.addRow(self.tr("&Language of the recipient"), self.language)
        column.addLayout(form)
        self.notes = self._box(self.tr("Let my &notes leave too"))
        self.sources = self._box(self.tr("Let the &sources leave too"))
        self.custodian = self._box(self.tr("Let the names in the &custody log leave too"))
        self.pseudonyms = self._box(self.tr("Give people ps&eudonyms: always the same for this recipient"))
        for box in (self.notes, self.sources, self.custodian, self.pseudonyms):
            column.addWidget(box)
        self._summary = plain_label(parent=self, wrap=True)
        column.addWidget(self._summary)
        self._model = LeavesModel(self)
        self._table = self._make_table()
        column.addWidget(self._table, 1)
        self._held = plain_label(parent=self, tone="warning", wrap=True)
        column.addWidget(self._held)
        self.include_held = self._box(self.tr("Let these &leave all the same"))
        column.addWidget(self.include_held)
        for combo in (self.scope, self.recipient, self.purpose, self.language):
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            if combo is not self.recipient:
                combo.activated.connect(self.chosen)
        self.recipient.activated.connect(lambda row: self.recipient_chosen.emit(self._recipient()))
        self.title.editingFinished.connect(self.chosen)
        self._held.hide()
        self.include_held.hide()

    def choices(self) -> ExportChoices:
        """What was chosen."""
        return ExportChoices(
            with_notes=self.notes.isChecked(),
            with_sources=self.sources.isChecked(),
            with_custodian=self.custodian.isChecked(),
            include_held_back=self.include_held.isChecked(),
            purpose=ConsentPurpose(self.purpose.currentData()),
            language=self.language.currentData(),
            title=self.title.text().strip() or None,
            recipient=self._recipient(),
            pseudonyms=self.pseudonyms.isChecked(),
        )

    def show_recipients(self, contacts: Sequence[Contact]) -> None:
        """Offer these contacts as the one whom the bundle is for."""
        for contact in contacts:
            self.recipient.addItem(isolated(contact.alias), str(contact.id))

    def show_profile(self, profile: RecipientProfile) -> None:
        """Choose what was chosen for this recipient the last time."""
        boxes = {
            self.notes: profile.with_notes,
            self.sources: profile.with_sources,
            self.custodian: profile.with_custodian,
            self.pseudonyms: profile.pseudonyms,
            # Never remembered: each item that is held back is decided on each time.
            self.include_held: False,
        }
        for box, checked in boxes.items():
            with QSignalBlocker(box):
                box.setChecked(checked)
        self.purpose.setCurrentIndex(max(0, self.purpose.findData(profile.purpose.value)))
        self.language.setCurrentIndex(max(0, self.language.findData(profile.language)))

    def show_waiting(self) -> None:
        """The list is being made."""
        self._model.show_plan(None)
        self._summary.setText(self.tr("Looking into the files, to list everything that would leave."))

    def show_plan(self, plan: ExportPlan) -> None:
        """List what would leave, and what would not."""
        self._model.show_plan(plan)
        sentence = self.tr("{items} would leave byte for byte, and with them all of this:")
        self._summary.setText(filled(sentence, items=items_text(len(plan.items))))
        lines = []
        if plan.held_back:
            sentence = self.tr("{items} stay here:")
            lines.append(filled(sentence, items=items_text(len(plan.held_back))))
        lines += [
            f"{isolated(held.reference)} · {held_back_reason(held.reason)}"
            for held in plan.held_back[:_NAMED]
        ]
        if len(plan.held_back) > _NAMED:
            sentence = self.tr("and {count} more")
            lines.append(filled(sentence, count=number_text(len(plan.held_back) - _NAMED)))
        self._held.setText("\n".join(lines))
        self._held.setVisible(bool(lines))
        can_include = any(held.reason != "binned" for held in plan.held_back)
        self.include_held.setVisible(can_include or self.include_held.isChecked())

    def show_refusal(self, error: SheafError) -> None:
        """Nothing would leave, and why."""
        self._model.show_plan(None)
        self._summary.setText("")
        self._held.setText(describe(error)[0])
        self._held.show()
        self.include_held.setVisible(error.code == "held-back" or self.include_held.isChecked())

    def _recipient(self) -> UUID | None:
        text = self.recipient.currentData()
        return UUID(text) if text else None

    def _box(self, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setAccessibleName(text.replace("&", ""))
        box.toggled.connect(self.chosen)
        return box

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self._model)
        table.setAccessibleName(self.tr("What leaves"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setMinimumHeight(140)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(Size.CONTROL - 6)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for section, width in ((0, 80), (1, 170), (3, 180)):
            header.resizeSection(section, width)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        return table
