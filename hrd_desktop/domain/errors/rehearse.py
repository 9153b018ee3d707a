"""Failures of rehearsing a panic."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import SheafError


class RehearsalError(SheafError):
    """The rehearsal did not get as far as a result. Field: ``step`` (make-vault, report)."""

    code = "rehearsal"
