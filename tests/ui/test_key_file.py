"""The key file in the window: only after a recovery code was typed, and what a settings file keeps of it."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.recovery import format_letters, make_code
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.services.slots import add_recovery_code
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.key_file_card import KeyFileCard, ProveCodeDialog
from tests.ui.driving import PASSPHRASE, button

MAKE, DELETE = "Make a key file…", "Delete the key file…"


def ask(card: KeyFileCard, code: str, path: str) -> None:
    button(card, MAKE).click()
    (dialog,) = (each for each in card.findChildren(ProveCodeDialog) if each.isVisible())
    assert not button(dialog, "Go on").isEnabled()
    dialog.findChildren(QLineEdit)[0].setText(code)
    button(dialog, "Go on").click()
    chooser = next(each for each in card.findChildren(QFileDialog) if each.isVisible())
    chooser.selectFile(path)
    chooser.accept()


def shown(card: KeyFileCard) -> list[PlainDialog]:
    return [each for each in card.findChildren(PlainDialog) if each.isVisible()]


def test_a_key_file_is_made_after_the_code_was_proved_and_deleted_again(
    vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    code = make_code(os.urandom)
    add_recovery_code(vault_session, code)
    settings = SettingsFile(str(tmp_path / "config" / "settings.json"))
    operations = Operations(vault_session)
    card = KeyFileCard(operations, settings, "Key file")
    operations.setParent(card)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(button(card, MAKE).isEnabled, timeout=30_000)
    path = str(tmp_path / "notes.bin")
    ask(card, "not a code at all", path)
    qtbot.waitUntil(lambda: bool(shown(card)), timeout=60_000)
    assert not os.path.exists(path)
    shown(card)[0].close()

    ask(card, format_letters(code), path)
    qtbot.waitUntil(lambda: os.path.exists(path) and bool(shown(card)), timeout=60_000)
    qtbot.waitUntil(lambda: path in card._state.text(), timeout=30_000)
    assert not button(card, MAKE).isEnabled()
    shown(card)[0].close()
    (share,) = settings.load().shares
    assert share[1] == path

    # What the window saves of its own later leaves the note in the file.
    preferences = Preferences(settings.load().without_share(share), settings, operations, card)
    preferences.change(theme="dark")
    qtbot.waitUntil(lambda: settings.load().theme == "dark", timeout=30_000)
    assert settings.load().shares == (share,)

    root = vault_session.vault.root
    assert root[32:] == load_credential(PASSPHRASE, path).key_file_digest
    button(card, DELETE).click()
    button(shown(card)[0], "Delete it").click()
    qtbot.waitUntil(lambda: not os.path.exists(path) and not settings.load().shares, timeout=60_000)
    assert vault_session.vault.root == root[:32]
