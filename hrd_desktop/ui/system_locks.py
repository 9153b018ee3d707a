"""The system's own reasons to lock, each a small object, and all of them together.

Heard over D-Bus: screen savers (freedesktop.org, GNOME, Cinnamon, MATE), the session manager (logind or
elogind: org.freedesktop.login1) and the power daemon (org.freedesktop.UPower). Only buses that are there
are listened to: asking for one that is not would start it, with a file in the home. On Windows and macOS the
systems' own messages take the place of the buses.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusObjectPath,
    QDBusPendingCallWatcher,
    QDBusVariant,
)
from PySide6.QtGui import QGuiApplication

from hrd_desktop.ui.mac_messages import MacMessages
from hrd_desktop.ui.objective_c import find_objective_c
from hrd_desktop.ui.windows_messages import WindowsMessages

_LOGIN = "org.freedesktop.login1"
_LOGIN_PATH = "/org/freedesktop/login1"
_POWER = "org.freedesktop.UPower"
_POWER_PATH = "/org/freedesktop/UPower"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_SYSTEM_BUS = "/run/dbus/system_bus_socket"
# What the macro SLOT makes: "1", then the signature. The stubs ask for bytes, the library for text.
_ON_FLAG: Any = "1on_flag(bool)"
_ON_CALL: Any = "1on_call()"
_ON_MESSAGE: Any = "1on_message(QDBusMessage)"


class SystemReason(Protocol):
    """One thing that the system tells: ``happened`` is emitted each time, after ``listen``."""

    happened: Any

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None: ...


class ScreenLock(QObject):
    """The screen is locked, or the saver covers it."""

    happened = Signal()

    SAVERS = (
        "org.freedesktop.ScreenSaver",
        "org.gnome.ScreenSaver",
        "org.cinnamon.ScreenSaver",
        "org.mate.ScreenSaver",
    )

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None:
        """``bus`` is the session's."""
        for name in self.SAVERS:
            bus.connect("", "", name, "ActiveChanged", self, _ON_FLAG)

    @Slot(bool)
    def on_flag(self, active: bool) -> None:
        """It came, or went."""
        if active:
            self.happened.emit()


class SessionLock(QObject):
    """The session manager was asked to lock this session, by a key or by another program."""

    happened = Signal()

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None:
        """``bus`` is the system's."""
        # Of whichever session: one too many costs a passphrase, one missed costs more.
        bus.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, _ON_CALL)

    @Slot()
    def on_call(self) -> None:
        """It was."""
        self.happened.emit()


class Sleep(QObject):
    """The computer is about to sleep, hibernate or switch off; it waits a moment for us where it can.

    logind puts sleep off, five seconds at most, while somebody holds a *delay*. Ours ends with the process
    that the lock replaces: the descriptor is closed by exec.
    """

    happened = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._delay: QDBusPendingCallWatcher | None = None

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None:
        """``bus`` is the system's."""
        for name in ("PrepareForSleep", "PrepareForShutdown"):
            bus.connect(_LOGIN, "", f"{_LOGIN}.Manager", name, self, _ON_FLAG)
        message = QDBusMessage.createMethodCall(_LOGIN, _LOGIN_PATH, f"{_LOGIN}.Manager", "Inhibit")
        message.setArguments(["sleep", "Sheaf", "Locks before the computer sleeps", "delay"])
        # Kept with its answer, which holds the descriptor open; where nobody answers, sleep is not put off.
        self._delay = QDBusPendingCallWatcher(bus.asyncCall(message), self)

    @Slot(bool)
    def on_flag(self, begins: bool) -> None:
        """It begins, or is over."""
        if begins:
            self.happened.emit()


class _Property(QObject):
    """One yes-or-no property of a service: ``told`` carries what it is, each time something changed there.

    What the signal of a change carries is a map, which the binding cannot read; so the property is asked for.
    """

    told = Signal(bool)

    def __init__(self, service: str, interface: str, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._service, self._interface, self._name = service, interface, name
        self._path = ""
        self._bus: QDBusConnection | None = None

    def watch(self, bus: QDBusConnection, path: str) -> None:
        """From now on."""
        self._bus, self._path = bus, path
        bus.connect(self._service, path, _PROPERTIES, "PropertiesChanged", self, _ON_MESSAGE)

    @Slot(QDBusMessage)
    def on_message(self, message: QDBusMessage) -> None:
        """Something changed."""
        if self._bus is None or message.arguments()[:1] != [self._interface]:
            return
        question = QDBusMessage.createMethodCall(self._service, self._path, _PROPERTIES, "Get")
        question.setArguments([self._interface, self._name])
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(question), self)

        def answered() -> None:
            arguments = watcher.reply().arguments()
            watcher.deleteLater()
            value = arguments[0].variant() if arguments and isinstance(arguments[0], QDBusVariant) else None
            if isinstance(value, bool):
                self.told.emit(value)

        watcher.finished.connect(answered)


class UserSwitch(QObject):
    """Another user's session, or a text console, took the screen: ours is no longer the active one."""

    happened = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._active = _Property(_LOGIN, f"{_LOGIN}.Session", "Active", self)
        self._active.told.connect(self._told)

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None:
        """``bus`` is the system's. Only our own session is asked for: others change with it."""
        message = QDBusMessage.createMethodCall(_LOGIN, _LOGIN_PATH, f"{_LOGIN}.Manager", "GetSession")
        # Where the session has no number here, newer session managers know which one asks.
        message.setArguments([environment.get("XDG_SESSION_ID") or "auto"])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message), self)

        def found() -> None:
            arguments = watcher.reply().arguments()
            watcher.deleteLater()
            if arguments and isinstance(arguments[0], QDBusObjectPath):
                self._active.watch(bus, arguments[0].path())

        watcher.finished.connect(found)

    def _told(self, active: bool) -> None:
        if not active:
            self.happened.emit()


class Lid(QObject):
    """The lid was closed, even where that does not make the computer sleep."""

    happened = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = _Property(_POWER, _POWER, "LidIsClosed", self)
        self._closed.told.connect(self._told)

    def listen(self, bus: QDBusConnection, environment: Mapping[str, str]) -> None:
        """``bus`` is the system's."""
        self._closed.watch(bus, _POWER_PATH)

    def _told(self, closed: bool) -> None:
        if closed:
            self.happened.emit()


class SystemLocks(QObject):
    """``lock_wanted`` comes whenever one of the reasons happens, and carries which."""

    lock_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session_reasons: dict[str, SystemReason] = {"screen": ScreenLock(self)}
        self.system_reasons: dict[str, SystemReason] = {
            "session-lock": SessionLock(self),
            "sleep": Sleep(self),
            "user-switch": UserSwitch(self),
            "lid": Lid(self),
        }
        for name, reason in (self.session_reasons | self.system_reasons).items():
            reason.happened.connect(lambda name=name: self.lock_wanted.emit(name))
        self.windows = WindowsMessages(self)
        self.windows.happened.connect(self.lock_wanted)
        self.mac = MacMessages(self)
        self.mac.happened.connect(self.lock_wanted)

    def listen(self, environment: Mapping[str, str]) -> None:
        """Begin to listen, to the buses that are there, or to Windows or macOS."""
        application = QGuiApplication.instance()
        if sys.platform == "win32" and application is not None:
            for window in QGuiApplication.topLevelWindows():
                self.windows.listen(application, int(window.winId()))
            return
        if sys.platform == "darwin":
            self.mac.listen(find_objective_c())
            return
        runtime = environment.get("XDG_RUNTIME_DIR", "")
        if environment.get("DBUS_SESSION_BUS_ADDRESS") or (
            runtime and os.path.exists(os.path.join(runtime, "bus"))
        ):
            _listen(self.session_reasons, QDBusConnection.sessionBus(), environment)
        if environment.get("DBUS_SYSTEM_BUS_ADDRESS") or os.path.exists(_SYSTEM_BUS):
            _listen(self.system_reasons, QDBusConnection.systemBus(), environment)


def _listen(
    reasons: Mapping[str, SystemReason], bus: QDBusConnection, environment: Mapping[str, str]
) -> None:
    for reason in reasons.values():
        reason.listen(bus, environment)
