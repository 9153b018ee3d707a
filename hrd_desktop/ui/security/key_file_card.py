"""A key file outside the vault: making one, seeing whether it is in its place, deleting it again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.outside_share import drop_share, find_shares, make_share, opened_with_key_file
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import choose_new_file, confirm, inform, tell
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.credential_dialogs import Asking
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label

#: What is proposed says nothing of what it is for.
_PROPOSED_NAME = "notes.bin"
_CODE_LENGTH = 120


@dataclass(frozen=True)
class _Found:
    with_key_file: bool
    shares: tuple[tuple[str, bool], ...]


class ProveCodeDialog(Asking):
    """Emits the recovery code as it was typed; whether it is one is checked against the vault."""

    decided = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, self.tr("Type your recovery code first"), self.tr("Go on"), icon_name="key")
        self.add_text(
            self.tr(
                "If the file is lost or destroyed, the recovery code is the only way in. Fetch it from where "
                "you keep it, and type it as it stands there."
            )
        )
        label = plain_label(self.tr("Recovery code"), self)
        self._typed = QLineEdit(self)
        self._typed.setAccessibleName(self.tr("Recovery code"))
        self._typed.setMaxLength(_CODE_LENGTH)
        label.setBuddy(self._typed)
        self.body.addWidget(label)
        self.body.addWidget(self._typed)
        self._typed.textChanged.connect(lambda text: self.allow(bool(text.strip())))
        self.allow(False)
        self.accepted.connect(lambda: self.decided.emit(self._typed.text()))
        self.finished.connect(self._typed.clear)
        self._typed.setFocus()


class KeyFileCard(Card):
    """Off until a recovery code was proved; deletes only what the program itself made."""

    def __init__(
        self, operations: Operations, settings: SettingsFile, title: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, "", parent)
        self._operations = operations
        self._settings = settings
        self.add_words(
            self.tr(
                "A second half of the key in a file, on a stick for one: the passphrase then opens the vault "
                "only together with it. Deleting it, as panic does while it is plugged in, closes every copy "
                "of the vault made since."
            ),
            tone="",
        )
        self.add_words(
            self.tr(
                "It does not change copies made before, and a copy of the file opens as the file does. Where "
                "it was made stands in the settings file, which is not encrypted."
            )
        )
        self._state = self.add_words("", tone="notice")
        self._state.hide()
        self._make = self.button(self.tr("Make a key file…"), "add")
        self._make.clicked.connect(self._ask_for_code)
        self._drop = self.button(self.tr("Delete the key file…"), "destroy")
        self._drop.clicked.connect(self._ask_to_drop)
        self.add_buttons(self._make, self._drop)
        self.add_busy(self.tr("Changing the key files…"))
        self._make.setEnabled(False)
        self._drop.hide()
        operations.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Ask again how things stand."""
        settings = self._settings

        def look(session: Session) -> _Found:
            return _Found(opened_with_key_file(session), tuple(find_shares(session, settings)))

        self._operations.read(look, self._show)

    def _show(self, found: _Found) -> None:
        lines = []
        for path, there in found.shares:
            words = self.tr("{path}: in its place.") if there else self.tr("{path}: not there now.")
            lines.append(filled(words, path=isolated(path)))
        self._state.setText("\n".join(lines))
        self._state.setVisible(bool(lines))
        self._make.setEnabled(not found.with_key_file)
        self._drop.setVisible(found.with_key_file and any(there for _, there in found.shares))

    def _ask_for_code(self) -> None:
        dialog = ProveCodeDialog(self.window())
        dialog.decided.connect(self._ask_for_place)
        dialog.open()

    def _ask_for_place(self, code: str) -> None:
        choose_new_file(
            self.window(),
            self.tr("Choose where the key file is to be made"),
            _PROPOSED_NAME,
            lambda path: self._start_making(path, code),
        )

    def _start_making(self, path: str, code: str) -> None:
        settings = self._settings

        def done(others: int) -> None:
            self.set_busy(False)
            text = self.tr("From now on choose it on the unlock screen, with Use a key file…")
            if others:
                text += " " + filled(
                    self.tr("{count} other passphrases still open the vault without it."),
                    count=number_text(others),
                )
            inform(self.window(), self.tr("The key file is made"), text, icon_name="check")

        self.set_busy(True)
        self._operations.change(lambda session: make_share(session, path, code, settings), done, self._failed)

    def _ask_to_drop(self) -> None:
        confirm(
            self.window(),
            self.tr("Delete the key file?"),
            self.tr("The passphrase opens the vault alone again. Copies made in between need the file."),
            self.tr("Delete it"),
            self._start_dropping,
            danger=True,
        )

    def _start_dropping(self) -> None:
        settings = self._settings
        self.set_busy(True)
        self._operations.change(
            lambda session: drop_share(session, settings), lambda _: self.set_busy(False), self._failed
        )

    def _failed(self, error: SheafError) -> None:
        self.set_busy(False)
        tell(self.window(), error)

    def set_busy(self, busy: bool) -> None:
        """What may be pressed afterwards depends on what is there then."""
        super().set_busy(busy)
        if not busy:
            self.refresh()
