"""The example: offered on the first run, marked on every screen, removed in one step."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from hrd_desktop.services.example_name import PASSPHRASE, example_path, is_example_path
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import Started, button


def test_the_example_is_looked_round_in_and_removed(started: Started, tmp_home: Path, qtbot: QtBot) -> None:
    mine = tmp_home / "Sheaf example"
    mine.mkdir()
    (mine / "mine.txt").write_text("mine")
    started.program.start("", new=False)
    button(started.window, "Look round in an example").click()
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=60_000)
    workspace = started.screen(Workspace)
    qtbot.waitUntil(workspace.example.isVisible, timeout=10_000)
    workspace.open("security")
    assert workspace.example.isVisible()
    workspace.open("evidence")
    section = started.screen(EvidenceSection)
    qtbot.waitUntil(lambda: len(section.listed_numbers()) == 7, timeout=10_000)
    vault = tmp_home / "Sheaf example 2"
    assert (vault / "keyslots.a").exists()
    operations = started.program.findChildren(Operations)[0]
    qtbot.waitUntil(lambda: started.settings_file.load().vaults == (str(vault),), timeout=10_000)

    button(workspace, "Remove the example").click()
    asking = started.window.findChildren(PlainDialog)[-1]
    remove = [each for each in asking.findChildren(QPushButton) if each.text() == "Remove the example"]
    remove[0].click()
    assert not workspace.isVisible()
    assert not vault.exists()
    assert (mine / "mine.txt").read_text() == "mine"
    assert started.settings_file.load().vaults == ()
    assert len(started.replaced_by) == 1
    assert str(vault) not in started.replaced_by[0]
    assert operations._closed


def test_the_unlock_screen_says_the_passphrase_of_the_example_and_of_no_other(
    started: Started, tmp_home: Path, vault_path: Path
) -> None:
    path = example_path(str(tmp_home))
    assert is_example_path(path)
    started.program.start(path, new=False)
    assert f"“{PASSPHRASE}”" in started.screen(UnlockScreen)._hint.text()
    assert started.screen(UnlockScreen)._hint.isVisible()
    started.program._choose(started.screen(UnlockScreen), str(vault_path))
    assert not started.screen(UnlockScreen)._hint.isVisible()


def test_no_other_vault_is_marked_or_offered_to_be_removed(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    """Nor one that only lies where an example would."""
    moved = vault_path.with_name("Sheaf example")
    os.rename(vault_path, moved)
    started.program.start(str(moved), new=False)
    workspace = started.unlock(qtbot)
    operations = started.program.findChildren(Operations)[0]
    answered: list[int] = []
    operations.read(lambda session: 1, answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=10_000)
    assert not workspace.example.isVisible()
