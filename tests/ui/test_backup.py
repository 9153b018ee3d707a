"""The card *Backup*, the reminder, and the age beside panic."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import Credential, credential_from_text
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup import Backup
from hrd_desktop.services.backup_check import check_backup, note_check
from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.ui.backup.banner import BackupAge, BackupBanner
from hrd_desktop.ui.backup.card import BackupCard
from hrd_desktop.ui.backup.dialogs import CredentialDialog, ItemsDialog, NewBackupDialog
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.navigation import Navigation
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.passphrase_field import PassphraseField
from tests.ui.driving import PASSPHRASE, button

WAIT_MS = 60_000


@pytest.fixture
def card(operations: Operations, qtbot: QtBot) -> BackupCard:
    made = BackupCard(operations, os.urandom)
    qtbot.addWidget(made)
    made.resize(700, 700)
    made.show()
    qtbot.waitUntil(lambda: "no backup yet" in made._about.text(), timeout=WAIT_MS)
    return made


def take(session: Session, folder: Path, **contents: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    run = Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=uuid.uuid4,
    )
    run.run([os.fsencode(folder)])


def dialog(card: BackupCard, kind: type[QWidget], qtbot: QtBot) -> QWidget:
    """The open dialog of this kind."""
    found: list[QWidget] = []

    def look() -> bool:
        found[:] = [one for one in card.window().findChildren(kind) if one.isVisible()]
        return bool(found)

    qtbot.waitUntil(look, timeout=WAIT_MS)
    return found[-1]


def finish(card: BackupCard, qtbot: QtBot, act: Callable[[], object]) -> str:
    """Do it, wait for the job, and what the card then says."""
    jobs: list[Job] = []
    card.job_started.connect(jobs.append)
    act()
    with (
        qtbot.waitSignal(jobs[-1].ended, timeout=WAIT_MS)
        if jobs
        else qtbot.waitSignal(card.job_started, timeout=WAIT_MS)
    ):
        pass
    qtbot.waitUntil(card._found.isVisible, timeout=WAIT_MS)
    card.job_started.disconnect(jobs.append)
    return card._found.text().replace("\u2068", "").replace("\u2069", "")


def with_passphrase(card: BackupCard, qtbot: QtBot, name: str, action: str) -> str:
    """Press a button of the card, type the passphrase, and what the card then says."""
    button(card, name).click()
    asked = dialog(card, CredentialDialog, qtbot)
    assert not button(asked, action).isEnabled()
    asked.findChildren(PassphraseField)[0].set_text(PASSPHRASE)
    return finish(card, qtbot, button(asked, action).click)


def test_back_up_check_drill_and_bring_back(
    card: BackupCard, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    take(vault_session, tmp_path / "in", a=b"one", b=b"two" * 9000)
    stick = tmp_path / "stick"
    stick.mkdir()
    assert not button(card, "Check the backup…").isEnabled()
    card._place_chosen(str(stick))
    asked = dialog(card, NewBackupDialog, qtbot)
    words = finish(card, qtbot, button(asked, "Back up").click)
    assert "complete: 2 items" in words and "only a checked backup" in words
    qtbot.waitUntil(lambda: "never checked" in card._about.text(), timeout=WAIT_MS)
    assert backup_state(vault_session).is_due
    assert "All is well" in with_passphrase(card, qtbot, "Check the backup…", "Check")
    assert not backup_state(vault_session).is_due
    qtbot.waitUntil(lambda: "never checked" not in card._about.text(), timeout=WAIT_MS)
    assert "2 items tried" in with_passphrase(card, qtbot, "Drill…", "Start the drill")
    assert "Nothing has changed" in finish(card, qtbot, button(card, "Back up now").click)

    item = vault_session.read(lambda vault: next(vault.records.items.iter_items()))
    os.truncate(vault_session.vault.layout.object_path(item.object_name), 8192)
    button(card, "Bring items back…").click()
    asked = dialog(card, CredentialDialog, qtbot)
    asked.findChildren(PassphraseField)[0].set_text(PASSPHRASE)
    button(asked, "Open").click()
    chosen = dialog(card, ItemsDialog, qtbot)
    assert not button(chosen, "Bring them back").isEnabled()
    items = chosen.findChildren(QListWidget)[0]
    assert items.count() == 2
    items.item(0).setCheckState(Qt.CheckState.Checked)
    assert "1 items came back" in finish(card, qtbot, button(chosen, "Bring them back").click)
    vault_session.vault.objects.verify(
        vault_session.read(lambda vault: vault.records.items.load(item.id).object_name),
        (item.size_bytes, item.sha256),
    )


def test_the_rule_and_the_interval_are_kept_in_the_vault(
    card: BackupCard, vault_session: Session, operations: Operations, tmp_path: Path, qtbot: QtBot
) -> None:
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(tmp_path / "stick"))
    card.refresh()
    qtbot.waitUntil(lambda: button(card, "Back up now").isEnabled(), timeout=WAIT_MS)
    for name, index in (
        ("Snapshots to keep", 2),
        ("Remind when the last checked backup is older than", 0),
    ):
        box = next(box for box in card.findChildren(QComboBox) if box.accessibleName() == name)
        box.setCurrentIndex(index)
        with qtbot.waitSignal(operations.changed, timeout=WAIT_MS):
            box.activated.emit(index)
    state = backup_state(vault_session)
    assert (state.places[0].keep, state.interval_days) == ("10", 1)
    card._ask_forget()
    with qtbot.waitSignal(operations.changed, timeout=WAIT_MS):
        button(card.window(), "Forget it").click()
    assert backup_state(vault_session).places == ()
    assert (tmp_path / "stick" / "keys").is_dir()


def test_a_wrong_passphrase_is_told_and_changes_nothing(
    card: BackupCard, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(tmp_path / "stick"))
    card.refresh()
    qtbot.waitUntil(lambda: button(card, "Check the backup…").isEnabled(), timeout=WAIT_MS)
    card._start_check("not the passphrase", "")
    qtbot.waitUntil(lambda: button(card, "Check the backup…").isEnabled(), timeout=WAIT_MS)
    assert not card._found.isVisible()
    assert backup_state(vault_session).is_due


def test_the_age_stands_beside_panic_and_the_reminder_can_wait(
    operations: Operations,
    vault_session: Session,
    vault_credential: Credential,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    navigation, banner = Navigation(PanicButton()), BackupBanner()
    for widget in (navigation, banner):
        qtbot.addWidget(widget)
    age = BackupAge(operations)

    def told() -> tuple[str, str]:
        with qtbot.waitSignal(age.told, timeout=WAIT_MS) as heard:
            age.ask()
        navigation.show_backup_age(heard.args[0])
        banner.say(heard.args[1])
        return heard.args[0], banner.text

    # Who has no backup is told so beside panic and not nagged.
    assert told() == ("No backup", "")
    stick = tmp_path / "stick"
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(stick))
    line, reminder = told()
    assert line == "No checked backup" and "Only a checked backup" in reminder
    button(banner, "Later").click()
    assert told() == ("No checked backup", "")
    report = check_backup(
        str(stick),
        credential_from_text(PASSPHRASE),
        tenth=False,
        random=os.urandom,
        progress=NoProgress(),
        cancel=CancelToken(),
    )
    note_check(vault_session, report)
    assert told() == ("Checked backup: today", "")
