"""Tells when nobody has touched the keyboard or the mouse for some minutes; sleep of the computer counts."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from hrd_desktop.ui.application_events import ApplicationEvents

_LOOK_MS = 1000
_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


def seconds_with_sleep() -> float:
    """Seconds on a clock that goes on while the computer sleeps and that nobody can set back."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    # Where there is no such clock the wall clock serves: set back, it locks late; sleep counts all the same.
    return time.clock_gettime(clock) if clock is not None else time.time()


class LockTimer(QObject):
    """Emits ``expired`` once when some minutes have gone by since ``start`` or the last touch."""

    expired = Signal()

    def __init__(
        self,
        application: QApplication,
        seconds: Callable[[], float] = seconds_with_sleep,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._seconds = seconds
        self._minutes = 5
        self._touched = seconds()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def set_minutes(self, minutes: int) -> None:
        """How long nobody may be there."""
        self._minutes = minutes

    def start(self) -> None:
        """Count from now on."""
        self._touched = self._seconds()
        ApplicationEvents.of(self._application).watch(_TOUCHES, self._see)
        self._timer.start()

    def stop(self) -> None:
        """Count no more."""
        ApplicationEvents.of(self._application).forget(self._see)
        self._timer.stop()

    def look(self) -> None:
        """See whether the time is over. Called every second by itself."""
        if self._timer.isActive() and self._seconds() - self._touched >= 60 * self._minutes:
            self.stop()
            self.expired.emit()

    def _see(self, watched: QObject, event: QEvent) -> bool:
        if event.spontaneous():
            # A touch after the time was over must not save an open vault from the lock: the computer slept.
            self.look()
            self._touched = self._seconds()
        return False
