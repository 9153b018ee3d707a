"""The first page: make a vault, open or restore one, or look round in an example."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.text import filled, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space


class StartPage(Page):
    """Emits which of them it is to be."""

    create_chosen = Signal()
    open_chosen = Signal()
    example_chosen = Signal()
    restore_chosen = Signal()

    def __init__(self, example_passphrase: str, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("A locked place for evidence and contacts"),
            self.tr(
                "Everything you put into a vault is encrypted on this computer and nowhere else. "
                "This program never uses the network."
            ),
            parent,
        )
        self._buttons: list[QPushButton] = []
        for text, explained, name, signal, look in (
            (
                self.tr("Create a new vault"),
                self.tr("Takes about three minutes. Have paper and a pen ready."),
                "add",
                self.create_chosen,
                "primary",
            ),
            (
                self.tr("Open a vault you have"),
                self.tr("A folder on this computer or on a stick."),
                "folder",
                self.open_chosen,
                "",
            ),
            (
                self.tr("Restore a backup"),
                self.tr("The vault is gone, and a stick or a folder holds its backup."),
                "restore",
                self.restore_chosen,
                "",
            ),
            (
                self.tr("Look round in an example"),
                filled(
                    self.tr(
                        "Makes a small vault with invented material in your home folder, with the passphrase"
                        " “{passphrase}”. You remove it in one step."
                    ),
                    passphrase=example_passphrase,
                ),
                "eye",
                self.example_chosen,
                "",
            ),
        ):
            button = QPushButton(icon(name, "on_accent" if look else "text"), text, self)
            button.setIconSize(QSize(Size.ICON, Size.ICON))
            button.setMinimumHeight(Size.CONTROL + Space.M)
            button.setAccessibleName(text)
            button.setAccessibleDescription(explained)
            button.setProperty("role", look)
            button.clicked.connect(signal)
            self.body.addWidget(button)
            self.body.addWidget(plain_label(explained, self, tone="muted", wrap=True))
            self.body.addSpacing(Space.S)
            self._buttons.append(button)

    def set_busy(self, busy: bool) -> None:
        """While the example is made, nothing can be pressed."""
        for button in self._buttons:
            button.setEnabled(not busy)

    def is_ready(self) -> bool:
        return False
