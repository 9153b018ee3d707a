"""The security section: what opens the vault, what is remembered, checking, and the rehearsal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import WrongCredentialError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case, update_case
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.memory_on_disk import MemoryOnDisk, look_at_swap
from hrd_desktop.services.rehearse import Rehearsal, RehearsedStep
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.services.slots import list_slots
from hrd_desktop.services.triggers import FAILED_UNLOCKS, Triggers
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.wipe_report import FAILED
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.help.moments import moments
from hrd_desktop.ui.help.section import HelpSection
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.arm_wipe_dialog import ArmWipeDialog
from hrd_desktop.ui.security.check_card import CheckCard
from hrd_desktop.ui.security.credential_dialogs import (
    NewPassphraseDialog,
    NewRecoveryCodeDialog,
    RekeyDialog,
)
from hrd_desktop.ui.security.lock_card import LockCard, memory_words
from hrd_desktop.ui.security.panic_card import PanicCard
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.security.seen_dialog import SeenDialog
from hrd_desktop.ui.security.triggers_card import TriggersCard
from hrd_desktop.ui.wrapping_check import WrappingCheckBox
from tests.ui.driving import PASSPHRASE, Started, button


@pytest.fixture
def settings_file(tmp_home: Path) -> SettingsFile:
    return SettingsFile(str(tmp_home / ".config" / "sheaf" / "settings.json"))


@pytest.fixture
def unseen(
    operations: Operations, settings_file: SettingsFile, vault_path: Path, qtbot: QtBot
) -> SecuritySection:
    """Made, and not shown yet."""
    preferences = Preferences(Settings().with_vault(str(vault_path)), settings_file, operations)
    made = SecuritySection(operations, preferences, str(vault_path), os.urandom)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def section(unseen: SecuritySection, qtbot: QtBot) -> SecuritySection:
    made = unseen
    made.resize(900, 1400)
    made.show()
    qtbot.waitUntil(lambda: made.is_whole and "Passphrase" in names_of_slots(made), timeout=30_000)
    return made


def test_a_narrow_window_scrolls_the_cards_down_and_not_sideways(section: SecuritySection) -> None:
    section.resize(420, 360)
    QApplication.processEvents()
    assert section.horizontalScrollBar().maximum() == 0
    boxes = section.findChildren(WrappingCheckBox)
    assert any(box.heightForWidth(box.width()) > box.sizeHint().height() for box in boxes), "none wraps"
    assert all(box.height() >= box.heightForWidth(box.width()) for box in boxes)
    section.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    assert section.horizontalScrollBar().maximum() == 0


def test_cards_come_one_a_turn_and_only_to_be_seen(unseen: SecuritySection, qtbot: QtBot) -> None:
    made = unseen
    first = len(made.findChildren(Card))
    made.show()
    made.hide()
    qtbot.wait(50)
    assert not made.is_whole
    assert len(made.findChildren(Card)) <= first + 1
    made.show()
    qtbot.waitUntil(lambda: made.is_whole, timeout=10_000)
    assert len(made.findChildren(Card)) == 11
    assert all(card.isVisible() for card in made.findChildren(Card))


def names_of_slots(section: SecuritySection) -> list[str]:
    """The slots that are listed, by the names of their buttons."""
    return [
        each.accessibleName().removeprefix("Change ")
        for each in section.findChildren(QPushButton)
        if each.accessibleName().startswith("Change ") and each.isVisible()
    ]


def opens(vault: Path, text: str) -> bool:
    """Whether this text opens the vault, which nobody has open."""
    try:
        unlock(str(vault), credential_from_text(text), random=os.urandom, clock=SystemClock()).close()
    except WrongCredentialError:
        return False
    return True


def dialog_of(section: SecuritySection, kind: type[PlainDialog]) -> PlainDialog:
    (found,) = section.findChildren(kind)
    return found


def count_slots(session: Session) -> int:
    return sum(slot.used for slot in list_slots(session)[0])


def test_a_second_passphrase_is_added_changed_and_removed(
    section: SecuritySection, vault_session: Session, vault_path: Path, qtbot: QtBot
) -> None:
    button(section, "Add a passphrase…").click()
    dialog = dialog_of(section, NewPassphraseDialog)
    assert isinstance(dialog, NewPassphraseDialog)
    assert not button(dialog, "Add the passphrase").isEnabled()
    button(dialog, "My own passphrase").click()
    dialog._page._own.set_text("second one")
    dialog._page._again.set_text("second one")
    assert dialog._label is not None
    dialog._label.setText("Amina")
    button(dialog, "Add the passphrase").click()
    second = "Passphrase: \u2068Amina\u2069"
    qtbot.waitUntil(lambda: names_of_slots(section) == ["Passphrase", second], timeout=60_000)

    button(section, f"Change {second}").click()
    qtbot.waitUntil(lambda: len(section.findChildren(NewPassphraseDialog)) == 1)
    dialog = dialog_of(section, NewPassphraseDialog)
    assert isinstance(dialog, NewPassphraseDialog)
    button(dialog, "My own passphrase").click()
    dialog._page._own.set_text("third one")
    dialog._page._again.set_text("third one")
    button(dialog, "Change it").click()
    qtbot.waitUntil(lambda: button(section, f"Remove {second}").isEnabled(), timeout=60_000)

    button(section, f"Remove {second}").click()
    question = next(
        each for each in section.findChildren(PlainDialog) if "no longer open" in " ".join(words_of(each))
    )
    button(question, "Remove").click()
    qtbot.waitUntil(lambda: names_of_slots(section) == ["Passphrase"], timeout=60_000)
    assert not button(section, "Remove Passphrase").isEnabled()
    vault_session.close()
    assert opens(vault_path, PASSPHRASE)
    assert not opens(vault_path, "third one")


def words_of(dialog: PlainDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def say_what_was_seen(section: SecuritySection, what: str, action: str = "Go on") -> SeenDialog:
    """Answer the question and go on."""
    button(section, "Did somebody see it?…").click()
    dialog = dialog_of(section, SeenDialog)
    assert isinstance(dialog, SeenDialog)
    assert not button(dialog, "Go on").isEnabled()
    button(dialog, what).click()
    button(dialog, action).click()
    return dialog


def test_who_saw_the_passphrase_and_has_a_copy_is_answered_by_both(
    section: SecuritySection, vault_session: Session, vault_path: Path, qtbot: QtBot
) -> None:
    say_what_was_seen(section, "Both, or I cannot tell")
    qtbot.waitUntil(lambda: len(section.findChildren(NewPassphraseDialog)) == 1)
    dialog = dialog_of(section, NewPassphraseDialog)
    assert isinstance(dialog, NewPassphraseDialog)
    button(dialog, "My own passphrase").click()
    dialog._page._own.set_text("not seen by anybody")
    dialog._page._again.set_text("not seen by anybody")
    button(dialog, "Change it").click()
    qtbot.waitUntil(lambda: len(section.findChildren(RekeyDialog)) == 1, timeout=60_000)
    key = vault_session.read(lambda vault: vault.compartment_key)
    button(dialog_of(section, RekeyDialog), "Make the new key").click()
    qtbot.waitUntil(lambda: vault_session.read(lambda vault: vault.compartment_key) != key, timeout=60_000)
    vault_session.close()
    assert opens(vault_path, "not seen by anybody")
    assert not opens(vault_path, PASSPHRASE)


def test_on_a_computer_that_was_in_other_hands_nothing_is_changed(section: SecuritySection) -> None:
    seen = say_what_was_seen(section, "The computer itself was in other hands", "Close")
    assert "restore a checked backup on another one" in " ".join(words_of(seen))
    assert not section.findChildren(RekeyDialog) and not section.findChildren(NewPassphraseDialog)


def test_a_recovery_code_is_added_once_it_was_typed_back_and_outlives_a_new_key(
    section: SecuritySection, vault_session: Session, vault_path: Path, qtbot: QtBot
) -> None:
    button(section, "Add a recovery code…").click()
    dialog = dialog_of(section, NewRecoveryCodeDialog)
    assert isinstance(dialog, NewRecoveryCodeDialog)
    code = dialog._code.letters
    assert not button(dialog, "Add the recovery code").isEnabled()
    dialog._box._typed.setText(code)
    button(dialog, "Add the recovery code").click()
    qtbot.waitUntil(lambda: names_of_slots(section) == ["Passphrase", "Recovery code"], timeout=60_000)

    seen = say_what_was_seen(section, "Somebody copied the vault or a backup")
    assert "closed to that copy" in " ".join(words_of(seen))
    qtbot.waitUntil(lambda: len(section.findChildren(RekeyDialog)) == 1)
    rekey = dialog_of(section, RekeyDialog)
    assert isinstance(rekey, RekeyDialog)
    rekey._fields[0].set_text(code)
    before = (vault_path / "keyslots.a").read_bytes()
    button(rekey, "Make the new key").click()
    qtbot.waitUntil(lambda: (vault_path / "keyslots.a").read_bytes() != before, timeout=60_000)
    qtbot.waitUntil(lambda: names_of_slots(section) == ["Passphrase", "Recovery code"], timeout=60_000)
    vault_session.close()
    assert opens(vault_path, PASSPHRASE)
    assert opens(vault_path, code)


def test_the_whole_vault_is_checked_and_damage_is_named(
    section: SecuritySection, vault_session: Session, vault_path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    original = tmp_path / "a.txt"
    original.write_bytes(os.urandom(50_000))
    Ingest(
        vault_session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(os.urandom),
    ).run([os.fsencode(original)])
    said = find_found(section)
    jobs: list[Job] = []
    section.job_started.connect(jobs.append)
    button(section, "Check the whole vault").click()
    qtbot.waitUntil(lambda: "All is well" in said(), timeout=60_000)
    assert len(jobs) == 1
    (stored,) = (path for path in (vault_path / "objects").rglob("*") if path.is_file())
    with stored.open("r+b") as file:
        file.seek(20_000)
        file.write(b"\0" * 100)
    button(section, "Check the whole vault").click()
    qtbot.waitUntil(lambda: "Not everything" in said(), timeout=60_000)
    assert "E0001" in said()


def find_found(section: SecuritySection) -> Callable[[], str]:
    (card,) = section.findChildren(CheckCard)
    return card._found.text


def test_the_rehearsal_wipes_a_vault_that_is_not_ours(
    section: SecuritySection, vault_path: Path, qtbot: QtBot
) -> None:
    (card,) = section.findChildren(PanicCard)
    button(section, "Rehearse on a throw-away vault").click()
    qtbot.waitUntil(lambda: "after" in card._found.text(), timeout=120_000)
    assert card._found.text().startswith("The rehearsal did what panic promises.")
    assert "Keys, once more and read back: " in card._found.text()
    assert (vault_path / "keyslots.a").exists()
    assert sorted(path.name for path in vault_path.parent.iterdir()) == ["home", "vault"]
    assert card._found.property("tone") == "notice"
    refused = RehearsedStep("objects", FAILED, "EIO", 1.0)
    card._show(Rehearsal(2.0, None, 9.0, True, 4, 1, 0, (refused,)))
    assert "NOT DONE: Encrypted items" in card._found.text()
    assert card._found.property("tone") == "warning"


def test_panic_while_locked_is_turned_on_only_after_a_question(
    section: SecuritySection, settings_file: SettingsFile, qtbot: QtBot
) -> None:
    name = "Panic can be reached from the unlock screen, too"
    box = button(section, name)
    box.click()
    assert not box.isChecked()
    (question,) = section.findChildren(PlainDialog)
    button(question, "Cancel").click()
    assert not box.isChecked()
    box.click()
    question = next(each for each in section.findChildren(PlainDialog) if each.isVisible())
    button(question, "I have a checked backup: turn it on").click()
    assert box.isChecked()
    qtbot.waitUntil(lambda: settings_file.load().panic_while_locked, timeout=30_000)
    box.click()
    qtbot.waitUntil(lambda: not settings_file.load().panic_while_locked, timeout=30_000)


def box_of(section: SecuritySection, name: str) -> QComboBox:
    (found,) = (box for box in section.findChildren(QComboBox) if box.accessibleName() == name)
    return found


def in_sight(dialog: PlainDialog, widget: QWidget) -> bool:
    """Whether all of it is seen in the part that scrolls."""
    top = widget.mapTo(dialog._scroll.viewport(), QPoint(0, 0))
    return widget.isVisible() and dialog._scroll.viewport().rect().contains(QRect(top, widget.size()))


def test_a_wipe_is_armed_only_with_the_passphrase_and_after_the_truth(
    section: SecuritySection, vault_session: Session, settings_file: SettingsFile, qtbot: QtBot
) -> None:
    update_case(vault_session, add_case(vault_session, "C-1"), to_be_preserved=True)
    key = box_of(section, "When Ctrl+Shift+F12 is pressed")
    choose(key, "wipe")
    assert key.currentData() == ""
    qtbot.waitUntil(lambda: bool(section.findChildren(ArmWipeDialog)), timeout=30_000)
    dialog = dialog_of(section, ArmWipeDialog)
    assert isinstance(dialog, ArmWipeDialog)
    words = " ".join(words_of(dialog))
    for said in ("no checked backup", "C-1", "may itself be charged", "switched off"):
        assert said in words
    dialog._field.set_text("not " + PASSPHRASE)
    button(dialog, "Arm it").click()
    qtbot.waitUntil(dialog._said.isVisible, timeout=60_000)
    assert key.currentData() == ""
    assert settings_file.load().triggers == Triggers()
    # On the smallest screen what is wrong and where it is put right are seen together.
    dialog.setFixedSize(500, 360)
    dialog._field.set_text("not this one")
    button(dialog, "Arm it").click()
    seen = (dialog._said, dialog._field)
    qtbot.waitUntil(lambda: all(in_sight(dialog, each) for each in seen), timeout=60_000)
    dialog._field.set_text(PASSPHRASE)
    button(dialog, "Arm it").click()
    qtbot.waitUntil(lambda: key.currentData() == "wipe", timeout=60_000)
    qtbot.waitUntil(lambda: settings_file.load().triggers.key_deed == "wipe", timeout=30_000)
    (card,) = section.findChildren(TriggersCard)
    assert "Armed: the key." in card._armed.text().replace("\u2068", "").replace("\u2069", "")
    assert "destroys every vault" in card._armed.text()


def test_what_harms_nothing_is_armed_at_once_and_seen(
    section: SecuritySection, settings_file: SettingsFile, qtbot: QtBot
) -> None:
    (card,) = section.findChildren(TriggersCard)
    assert card._armed.text() == "Nothing is armed."
    choose(box_of(section, "Switch off after failed unlocks"), 5)
    choose(box_of(section, "Switch off after days without an unlock"), 3)
    qtbot.waitUntil(lambda: bool(settings_file.load().triggers.unlocked_utc), timeout=30_000)
    found = settings_file.load().triggers
    assert (found.failed_unlocks, found.days) == (5, 3)
    assert "failed unlocks, days without" in card._armed.text()
    # They offer no deed at all.
    assert {box_of(section, "Switch off after failed unlocks").itemData(row) for row in range(5)} == {
        *FAILED_UNLOCKS
    }


def test_the_state_of_swap_is_said_as_far_as_it_is_known(section: SecuritySection, qtbot: QtBot) -> None:
    (card,) = section.findChildren(LockCard)
    qtbot.waitUntil(lambda: bool(card._memory.text()), timeout=30_000)
    assert card._memory.text() == memory_words(look_at_swap())
    assert "unencrypted" in memory_words(MemoryOnDisk(True, "clear"))
    assert "cannot be seen" in memory_words(MemoryOnDisk(False))


def test_swap_in_clear_is_told_once(
    started: Started, vault_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hrd_desktop.ui.security.lock_card.look_at_swap", lambda: MemoryOnDisk(True, "clear"))
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    qtbot.waitUntil(lambda: "unencrypted" in workspace._standing.words, timeout=30_000)
    qtbot.waitUntil(lambda: started.settings_file.load().memory_told, timeout=30_000)
    button(workspace, "Understood").click()
    assert workspace._standing.words == ""


def test_theme_and_time_hold_at_once_and_are_saved(
    started: Started, application: QApplication, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    security = workspace.open("security")
    assert isinstance(security, SecuritySection)
    qtbot.waitUntil(lambda: security.is_whole, timeout=10_000)
    boxes = {box.accessibleName(): box for box in workspace.findChildren(QComboBox) if box.isVisible()}
    light = application.palette().color(QPalette.ColorRole.Window)
    choose(boxes["Theme"], "dark")
    assert application.palette().color(QPalette.ColorRole.Window) != light
    choose(boxes["Lock after"], 15)
    assert started.program._timer._minutes == 15
    qtbot.waitUntil(
        lambda: (
            (settings := started.settings_file.load()).theme == "dark" and settings.lock_after_minutes == 15
        ),
        timeout=30_000,
    )
    assert [boxes["Language"].itemText(row) for row in range(boxes["Language"].count())] == ["English"]


def choose(box: QComboBox, data: object) -> None:
    """As a person chooses: the signal that only people cause is emitted too."""
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_of_two_changes_the_later_one_holds_whichever_is_written_first(
    operations: Operations, settings_file: SettingsFile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Callable[[object], object]] = []
    monkeypatch.setattr(operations, "read", lambda work, done: held.append(work))
    preferences = Preferences(Settings().with_vault("/mine"), settings_file, operations)
    preferences.change(theme="dark")
    preferences.change(lock_after_minutes=15)
    for work in reversed(held):
        work(None)
    settings = settings_file.load()
    assert (settings.theme, settings.lock_after_minutes) == ("dark", 15)


def test_a_vault_that_another_window_added_stays_in_the_settings(
    operations: Operations, settings_file: SettingsFile, qtbot: QtBot
) -> None:
    preferences = Preferences(Settings().with_vault("/mine"), settings_file, operations)
    settings_file.save(Settings().with_vault("/other"))
    preferences.change(theme="dark")
    qtbot.waitUntil(lambda: settings_file.load().vaults == ("/mine", "/other"), timeout=30_000)


def test_help_says_what_to_do_after_a_wipe(application: QApplication, qtbot: QtBot) -> None:
    section = HelpSection()
    section.finish()
    qtbot.addWidget(section)
    words = " ".join(label.text() for label in section.findChildren(QLabel))
    for said in ("I have just wiped", "I wiped by accident", "no way back", "Ctrl+Shift+Backspace", "Sheaf"):
        assert said in words


def test_help_and_the_guide_say_the_same(application: QApplication, qtbot: QtBot, project: Path) -> None:
    section = HelpSection()
    section.finish()
    qtbot.addWidget(section)
    shown = [label.text() for label in section.findChildren(QLabel)]
    guide = " ".join((project / "docs/guide/moments.md").read_text(encoding="utf-8").split())
    for title, sentences in moments():
        for words in (title, *sentences):
            assert words in shown
            assert words in guide
    assert [title for title, _ in moments()][2:] == ["They gave the laptop back", "Before a border"]


def test_no_words_are_cut_off_while_the_cards_come(application: QApplication, qtbot: QtBot) -> None:
    section = HelpSection()
    qtbot.addWidget(section)
    section.resize(800, 600)
    section.show()
    while not section.is_whole:
        application.processEvents()
        words = [label for label in section.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
        assert words
        assert [label.text() for label in words if label.height() < label.heightForWidth(label.width())] == []
