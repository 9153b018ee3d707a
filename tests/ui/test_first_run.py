"""The first run: each page holds until it is answered, and at the end there is a vault that opens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.services.slots import list_slots
from hrd_desktop.services.unlock import unlock
from hrd_desktop.ui.first_run.backup_page import BackupPage
from hrd_desktop.ui.first_run.passphrase_page import PassphrasePage
from hrd_desktop.ui.first_run.place_page import PlacePage
from hrd_desktop.ui.first_run.recovery_page import RecoveryPage
from hrd_desktop.ui.first_run.wizard import FirstRun
from hrd_desktop.ui.strength_meter import StrengthMeter
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import Started, button

NONE = "I want no recovery code: if I forget the passphrase, all is lost"


def kinds_of_slots(vault: Path, text: str) -> list[int]:
    with unlock(str(vault), credential_from_text(text), random=os.urandom, clock=SystemClock()) as session:
        return [slot.kind for slot in list_slots(session)[0] if slot.used]


def test_from_nothing_to_an_open_vault(started: Started, tmp_home: Path, qtbot: QtBot) -> None:
    started.program.start("", new=False)
    button(started.window, "Create a new vault").click()
    wizard = started.screen(FirstRun)
    qtbot.waitUntil(lambda: button(wizard, "Next").isEnabled(), timeout=30_000)
    button(wizard, "Next").click()
    page = started.screen(PassphrasePage)
    passphrase = page.passphrase
    assert len(passphrase.split()) == 7
    assert not button(wizard, "Next").isEnabled()
    qtbot.keyClicks(started.window.focusWidget(), passphrase)
    button(wizard, "Next").click()
    recovery = started.screen(RecoveryPage)
    assert not button(wizard, "Next").isEnabled()
    assert recovery.code is not None
    letters = recovery.code.letters
    qtbot.keyClicks(started.window.focusWidget(), letters.lower().replace("-", " "))
    button(wizard, "Next").click()
    (tmp_home / "stick").mkdir()
    started.screen(BackupPage).set_folder(str(tmp_home / "stick"))
    assert not button(wizard, "Next").isEnabled()
    qtbot.waitUntil(lambda: button(wizard, "Next").isEnabled(), timeout=30_000)
    button(wizard, "Next").click()
    started.screen(QComboBox).setCurrentIndex(1)
    button(wizard, "Create vault").click()
    assert not button(wizard, "Create vault").isEnabled()
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=60_000)
    vault = tmp_home / "Archive"
    qtbot.waitUntil(lambda: started.settings_file.load().vaults == (str(vault),), timeout=30_000)
    assert started.settings_file.load().lock_after_minutes == 2
    # The first backup is made at once, and no place of it is kept outside the vault.
    qtbot.waitUntil(lambda: any((tmp_home / "stick" / "objects").rglob("?" * 30)), timeout=60_000)
    assert "stick" not in (tmp_home / ".config" / "sheaf" / "settings.json").read_text()
    started.leaving.begin("")
    started.leaving.wait()
    assert kinds_of_slots(vault, passphrase) == [SlotKind.PASSPHRASE, SlotKind.RECOVERY_CODE]
    assert kinds_of_slots(vault, letters) == [SlotKind.PASSPHRASE, SlotKind.RECOVERY_CODE]


def test_without_a_recovery_code_only_on_purpose(started: Started, tmp_path: Path, qtbot: QtBot) -> None:
    vault = tmp_path / "mine"
    started.program.start(str(vault), new=True)
    wizard = started.screen(FirstRun)
    qtbot.waitUntil(lambda: button(wizard, "Next").isEnabled(), timeout=30_000)
    button(wizard, "Next").click()
    button(wizard, "My own passphrase").click()
    page = started.screen(PassphrasePage)
    page._own.set_text("sea shell")
    page._again.set_text("sea shells")
    assert not button(wizard, "Next").isEnabled()
    page._again.set_text("sea shell")
    button(wizard, "Next").click()
    assert not button(wizard, "Next").isEnabled()
    button(wizard, NONE).click()
    button(wizard, "Next").click()
    button(wizard, "Next").click()
    button(wizard, "Create vault").click()
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=60_000)
    started.leaving.begin("")
    started.leaving.wait()
    assert kinds_of_slots(vault, "sea shell") == [SlotKind.PASSPHRASE]


def test_return_goes_on_only_when_the_page_is_answered(
    started: Started, tmp_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(tmp_path / "mine"), new=True)
    wizard = started.screen(FirstRun)
    qtbot.waitUntil(lambda: button(wizard, "Next").isEnabled(), timeout=30_000)
    qtbot.keyClick(started.window.focusWidget(), Qt.Key.Key_Return)
    page = started.screen(PassphrasePage)
    qtbot.keyClick(started.window.focusWidget(), Qt.Key.Key_Return)
    assert started.screen(PassphrasePage) is page


def test_digits_need_no_spaces_when_they_are_typed_back(application: QApplication, qtbot: QtBot) -> None:
    page = PassphrasePage(os.urandom)
    qtbot.addWidget(page)
    page.show()
    button(page, "Twenty-five digits made by the program, for any keyboard").click()
    digits = page.passphrase
    assert [len(group) for group in digits.split()] == [5] * 5
    page._again.set_text(digits.replace(" ", ""))
    assert page.is_ready()
    page._again.set_text(digits[:-1])
    assert not page.is_ready()
    page.forget()
    assert page.passphrase == ""


def test_the_recovery_code_can_be_typed_in_digits(application: QApplication, qtbot: QtBot) -> None:
    page = RecoveryPage(os.urandom)
    qtbot.addWidget(page)
    page.show()
    button(page, "Show it in digits only").click()
    assert page.code is not None
    assert page._box._shown.text().replace("-\n", "-") == page.code.digits
    page._box._typed.setText(page.code.digits)
    assert page.is_ready()
    wrong = page.code.digits[:-1] + ("1" if page.code.digits[-1] != "1" else "2")
    page._box._typed.setText(wrong)
    assert not page.is_ready()


def test_the_meter_speaks(application: QApplication, qtbot: QtBot) -> None:
    meter = StrengthMeter()
    qtbot.addWidget(meter)
    for text, word in (
        ("password1", "Weak"),
        ("correct horse battery staple tin", "Good"),
        ("", "Several"),
    ):
        meter.judge(text)
        qtbot.waitUntil(lambda word=word: meter._words.text().startswith(word), timeout=30_000)


@pytest.mark.parametrize("there", ["file", "folder", "empty folder", "nothing"])
def test_what_is_there_is_never_built_over(
    application: QApplication, tmp_path: Path, qtbot: QtBot, there: str
) -> None:
    place = tmp_path / "Archive"
    if there == "file":
        place.write_text("x")
    elif there != "nothing":
        place.mkdir()
    if there == "folder":
        (place / "letter.txt").write_text("x")
    page = PlacePage(str(tmp_path))
    qtbot.addWidget(page)
    page.show()
    if there in ("file", "folder"):
        qtbot.waitUntil(page._warning.isVisible, timeout=30_000)
        assert not page.is_ready()
    else:
        with qtbot.waitSignal(page.readiness_changed, timeout=30_000):
            page._on_change()
        assert page.is_ready()
        assert not page._warning.isVisible()


def test_a_synchronised_folder_is_warned_about(
    application: QApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "Dropbox").mkdir()
    page = PlacePage(str(tmp_path / "Dropbox"))
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(page._warning.isVisible, timeout=30_000)
    assert "Dropbox" in page._warning.text()
    assert page.is_ready()
