"""Failures of the isolation of processes."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import SheafError


class ChildNotStarted(SheafError):
    """A child process could not be started; ``errno`` is the system's number for the reason, or None."""

    code = "child-not-started"

    def __init__(self, errno: int | None) -> None:
        super().__init__(errno=errno)


class ChildrenRefused(SheafError):
    """No child may be started any more: the program is locking or ending."""

    code = "children-refused"


class ChildOrphaned(SheafError):
    """This child process found that the process that started it is already gone."""

    code = "child-orphaned"
