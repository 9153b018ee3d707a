"""Small questions of the section: which files to take in, and a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QWidget

from hrd_desktop.ui.dialogs import PlainDialog, choose_files, choose_folder

_NAME_LENGTH = 100


def choose_to_import(parent: QWidget, chosen: Callable[[list[bytes]], Any], *, folder: bool) -> QFileDialog:
    """Ask for files, or for a folder, to be taken in."""
    if folder:
        title = QCoreApplication.translate("choosing", "Choose a folder to import")
        dialog = choose_folder(parent, title, lambda path: chosen([os.fsencode(path)]))
    else:
        title = QCoreApplication.translate("choosing", "Choose files to import")
        dialog = choose_files(parent, title, lambda paths: chosen([os.fsencode(path) for path in paths]))
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, QCoreApplication.translate("choosing", "Import"))
    return dialog


class NameDialog(PlainDialog):
    """Asks for one line of text; emits ``named`` with it."""

    named = Signal(str)

    def __init__(self, parent: QWidget, title: str, label: str, action: str, proposed: str) -> None:
        super().__init__(parent, title)
        words = QLabel(label, self)
        self.field = QLineEdit(proposed[:_NAME_LENGTH], self)
        self.field.setMaxLength(_NAME_LENGTH)
        self.field.setAccessibleName(label.replace("&", ""))
        words.setBuddy(self.field)
        self.body.addWidget(words)
        self.body.addWidget(self.field)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._do = self.add_button(action, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self._do.clicked.connect(self.accept)
        self.field.textChanged.connect(self._judge)
        self.accepted.connect(lambda: self.named.emit(self.field.text()))
        self._judge()
        self.field.selectAll()
        self.field.setFocus()

    def _judge(self) -> None:
        self._do.setEnabled(bool(self.field.text().strip()))
