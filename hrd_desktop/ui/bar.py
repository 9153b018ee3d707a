"""A bar above a section: a sentence, and buttons for what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space


class Bar(QFrame):
    """Hidden until ``say``. ``tone`` is that of a label (:mod:`hrd_desktop.ui.text`)."""

    def __init__(self, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        self._row.setSpacing(Space.M)
        self._words = plain_label("", self, tone=tone, wrap=True)
        self._row.addWidget(self._words, 1)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._words.text()

    def say(self, words: str) -> None:
        """Show these words; none hide it."""
        self._words.setText(words)
        self.setVisible(bool(words))

    def add_button(self, text: str, pressed: Callable[[], object], role: str = "") -> QPushButton:
        """One more thing that can be done, named as it is written."""
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        button.setProperty("role", role)
        button.clicked.connect(lambda checked: pressed())
        self._row.addWidget(button)
        return button
