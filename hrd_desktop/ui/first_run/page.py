"""What every page of the first run has: a headline, a few words, and whether it can be left."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space, Type


class Page(QWidget):
    """``body`` takes what is asked. ``is_ready`` tells whether *Next* is allowed."""

    readiness_changed = Signal()

    def __init__(self, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._headline = sized(plain_label(title, self, wrap=True), Type.HEADLINE, bold=True)
        column.addWidget(self._headline)
        if words:
            column.addWidget(plain_label(words, self, tone="muted", wrap=True))
        column.addSpacing(Space.S)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.M)
        column.addLayout(self.body)
        column.addStretch(1)

    def hide_title(self) -> None:
        """Where something else is the headline."""
        self._headline.hide()

    def is_ready(self) -> bool:
        """Whether everything on this page is answered."""
        return True

    def enter(self) -> None:
        """The page is shown now."""

    def forget(self) -> None:
        """Nothing secret stays in the fields."""
