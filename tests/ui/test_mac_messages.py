"""What macOS would tell, through a runtime made up call by call, and the reasons to lock that come of it."""

from __future__ import annotations

import ctypes
import gc
from typing import Any

import pytest

from hrd_desktop.ui.mac_messages import MacMessages
from hrd_desktop.ui.objective_c import ObjectiveC
from hrd_desktop.ui.system_locks import SystemLocks
from tests.ui.mac_world import MacWorld

WORKSPACE = "NSWorkspace sharedWorkspace notificationCenter"
DISTRIBUTED = "NSDistributedNotificationCenter defaultCenter"


class Objects(ObjectiveC):
    """The constants of AppKit are no part of the runtime."""

    def __init__(self, world: MacWorld) -> None:
        super().__init__(world, None)
        self.world = world

    def constant(self, name: str) -> int:
        return self.world.put(name)


@pytest.fixture
def world() -> MacWorld:
    return MacWorld()


@pytest.mark.parametrize(
    ("notification", "reason"),
    [
        ("com.apple.screenIsLocked", "screen"),
        ("com.apple.screensaver.didstart", "screen"),
        ("NSWorkspaceWillSleepNotification", "sleep"),
        ("NSWorkspaceWillPowerOffNotification", "sleep"),
        ("NSWorkspaceSessionDidResignActiveNotification", "user-switch"),
    ],
)
def test_each_notification_locks(world: MacWorld, notification: str, reason: str) -> None:
    locks = SystemLocks()
    found: list[str] = []
    locks.lock_wanted.connect(found.append)
    objects = Objects(world)
    locks.mac.listen(objects)
    # What macOS calls is kept although nobody else here holds it.
    gc.collect()
    world.post(notification)
    assert found == [reason]
    world.post("com.apple.screenIsUnlocked")
    world.post("NSWorkspaceDidWakeNotification")
    assert found == [reason]


def test_each_is_asked_of_the_centre_that_tells_it(world: MacWorld) -> None:
    MacMessages().listen(Objects(world))
    assert world.watched == [
        (DISTRIBUTED, "screenIsLocked:", "com.apple.screenIsLocked", 4),
        (DISTRIBUTED, "screenIsLocked:", "com.apple.screensaver.didstart", 4),
        (WORKSPACE, "willSleep:", "NSWorkspaceWillSleepNotification", None),
        (WORKSPACE, "willSleep:", "NSWorkspaceWillPowerOffNotification", None),
        (WORKSPACE, "sessionResigned:", "NSWorkspaceSessionDidResignActiveNotification", None),
    ]


def test_where_the_class_exists_nothing_is_asked(world: MacWorld) -> None:
    objects = Objects(world)
    MacMessages().listen(objects)
    asked = list(world.watched)
    MacMessages().listen(objects)
    assert world.watched == asked


def test_a_constant_is_read_from_the_library(world: MacWorld) -> None:
    # Any library with a global pointer does: this one is Python's own.
    objects = ObjectiveC(world, ctypes.pythonapi)
    expected: Any = ctypes.cast(ctypes.pythonapi.PyExc_OSError, ctypes.POINTER(ctypes.c_void_p))
    assert objects.constant("PyExc_OSError") == expected[0] == id(OSError)
