"""Shares on the screen: made, shown once, proved, removed; entered one by one at the unlock screen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import NewShares, Share, add_share_set, list_share_sets, make_shares
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.rescue.dialog import RescueDialog
from hrd_desktop.ui.security.shares_card import SharesCard
from hrd_desktop.ui.shares.entry import EnterSharesDialog, ShareEntry
from hrd_desktop.ui.shares.holders_dialog import HoldersDialog
from hrd_desktop.ui.shares.make_dialog import MakeSharesDialog
from hrd_desktop.ui.shares.paper import share_pdf
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import PASSPHRASE, Started, button


@pytest.fixture
def card(operations: Operations, qtbot: QtBot) -> SharesCard:
    made = SharesCard(operations, os.urandom, "Shares", "")
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def text_of(share: Share) -> str:
    return " ".join(share.words)


def enter(dialog: EnterSharesDialog, *shares: Share) -> None:
    for share in shares:
        dialog.entry.type_share(text_of(share))
        button(dialog, "Add this share").click()


def seen(root: SharesCard | PlainDialog) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())


def test_a_set_is_made_shown_once_proved_and_removed(
    card: SharesCard, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    button(card, "Make shares…").click()
    (dialog,) = card.findChildren(MakeSharesDialog)
    dialog._names[0].setText("Ana")
    button(dialog, "Make the shares").click()
    qtbot.waitUntil(lambda: dialog._new is not None, timeout=60_000)
    new = dialog._new
    assert new is not None
    for share in new.shares:
        shown = seen(dialog)
        assert all(f"{place}. {word}" in shown for place, word in enumerate(share.words, 1))
        dialog._write(share, str(tmp_path / f"{share.number}.pdf"))
        button(dialog, "All are written down" if share is new.shares[-1] else "Next share").click()
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("*.pdf"))) == 3, timeout=30_000)
    qtbot.waitUntil(lambda: "Not proved" in seen(card), timeout=30_000)
    assert "Ana" in seen(card)
    assert list_share_sets(vault_session)[0].proved_utc is None

    name = next(each.accessibleName() for each in card.findChildren(QPushButton) if each.text() == "Prove…")
    button(card, name).click()
    (entering,) = card.findChildren(EnterSharesDialog)
    assert not button(entering, "Prove it").isEnabled()
    enter(entering, new.shares[2], new.shares[0])
    button(entering, "Prove it").click()
    qtbot.waitUntil(lambda: "Proved on" in seen(card), timeout=60_000)

    button(card, name.replace("Prove ", "Who has the shares of ")).click()
    (holders,) = card.findChildren(HoldersDialog)
    assert [field.text() for field in holders._fields] == ["Ana", "", ""]
    holders._fields[0].setText("Bea")
    holders._fields[2].setText("Carlo")
    button(holders, "Note it").click()
    qtbot.waitUntil(lambda: "Carlo" in seen(card) and "Bea" in seen(card), timeout=60_000)
    assert list_share_sets(vault_session)[0].holders == ("Bea", "", "Carlo")

    button(card, name.replace("Prove ", "Remove ")).click()
    asking = next(each for each in card.findChildren(PlainDialog) if each.windowTitle().startswith("Remove"))
    button(asking, "Remove").click()
    qtbot.waitUntil(lambda: list_share_sets(vault_session) == (), timeout=60_000)
    qtbot.waitUntil(lambda: "Any" not in seen(card), timeout=30_000)


def test_each_share_is_checked_as_it_comes_in(application: object, qtbot: QtBot) -> None:
    entry = ShareEntry()
    qtbot.addWidget(entry)
    entry.show()
    set_of_three, other = make_shares(3, 4, os.urandom), make_shares(2, 3, os.urandom)

    def message_after(text: str) -> str:
        entry.type_share(text)
        entry.add_typed()
        return entry._refused.text()

    first = set_of_three.shares[0]
    assert "33 words" in message_after(" ".join(first.words[:32]))
    assert "Word number" in message_after(" ".join(("zebrafinch", *first.words[1:])))
    swapped = (first.words[0], first.words[1], first.words[3], first.words[2], *first.words[4:])
    assert "do not fit together" in message_after(" ".join(swapped))
    assert message_after(text_of(first).upper()) == ""
    assert not entry.is_complete
    assert entry._field.toPlainText() == ""
    assert "in already" in message_after(text_of(first))
    assert "another set" in message_after(text_of(other.shares[0]))
    assert message_after(text_of(set_of_three.shares[2])) == ""
    assert "\u20682\u2069 of \u20683\u2069" in entry._missing.text()
    assert message_after(text_of(set_of_three.shares[3])) == ""
    assert entry.is_complete
    # No word of a share stays on the screen.
    assert not [
        word for word in first.words if any(word == label.text() for label in entry.findChildren(QLabel))
    ]
    entry.forget()
    assert entry.shares == ()


def test_the_page_of_a_share_is_a_pdf_with_its_words_and_no_name() -> None:
    share = make_shares(2, 3, os.urandom).shares[0]
    page = share_pdf(share)
    assert page.startswith(b"%PDF-") and b"%%EOF" in page[-16:]
    assert os.path.expanduser("~").encode() not in page


def with_shares(session: Session) -> NewShares:
    made = make_shares(2, 3, os.urandom)
    add_share_set(session, made)
    session.close()
    return made


def test_shares_open_the_vault_and_prove_the_set(
    started: Started, vault_path: Path, vault_session: Session, qtbot: QtBot
) -> None:
    made = with_shares(vault_session)
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    button(screen, "Use shares…").click()
    (dialog,) = started.window.findChildren(EnterSharesDialog)
    enter(dialog, made.shares[1], made.shares[2])
    button(dialog, "Unlock with these shares").click()
    qtbot.waitUntil(lambda: bool(started.window.findChildren(Workspace)), timeout=60_000)


def test_shares_of_another_vault_open_nothing(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    button(screen, "Use shares…").click()
    (dialog,) = started.window.findChildren(EnterSharesDialog)
    enter(dialog, *make_shares(2, 3, os.urandom).shares[:2])
    button(dialog, "Unlock with these shares").click()
    qtbot.waitUntil(lambda: bool(screen.message), timeout=60_000)
    assert not started.window.findChildren(Workspace)


def test_a_vault_is_rescued_from_the_unlock_screen(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    (vault_path / "records.0").unlink()
    started.program.start(str(vault_path), new=False)
    screen = started.screen(UnlockScreen)
    button(screen, "It does not open…").click()
    (dialog,) = started.window.findChildren(RescueDialog)
    dialog._form.field.set_text("wrong")
    qtbot.waitUntil(button(dialog, "Rescue").isEnabled, timeout=30_000)
    button(dialog, "Rescue").click()
    qtbot.waitUntil(lambda: bool(dialog._said.text()), timeout=60_000)
    dialog._form.field.set_text(PASSPHRASE)
    qtbot.waitUntil(button(dialog, "Rescue").isEnabled, timeout=30_000)
    button(dialog, "Rescue").click()
    qtbot.waitUntil(dialog._verdict.isVisible, timeout=60_000)
    assert not dialog.findChild(QListWidget).isVisible()
    button(dialog, "Open the new vault").click()
    assert screen.vault == str(vault_path) + "-rescued"
    started.unlock(qtbot)


def test_a_rescue_names_a_folder_that_the_disk_does_not_list(
    started: Started, vault_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_folder = os.scandir

    def refuse(path: str) -> object:
        if path == str(vault_path / "objects" / "a0"):
            raise OSError(5, "Input/output error", path)
        return list_folder(path)

    monkeypatch.setattr("hrd_desktop.storage.rescue_scan.os.scandir", refuse)
    started.program.start(str(vault_path), new=False)
    button(started.screen(UnlockScreen), "It does not open…").click()
    (dialog,) = started.window.findChildren(RescueDialog)
    dialog._form.field.set_text(PASSPHRASE)
    qtbot.waitUntil(button(dialog, "Rescue").isEnabled, timeout=30_000)
    button(dialog, "Rescue").click()
    qtbot.waitUntil(dialog._verdict.isVisible, timeout=60_000)
    assert dialog._verdict.text() == "The new vault is there, and something may be lost"
    lines = dialog.findChild(QListWidget)
    assert lines.isVisible()
    assert "objects/a0" in lines.item(lines.count() - 1).text()
