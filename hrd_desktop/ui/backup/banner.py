"""The reminder above the sections when the last checked backup is too old, and the age beside panic."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from hrd_desktop.services.backup_places import BackupState, backup_state
from hrd_desktop.ui.backup.words import age_words, banner_words
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space


class BackupBanner(QWidget):
    """One sentence, *Open backup* and *Later*. Hidden while there is nothing to say."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._put_off = False
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.XS, Space.L, Space.XS)
        row.setSpacing(Space.M)
        self._text = plain_label(parent=self, wrap=True)
        row.addWidget(self._text, 1)
        go = QPushButton(icon("security"), self.tr("Open backup"), self)
        go.setAccessibleName(self.tr("Open backup"))
        go.clicked.connect(self.opened)
        later = QPushButton(self.tr("Later"), self)
        later.setProperty("role", "quiet")
        later.setAccessibleName(self.tr("Later"))
        later.clicked.connect(self._later)
        row.addWidget(go)
        row.addWidget(later)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; empty when nothing is."""
        return "" if self.isHidden() else self._text.text()

    def say(self, words: str) -> None:
        """Show the reminder; put off once, it stays away until the vault is next opened."""
        self._text.setText(words)
        self.setVisible(bool(words) and not self._put_off)

    def _later(self) -> None:
        self._put_off = True
        self.hide()


class BackupAge(QObject):
    """Asks how old the newest checked backup is, at once and after every change."""

    told = Signal(str, str)

    def __init__(self, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        operations.changed.connect(self.ask)

    def ask(self) -> None:
        """``told`` carries the line beside panic and the reminder, which may be empty."""
        self._operations.read(backup_state, self._tell)

    def _tell(self, state: BackupState) -> None:
        self.told.emit(age_words(state), banner_words(state))
