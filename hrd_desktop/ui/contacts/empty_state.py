"""What a list says while there is nothing in it: what it is for, and how it is begun."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from hrd_desktop.ui.contacts.fields import Sign
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

_PICTURE = 48


class EmptyState(QWidget):
    """A picture, a headline, a sentence or two, and buttons; ``add_action`` makes the buttons."""

    def __init__(self, icon_name: str, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.L, Space.XL, Space.L, Space.XL)
        self._column.setSpacing(Space.M)
        self._column.addStretch(2)
        self._column.addWidget(Sign(icon_name, "muted", _PICTURE, self), 0, Qt.AlignmentFlag.AlignHCenter)
        self.title = sized(plain_label(title, self, wrap=True), Type.TITLE, bold=True)
        self.text = plain_label(text, self, tone="muted", wrap=True)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._column.addWidget(label)
        self._column.addSpacing(Space.S)
        self._column.addStretch(3)

    def add_action(self, name: str, icon_name: str, *, primary: bool = False) -> QPushButton:
        """A button beneath the text."""
        button = QPushButton(icon(icon_name, "on_accent" if primary else "text"), name, self)
        button.setIconSize(QSize(Size.ICON, Size.ICON))
        button.setAccessibleName(name)
        if primary:
            button.setProperty("role", "primary")
        self._column.insertWidget(self._column.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button
