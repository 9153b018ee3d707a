"""The message bar says what happened; its button and Ctrl+Z take it back, wherever one is, until the lock."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hrd_desktop.services.contacts import list_contacts
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.operations import Operations
from tests.ui.driving import Started, button


def test_a_contact_is_added_taken_back_and_nothing_is_left(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    operations = started.program.findChildren(Operations)[0]
    section = workspace.open("contacts")
    assert isinstance(section, ContactsSection)
    section.add_contact()
    section.detail.form.alias.setText("Heron")
    section.detail.save()
    qtbot.waitUntil(lambda: workspace.notice.text == "The contact is added.")
    workspace.open("help")
    button(workspace, "Undo").click()
    qtbot.waitUntil(lambda: workspace.notice.text == "The contact is taken out again.")
    found: list[int] = []
    operations.read(lambda session: len(list_contacts(session)), found.append)
    qtbot.waitUntil(lambda: found == [0])

    workspace.setFocus()
    qtbot.keyClick(workspace, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: workspace.notice.text == "There is nothing to undo.")


def test_a_lock_forgets_what_could_be_taken_back(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    operations = started.program.findChildren(Operations)[0]
    operations.steps.did("Something.", lambda session, progress, cancel: None, "As before.")
    assert workspace.notice.text == "Something."
    started.program.lock()
    assert operations.steps.take_last() is None
