"""A few words above a section, with a button that puts them away."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space


class StandingNotice(QFrame):
    """Hidden until ``say``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.M)
        self._words = plain_label("", self, tone="warning", wrap=True)
        row.addWidget(self._words, 1)
        close = QPushButton(self.tr("Understood"), self)
        close.setAccessibleName(close.text())
        close.clicked.connect(self.hide)
        row.addWidget(close)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return self._words.text() if self.isVisible() else ""

    def say(self, words: str) -> None:
        """Show these words."""
        self._words.setText(words)
        self.show()
