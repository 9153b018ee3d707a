"""A menu beside the clock, for who wants it: lock from any program, and panic behind one more step."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.ways_out import WaysOut


class Tray(QObject):
    """Neutral in its name and picture. What it offers depends on what is allowed at that moment."""

    def __init__(self, window: QWidget, out: WaysOut, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._out = out
        self.menu = QMenu(window)
        lock = self.menu.addAction(self.tr("Lock"))
        lock.triggered.connect(out.lock_now)
        # A second menu: no single click destroys anything.
        self.panic = self.menu.addMenu(self.tr("Panic"))
        destroy = self.panic.addAction(self.tr("Destroy every vault of this program, now"))
        destroy.triggered.connect(self._destroy)
        self.menu.aboutToShow.connect(self._look)
        self._icon: QSystemTrayIcon | None = None

    @staticmethod
    def is_possible() -> bool:
        """Whether this desktop has a place for it."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def is_shown(self) -> bool:
        """Whether it is there."""
        return self._icon is not None

    def show(self, wanted: bool) -> None:
        """Show it, where that is possible, or take it away."""
        if not wanted:
            if self._icon is not None:
                self._icon.hide()
                self._icon.deleteLater()
            self._icon = None
        elif self._icon is None and self.is_possible():
            self._icon = QSystemTrayIcon(icon("sheaf"), self)
            self._icon.setToolTip(VISIBLE_NAME)
            self._icon.setContextMenu(self.menu)
            self._icon.show()

    def _look(self) -> None:
        self.panic.menuAction().setVisible(self._out.may_panic)

    def _destroy(self) -> None:
        if self._out.may_panic:
            self._out.wipe()
