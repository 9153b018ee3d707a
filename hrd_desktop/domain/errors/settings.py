"""Failures of the settings file, the one thing outside a vault."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import SheafError


class SettingsFailedError(SheafError):
    """The settings file could not be written. Field: ``errno``."""

    code = "settings-failed"
