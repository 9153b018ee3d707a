"""Dialogs of a backup: how a new one opens, what opens one, and how much of it is to be read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QRadioButton, QWidget

from hrd_desktop.services.recovery_codes import make_recovery_code
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.shares import Share
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.first_run.recovery_page import CodeBox
from hrd_desktop.ui.text import filled, isolated
from hrd_desktop.ui.what_opens import WhatOpensForm


class DecidingDialog(PlainDialog):
    """Cancel, and one button that says what it does."""

    def __init__(self, parent: QWidget, title: str, action: str, icon_name: str) -> None:
        super().__init__(parent, title, icon_name=icon_name)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self.action = self.add_button(action, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.action.clicked.connect(self.accept)


class NewBackupDialog(DecidingDialog):
    """Emits whether the backup is to have a passphrase of its own."""

    decided = Signal(bool)

    def __init__(self, parent: QWidget, path: str, synced_by: str | None) -> None:
        super().__init__(parent, self.tr("Back up to this folder?"), self.tr("Back up"), "export")
        self.add_text(isolated(path), tone="muted")
        self.add_text(
            self.tr(
                "Only encrypted files are written there. If it is a folder that this vault is backed up to "
                "already, what is new is added and it opens as before."
            )
        )
        if synced_by is not None:
            self.add_text(
                filled(
                    self.tr(
                        "{program} carries this folder to its server and to your other devices. Nobody reads "
                        "the backup there without the passphrase, but no panic button reaches it."
                    ),
                    program=isolated(synced_by),
                ),
                tone="warning",
            )
        self._like_vault = QRadioButton(self.tr("It opens with what opens this vault"), self)
        self._own = QRadioButton(self.tr("It opens with a passphrase of its own"), self)
        self._like_vault.setChecked(True)
        for choice in (self._like_vault, self._own):
            choice.setAccessibleName(choice.text())
            self.body.addWidget(choice)
        self.add_text(
            self.tr("Choose a passphrase of its own when the backup lies in somebody else's hands."),
            tone="muted",
        )
        self.accepted.connect(lambda: self.decided.emit(self._own.isChecked()))


class BackupCodeDialog(DecidingDialog):
    """Shows a recovery code for a backup with a passphrase of its own; emits its 20 bytes, or nothing."""

    decided = Signal(bytes)

    def __init__(self, parent: QWidget, random: Callable[[int], bytes]) -> None:
        super().__init__(parent, self.tr("A recovery code for the backup"), self.tr("Back up"), "key")
        self._code = make_recovery_code(random)
        self.add_text(
            self.tr("It opens this backup like its passphrase. Keep it on paper, apart from the backup."),
            tone="muted",
        )
        self._box = CodeBox(self._code, self._look, self)
        self.body.addWidget(self._box)
        without = self.add_button(
            self.tr("Without a recovery code"), QDialogButtonBox.ButtonRole.ActionRole, look="quiet"
        )
        without.clicked.connect(self._skip)
        self.accepted.connect(lambda: self.decided.emit(self._code.code))
        self.finished.connect(self._box.forget)
        self._look()
        self._box.start()

    def _skip(self) -> None:
        self.decided.emit(b"")
        self.reject()

    def _look(self) -> None:
        self.action.setEnabled(self._box.typed_back)


class CredentialDialog(DecidingDialog):
    """Asks for what opens a backup; emits it (``WhatOpens``)."""

    decided = Signal(object)

    def __init__(
        self, parent: QWidget, title: str, words: str, action: str, *, with_shares: bool = True
    ) -> None:
        super().__init__(parent, title, action, "key")
        self.add_text(words)
        self._form = WhatOpensForm(
            self.tr("Passphrase or recovery code of the backup"), self.tr("Open with these shares"), self
        )
        self._form.shares_button.setVisible(with_shares)
        self.body.addWidget(self._form)
        self._form.changed.connect(self._look)
        self._form.submitted.connect(self._submit)
        self._form.shares_entered.connect(self._decide_with_shares)
        self.accepted.connect(self._decide)
        self.finished.connect(self._form.forget)
        self._opens: WhatOpens | None = None
        self._look()
        self._form.field.setFocus()

    def _look(self) -> None:
        self.action.setEnabled(self._form.is_filled)

    def _submit(self) -> None:
        if self._form.is_filled:
            self.accept()

    def _decide_with_shares(self, shares: list[Share]) -> None:
        self._opens = WhatOpens(shares=tuple(shares))
        self.accept()

    def _decide(self) -> None:
        self.decided.emit(self._opens or self._form.opens)


class CheckBackupDialog(CredentialDialog):
    """Asks besides whether everything is to be read; ``tenth`` tells, once it was decided."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(
            parent,
            self.tr("Check the backup"),
            self.tr(
                "What is read is decrypted and hashed again. The backup is opened as it would be on another "
                "computer, so give what opens it."
            ),
            self.tr("Check"),
        )
        self.tenth = False
        everything = QRadioButton(self.tr("Read everything"), self)
        tenth = QRadioButton(self.tr("Read a random tenth"), self)
        everything.setChecked(True)
        for choice in (everything, tenth):
            choice.setAccessibleName(choice.text())
            self.body.addWidget(choice)
        self.add_text(
            self.tr("A tenth is quicker, finds a medium that is going bad, and does not count as a check."),
            tone="muted",
        )
        tenth.toggled.connect(self._set_tenth)

    def _set_tenth(self, tenth: bool) -> None:
        self.tenth = tenth
