"""What Windows tells a window of the session and of power, as the same reasons to lock as on Linux.

The messages are numbers in a structure of Windows; reading them needs no library of it, so that this is
tested everywhere. Asking for them (``WindowsMessages.listen``) does, and happens on Windows alone.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Signal

_SESSION_CHANGE = 0x02B1
_POWER = 0x0218
_SESSION_ENDS = 0x0011
#: Of a session change: locked; another user or a remote desktop took the screen; signed out.
_SESSION = {0x7: "session-lock", 0x2: "user-switch", 0x4: "user-switch", 0x6: "user-switch"}
_SUSPEND = 0x4
_SETTING_CHANGED = 0x8013
#: GUID_LIDSWITCH_STATE_CHANGE as it lies in memory; four bytes of data follow its length, 0 is closed.
LID = bytes.fromhex("4d0f3eba17b89440a2d1d56379e6a0f3")


class Message(ctypes.Structure):
    """MSG, as far as it is read."""

    _fields_ = (
        ("window", ctypes.c_void_p),
        ("number", ctypes.c_uint32),
        ("word", ctypes.c_size_t),
        ("long", ctypes.c_ssize_t),
    )


class _Setting(ctypes.Structure):
    """POWERBROADCAST_SETTING."""

    _fields_ = (("which", ctypes.c_ubyte * 16), ("length", ctypes.c_uint32), ("value", ctypes.c_uint32))


def reason_of(message: Message) -> str | None:
    """Why the vault is to be locked, by the names that ``SystemLocks`` has; None for everything else."""
    if message.number == _SESSION_CHANGE:
        return _SESSION.get(message.word)
    if message.number == _SESSION_ENDS:
        return "sleep"
    if message.number == _POWER and message.word == _SUSPEND:
        return "sleep"
    if message.number == _POWER and message.word == _SETTING_CHANGED and message.long:
        setting = _Setting.from_address(message.long)
        if bytes(setting.which) == LID and setting.length == 4 and setting.value == 0:
            return "lid"
    return None


class WindowsMessages(QObject, QAbstractNativeEventFilter):
    """``happened`` carries the reason, each time one of these messages comes to a window of ours."""

    happened = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        QObject.__init__(self, parent)
        QAbstractNativeEventFilter.__init__(self)

    def listen(self, application: QCoreApplication, window: int) -> None:
        """Ask Windows to send them to this window (its HWND). Does nothing on other systems."""
        if sys.platform == "win32":
            application.installNativeEventFilter(self)
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(ctypes.c_void_p(window), 0)
            lid = (ctypes.c_ubyte * 16).from_buffer_copy(LID)
            ctypes.windll.user32.RegisterPowerSettingNotification(ctypes.c_void_p(window), lid, 0)

    def nativeEventFilter(  # noqa: N802  # Qt's name
        self, kind: QByteArray | bytes | bytearray | memoryview, message: Any
    ) -> tuple[bool, int]:
        """Look, and let everybody else have it."""
        name = kind.data() if isinstance(kind, QByteArray) else bytes(kind)
        if name in (b"windows_generic_MSG", b"windows_dispatcher_MSG"):
            reason = reason_of(Message.from_address(int(message)))
            if reason is not None:
                self.happened.emit(reason)
        return False, 0
