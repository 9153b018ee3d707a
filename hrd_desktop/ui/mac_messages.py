"""What macOS tells of the screen, of sleep and of other users, as the same reasons to lock as on Linux.

Two notification centres call an object of ours on the main thread, whose run loop is Qt's. That the screen is
locked is told under a name that Apple does not document and that password managers have relied on for years.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from hrd_desktop.ui.objective_c import MacObjects

_CLASS = "SheafLockObserver"
#: NSNotificationSuspensionBehaviorDeliverImmediately: also while another program is in front.
_AT_ONCE = 4


@dataclass(frozen=True)
class MacReason:
    """One reason by the name that ``SystemLocks`` has, and the notifications that tell it.

    ``of_workspace``: constants of AppKit, told by the centre of NSWorkspace; else plain names, told by the
    distributed one.
    """

    name: str
    method: str
    notifications: tuple[str, ...]
    of_workspace: bool


SCREEN = MacReason(
    "screen", "screenIsLocked:", ("com.apple.screenIsLocked", "com.apple.screensaver.didstart"), False
)
#: macOS waits for those who are told, up to half a minute; logging out and switching off are told as well.
SLEEP = MacReason(
    "sleep", "willSleep:", ("NSWorkspaceWillSleepNotification", "NSWorkspaceWillPowerOffNotification"), True
)
USER_SWITCH = MacReason(
    "user-switch", "sessionResigned:", ("NSWorkspaceSessionDidResignActiveNotification",), True
)
REASONS = (SCREEN, SLEEP, USER_SWITCH)


class MacMessages(QObject):
    """``happened`` carries the reason, each time one of the notifications comes."""

    happened = Signal(str)

    def listen(self, objects: MacObjects) -> None:
        """Ask for all of them; they come for as long as the process lives."""
        told = {reason.method: partial(self.happened.emit, reason.name) for reason in REASONS}
        observer = objects.make_observer(_CLASS, told)
        if not observer:
            return
        workspace = objects.ask(objects.class_named("NSWorkspace"), "sharedWorkspace")
        of_workspace = objects.ask(workspace, "notificationCenter")
        distributed = objects.ask(objects.class_named("NSDistributedNotificationCenter"), "defaultCenter")
        for reason in REASONS:
            for name in reason.notifications:
                if reason.of_workspace:
                    constant = objects.constant(name)
                    objects.watch(of_workspace, observer, reason.method, constant, None)
                else:
                    objects.watch(distributed, observer, reason.method, objects.text(name), _AT_ONCE)
