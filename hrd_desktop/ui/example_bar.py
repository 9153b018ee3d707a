"""What marks the example on every screen, with the one step that removes it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from hrd_desktop.ui.dialogs import confirm
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space


class ExampleBar(QFrame):
    """Hidden unless the open vault is an example. ``removal_asked`` comes after one question."""

    removal_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.M)
        words = self.tr(
            "This is the example: all of it is invented. Anybody can open it, so put nothing real into it."
        )
        row.addWidget(plain_label(words, self, tone="notice", wrap=True), 1)
        self.remove_button = QPushButton(self.tr("Remove the example"), self)
        self.remove_button.setAccessibleName(self.remove_button.text())
        self.remove_button.setProperty("role", "danger")
        self.remove_button.clicked.connect(self._ask)
        row.addWidget(self.remove_button)
        self.hide()

    def _ask(self) -> None:
        confirm(
            self.window(),
            self.tr("Remove the example?"),
            self.tr("The whole vault goes, with everything that you put into it yourself."),
            self.tr("Remove the example"),
            self.removal_asked.emit,
            danger=True,
        )
