"""What sets panic off by itself: armed one by one, kept in the settings file with their counters.

Two of them can be set off by whoever holds the computer: failed unlocks, and days without one. They
stop nobody who has an image of the disk, and would destroy the evidence of somebody in detention; so they may
switch the computer off and no more. Wiping is for what only the owner does: pulling a stick, pressing a key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: The ladder, from what harms nothing to what cannot be undone; the empty text is *not armed*.
LOCK, CLOSE, POWER_OFF, WIPE = "lock", "close", "power-off", "wipe"
DEEDS = (LOCK, CLOSE, POWER_OFF, WIPE)
#: After how many failed unlocks, and after how many days without one; 0 is *not armed*.
FAILED_UNLOCKS = (0, 3, 5, 10, 20)
DAYS = (0, 1, 3, 7, 14, 30)
#: So long after its start the program waits at least: the owner must be able to open the vault.
GRACE = timedelta(hours=1)

_NAME_LIMIT = 255


@dataclass(frozen=True, repr=False)
class Triggers:
    """What is armed, and how far the counters are.

    ``usb_device`` is a name in ``/dev/disk/by-id``; it stays chosen while ``usb_deed`` is empty.
    ``unlocked_utc``: the last unlock, ISO 8601; kept only while days are armed.
    """

    usb_device: str = ""
    usb_deed: str = ""
    key_deed: str = ""
    failed_unlocks: int = 0
    days: int = 0
    failed_so_far: int = 0
    unlocked_utc: str = ""

    @property
    def any_wipes(self) -> bool:
        """Whether one of them destroys."""
        return WIPE in (self.usb_deed, self.key_deed)

    def after_failed_unlock(self) -> tuple[Triggers, bool]:
        """The same with one more failure, and whether that was one too many; the count then begins again.

        It begins again so that the owner has as many attempts at the next start.
        """
        if not self.failed_unlocks:
            return self, False
        failed = self.failed_so_far + 1
        fired = failed >= self.failed_unlocks
        return replace(self, failed_so_far=0 if fired else failed), fired

    def after_unlock(self, now_utc: datetime) -> Triggers:
        """The same with counters that begin now."""
        return replace(self, failed_so_far=0, unlocked_utc=now_utc.isoformat() if self.days else "")

    def days_are_over(self, now_utc: datetime, started_utc: datetime) -> bool:
        """Whether nobody has unlocked for as long as was armed; never within an hour of the start."""
        if not self.days or now_utc - started_utc < GRACE:
            return False
        since = _time_from(self.unlocked_utc) or started_utc
        return now_utc - since >= timedelta(days=self.days)


def triggers_from(untrusted: object) -> Triggers:
    """What a settings file says of them; whatever cannot be is not armed."""
    if not isinstance(untrusted, dict):
        return Triggers()
    device = untrusted.get("usb_device")
    if not (isinstance(device, str) and 0 < len(device) <= _NAME_LIMIT and "/" not in device):
        device = ""
    usb_deed = _deed(untrusted.get("usb_deed"))
    failed_unlocks = _one_of(FAILED_UNLOCKS, untrusted.get("failed_unlocks"))
    failed = untrusted.get("failed_so_far")
    unlocked = untrusted.get("unlocked_utc")
    return Triggers(
        usb_device=device,
        usb_deed=usb_deed if device else "",
        key_deed=_deed(untrusted.get("key_deed")),
        failed_unlocks=failed_unlocks,
        days=_one_of(DAYS, untrusted.get("days")),
        failed_so_far=failed if type(failed) is int and 0 <= failed < failed_unlocks else 0,
        unlocked_utc=unlocked if isinstance(unlocked, str) and _time_from(unlocked) is not None else "",
    )


def _deed(untrusted: object) -> str:
    return untrusted if isinstance(untrusted, str) and untrusted in DEEDS else ""


def _one_of(known: tuple[int, ...], untrusted: object) -> int:
    return untrusted if type(untrusted) is int and untrusted in known else 0


def _time_from(untrusted: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(untrusted)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
