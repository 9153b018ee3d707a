"""What keeps a window out of screenshots and recordings, on the systems that have such a thing.

Windows: ``SetWindowDisplayAffinity`` (Microsoft, *winuser.h*). macOS: ``NSWindow.sharingType``, up to version
14; what records the screen since version 15 does not look at it, and Apple calls the value a legacy constant.
Linux has nothing of the kind: X11 gives every program the screen, and under Wayland the desktop decides.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import Any, Protocol

from hrd_desktop.ui.objective_c import MacObjects, find_objective_c

#: Everywhere but on a monitor the window is not there; before Windows 10 version 2004 it is black.
_EXCLUDED, _NOT_EXCLUDED = 0x11, 0x0
#: NSWindowSharingNone and NSWindowSharingReadOnly, which every window begins with.
_SHARED_WITH_NOBODY, _SHARED = 0, 1
_LAST_MAC = 14


class CaptureSystem(Protocol):
    """``keep_out`` does it for one top-level window, or takes it back, and gives whether the system did."""

    def keep_out(self, window: int, wanted: bool) -> bool: ...


class WindowsCapture:
    """``window`` is an HWND; ``user32`` a library object of nobody else, since types are set on it."""

    def __init__(self, user32: Any) -> None:
        self._set = user32.SetWindowDisplayAffinity
        # BOOL SetWindowDisplayAffinity(HWND, DWORD)
        self._set.restype, self._set.argtypes = ctypes.c_int, [ctypes.c_void_p, ctypes.c_uint32]

    def keep_out(self, window: int, wanted: bool) -> bool:
        """Refused, for one, for windows that are drawn through ``UpdateLayeredWindow``."""
        return bool(self._set(window, _EXCLUDED if wanted else _NOT_EXCLUDED))


class MacCapture:
    """``window`` is the NSView that Qt gives."""

    def __init__(self, objects: MacObjects) -> None:
        self._objects = objects

    def keep_out(self, window: int, wanted: bool) -> bool:
        """Refused only where there is no window behind the view."""
        found = self._objects.ask(window, "window")
        if found:
            self._objects.tell(found, "setSharingType:", _SHARED_WITH_NOBODY if wanted else _SHARED)
        return bool(found)


def heeds_sharing(version: str) -> bool:
    """Whether macOS of this version keeps windows out of what records the screen; an unclear one does not."""
    major, _, rest = version.partition(".")
    # 10.16 is what every later version calls itself to old programs.
    return major.isdecimal() and int(major) <= _LAST_MAC and not (major == "10" and rest.startswith("16"))


def find_capture_system() -> CaptureSystem | None:
    """That of this computer; None where there is none that does what it says."""
    if sys.platform == "win32":
        return WindowsCapture(ctypes.WinDLL("user32"))
    if sys.platform == "darwin" and heeds_sharing(platform.mac_ver()[0]):
        return MacCapture(find_objective_c())
    return None
