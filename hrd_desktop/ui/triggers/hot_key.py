"""One key that does the deed it was armed with, pressed once: Ctrl+Shift+F12, on every screen of the program.

F12 lies at the same place on every layout and means nothing to a field of text.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from hrd_desktop.ui.application_events import KEY_EVENTS, ApplicationEvents

KEYS = "Ctrl+Shift+F12"
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class HotKey(QObject):
    """Emits ``pressed`` while it is armed. What the keyboard repeats by itself does not count."""

    pressed = Signal()

    def __init__(self, application: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._armed = False
        ApplicationEvents.of(application).watch(KEY_EVENTS, self._see)

    def arm(self, armed: bool) -> None:
        """From now on, or no longer."""
        self._armed = armed

    def _see(self, watched: QObject, event: QEvent) -> bool:
        if not self._armed or not isinstance(event, QKeyEvent) or not _is_key(event):
            return False
        if event.type() is QEvent.Type.ShortcutOverride:
            # No shortcut of a field or of a dialog may take it.
            event.accept()
        elif not event.isAutoRepeat():
            # A press reaches the window and then a widget in it; the first one is enough.
            event.accept()
            self.pressed.emit()
        return True


def _is_key(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_F12 and event.modifiers() == _MODIFIERS
