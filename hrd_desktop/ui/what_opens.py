"""Asking for what opens a vault or a backup: a passphrase or code, with a key file or without, or shares."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.shares import Share
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.dialogs import choose_file
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.shares.entry import EnterSharesDialog
from hrd_desktop.ui.text import isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space


class WhatOpensForm(QWidget):
    """``changed``: something was typed. ``submitted``: Return. ``shares_entered`` carries them as a list."""

    changed = Signal()
    submitted = Signal()
    shares_entered = Signal(list)

    def __init__(self, label: str, shares_action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares_action = shares_action
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self.field = PassphraseField(label, self)
        self.field.changed.connect(self.changed)
        self.field.submitted.connect(self.submitted)
        shown = plain_label(label, self)
        shown.setBuddy(self.field)
        column.addWidget(shown)
        column.addWidget(self.field)
        # With the name of a key file the row is too long for a small dialog: then it takes two lines.
        row = FlowLayout(spacing=Space.S)
        self._key_file = ""
        self._name = plain_label("", self)
        self._key_button = self._quiet(self.tr("Use a key file…"), "key")
        self._key_button.clicked.connect(self._choose_key_file)
        self.shares_button = self._quiet(self.tr("Use shares…"), "contacts")
        self.shares_button.clicked.connect(self._ask_for_shares)
        self._without = self._quiet(self.tr("Without the key file"), "close")
        self._without.clicked.connect(lambda: self.set_key_file(""))
        for widget in (self._key_button, self._name, self._without, self.shares_button):
            row.addWidget(widget)
        column.addLayout(row)
        self.set_key_file("")

    @property
    def opens(self) -> WhatOpens:
        """What was typed and chosen."""
        return WhatOpens(text=self.field.text, key_file=self._key_file or None)

    @property
    def is_filled(self) -> bool:
        """Whether there is a text to try."""
        return bool(self.field.text)

    def set_key_file(self, path: str) -> None:
        """This file goes with the passphrase; none with an empty path."""
        self._key_file = path
        self._name.setText(isolated(os.path.basename(path)) if path else "")
        # Beside the buttons, at their height.
        self._name.setMinimumHeight(self._key_button.sizeHint().height())
        self._name.setVisible(bool(path))
        self._without.setVisible(bool(path))

    def again(self) -> None:
        """It did not open: what was typed is ready to be typed over."""
        self.field.select_all()
        self.field.setFocus()

    def forget(self) -> None:
        """Nothing that was typed stays."""
        self.field.clear()

    def _quiet(self, text: str, icon_name: str) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setProperty("role", "quiet")
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        return button

    def _choose_key_file(self) -> None:
        choose_file(self.window(), self.tr("Choose the key file"), self.set_key_file)

    def _ask_for_shares(self) -> None:
        dialog = EnterSharesDialog(self.window(), self.tr("Open with shares"), "", self._shares_action)
        dialog.decided.connect(self._entered)
        dialog.open()

    def _entered(self, shares: list[Share]) -> None:
        self.shares_entered.emit(shares)
