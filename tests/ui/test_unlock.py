"""The unlock screen: one field, an honest refusal, and nothing that blocks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.passphrases import make_passphrase
from hrd_desktop.services.recovery_codes import make_recovery_code
from hrd_desktop.services.session import Session
from hrd_desktop.services.slots import add_passphrase, add_recovery_code
from hrd_desktop.services.wipe import wipe_vault
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import PASSPHRASE, Started, button


def test_the_passphrase_opens_the_vault(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    field = started.window.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.accessibleName() == "Passphrase"
    assert started.window.windowTitle() == "Sheaf"
    started.unlock(qtbot)
    assert started.window.windowTitle() == "Sheaf"
    qtbot.waitUntil(lambda: started.settings_file.load().vaults == (str(vault_path),), timeout=10_000)


def test_return_unlocks_and_the_bar_moves_meanwhile(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    field = started.window.focusWidget()
    qtbot.keyClicks(field, PASSPHRASE)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert screen.findChild(QProgressBar).isVisible()
    assert not button(screen, "Unlock").isEnabled()
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=30_000)


def test_a_wrong_passphrase_says_only_that(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    screen._field.set_text("wrong")
    button(screen, "Unlock").click()
    qtbot.waitUntil(screen._said.isVisible, timeout=30_000)
    assert screen._said.text() == "Wrong passphrase."
    assert button(screen, "Unlock").isEnabled()
    # Typed over, not typed on to.
    qtbot.keyClicks(started.window.focusWidget(), "x")
    assert screen._field.text == "x"
    started.unlock(qtbot)


def test_a_recovery_code_opens_it_too(
    started: Started, vault_path: Path, vault_session: Session, qtbot: QtBot
) -> None:
    code = make_recovery_code(os.urandom)
    add_recovery_code(vault_session, code.code)
    vault_session.close()
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot, code.digits)


def test_a_key_file_goes_with_it(
    started: Started, vault_path: Path, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(os.urandom(64))
    add_passphrase(vault_session, load_credential("another one", str(key_file)))
    vault_session.close()
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    screen._field.set_text("another one")
    button(screen, "Unlock").click()
    qtbot.waitUntil(screen._said.isVisible, timeout=30_000)
    screen._set_key_file(str(key_file))
    started.unlock(qtbot, "another one")


def test_a_folder_that_is_no_vault_is_said_to_be_none(started: Started, tmp_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(tmp_path / "nothing"), new=False)
    screen = started.screen(UnlockScreen)
    screen._field.set_text("x")
    button(screen, "Unlock").click()
    qtbot.waitUntil(screen._said.isVisible, timeout=30_000)
    assert "There is no vault in this folder." in screen._said.text()
    assert not (tmp_path / "nothing").exists()


def test_a_wipe_that_was_begun_is_finished_at_the_start(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    wipe_vault(str(vault_path), random=os.urandom, clock_ns=lambda: 0, settings_paths=(), keys_only=True)
    started.program.start(str(vault_path), new=False)
    qtbot.waitUntil(lambda: not vault_path.exists(), timeout=30_000)
    screen = started.screen(UnlockScreen)
    qtbot.waitUntil(screen._said.isVisible, timeout=30_000)
    assert screen._said.text() == "There is no vault here."


def test_panic_is_here_only_when_the_owner_chose_so(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    assert not started.window.findChildren(PanicButton)
    settings = started.settings_file.load()
    started.settings_file.save(replace(settings, panic_while_locked=True))


def test_what_is_typed_is_given_to_no_other_program(qtbot: QtBot) -> None:
    field = PassphraseField("Passphrase")
    qtbot.addWidget(field)
    field.show()
    line = field.focusProxy()
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, make_passphrase(os.urandom))
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("before")
    for revealed in (False, True):
        field.set_revealed(revealed)
        line.selectAll()
        line.copy()
        line.cut()
        assert clipboard.text() == "before"
        assert line.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
    assert line.hasSelectedText() is False
    clipboard.clear()


@pytest.mark.parametrize(
    ("typed", "modifiers", "warned"),
    [
        ("A", Qt.KeyboardModifier.NoModifier, True),
        ("a", Qt.KeyboardModifier.ShiftModifier, True),
        ("a", Qt.KeyboardModifier.NoModifier, False),
        ("A", Qt.KeyboardModifier.ShiftModifier, False),
        ("7", Qt.KeyboardModifier.ShiftModifier, False),
    ],
)
def test_caps_lock_is_noticed_by_what_it_does(
    typed: str, modifiers: Qt.KeyboardModifier, warned: bool, qtbot: QtBot
) -> None:
    field = PassphraseField("Passphrase")
    qtbot.addWidget(field)
    field.show()
    QApplication.sendEvent(
        field.focusProxy(), QKeyEvent(QEvent.Type.KeyPress, ord(typed.upper()), modifiers, typed)
    )
    assert field._caps.isVisible() is warned


def test_the_pad_types_digits_where_the_cursor_is(qtbot: QtBot) -> None:
    field = PassphraseField("Passphrase")
    qtbot.addWidget(field)
    field.show()
    button(field, "Digits on the screen").click()
    for digit in "2046":
        button(field, digit).click()
    button(field, "Erase the last digit").click()
    assert field.text == "204"
    assert credential_from_text(field.text).secret == b"204"


def test_the_first_screen_is_up_before_the_rest_is_loaded() -> None:
    """What only an open vault needs is not read from disk while somebody waits for the window."""
    script = (
        "import sys; import hrd_desktop.ui.program, hrd_desktop.ui.unlock_screen;"
        "print(*sorted({'hrd_desktop.ui.opened', 'hrd_desktop.ui.sections', 'hrd_desktop.storage.vault',"
        " 'sqlcipher3', 'cryptography', 'jinja2', 'pyrage'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], cwd="/", capture_output=True, check=True)
    assert done.stdout.decode().split() == []
