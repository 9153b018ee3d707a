"""A vault whose window is opened and locked over and over, to see what comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.sections import Sections
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import button

D = TypeVar("D", bound=QDialog)
S = TypeVar("S", bound=QWidget)


@dataclass
class Desk:
    """One vault that is opened and locked over and over."""

    session: Session
    qtbot: QtBot
    made: list[tuple[Operations, Workspace]] = field(default_factory=list)

    def open(self) -> Workspace:
        """The sections of the vault, as after an unlock."""
        operations = Operations(self.session)
        sections = Sections(operations, Preferences(Settings(), None, operations), "", os.urandom, operations)
        workspace = Workspace(sections.plans(), PanicButton())
        self.qtbot.addWidget(workspace)
        sections.connect_bar(workspace)
        workspace.resize(1180, 760)
        workspace.open_first()
        workspace.show()
        self.made.append((operations, workspace))
        return workspace

    def lock(self) -> None:
        """What a lock does with what was typed; the next vault is opened."""
        operations, workspace = self.made[-1]
        operations.forget()
        acts = operations.last_acts()
        operations._pool.shutdown(wait=True)
        for act in acts:
            act(self.session)
        workspace.close()
        for dialog in workspace.findChildren(QDialog):
            # A lock hides dialogs; closing one would give up what is in it.
            dialog.hide()


@pytest.fixture
def desk(vault_session: Session, qtbot: QtBot, application: object) -> Iterator[Desk]:
    made = Desk(vault_session, qtbot)
    yield made
    for operations, _ in made.made:
        operations.forget()
        operations._pool.shutdown(wait=True)


def dialog(qtbot: QtBot, workspace: QWidget, kind: type[D]) -> D:
    """The dialog of this kind, once it is open."""

    def shown() -> list[D]:
        return [each for each in workspace.findChildren(kind) if each.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1, timeout=10_000)
    return shown()[0]


def section(workspace: Workspace, key: str, kind: type[S]) -> S:
    made = workspace.open(key)
    assert isinstance(made, kind)
    return made


def go_on(qtbot: QtBot, workspace: Workspace, words: str) -> None:
    """Press the button beside these words."""
    qtbot.waitUntil(lambda: words in workspace.unfinished._words.text(), timeout=10_000)
    button(workspace.unfinished, "Go on with it").click()
