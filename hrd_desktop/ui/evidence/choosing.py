"""Small questions of the section: which files to take in, and a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLabel, QLineEdit, QWidget

from hrd_desktop.ui.dialogs import PlainDialog, choose_files, choose_folder


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


def ask_name(
    parent: QWidget, title: str, label: str, action: str, proposed: str, named: Callable[[str], Any]
) -> PlainDialog:
    """Ask for one line of text."""
    dialog = PlainDialog(parent, title)
    words = QLabel(label, dialog)
    field = QLineEdit(proposed[:100], dialog)
    field.setMaxLength(100)
    field.setAccessibleName(label.replace("&", ""))
    words.setBuddy(field)
    dialog.body.addWidget(words)
    dialog.body.addWidget(field)
    cancel = dialog.add_button(
        QCoreApplication.translate("choosing", "Cancel"), QDialogButtonBox.ButtonRole.RejectRole
    )
    cancel.clicked.connect(dialog.reject)
    do = dialog.add_button(action, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
    do.clicked.connect(dialog.accept)

    def judge() -> None:
        do.setEnabled(bool(field.text().strip()))

    field.textChanged.connect(judge)
    judge()
    dialog.accepted.connect(lambda: named(field.text()))
    dialog.open()
    field.selectAll()
    field.setFocus()
    return dialog
