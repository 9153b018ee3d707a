"""Keeps every window out of screenshots and recordings, where the system can and the user wants it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow

from hrd_desktop.ui.application_events import ApplicationEvents
from hrd_desktop.ui.capture_systems import CaptureSystem

#: Before a window is on the screen, and once it is: Windows may forget what a hidden window was told.
_SHOWN = (QEvent.Type.Show, QEvent.Type.Expose)


class CaptureGuard(QObject):
    """One for the application; ``find`` gives it. Dialogs, menus and tips are windows like any other.

    ``refused``: the system did not do it for a window that was shown since it was wanted.
    """

    def __init__(
        self, application: QCoreApplication, system: CaptureSystem | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent or application)
        self._system = system
        self._wanted = False
        self._began = False
        self.refused = False
        if system is not None:
            ApplicationEvents.of(application).watch(_SHOWN, self._see)

    @classmethod
    def find(cls, application: QCoreApplication | None) -> CaptureGuard | None:
        """That of this application, if it has one."""
        return application.findChild(cls) if application is not None else None

    @property
    def is_possible(self) -> bool:
        """Whether this system can do it."""
        return self._system is not None

    def want(self, wanted: bool) -> None:
        """Do it for every window that is there and every one to come, or take it back."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._began = True
        self.refused = False
        for window in QGuiApplication.topLevelWindows():
            # The others are told when they are shown: also that it is over.
            if window.isVisible():
                self._tell(window)

    def _see(self, watched: QObject, event: QEvent) -> bool:
        if self._began and isinstance(watched, QWindow) and watched.parent() is None:
            self._tell(watched)
        return False

    def _tell(self, window: QWindow) -> None:
        if self._system is not None and not self._system.keep_out(int(window.winId()), self._wanted):
            self.refused = True
