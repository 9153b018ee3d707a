"""The keyboard's way to panic: Ctrl+Shift+Backspace locks, and pressed once more soon after it wipes.

Backspace lies at the same place and means the same on every layout. Holding the keys is one press: what the
keyboard repeats by itself does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from hrd_desktop.ui.application_events import KEY_EVENTS, ApplicationEvents

#: The second press counts when it comes within this time, and not sooner than a hand can mean it.
TOGETHER_S = 3.0
TOO_SOON_S = 0.15

_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class PanicChord(QObject):
    """Emits ``pressed`` at the first press, then ``completed`` at the second or else ``released``."""

    pressed = Signal()
    completed = Signal()
    released = Signal()

    def __init__(
        self,
        application: QApplication,
        seconds: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._seconds = seconds
        self._first: float | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(TOGETHER_S * 1000))
        self._timer.timeout.connect(self._give_up)
        ApplicationEvents.of(application).watch(KEY_EVENTS, self._see)

    @property
    def waiting(self) -> bool:
        """Whether a second press would wipe now."""
        return self._first is not None

    def _see(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not _is_chord(event):
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            # No shortcut of a field or of a dialog may take it.
            event.accept()
        elif not event.isAutoRepeat():
            self._press()
        return True

    def _press(self) -> None:
        now = self._seconds()
        if self._first is None:
            self._first = now
            self._timer.start()
            self.pressed.emit()
        elif TOO_SOON_S <= now - self._first <= TOGETHER_S:
            self._timer.stop()
            self._first = None
            self.completed.emit()

    def _give_up(self) -> None:
        self._first = None
        self.released.emit()


def _is_chord(event: QKeyEvent) -> bool:
    return (
        event.key() == Qt.Key.Key_Backspace
        and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == (_MODIFIERS)
    )
