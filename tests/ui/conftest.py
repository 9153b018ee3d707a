"""What the tests of the window share: Qt without a display, and a real small vault that is open."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Accessibility stays on, so that the names of controls can be walked.
os.environ.setdefault("QT_ACCESSIBILITY", "1")

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from hrd_desktop.crypto.credential import Credential, credential_from_text
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.ui.garbage import MainThreadGarbage
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.theme import style
from hrd_desktop.ui.theme.tokens import LIGHT
from tests.mould import Mould
from tests.ui.driving import PASSPHRASE, Started, make_started

#: What Qt says of the platform that has no screen; everything else that it says fails the test.
_KNOWN_WORDS = ("propagateSizeHints", "raise()", "grabbing the keyboard")


@pytest.fixture(scope="session", autouse=True)
def garbage(qapp: QApplication) -> Iterator[MainThreadGarbage]:
    """As in the program: no widget is collected by a thread of the vault."""
    made = MainThreadGarbage(qapp)
    made.settle()
    yield made
    delete(made)
    gc.enable()


@pytest.fixture(autouse=True)
def no_stray_qt_message() -> Iterator[None]:
    """A message from Qt is a defect of ours: it also ends up on the user's terminal."""
    said: list[str] = []

    def keep(kind: object, context: object, message: str) -> None:
        if not any(word in message for word in _KNOWN_WORDS):
            said.append(message)

    before = qInstallMessageHandler(keep)
    yield
    qInstallMessageHandler(before)
    assert said == []


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    """The application in its light theme; direction and theme are put back afterwards."""
    style.apply(qapp, LIGHT)
    direction = qapp.layoutDirection()
    yield qapp
    qapp.setLayoutDirection(direction)
    for widget in qapp.topLevelWidgets():
        widget.close()
        widget.deleteLater()
    qapp.processEvents()


@pytest.fixture
def vault_credential() -> Credential:
    """What opens ``vault_path``."""
    return credential_from_text(PASSPHRASE)


@pytest.fixture
def vault_path(tmp_path: Path, mould: Mould) -> Path:
    """A new, empty, real vault with a cheap key derivation."""
    return mould.cast(PASSPHRASE, tmp_path / "vault")


@pytest.fixture
def vault_session(vault_path: Path, mould: Mould) -> Iterator[Session]:
    """That vault, open."""
    with mould.open(PASSPHRASE, vault_path) as session:
        yield session


@pytest.fixture
def operations(application: QApplication, vault_session: Session) -> Iterator[Operations]:
    """Calls to the open vault, as every view gets them."""
    made = Operations(vault_session)
    yield made
    made.forget()
    made._pool.shutdown(wait=True)


@pytest.fixture
def started(application: QApplication, tmp_home: Path, qtbot: QtBot) -> Iterator[Started]:
    """The program, not started yet, in a home of its own."""
    settings_file = SettingsFile(str(tmp_home / ".config" / "sheaf" / "settings.json"))
    made = make_started(application, settings_file)
    yield made
    made.leaving.begin("")
    made.leaving.wait()
    # At once: both watch the events of the whole application.
    delete(made.program)
    delete(made.window)
