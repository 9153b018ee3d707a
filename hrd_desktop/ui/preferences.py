"""The settings while a vault is open: changed at once, saved in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.ui.operations import Operations


class Preferences(QObject):
    """``changed`` carries the settings as they are now."""

    changed = Signal(object)

    def __init__(
        self,
        settings: Settings,
        file: SettingsFile | None,
        operations: Operations,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self._file = file
        self._operations = operations

    @property
    def file(self) -> SettingsFile | None:
        """The file behind them; None for a user without a home."""
        return self._file

    def change(self, **values: Any) -> None:
        """Set fields of ``Settings``."""
        self.settings = replace(self.settings, **values)
        self.changed.emit(self.settings)
        self.save()

    def save(self, done: Callable[[], Any] = lambda: None) -> None:
        """Write the file. Vaults that another window has added to it meanwhile stay in it."""
        file = self._file
        if file is None:
            return

        def merged(found: Settings) -> Settings:
            # As they are when it is written: of two changes in a row the second may be written first.
            wanted = self.settings
            vaults = found.with_vault(wanted.vaults[0]).vaults if wanted.vaults else found.vaults
            # Key files are noted in the file by whoever makes them, while the window is open.
            return replace(wanted, vaults=vaults, shares=found.shares)

        self._operations.read(lambda session: file.update(merged), lambda settings: done())
