"""Where this vault is backed up to, as the vault itself remembers it: nothing of it lies outside.

A wipe, which takes the records' key, takes this with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

_PLACES = "backup.places"
_INTERVAL = "backup.interval_days"
INTERVALS_DAYS = (1, 3, 7, 14, 30, 90)
DEFAULT_INTERVAL_DAYS = 7


@dataclass(frozen=True, repr=False)
class Place:
    """One backup folder. Keys, hashes and marks in hex; times in microseconds UTC, 0 for never.

    ``keys``: the backup keys, the newest first. ``mark`` tells a re-key of the vault, ``slots_sha256`` any
    other change of its slots. ``key_files``: SHA-256 of each. ``own``: it opens with a passphrase of its own.
    ``number`` and ``epoch`` are of the newest list, ``saved_us`` is when a backup last ended well.
    ``checked_us`` is the age of what a full check found whole, ``checked_number`` its list. ``mend``: names
    of objects that a check found damaged there, to be copied again.
    """

    path: str
    keys: tuple[str, ...]
    mark: str
    slots_sha256: str
    key_files: tuple[str, ...]
    own: bool
    keep: str = str(KeepRule(thinned=True))
    number: int = 0
    epoch: int = 0
    saved_us: int = 0
    checked_us: int = 0
    checked_number: int = 0
    mend: tuple[str, ...] = ()

    @property
    def saved_utc(self) -> datetime | None:
        """When a backup last ended well, or None."""
        return from_microseconds(self.saved_us) if self.saved_us else None

    @property
    def checked_utc(self) -> datetime | None:
        """How old what a full check found whole is, or None."""
        return from_microseconds(self.checked_us) if self.checked_us else None


@dataclass(frozen=True)
class BackupState:
    """What the window shows: whether there is a backup, the newest one that was checked, and the interval.

    ``writable``: the vault takes the note of a backup, so one can be made.
    """

    places: tuple[Place, ...]
    interval_days: int
    now_utc: datetime
    writable: bool = True

    @property
    def checked_utc(self) -> datetime | None:
        """The time of the newest backup that a full check found whole."""
        return max((place.checked_utc for place in self.places if place.checked_utc), default=None)

    @property
    def saved_utc(self) -> datetime | None:
        """The time of the newest backup, checked or not."""
        return max((place.saved_utc for place in self.places if place.saved_utc), default=None)

    @property
    def age_days(self) -> int | None:
        """Whole days since ``checked_utc``; None when nothing was checked yet."""
        return None if self.checked_utc is None else max(0, (self.now_utc - self.checked_utc).days)

    @property
    def is_due(self) -> bool:
        """Whether the newest checked backup is older than the interval, or there is none."""
        return self.age_days is None or self.age_days >= self.interval_days


def load_places(vault: Vault) -> tuple[Place, ...]:
    """The places, the one used last first. What cannot be read is passed over. On the vault lane."""
    try:
        entries = json.loads(vault.records.settings.get(_PLACES, "[]"))
        return tuple(_place_of(entry) for entry in entries)
    except (ValueError, TypeError, KeyError):
        return ()


def put_place(vault: Vault, place: Place, before: Place | None) -> None:
    """Note ``place`` as the one used last, in the place of ``before``. Inside a transaction."""
    rest = [known for known in load_places(vault) if before is None or known.keys[-1] != before.keys[-1]]
    entries = [asdict(known) for known in (place, *rest)]
    vault.records.settings.set(_PLACES, json.dumps(entries))


def change_place(session: Session, place: Place, change: Callable[[Place], Place]) -> Place:
    """Change what is noted of a place. It is no change of the records: the epoch stays."""

    def work(vault: Vault) -> Place:
        known = next((one for one in load_places(vault) if one.keys[-1] == place.keys[-1]), place)
        after = change(known)
        with vault.records.quiet_transaction():
            put_place(vault, after, known)
        return after

    return session.change(work)


def forget_place(session: Session, place: Place) -> None:
    """Forget a place. Its files stay where they are."""

    def work(vault: Vault) -> None:
        rest = [asdict(one) for one in load_places(vault) if one.keys[-1] != place.keys[-1]]
        with vault.records.quiet_transaction():
            vault.records.settings.set(_PLACES, json.dumps(rest))

    session.change(work)


def backup_state(session: Session) -> BackupState:
    """Where backups are and how old the newest checked one is."""

    def work(vault: Vault) -> BackupState:
        days = vault.records.settings.find_number(_INTERVAL)
        interval = days if days in INTERVALS_DAYS else DEFAULT_INTERVAL_DAYS
        return BackupState(load_places(vault), interval, vault.clock.now_utc(), not vault.read_only)

    return session.read(work)


def set_interval(session: Session, days: int) -> None:
    """How old the newest checked backup may be before the window reminds; one of ``INTERVALS_DAYS``."""
    if days not in INTERVALS_DAYS:
        raise ValueError("not one of the intervals")

    def work(vault: Vault) -> None:
        with vault.records.quiet_transaction():
            vault.records.settings.set(_INTERVAL, str(days))

    session.change(work)


def set_keep(session: Session, place: Place, rule: KeepRule) -> Place:
    """Which snapshots the next backup keeps there."""
    return change_place(session, place, lambda known: replace(known, keep=str(rule)))


def _place_of(entry: dict[str, object]) -> Place:
    values = dict(entry)
    for name in ("keys", "key_files", "mend"):
        found = values[name]
        if not isinstance(found, list):
            raise TypeError
        values[name] = tuple(str(one) for one in found)
    place = Place(**values)  # type: ignore[arg-type]  # a wrong name or type raises and is passed over
    KeepRule.parse(place.keep)
    if not place.keys or any(len(bytes.fromhex(key)) != 32 for key in place.keys):
        raise ValueError
    return place
