"""What is seen while nothing may be seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space


class BlankScreen(QWidget):
    """An empty page with one line; ``say`` sets it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XXL)
        layout.addStretch(1)
        self._words = plain_label("", self, tone="muted", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._words)
        layout.addStretch(1)

    def say(self, words: str) -> None:
        """The one line."""
        self._words.setText(words)
