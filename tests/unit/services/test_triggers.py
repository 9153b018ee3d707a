"""What sets panic off by itself: counted, bounded, and never a wipe by who merely holds the computer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hrd_desktop.services.triggers import DAYS, DEEDS, FAILED_UNLOCKS, WIPE, Triggers, triggers_from
from hrd_desktop.services.usb_sticks import is_plugged_in, list_sticks, words_of

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_nothing_is_armed_by_itself() -> None:
    assert triggers_from(None) == triggers_from({}) == Triggers()
    assert not Triggers().any_wipes
    assert Triggers().after_failed_unlock() == (Triggers(), False)
    assert not Triggers().days_are_over(NOW + timedelta(days=999), NOW)


def test_failed_unlocks_fire_at_the_number_and_are_counted_anew() -> None:
    triggers = Triggers(failed_unlocks=3)
    fired = []
    for _ in range(7):
        triggers, now = triggers.after_failed_unlock()
        fired.append(now)
    assert fired == [False, False, True, False, False, True, False]
    assert triggers.after_unlock(NOW).failed_so_far == 0


def test_days_are_counted_from_the_last_unlock_and_leave_the_owner_an_hour() -> None:
    triggers = Triggers(days=3).after_unlock(NOW)
    long_ago = NOW - timedelta(days=30)
    assert not triggers.days_are_over(NOW + timedelta(days=3, seconds=-1), long_ago)
    assert triggers.days_are_over(NOW + timedelta(days=3), long_ago)
    started = NOW + timedelta(days=20)
    assert not triggers.days_are_over(started + timedelta(minutes=59), started)
    assert triggers.days_are_over(started + timedelta(minutes=60), started)
    # Only what needs it says when the vault was opened.
    assert Triggers().after_unlock(NOW).unlocked_utc == ""


@pytest.mark.parametrize(
    "untrusted",
    [
        [],
        {"usb_deed": "wipe"},
        {"usb_device": "../../x", "usb_deed": "wipe"},
        {"usb_device": 3, "usb_deed": "wipe", "key_deed": "explode"},
        {"failed_unlocks": True, "days": 2, "failed_so_far": 1},
        {"failed_unlocks": "wipe", "days": "wipe"},
        {"unlocked_utc": "yesterday", "failed_so_far": -1},
        {"unlocked_utc": "2026-11-27T12:00:00"},
    ],
)
def test_what_a_file_says_is_not_believed(untrusted: object) -> None:
    found = triggers_from(untrusted)
    assert (found.usb_deed, found.key_deed, found.failed_unlocks, found.days) == ("", "", 0, 0)
    assert (found.failed_so_far, found.unlocked_utc) == (0, "")


def test_counted_triggers_have_no_deed_that_could_be_a_wipe() -> None:
    # They carry a number and nothing else: no settings file can make one of them wipe.
    for number in FAILED_UNLOCKS[1:]:
        assert triggers_from({"failed_unlocks": number, "failed_deed": WIPE}) == Triggers(
            failed_unlocks=number
        )
    for number in DAYS[1:]:
        assert triggers_from({"days": number, "days_deed": WIPE}) == Triggers(days=number)
    for deed in DEEDS:
        found = triggers_from({"usb_device": "usb-x", "usb_deed": deed, "key_deed": deed})
        assert (found.usb_deed, found.key_deed, found.any_wipes) == (deed, deed, deed == WIPE)


def test_sticks_are_listed_once_each(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    for name in ("usb-Maker_Stick_42-0:0", "usb-Maker_Stick_42-0:0-part1", "ata-Disk_1", "usb-B-0:0"):
        (folder / name).touch()
    found = list_sticks(str(folder))
    assert [stick.name for stick in found] == ["usb-B-0:0", "usb-Maker_Stick_42-0:0"]
    assert found[1].words == words_of("usb-Maker_Stick_42-0:0") == "Maker Stick 42"
    assert is_plugged_in("usb-B-0:0", str(folder))
    assert not is_plugged_in("", str(folder))
    assert list_sticks(str(folder / "nothing")) == ()
