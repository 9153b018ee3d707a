"""The triggers that are armed, watched as the settings say; what they ask for is one signal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from hrd_desktop.services.triggers import LOCK, POWER_OFF, Triggers
from hrd_desktop.services.usb_sticks import BY_ID
from hrd_desktop.ui.triggers.hot_key import HotKey
from hrd_desktop.ui.triggers.usb_watch import UsbWatch

_LOOK_MS = 60_000


class ArmedTriggers(QObject):
    """``deed_wanted`` carries one of ``services.triggers.DEEDS``.

    ``hide_wanted`` comes the moment the stick is gone, before it is certain that it was pulled; then either a
    deed or ``false_alarm`` follows.
    """

    deed_wanted = Signal(str)
    hide_wanted = Signal()
    false_alarm = Signal()

    def __init__(
        self,
        application: QApplication,
        now_utc: Callable[[], datetime],
        parent: QObject | None = None,
        *,
        sticks: str = BY_ID,
    ) -> None:
        super().__init__(parent)
        self._triggers = Triggers()
        self._now_utc = now_utc
        self._started_utc = now_utc()
        self._locked = True
        self._stick = UsbWatch(sticks, self)
        self._stick.vanished.connect(self._stick_vanished)
        self._stick.removed.connect(self._stick_removed)
        self._stick.came_back.connect(self.false_alarm)
        self._key = HotKey(application, self)
        self._key.pressed.connect(lambda: self.deed_wanted.emit(self._triggers.key_deed))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)

    def apply(self, triggers: Triggers) -> None:
        """Arm these, and nothing else."""
        self._triggers = triggers
        self._stick.watch(triggers.usb_device if triggers.usb_deed else "")
        self._key.arm(bool(triggers.key_deed))
        if triggers.days:
            self._timer.start()
        else:
            self._timer.stop()

    def set_locked(self, locked: bool) -> None:
        """Days without an unlock are counted only while the vault is locked."""
        self._locked = locked

    def look(self) -> None:
        """See whether the days are over. Called every minute by itself."""
        if self._locked and self._triggers.days_are_over(self._now_utc(), self._started_utc):
            self._timer.stop()
            self.deed_wanted.emit(POWER_OFF)

    def _stick_vanished(self) -> None:
        if self._triggers.usb_deed == LOCK:
            # Nothing that would need to be certain.
            self.deed_wanted.emit(LOCK)
        else:
            self.hide_wanted.emit()

    def _stick_removed(self) -> None:
        if self._triggers.usb_deed not in ("", LOCK):
            self.deed_wanted.emit(self._triggers.usb_deed)
