"""What Windows would send, made up byte for byte, and the reasons to lock that come of it."""

from __future__ import annotations

import ctypes
import struct

import pytest

from hrd_desktop.ui.system_locks import SystemLocks
from hrd_desktop.ui.windows_messages import LID, Message

SESSION, POWER, ENDS, SETTING = 0x02B1, 0x0218, 0x0011, 0x8013


def heard(number: int, word: int = 0, data: bytes = b"", kind: bytes = b"windows_generic_MSG") -> list[str]:
    """What is wanted of the window when this message comes."""
    locks = SystemLocks()
    found: list[str] = []
    locks.lock_wanted.connect(found.append)
    kept = ctypes.create_string_buffer(data, len(data)) if data else None
    message = Message(None, number, word, ctypes.addressof(kept) if kept is not None else 0)
    # Not one that the program would not get as well, and never kept from others.
    assert locks.windows.nativeEventFilter(kind, ctypes.addressof(message)) == (False, 0)
    return found


@pytest.mark.parametrize(
    ("number", "word", "reason"),
    [
        (SESSION, 0x7, "session-lock"),
        (SESSION, 0x2, "user-switch"),
        (SESSION, 0x4, "user-switch"),
        (SESSION, 0x6, "user-switch"),
        (POWER, 0x4, "sleep"),
        (ENDS, 0, "sleep"),
    ],
)
def test_messages_of_session_and_power_lock(number: int, word: int, reason: str) -> None:
    assert heard(number, word) == [reason]


@pytest.mark.parametrize(
    ("number", "word"), [(SESSION, 0x8), (SESSION, 0x1), (POWER, 0x7), (POWER, 0x12), (0xF, 4)]
)
def test_their_ends_and_all_others_do_not(number: int, word: int) -> None:
    assert heard(number, word) == []


def test_the_lid() -> None:
    # GUID_LIDSWITCH_STATE_CHANGE as it is written down: ba3e0f4d-b817-4094-a2d1-d56379e6a0f3.
    assert struct.pack("<IHH", 0xBA3E0F4D, 0xB817, 0x4094) + bytes.fromhex("a2d1d56379e6a0f3") == LID
    assert heard(POWER, SETTING, LID + struct.pack("<II", 4, 0)) == ["lid"]
    assert heard(POWER, SETTING, LID + struct.pack("<II", 4, 1)) == []
    assert heard(POWER, SETTING, bytes(16) + struct.pack("<II", 4, 0)) == []
    assert heard(POWER, SETTING) == []


def test_events_of_another_system_are_not_read() -> None:
    assert heard(SESSION, 0x7, kind=b"xcb_generic_event_t") == []
