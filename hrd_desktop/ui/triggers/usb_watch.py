"""Tells when a chosen USB stick is pulled out."""

from __future__ import annotations

import os

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from hrd_desktop.services.usb_sticks import BY_ID, is_plugged_in

#: The system names a stick anew when it wakes from sleep or a hub resets; one that is back within this time
#: was not pulled.
GRACE_MS = 700
#: Where the folder itself comes and goes there is nothing to watch, so it is looked at besides.
_LOOK_MS = 500


class UsbWatch(QObject):
    """``vanished`` at once, then ``removed`` when it stays away or ``came_back`` when it does not.

    A stick that is not there when ``watch`` is called is waited for, and armed when it comes.
    """

    vanished = Signal()
    removed = Signal()
    came_back = Signal()

    def __init__(self, folder: str = BY_ID, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._name = ""
        self._there = False
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self.look)
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(_LOOK_MS)
        self._look_timer.timeout.connect(self.look)
        self._grace = QTimer(self)
        self._grace.setSingleShot(True)
        self._grace.setInterval(GRACE_MS)
        self._grace.timeout.connect(self._over)

    def watch(self, name: str) -> None:
        """Watch this one; with an empty name, none."""
        if name == self._name:
            return
        self._name = name
        self._grace.stop()
        self._there = is_plugged_in(name, self._folder)
        if name:
            self._watch_folder()
            self._look_timer.start()
        else:
            self._look_timer.stop()

    @property
    def is_ready(self) -> bool:
        """Whether the stick is there, so that pulling it would be noticed."""
        return bool(self._name) and self._there

    def look(self) -> None:
        """See whether it is there. Called by itself when the folder changes, and twice a second."""
        if not self._name:
            return
        self._watch_folder()
        there = is_plugged_in(self._name, self._folder)
        if there == self._there:
            return
        self._there = there
        if not there:
            self._grace.start()
            self.vanished.emit()
        elif self._grace.isActive():
            self._grace.stop()
            self.came_back.emit()

    def _over(self) -> None:
        if not self._there:
            self.removed.emit()

    def _watch_folder(self) -> None:
        if not self._watcher.directories() and os.path.isdir(self._folder):
            self._watcher.addPath(self._folder)
