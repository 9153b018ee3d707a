"""Blank now, lock when the running work ends: for an import that takes longer than anybody stays.

The keys stay in memory meanwhile, and the blank screen says so. It lasts an hour at the most. No view gets an
answer any more, so nothing of the vault can come back on the screen; there is no way back but the passphrase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QTime, QTimer, Signal

from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.text import filled, isolated

if TYPE_CHECKING:
    from hrd_desktop.ui.workspace import Workspace

LONGEST_S = 3600


class LastingBlank(QObject):
    """``over``: the work has ended, or the hour."""

    over = Signal()

    def __init__(self, window: MainWindow, leaving: Leaving, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._leaving = leaving
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LONGEST_S * 1000)
        self._timer.timeout.connect(self._end)

    @property
    def active(self) -> bool:
        """Whether the screen is blank now, with work going on behind it."""
        return self._timer.isActive()

    def begin(self, workspace: Workspace) -> None:
        """Blank, and lock when nothing runs any more."""
        operations = self._leaving.operations
        if operations is None or self.active:
            return
        until = QTime.currentTime().addSecs(LONGEST_S)
        workspace.blank(
            filled(
                self.tr(
                    "Work is still going on, and the vault is open behind this page. It locks when the work "
                    "ends, and at {time} at the latest. Lock now with Ctrl+L; the work is then stopped, and "
                    "what is in stays in."
                ),
                time=isolated(QLocale().toString(until, QLocale.FormatType.ShortFormat)),
            )
        )
        self._window.show_now()
        self._timer.start()
        operations.drained.connect(self._end)
        operations.hold()

    def _end(self) -> None:
        if self.active:
            self._timer.stop()
            self.over.emit()
