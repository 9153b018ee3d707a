"""Switching the computer off: the program that a window becomes, so that no key is in memory while it waits.

Run as ``python -I -m hrd_desktop.ui.triggers.power_off``. Asks the session manager over D-Bus (logind,
elogind: org.freedesktop.login1); ends with 1 where that is not there or refuses.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

MODULE = "hrd_desktop.ui.triggers.power_off"

_SERVICE, _PATH, _INTERFACE = (
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
)
_SYSTEM_BUS = "/run/dbus/system_bus_socket"
#: Writing caches of other programs out can take long; the answer comes before that.
_TIMEOUT_MS = 5000


def has_system_bus(environment: Mapping[str, str]) -> bool:
    """Whether there is one to be asked; asking for one that is not there would make Qt complain."""
    return bool(environment.get("DBUS_SYSTEM_BUS_ADDRESS")) or os.path.exists(_SYSTEM_BUS)


def ask_whether_allowed(
    environment: Mapping[str, str], answered: Callable[[bool], object], parent: QObject
) -> None:
    """Call ``answered`` with whether this program may switch the computer off without a question."""
    if not has_system_bus(environment):
        answered(False)
        return
    message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "CanPowerOff")
    watcher = QDBusPendingCallWatcher(QDBusConnection.systemBus().asyncCall(message, _TIMEOUT_MS), parent)

    def finished() -> None:
        reply = watcher.reply()
        is_reply = reply.type() is QDBusMessage.MessageType.ReplyMessage
        watcher.deleteLater()
        # *challenge* means that somebody has to type a password first: in a panic that is a no.
        answered(is_reply and reply.arguments() == ["yes"])

    watcher.finished.connect(finished)


def main() -> int:
    """Ask, and wait for the answer."""
    if not has_system_bus(os.environ):
        return 1
    application = QCoreApplication([])
    message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "PowerOff")
    message.setArguments([False])
    reply = QDBusConnection.systemBus().call(message, timeout=_TIMEOUT_MS)
    del application
    return 0 if reply.type() is QDBusMessage.MessageType.ReplyMessage else 1


if __name__ == "__main__":
    sys.exit(main())
