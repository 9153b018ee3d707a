"""The card *Backup*, the reminder, and the age beside panic."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QListWidget, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import Credential, credential_from_text
from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.base import Cancelled, NotOpenedError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup import Backup
from hrd_desktop.services.backup_check import check_backup, note_check
from hrd_desktop.services.backup_places import backup_state, set_keep
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.restore_items import read_backup
from hrd_desktop.services.restore_start import BackupAtHand
from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import NewShares, add_share_set, make_shares
from hrd_desktop.services.unlock import unlock
from hrd_desktop.ui.abandon import Abandon
from hrd_desktop.ui.backup.banner import BackupAge, BackupBanner
from hrd_desktop.ui.backup.card import BackupCard
from hrd_desktop.ui.backup.dialogs import CredentialDialog, NewBackupDialog
from hrd_desktop.ui.backup.items_dialog import ItemsDialog
from hrd_desktop.ui.backup.restore_dialog import RestoreDialog
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.navigation import Navigation
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.shares.entry import EnterSharesDialog
from hrd_desktop.ui.unlock_screen import UnlockScreen
from tests.ui.driving import PASSPHRASE, Started, button

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


def enter_shares(card: BackupCard, qtbot: QtBot, name: str, made: NewShares) -> QPushButton:
    """Press a button of the card and enter shares; the button that opens the backup with them."""
    button(card, name).click()
    button(dialog(card, CredentialDialog, qtbot), "Use shares…").click()
    asked = dialog(card, EnterSharesDialog, qtbot)
    assert isinstance(asked, EnterSharesDialog)
    for share in made.shares[:2]:
        asked.entry.type_share(" ".join(share.words))
        button(asked, "Add this share").click()
    return button(asked, "Open with these shares")


def test_back_up_check_drill_and_bring_back(
    card: BackupCard, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    made = make_shares(2, 3, os.urandom)
    add_share_set(vault_session, made)
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
    with_shares = enter_shares(card, qtbot, "Drill…", made)
    assert "2 items tried" in finish(card, qtbot, with_shares.click)
    with_shares = enter_shares(card, qtbot, "Check the backup…", made)
    assert "All is well" in finish(card, qtbot, with_shares.click)
    assert "Nothing has changed" in finish(card, qtbot, button(card, "Back up now").click)

    item = vault_session.read(lambda vault: next(vault.records.items.iter_items()))
    os.truncate(vault_session.vault.layout.object_path(item.object_name), 8192)
    enter_shares(card, qtbot, "Bring items back…", made).click()
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
    card._acts.start_check(WhatOpens("not the passphrase"))
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


def look_into(card: BackupCard, qtbot: QtBot) -> ItemsDialog:
    button(card, "Bring items back…").click()
    asked = dialog(card, CredentialDialog, qtbot)
    asked.findChildren(PassphraseField)[0].set_text(PASSPHRASE)
    button(asked, "Open").click()
    found = dialog(card, ItemsDialog, qtbot)
    assert isinstance(found, ItemsDialog)
    return found


def test_an_older_snapshot_is_looked_into_a_tenth_checked_and_older_ones_removed(
    card: BackupCard, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    stick = tmp_path / "stick"
    take(vault_session, tmp_path / "in", first=b"the first one")
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(stick))
    item = vault_session.read(lambda vault: next(vault.records.items.iter_items()))
    take(vault_session, tmp_path / "in", second=b"the second one")
    keep = KeepRule.parse("3")
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(stick), keep=keep)
    card.refresh()
    qtbot.waitUntil(lambda: button(card, "Back up now").isEnabled(), timeout=WAIT_MS)

    chosen = look_into(card, qtbot)
    items = chosen.findChildren(QListWidget)[0]
    assert items.count() == 2
    chosen.findChildren(QLineEdit)[0].setText("SECOND")
    assert [items.item(row).isHidden() for row in range(2)] == [False, True]
    chosen.findChildren(QLineEdit)[0].clear()
    snapshots = chosen.findChildren(QComboBox)[0]
    assert snapshots.count() == 2
    snapshots.setCurrentIndex(1)
    snapshots.activated.emit(1)
    qtbot.waitUntil(lambda: items.count() == 1, timeout=WAIT_MS)
    os.truncate(vault_session.vault.layout.object_path(item.object_name), 4096)
    items.item(0).setCheckState(Qt.CheckState.Checked)
    assert "1 items came back" in finish(card, qtbot, button(chosen, "Bring them back").click)

    button(card, "Check the backup…").click()
    asked = dialog(card, CredentialDialog, qtbot)
    asked.findChildren(PassphraseField)[0].set_text(PASSPHRASE)
    button(asked, "Read a random tenth").click()
    assert "A random tenth is whole" in finish(card, qtbot, button(asked, "Check").click)
    assert backup_state(vault_session).is_due

    rule = next(box for box in card.findChildren(QComboBox) if box.accessibleName() == "Snapshots to keep")
    assert rule.currentData() == "3"
    set_keep(vault_session, backup_state(vault_session).places[0], KeepRule.parse("1"))
    card.refresh()
    qtbot.waitUntil(lambda: rule.currentData() == "1", timeout=WAIT_MS)
    button(card, "Remove older snapshots…").click()
    words = finish(card, qtbot, button(card.window(), "Remove them").click)
    assert "Snapshots in it: 1." in words
    with read_backup(
        str(stick), credential_from_text(PASSPHRASE), random=os.urandom, clock=vault_session.clock
    ) as left:
        assert len(left.snapshots) == 1


def test_a_vault_that_cannot_be_written_to_says_how_to_copy_it(
    card: BackupCard, vault_session: Session, operations: Operations, qtbot: QtBot
) -> None:
    vault_session.vault.read_only = True
    operations.changed.emit()
    qtbot.waitUntil(lambda: "Copy the whole folder" in card._about.text(), timeout=WAIT_MS)
    assert not button(card, "Choose a folder and back up…").isEnabled()


def test_whoever_has_only_the_stick_gets_the_vault_back(
    started: Started, vault_session: Session, vault_path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    """From the first page of a computer that knows no vault."""
    stick = tmp_path / "stick"
    take(vault_session, tmp_path / "in", a=b"kept", b=b"lost on the stick")
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(stick))
    lost = vault_session.read(lambda vault: list(vault.records.items.iter_items())[1])
    os.truncate(stick / "objects" / lost.object_name.hex()[:2] / lost.object_name.hex()[2:], 4096)
    vault_session.close()
    shutil.rmtree(vault_path)
    started.program.start("", new=False)
    button(started.window, "Restore a backup").click()
    (asked,) = started.window.findChildren(RestoreDialog)
    assert not button(asked, "Open the backup").isEnabled()
    asked.set_folder(str(stick))
    asked._form.field.set_text("wrong")
    button(asked, "Open the backup").click()
    qtbot.waitUntil(asked._said.isVisible, timeout=WAIT_MS)
    asked._form.field.set_text(PASSPHRASE)
    button(asked, "Open the backup").click()
    qtbot.waitUntil(lambda: bool(asked._list.count()) and asked._list.isVisible(), timeout=WAIT_MS)
    asked._place.set_path(str(tmp_path / "back"))
    qtbot.waitUntil(button(asked, "Restore").isEnabled, timeout=WAIT_MS)
    button(asked, "Restore").click()
    qtbot.waitUntil(asked._verdict.isVisible, timeout=WAIT_MS)
    assert lost.reference in asked._lost.item(0).text() and asked._lost.count() == 1
    button(asked, "Open the new vault").click()
    assert started.screen(UnlockScreen).vault == str(tmp_path / "back")
    started.unlock(qtbot)


def test_a_restore_that_is_stopped_or_met_by_a_panic_leaves_nothing_that_opens(
    vault_session: Session, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    take(vault_session, tmp_path / "in", a=b"kept" * 400_000)
    Backup(vault_session, progress=NoProgress(), cancel=CancelToken()).run(str(stick))
    vault_session.close()
    backup = BackupAtHand(str(stick), WhatOpens(text=PASSPHRASE), random=os.urandom, clock=SystemClock())
    running = backup.restoring(str(tmp_path / "back"), 1, progress=NoProgress(), cancel=CancelToken())
    running.cancel()
    with pytest.raises(Cancelled):
        running.run()
    assert not list(tmp_path.glob("back*"))

    class Panic(NoProgress):
        """When all is copied and the keys are not written yet; then at the very end."""

        def finish_item(self) -> None:
            running.abandon()

    running = backup.restoring(str(tmp_path / "back"), 1, progress=Panic(), cancel=CancelToken())
    with pytest.raises(Cancelled):
        running.run()
    assert not list(tmp_path.glob("back*"))
    running = backup.restoring(str(tmp_path / "back"), 1, progress=NoProgress(), cancel=CancelToken())
    running.run()
    other = shutil.copytree(tmp_path / "back", tmp_path / "back-too")
    running.abandon()
    unlock(str(other), credential_from_text(PASSPHRASE), random=os.urandom, clock=SystemClock()).close()
    with pytest.raises(NotOpenedError):
        unlock(
            str(tmp_path / "back"), credential_from_text(PASSPHRASE), random=os.urandom, clock=SystemClock()
        )


def test_a_panic_reaches_a_drill_and_every_dialog_that_makes_a_vault(
    started: Started, card: BackupCard, vault_session: Session, tmp_path: Path
) -> None:
    abandoned: list[str] = []
    asked = RestoreDialog(started.window, "", str(tmp_path), random=os.urandom, clock=SystemClock())
    card.setParent(started.window)
    for maker, name in ((asked, "dialog"), (card._acts, "drill")):
        maker.findChildren(Abandon)[0].wanted.connect(lambda name=name: abandoned.append(name))
    started.program._out_begun()
    assert sorted(abandoned) == ["dialog", "drill"]
