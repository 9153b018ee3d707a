"""Where the backup goes, or later."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QRadioButton, QWidget

from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.dialogs import choose_folder
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space


class BackupPage(Page):
    """A folder for the first backup, which is made as soon as the vault is; or later, in Security."""

    def __init__(self, vault_path: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Where should the backup go?"),
            self.tr(
                "Panic destroys the vault for good. With a backup in another place it costs you nothing: on "
                "a stick you can hide, on a second disk, or with somebody you trust."
            ),
            parent,
        )
        self._vault_path = vault_path
        self._background = Background(self)
        self._folder = ""
        self._usable = False
        self._later = QRadioButton(self.tr("Later: I will choose in Security"), self)
        self._here = QRadioButton(self.tr("To this folder, as soon as the vault is made"), self)
        for choice in (self._later, self._here):
            choice.setAccessibleName(choice.text())
            self.body.addWidget(choice)
        self._later.setChecked(True)
        self._choose = QPushButton(icon("folder"), self.tr("Choose the folder…"), self)
        self._choose.setAccessibleName(self.tr("Choose the folder…"))
        self._choose.clicked.connect(self._ask)
        self.body.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeading)
        self._place = plain_label("", self, tone="muted", wrap=True)
        self.body.addWidget(self._place)
        self._warning = plain_label("", self, tone="warning", wrap=True)
        self._warning.hide()
        self.body.addWidget(self._warning)
        self.body.addSpacing(Space.M)
        self.body.addWidget(
            plain_label(
                self.tr(
                    "A backup holds encrypted files only and opens with what opens the vault. In Security it "
                    "can be given a passphrase of its own."
                ),
                self,
                tone="muted",
                wrap=True,
            )
        )
        self._here.toggled.connect(lambda on: self._show())
        self._show()

    @property
    def path(self) -> str:
        """The folder; empty for later."""
        return self._folder if self._here.isChecked() else ""

    def is_ready(self) -> bool:
        return self._later.isChecked() or (bool(self._folder) and self._usable)

    def enter(self) -> None:
        (self._later if self._later.isChecked() else self._here).setFocus()
        if self._folder:
            self._look()

    def set_folder(self, folder: str) -> None:
        """Take a folder that is there."""
        self._folder = folder
        self._here.setChecked(True)
        self._look()

    def _ask(self) -> None:
        choose_folder(self, self.tr("Choose the folder for the backup"), self.set_folder)

    def _look(self) -> None:
        folder, vault = self._folder, os.path.realpath(self._vault_path())
        self._usable = False

        def look() -> tuple[bool, bool, str | None]:
            real = os.path.realpath(folder)
            apart = os.path.commonpath([real, vault]) not in (real, vault)
            try:
                empty = all(name.startswith(".") for name in os.listdir(folder))
            except OSError:
                # Pulled out since it was chosen, or no folder that may be read.
                empty = False
            return apart, empty, synced_folder_name(folder)

        def seen(found: tuple[bool, bool, str | None]) -> None:
            apart, empty, synced = found
            self._usable = apart and empty
            words = ""
            if not apart:
                words = self.tr("This folder holds the vault or lies in it. Choose one on another medium.")
            elif not empty:
                words = self.tr("There is something in this folder. Choose an empty one.")
            elif synced is not None:
                words = filled(
                    self.tr(
                        "{program} carries this folder to other computers. Nobody reads the backup there "
                        "without the passphrase, but no panic button reaches it."
                    ),
                    program=isolated(synced),
                )
            self._warning.setText(words)
            self._warning.setVisible(bool(words))
            self._show()

        self._background.run(look, seen, lambda error: None)

    def _show(self) -> None:
        self._place.setText(
            filled(self.tr("The backup will be in {path}"), path=isolated(self._folder))
            if self._folder
            else ""
        )
        self._place.setVisible(bool(self._folder))
        self.readiness_changed.emit()
