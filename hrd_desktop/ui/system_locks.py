"""The system's own reasons to lock: the screen is locked, the session is, or the computer goes to sleep.

Heard over D-Bus (freedesktop.org: ScreenSaver, login1; GNOME, Cinnamon and MATE have screen savers of their
own). Only buses that are there are listened to: asking for one that is not would start it, with a file in the
home.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

_SCREEN_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
)
# What the macro SLOT makes: "1", then the signature. The stubs ask for bytes, the library for text.
_ON_CHANGE: Any = "1on_change(bool)"
_ON_LOCK: Any = "1on_lock()"
_SYSTEM_BUS = "/run/dbus/system_bus_socket"


class SystemLocks(QObject):
    """``lock_wanted`` comes whenever the system locks or is about to sleep."""

    lock_wanted = Signal()

    def listen(self, environment: Mapping[str, str]) -> None:
        """Begin to listen, to the buses that are there."""
        runtime = environment.get("XDG_RUNTIME_DIR", "")
        if environment.get("DBUS_SESSION_BUS_ADDRESS") or (
            runtime and os.path.exists(os.path.join(runtime, "bus"))
        ):
            session = QDBusConnection.sessionBus()
            for name in _SCREEN_SAVERS:
                session.connect("", "", name, "ActiveChanged", self, _ON_CHANGE)
        if os.path.exists(_SYSTEM_BUS):
            system = QDBusConnection.systemBus()
            service = "org.freedesktop.login1"
            manager, session_kind = f"{service}.Manager", f"{service}.Session"
            system.connect(service, "", manager, "PrepareForSleep", self, _ON_CHANGE)
            system.connect(service, "", session_kind, "Lock", self, _ON_LOCK)

    @Slot(bool)
    def on_change(self, begins: bool) -> None:
        """A screen saver came or went, or sleep begins or ended."""
        if begins:
            self.lock_wanted.emit()

    @Slot()
    def on_lock(self) -> None:
        """The session is locked."""
        self.lock_wanted.emit()
