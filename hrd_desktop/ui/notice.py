"""The message bar: one sentence about what happened, with *Undo* where that can be taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space

#: How long a sentence stays: long enough to be read twice and for *Undo* to be reached by keyboard.
_STAYS_MS = 20_000


class Notice(QWidget):
    """Hidden while there is nothing to say."""

    undo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.XS, Space.L, Space.XS)
        row.setSpacing(Space.M)
        self._text = plain_label(parent=self, wrap=True)
        row.addWidget(self._text, 1)
        self._undo = QPushButton(icon("undo"), self.tr("Undo"), self)
        self._undo.setAccessibleName(self.tr("Undo"))
        self._undo.setToolTip(self.tr("Take the last change back (Ctrl+Z)"))
        self._undo.clicked.connect(self.undo_asked)
        row.addWidget(self._undo)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_STAYS_MS)
        self._timer.timeout.connect(self._time_out)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; empty when nothing is."""
        return self._text.text() if not self.isHidden() else ""

    def say(self, sentence: str, can_undo: bool) -> None:
        """Say it for a while, to a screen reader too."""
        self._text.setText(sentence)
        self._undo.setVisible(can_undo)
        self.show()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))

    def _time_out(self) -> None:
        if self._undo.hasFocus():
            # Somebody is about to press it.
            self._timer.start()
        else:
            self.hide()
