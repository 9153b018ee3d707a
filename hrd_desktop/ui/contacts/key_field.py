"""A contact's public key: its text, its fingerprint, how it was checked. A secret key is never kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from hrd_desktop.domain.contacts import ContactFields, KeyCheck, KeyKind, is_secret_key
from hrd_desktop.domain.errors.contacts import ContactSecretKey
from hrd_desktop.services.public_keys import KeyDescription, describe_key
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.fields import Card, ChoiceBox, DayEdit, LabelledField, NoteEdit
from hrd_desktop.ui.contacts.key_picture import KeyPictureJob
from hrd_desktop.ui.contacts.words import check_words, field_words, key_kind_words
from hrd_desktop.ui.dialogs import choose_file
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated

_LINES = 4
_PAUSE_MS = 150


class KeyCard(Card):
    """The part of the form about the public key. ``edited`` after every change by the user."""

    edited = Signal()

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._operations = operations
        self._loading = False
        self._described = 0
        self._computed = ""
        self._no_hint = ""
        self.key_edit = NoteEdit(_LINES, self)
        self.key_edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.key_edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.key_edit.setPlaceholderText("age1…")
        self._hint = self.tr("An age, SSH or OpenPGP public key, as text. Bundles can be encrypted to it.")
        self.key = LabelledField(self.tr("Public key"), self.key_edit, self, hint=self._hint)
        self.column.addWidget(self.key)
        self.fingerprint_edit = QLineEdit(self)
        self.fingerprint_edit.setFont(self.key_edit.font())
        self.fingerprint = LabelledField(self.tr("Fingerprint"), self.fingerprint_edit, self)
        self.column.addWidget(self.fingerprint)
        self.picture_button = QToolButton(self)
        self.picture_button.setText(self.tr("Read it from a QR picture"))
        self.picture_button.setAccessibleName(self.picture_button.text())
        self.picture_button.clicked.connect(
            lambda: choose_file(self, self.tr("Choose a picture of the code"), self.read_picture)
        )
        self.column.addWidget(self.picture_button, 0, Qt.AlignmentFlag.AlignLeading)
        self.take_button = QToolButton(self)
        self.take_button.setText(self.tr("Use the fingerprint of this key"))
        self.take_button.setAccessibleName(self.take_button.text())
        self.take_button.clicked.connect(self._take_fingerprint)
        self.take_button.hide()
        self.column.addWidget(self.take_button, 0, Qt.AlignmentFlag.AlignLeading)
        self.how_edit = ChoiceBox([(check, check_words(check)) for check in KeyCheck], self)
        self.how = LabelledField(self.tr("How it was checked"), self.how_edit, self)
        self.checked_edit = DayEdit(self)
        self.checked = LabelledField(self.tr("Checked on"), self.checked_edit, self)
        self.add_pair(self.how, self.checked)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._describe)
        self.key_edit.textChanged.connect(self._key_changed)
        self.fingerprint_edit.textChanged.connect(self._fingerprint_changed)
        self.how_edit.currentIndexChanged.connect(self._how_changed)
        self.checked_edit.textChanged.connect(self._edited)
        self._how_changed()

    def read_picture(self, path: str) -> None:
        """Enter the key that this picture of a QR code holds."""
        job = KeyPictureJob(self)
        job.found.connect(self.key_edit.setPlainText)
        job.refused.connect(self.key.show_error)
        job.read(self._operations, path)

    def show_key(self, contact: ContactFields) -> None:
        """Show the key of ``contact``."""
        self._loading = True
        self.key_edit.setPlainText(contact.public_key)
        self.fingerprint_edit.setText(contact.fingerprint)
        self.how_edit.choose(contact.how_checked)
        self.checked_edit.show_day(contact.checked_on)
        self.key.show_error("")
        self.how.set_hint("")
        self._loading = False
        self._describe()

    def state(self) -> dict[str, str]:
        """What is entered, as values that JSON knows."""
        return {
            "key": self.key_edit.toPlainText(),
            "fingerprint": self.fingerprint_edit.text(),
            "how": self.how_edit.value.value,
            "checked": self.checked_edit.text(),
        }

    def put_state(self, state: dict[str, str]) -> None:
        """Enter what ``state`` gave earlier."""
        self.key_edit.setPlainText(state["key"])
        self.fingerprint_edit.setText(state["fingerprint"])
        self.how_edit.choose(KeyCheck(state["how"]))
        self.checked_edit.setText(state["checked"])

    @property
    def key_text(self) -> str:
        """The key as it is entered, without the space around it."""
        return self.key_edit.toPlainText().strip()

    def _edited(self) -> None:
        if not self._loading:
            self.edited.emit()

    def _key_changed(self) -> None:
        text = self.key_edit.toPlainText()
        if is_secret_key(text):
            # Replacing the whole text drops the field's undo history as well.
            self._loading = True
            self.key_edit.setPlainText("")
            self._loading = False
            self.key.show_error(field_words(ContactSecretKey("public_key")))
        elif not self._loading:
            self.key.show_error("")
        if self._loading:
            return
        if self.how_edit.value is not KeyCheck.NOT_CHECKED:
            # What was checked was the other key.
            self.how_edit.choose(KeyCheck.NOT_CHECKED)
            self.checked_edit.clear()
            self.how.set_hint(self.tr("The key was changed, so it counts as not checked."))
        self._pause.start()
        self._edited()

    def _fingerprint_changed(self) -> None:
        self._compare()
        self._edited()

    def _how_changed(self) -> None:
        checked = self.how_edit.value is not KeyCheck.NOT_CHECKED
        self.checked.setEnabled(checked)
        if not checked:
            self.checked_edit.clear()
        else:
            self.how.set_hint("")
        self._edited()

    def _describe(self) -> None:
        """Find out, away from the main thread, what the key's text says of it."""
        self._pause.stop()
        self._described += 1
        asked, text = self._described, self.key_text

        def work(session: Session) -> KeyDescription | None:
            return describe_key(text)

        def done(described: KeyDescription | None) -> None:
            if asked == self._described:
                self._show_description(described)

        self._operations.read(work, done)

    def _show_description(self, described: KeyDescription | None) -> None:
        if described is None:
            self.key.set_hint(self._hint)
        elif described.for_bundles:
            self.key.set_hint(
                filled(self.tr("{kind} Bundles can be encrypted to it."), kind=key_kind_words(described.kind))
            )
        else:
            self.key.set_hint(
                filled(
                    self.tr("{kind} It can be kept here, but no bundle can be encrypted to it."),
                    kind=key_kind_words(described.kind),
                )
            )
        # What two people compare of an age key is the key itself, which is short.
        comparable = described is not None and described.kind is not KeyKind.AGE
        self._computed = described.fingerprint if described is not None and comparable else ""
        self._no_hint = (
            "" if comparable or described is None else self.tr("An age key is compared as a whole.")
        )
        self._compare()

    def _compare(self) -> None:
        """Hold the fingerprint that was entered against the one of the key."""
        entered = "".join(self.fingerprint_edit.text().split())
        differs = bool(self._computed) and entered.lower() != self._computed.lower()
        self.take_button.setVisible(differs)
        if not self._computed:
            self.fingerprint.set_hint(self._no_hint)
            self.fingerprint.show_error("")
        elif not differs:
            self.fingerprint.show_error("")
            self.fingerprint.set_hint(self.tr("This is the fingerprint of the key above."))
        elif entered:
            self.fingerprint.show_error(
                self.tr(
                    "This is not the fingerprint of the key above. Do not trust the key before you know why."
                )
            )
        else:
            self.fingerprint.show_error("")
            self.fingerprint.set_hint(
                filled(
                    self.tr("The key above has the fingerprint {fingerprint}. Compare it with its owner."),
                    fingerprint=isolated(self._computed),
                )
            )

    def _take_fingerprint(self) -> None:
        self.fingerprint_edit.setText(self._computed)
        self.fingerprint_edit.setFocus()
