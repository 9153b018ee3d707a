"""When the vault locks by itself, and what panic does: the last page before the vault is made."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QProgressBar, QWidget

from hrd_desktop.services.settings_file import DEFAULT_LOCK_AFTER_MINUTES, LOCK_AFTER_MINUTES
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Space


class MinutesBox(QComboBox):
    """After how many minutes without a touch the vault locks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Lock after"))
        for minutes in LOCK_AFTER_MINUTES:
            text = (
                self.tr("1 minute")
                if minutes == 1
                else filled(self.tr("{minutes} minutes"), minutes=number_text(minutes))
            )
            self.addItem(text, minutes)
        self.set_minutes(DEFAULT_LOCK_AFTER_MINUTES)

    @property
    def minutes(self) -> int:
        """The choice."""
        return int(self.currentData())

    def set_minutes(self, minutes: int) -> None:
        """Show a choice; one that is not offered shows the default."""
        index = self.findData(minutes)
        self.setCurrentIndex(index if index >= 0 else self.findData(DEFAULT_LOCK_AFTER_MINUTES))


class LockPage(Page):
    """Always ready. Shows the making of the vault, too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("When should it lock?"),
            self.tr("Locked, nothing of the vault is left in the memory of this computer."),
            parent,
        )
        label = plain_label(self.tr("Lock when nobody touches the computer for"), self)
        self._minutes = MinutesBox(self)
        label.setBuddy(self._minutes)
        self.body.addWidget(label)
        self.body.addWidget(self._minutes)
        self.body.addSpacing(Space.M)
        for text in (
            self.tr("Ctrl+L, the button Lock and closing the window lock it at once."),
            self.tr(
                "Panic, at the bottom of the window, locks at a press. Held for two seconds it destroys the "
                "vault for good: without a backup in another place, nothing brings it back."
            ),
        ):
            self.body.addWidget(plain_label(text, self, wrap=True))
        self.body.addSpacing(Space.M)
        self._working = plain_label(
            self.tr("Making the vault. This measures how much work your computer can put into the key."),
            self,
            tone="muted",
            wrap=True,
        )
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Making the vault"))
        self.body.addWidget(self._working)
        self.body.addWidget(self._bar)
        self.set_busy(False)

    @property
    def minutes(self) -> int:
        """The choice."""
        return self._minutes.minutes

    def set_busy(self, busy: bool) -> None:
        """While the vault is made."""
        self._minutes.setEnabled(not busy)
        self._working.setVisible(busy)
        self._bar.setVisible(busy)

    def enter(self) -> None:
        self._minutes.setFocus()
