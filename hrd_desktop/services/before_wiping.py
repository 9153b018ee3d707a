"""What somebody must know before a wipe is armed: the last checked backup, and what must be preserved."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.cases import list_cases
from hrd_desktop.services.session import Session


@dataclass(frozen=True, repr=False)
class BeforeWiping:
    """``backup_age_days``: whole days since the newest checked backup, None without one. ``preserved``: the
    references of cases that are marked as to be preserved.
    """

    backup_age_days: int | None
    preserved: tuple[str, ...]


def before_wiping(session: Session) -> BeforeWiping:
    """What holds now."""
    cases = tuple(case.reference for case in list_cases(session) if case.to_be_preserved)
    return BeforeWiping(backup_state(session).age_days, cases)
