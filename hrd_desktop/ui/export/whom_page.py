"""The second page of an export: who can open the bundle, and where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.services.public_keys import describe_key
from hrd_desktop.ui.dialogs import choose_file, choose_folder
from hrd_desktop.ui.sheets import Sheets
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space

#: Pasted keys whose fingerprints are shown; nobody compares more in one call.
_MOST_COMPARED = 4
RECIPIENTS, PASSPHRASE, SELF_OPENING, PLAIN = range(4)


class WhomPage(QWidget):
    """``changed`` when something was chosen; ``folder_chosen`` with a folder; ``another_asked`` for words."""

    changed = Signal()
    folder_chosen = Signal(str)
    another_asked = Signal()
    picture_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self._forms: list[QRadioButton] = []
        self._pages = Sheets(self)
        for text in (
            self.tr("For &people: only their keys open it"),
            self.tr("With a pass&phrase: whoever knows it opens it"),
            self.tr("As a &web page that opens itself with seven words: nothing to install"),
            self.tr("Plain &folder: not encrypted"),
        ):
            button = QRadioButton(text, self)
            button.setAccessibleName(text.replace("&", ""))
            button.toggled.connect(self._choose_form)
            self._forms.append(button)
            column.addWidget(button)
        column.addWidget(self._pages, 1)
        self._pages.add(self._make_people())
        self._pages.add(self._make_passphrase())
        self._pages.add(self._make_plain())
        column.addWidget(QLabel(self.tr("Write it into this folder"), self))
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self._folder = QLineEdit(self)
        self._folder.setReadOnly(True)
        self._folder.setAccessibleName(self.tr("Folder for the bundle"))
        self._folder.setPlaceholderText(self.tr("A stick, a disk, or a folder; never inside the vault"))
        self._choose = QPushButton(icon("folder"), self.tr("&Choose"), self)
        self._choose.setAccessibleName(self.tr("Choose the folder for the bundle"))
        self._choose.clicked.connect(self._ask_folder)
        row.addWidget(self._folder, 1)
        row.addWidget(self._choose)
        column.addLayout(row)
        self._note = plain_label(parent=self, tone="warning", wrap=True)
        self._note.hide()
        column.addWidget(self._note)
        self._forms[RECIPIENTS].setChecked(True)

    # -- what was chosen ------------------------------------------------------------------------

    @property
    def form(self) -> int:
        """``RECIPIENTS``, ``PASSPHRASE``, ``SELF_OPENING`` or ``PLAIN``."""
        return next(index for index, button in enumerate(self._forms) if button.isChecked())

    @property
    def folder(self) -> str:
        """Where the bundle is to be written; empty until that was chosen."""
        return str(self._folder.property("path") or "")

    @property
    def passphrase(self) -> str:
        """The passphrase as it stands in its field."""
        return self._words.text()

    def recipient_texts(self) -> list[str]:
        """Ids of the contacts that are checked, then the pasted keys, one a line."""
        texts = []
        for row in range(self._people.rowCount()):
            item = self._people.item(row)
            if item.checkState() is Qt.CheckState.Checked:
                texts.append(str(item.data()))
        return texts + self._pasted()

    def _pasted(self) -> list[str]:
        return [line.strip() for line in self.keys.toPlainText().splitlines() if line.strip()]

    @property
    def complete(self) -> bool:
        """Whether everything that is needed was chosen."""
        if not self.folder:
            return False
        if self.form == RECIPIENTS:
            return bool(self.recipient_texts())
        return self.form == PLAIN or bool(self.passphrase)

    # -- what is shown --------------------------------------------------------------------------

    def show_contacts(self, contacts: Sequence[Contact]) -> None:
        """Offer the contacts that have a key a bundle can be encrypted to."""
        self._people.clear()
        for contact in contacts:
            item = QStandardItem(isolated(contact.alias))
            item.setCheckable(True)
            item.setEditable(False)
            item.setData(str(contact.id))
            self._people.appendRow(item)
        self._no_people.setVisible(not contacts)
        self._list.setVisible(bool(contacts))

    def propose(self, contact: UUID | None, form: str) -> None:
        """Choose the form that this recipient got the last time, and the recipient where a key is known."""
        for row in range(self._people.rowCount()):
            item = self._people.item(row)
            ours = item.data() == str(contact)
            item.setCheckState(Qt.CheckState.Checked if ours else Qt.CheckState.Unchecked)
        forms = {"passphrase": PASSPHRASE, "self-opening": SELF_OPENING}
        self._forms[forms.get(form, RECIPIENTS)].setChecked(True)

    def add_key(self, text: str) -> None:
        """Add the text of a key to those that were pasted."""
        self.keys.setPlainText("\n".join([*self._pasted(), text]))
        self.show_note("")

    def show_passphrase(self, words: str) -> None:
        """Propose this passphrase."""
        self._words.setText(words)

    def show_folder(self, folder: str, synced_by: str | None) -> None:
        """Write into this folder; name the program that copies it elsewhere, if there is one."""
        self._folder.setProperty("path", folder)
        self._folder.setText(isolated(folder))
        sentence = self.tr("{program} copies this folder to other machines.")
        self.show_note(filled(sentence, program=isolated(synced_by)) if synced_by else "")
        self.changed.emit()

    def show_note(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    # -- inside ---------------------------------------------------------------------------------

    def _make_people(self) -> QWidget:
        page, column = _page(self)
        self._people = QStandardItemModel(page)
        self._people.itemChanged.connect(lambda item: self.changed.emit())
        self._list = QListView(page)
        self._list.setModel(self._people)
        self._list.setAccessibleName(self.tr("Contacts with a key"))
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setSpacing(2)
        column.addWidget(self._list, 1)
        self._no_people = plain_label(
            self.tr("No contact has a key yet. Put a key into a contact, or paste one here."),
            page,
            tone="muted",
            wrap=True,
        )
        column.addWidget(self._no_people)
        label = QLabel(self.tr("And these &keys, one on each line"), page)
        self.keys = QPlainTextEdit(page)
        self.keys.setAccessibleName(self.tr("Public keys"))
        self.keys.setPlaceholderText(self.tr("age1… or ssh-ed25519 …"))
        self.keys.setTabChangesFocus(True)
        self.keys.setMaximumHeight(84)
        self.keys.textChanged.connect(self.changed)
        label.setBuddy(self.keys)
        column.addWidget(label)
        column.addWidget(self.keys)
        picture = QPushButton(icon("photo"), self.tr("From a &QR picture"), page)
        picture.setAccessibleName(self.tr("Read a key from a QR picture"))
        picture.clicked.connect(
            lambda: choose_file(self, self.tr("Choose a picture of the code"), self.picture_chosen.emit)
        )
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignLeading)
        self._fingerprints = plain_label(parent=page, tone="notice", wrap=True)
        self._fingerprints.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._fingerprints.hide()
        column.addWidget(self._fingerprints)
        self.keys.textChanged.connect(self._show_fingerprints)
        column.addStretch(0)
        return page

    def _show_fingerprints(self) -> None:
        """Whose key it is, no program can tell: the two of them compare it."""
        described = [describe_key(line) for line in self._pasted()[:_MOST_COMPARED]]
        found = [isolated(key.fingerprint) for key in described if key is not None and key.for_bundles]
        sentence = self.tr("Compare with the owner, best by voice, before you send anything:")
        self._fingerprints.setText("\n".join([sentence, *found]))
        self._fingerprints.setVisible(bool(found))

    def _make_passphrase(self) -> QWidget:
        page, column = _page(self)
        label = QLabel(self.tr("Pass&phrase of the bundle"), page)
        self._words = QLineEdit(page)
        self._words.setAccessibleName(self.tr("Passphrase of the bundle"))
        # Whoever finds the bundle may try for ever: only words that were drawn are strong enough for it.
        self._words.setReadOnly(True)
        self._words.textChanged.connect(lambda text: self.changed.emit())
        label.setBuddy(self._words)
        another = QPushButton(icon("refresh"), self.tr("&Another"), page)
        another.setAccessibleName(self.tr("Make another passphrase"))
        another.clicked.connect(self.another_asked)
        column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._words, 1)
        row.addWidget(another)
        column.addLayout(row)
        column.addWidget(
            plain_label(
                self.tr(
                    "Write it down now: it is kept nowhere. Tell it to the recipient by another way than the"
                    " bundle, best by voice."
                ),
                page,
                tone="notice",
                wrap=True,
            )
        )
        column.addStretch(1)
        return page

    def _make_plain(self) -> QWidget:
        page, column = _page(self)
        text = self.tr(
            "Whoever finds this folder can read everything in it. Choose it only for what may be public."
        )
        column.addWidget(plain_label(text, page, tone="warning", wrap=True))
        column.addStretch(1)
        return page

    def _choose_form(self) -> None:
        if any(button.isChecked() for button in self._forms):
            form = self.form
            shown = {SELF_OPENING: PASSPHRASE, PLAIN: PASSPHRASE + 1}.get(form, form)
            self._pages.show_sheet(shown)
            self.changed.emit()

    def _ask_folder(self) -> None:
        choose_folder(self, self.tr("Choose the folder for the bundle"), self.folder_chosen.emit)


def _page(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    page = QWidget(parent)
    column = QVBoxLayout(page)
    column.setContentsMargins(Space.XL, Space.S, 0, Space.S)
    column.setSpacing(Space.S)
    return page, column
