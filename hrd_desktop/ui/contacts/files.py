"""Contacts from files and to files: what is asked first, and the list of what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QRadioButton, QWidget

from hrd_desktop.services.contacts import ContactsTaken
from hrd_desktop.services.contacts_files import ContactsFormat, export_contacts, import_contacts
from hrd_desktop.services.taking_back import without_contacts
from hrd_desktop.ui.contacts.fields import ChoiceBox, LabelledField, Notice
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.contacts.words import (
    about_contact,
    contact_kind_icon,
    left_out_name,
    left_out_words,
    refusal_place,
    refusal_words,
)
from hrd_desktop.ui.dialogs import PlainDialog, choose_file, choose_new_file, inform
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label, translated

_RESULT_ROWS = 7
_RESULT_WIDTH = 560
#: As far as the words of a radio button stand from its edge.
_INDENT = 28
_ENDINGS = {ContactsFormat.VCARD_4: ".vcf", ContactsFormat.VCARD_3: ".vcf", ContactsFormat.CSV: ".csv"}


class ImportDialog(PlainDialog):
    """Asks whose file it is before it is read."""

    def __init__(self, parent: QWidget | None, operations: Operations, path: str) -> None:
        super().__init__(parent, translated("contacts", "Import contacts"), icon_name="import")
        self._operations = operations
        self._path = path
        self._parent = parent
        self.add_text(self.tr("Who wrote this file?"))
        self.theirs = QRadioButton(self.tr("Somebody else, or another program"), self)
        self.ours = QRadioButton(self.tr("I did, with this program"), self)
        self.theirs.setChecked(True)
        for button, hint in (
            (
                self.theirs,
                self.tr(
                    "What only you can vouch for is left out: that a key was checked, that a channel is safe,"
                    " who is called in an emergency. That a channel is not safe is kept."
                ),
            ),
            (self.ours, self.tr("Everything in it is taken over as it is.")),
        ):
            button.setAccessibleName(button.text())
            button.setAccessibleDescription(hint)
            self.body.addWidget(button)
            explanation = plain_label(hint, self, tone="muted", wrap=True)
            explanation.setIndent(_INDENT)
            self.body.addWidget(explanation)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        words = self.tr("Import these contacts")
        self.go_button = self.add_button(words, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.go_button.clicked.connect(self._go)

    def _go(self) -> None:
        path, ours, parent = self._path, self.ours.isChecked(), self._parent
        self.accept()
        steps = self._operations.steps

        def done(taken: ContactsTaken) -> None:
            show_result(parent, taken)
            if taken.added:
                undone = translated("contacts", "The contacts from the file are taken out again.")
                back = without_contacts(contact.id for contact in taken.added)
                steps.did(_result_title(taken), back, undone)

        self._operations.change(lambda session: import_contacts(session, path, ours=ours), done)


def result_lines(taken: ContactsTaken) -> list[TwoLines]:
    """A row for all that was refused and left out, then for every contact that came in."""
    refused = Badge(translated("contacts", "Refused"), "close", "danger")
    left_out = Badge(translated("contacts", "Left out"), "info", "warning")
    added = Badge(translated("contacts", "Added"), "check", "success")
    lines = [
        TwoLines(refusal_place(refusal), refusal_words(refusal), "document", first_badge=refused)
        for refusal in taken.read.refused
    ]
    lines += [
        TwoLines(left_out_name(left), left_out_words(left.reason), "document", first_badge=left_out)
        for left in taken.read.left_out
    ]
    lines += [
        TwoLines(isolated(one.alias), about_contact(one), contact_kind_icon(one.kind), first_badge=added)
        for one in taken.added
    ]
    return lines


class ImportResult(PlainDialog):
    """The list of what was added, refused and left out; nothing is passed over in silence."""

    def __init__(self, parent: QWidget | None, taken: ContactsTaken) -> None:
        super().__init__(parent, _result_title(taken), icon_name="import")
        self.setMinimumWidth(_RESULT_WIDTH)
        refused, left_out = len(taken.read.refused), len(taken.read.left_out)
        if refused or left_out:
            self.add_text(
                filled(
                    self.tr("Refused: {refused}. Left out: {left_out}."),
                    refused=number_text(refused),
                    left_out=number_text(left_out),
                )
            )
        if taken.read.encoding == "windows-1252":
            notice = Notice("warning", "warning", parent=self)
            notice.say(
                self.tr("The file is not UTF-8 and was read as Windows-1252. Check names with accents.")
            )
            self.body.addWidget(notice)
        self.model: RowModel[TwoLines] = RowModel(_itself, self)
        self.view = RowList(self.tr("Result of the import"), self, rows=_RESULT_ROWS)
        self.view.setModel(self.model)
        self.model.set_values(result_lines(taken))
        self.view.setProperty("surface", True)
        self.view.fit_rows()
        self.body.addWidget(self.view)
        self.add_text(
            self.tr(
                "The file itself still lies where it was, not encrypted. Delete it if it must not be found."
            ),
            tone="muted",
        )
        close = self.add_button(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole, look="primary")
        close.clicked.connect(self.close)


def _itself(lines: TwoLines) -> TwoLines:
    return lines


def _result_title(taken: ContactsTaken) -> str:
    if len(taken.added) == 1:
        return translated("contacts", "One contact was added.")
    return translated("contacts", "{count} contacts were added.", count=number_text(len(taken.added)))


def show_result(parent: QWidget | None, taken: ContactsTaken) -> ImportResult:
    """Open the list of what became of a file."""
    dialog = ImportResult(parent, taken)
    dialog.open()
    return dialog


def ask_for_import(parent: QWidget | None, operations: Operations) -> None:
    """Choose a file, say whose it is, import it, show what became of it."""
    choose_file(
        parent,
        translated("contacts", "Choose a vCard or CSV file"),
        lambda path: ImportDialog(parent, operations, path).open(),
    )


class ExportDialog(PlainDialog):
    """Warns that the file is not encrypted, and asks what goes into it."""

    def __init__(
        self, parent: QWidget | None, operations: Operations, total: int, shown_ids: Sequence[UUID] | None
    ) -> None:
        super().__init__(parent, translated("contacts", "Export contacts in the clear?"), icon_name="warning")
        self._operations = operations
        self._parent = parent
        self._shown_ids = None if shown_ids is None else tuple(shown_ids)
        self.add_text(
            self.tr(
                "The file will not be encrypted: whoever finds it reads who your contacts are and how they"
                " are reached. Keep it no longer than you need it, and not in a folder that is copied to a"
                " server."
            ),
            tone="warning",
        )
        self.everyone = QRadioButton(
            filled(self.tr("All contacts ({count})"), count=number_text(total)), self
        )
        self.those_shown = QRadioButton(
            filled(
                self.tr("Only those in the list now ({count})"), count=number_text(len(self._shown_ids or ()))
            ),
            self,
        )
        for button in (self.everyone, self.those_shown):
            button.setAccessibleName(button.text())
            button.setVisible(self._shown_ids is not None)
            self.body.addWidget(button)
        chosen = self.everyone if self._shown_ids is None else self.those_shown
        chosen.setChecked(True)
        self.form = ChoiceBox(
            [
                (ContactsFormat.VCARD_4, self.tr("vCard 4.0, with everything")),
                (ContactsFormat.VCARD_3, self.tr("vCard 3.0, for telephones")),
                (ContactsFormat.CSV, self.tr("CSV, for spreadsheets")),
            ],
            self,
        )
        self.body.addWidget(LabelledField(self.tr("Format"), self.form, self))
        self.bare = QCheckBox(self.tr("Leave out real names, notes and tags"), self)
        self.bare.setAccessibleName(self.bare.text())
        self.body.addWidget(self.bare)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        chosen.setFocus()
        words = self.tr("Choose where")
        self.go_button = self.add_button(words, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.go_button.clicked.connect(self._go)

    def _go(self) -> None:
        only = self._shown_ids if self.those_shown.isChecked() else None
        write = partial(_write, self._parent, self._operations, self.form.value, only, self.bare.isChecked())
        name = translated("contacts", "contacts") + _ENDINGS[self.form.value]
        self.accept()
        choose_new_file(self._parent, translated("contacts", "Export contacts to"), name, write)


def _write(
    parent: QWidget | None,
    operations: Operations,
    form: ContactsFormat,
    only: tuple[UUID, ...] | None,
    bare: bool,
    path: str,
) -> None:
    def done(count: int) -> None:
        inform(
            parent,
            translated("contacts", "{count} contacts were written.", count=number_text(count)),
            translated("contacts", "This file is not encrypted. Delete it as soon as you can."),
            icon_name="export",
        )

    operations.read(lambda session: export_contacts(session, path, form, only=only, bare=bare), done)
