"""A page that says something in the place of what would be shown there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import pixmap
from hrd_desktop.ui.theme.tokens import Space, Type

_ICON_PX = 40


class MessagePage(QWidget):
    """An icon, a headline and a paragraph in the middle; buttons below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.headline = sized(plain_label(parent=self, wrap=True), Type.TITLE, bold=True)
        self.headline.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = plain_label(parent=self, tone="muted", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        self._layout.setSpacing(Space.M)
        self._layout.addStretch(1)
        for widget in (self._icon, self.headline, self.words):
            self._layout.addWidget(widget)
        self._layout.addStretch(1)

    def say(self, icon_name: str = "", headline: str = "", words: str = "") -> None:
        """Show these; what is empty takes no room."""
        if icon_name:
            self._icon.setPixmap(pixmap(icon_name, _ICON_PX, self.devicePixelRatioF(), "muted"))
        self._icon.setVisible(bool(icon_name))
        self.headline.setText(headline)
        self.headline.setVisible(bool(headline))
        self.words.setText(words)
        self.words.setVisible(bool(words))

    def add_button(self, text: str) -> QPushButton:
        """A button beneath the words."""
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        self._layout.insertWidget(self._layout.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button
