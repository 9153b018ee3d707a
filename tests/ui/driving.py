"""Driving the program in a test: its one window, and the ends of its process written down instead of done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.program import Program
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace

Kind = TypeVar("Kind", bound=QWidget)

PASSPHRASE = "correct horse battery staple"


def button(root: QWidget, name: str) -> QAbstractButton:
    """The one visible button with this accessible name."""
    found = [
        each
        for each in root.findChildren(QAbstractButton)
        if each.accessibleName() == name and each.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} visible buttons are called {name}"
    return found[0]


@dataclass
class Started:
    """The program in a window, with the ends of the process written down instead of done."""

    program: Program
    window: MainWindow
    leaving: Leaving
    settings_file: SettingsFile
    replaced_by: list[list[str]] = field(default_factory=list)
    ended_with: list[int] = field(default_factory=list)

    def unlock(self, qtbot: QtBot, text: str = PASSPHRASE) -> Workspace:
        """Type the passphrase, press the button, and wait for the vault."""
        screen = self.screen(UnlockScreen)
        screen._field.set_text(text)
        button(self.window, "Unlock").click()
        qtbot.waitUntil(lambda: bool(self.window.findChildren(Workspace)), timeout=30_000)
        return self.screen(Workspace)

    def screen(self, kind: type[Kind]) -> Kind:
        """The screen of this kind that is shown."""
        found = [each for each in self.window.findChildren(kind) if each.isVisible()]
        assert len(found) == 1, f"{len(found)} of {kind.__name__} are shown"
        return found[0]


def make_started(application: QApplication, settings_file: SettingsFile) -> Started:
    """A program whose settings are in this file."""
    window = MainWindow()
    replaced_by: list[list[str]] = []
    ended_with: list[int] = []

    def replace(command: Sequence[str]) -> None:
        replaced_by.append(list(command))

    leaving = Leaving(window, replace=replace, end=ended_with.append, silence=lambda: None)
    program = Program(
        application,
        window,
        leaving,
        settings_file,
        random=os.urandom,
        clock=SystemClock(),
        parameters="minimum",
    )
    window.show()
    return Started(program, window, leaving, settings_file, replaced_by, ended_with)
