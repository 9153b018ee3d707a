"""What was typed about a bundle, a receipt or a search comes back after a lock; a passphrase never does."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.export import PlainFolder
from hrd_desktop.domain.people import ConsentPurpose
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.drafts import keep_draft, list_drafts
from hrd_desktop.services.saved_searches import SavedSearch
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.check.dialog import CheckDialog
from hrd_desktop.ui.check.receive_dialog import RECEIVE_DRAFT, ReceiveDialog
from hrd_desktop.ui.custody.spoken_dialog import SpokenDialog
from hrd_desktop.ui.draft_keeper import VERSION
from hrd_desktop.ui.evidence.choosing import NameDialog
from hrd_desktop.ui.evidence.export_question import numbers_of, spans_of
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.export.dialog import ExportDialog
from hrd_desktop.ui.export.whom_page import PASSPHRASE, PLAIN
from tests.ui.check.test_check_dialog import bundle
from tests.ui.desk import Desk, desk, dialog, go_on, section
from tests.ui.detail.conftest import Take, take
from tests.ui.driving import button

__all__ = ["desk", "take"]

SECRET = "never keep these seven words of mine"
TITLE = "The wells above the dam, in the order in which the committee found them. " * 2
KEYS = "\n".join(f"ssh-ed25519 AAAA{'x' * 60}{number} half" for number in range(30))
SENDER = "The lawyer of the upper village, who had it from her brother. " * 7
DIGITS = "12345 12345 12345 12345 12345 123"
NAME = "wells, before the flood, that somebody else has seen as well"


def kept(desk: Desk) -> str:
    """Everything that is kept of what was typed, as text."""
    return json.dumps(list_drafts(desk.session))


def test_what_was_typed_into_an_export_comes_back_about_the_same_items(
    desk: Desk, take: Take, tmp_path: Path, qtbot: QtBot
) -> None:
    items = take({"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
    workspace = desk.open()
    page = section(workspace, "evidence", EvidenceSection)
    case = add_case(desk.session, "WATER", "")
    page.export_question.ask([1, 3], case, [1, 2, 3])
    asking = dialog(qtbot, page, ExportDialog)
    asking.what.title.setText(TITLE)
    asking.what.purpose.setCurrentIndex(asking.what.purpose.findData(ConsentPurpose.NAME_TO_GOVERNMENT.value))
    asking.what.notes.setChecked(True)
    asking.whom.keys.setPlainText(KEYS)
    asking.whom._forms[PASSPHRASE].setChecked(True)
    asking.whom._words.setText(SECRET)
    desk.lock()
    assert SECRET not in kept(desk)

    workspace = desk.open()
    go_on(qtbot, workspace, "export was not written")
    asking = dialog(qtbot, workspace, ExportDialog)
    assert asking.what.title.text() == TITLE
    assert asking.what.purpose.currentData() == ConsentPurpose.NAME_TO_GOVERNMENT.value
    assert asking.whom.keys.toPlainText() == KEYS
    # What lets more leave is decided anew.
    assert not asking.what.notes.isChecked()
    assert [scope.numbers for scope in asking._scopes] == [(1, 3), None]
    assert asking._scopes[1].case == case
    qtbot.waitUntil(lambda: asking._plan is not None, timeout=10_000)
    assert [each.id for each in asking._plan.items] == [items["a.txt"].id, items["c.txt"].id]
    # What was written is not asked for again.
    asking.whom._forms[PLAIN].setChecked(True)
    asking._check_folder(str(tmp_path))
    button(asking, "Next").click()
    qtbot.waitUntil(asking._next.isEnabled, timeout=10_000)
    with qtbot.waitSignal(asking.exported, timeout=20_000):
        asking._next.click()
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_the_name_of_a_search_comes_back_with_the_search(desk: Desk, take: Take, qtbot: QtBot) -> None:
    take({"well.txt": b"w"})
    page = section(desk.open(), "evidence", EvidenceSection)
    page.search("well")
    qtbot.waitUntil(button(page, "Keep this search").isVisible, timeout=10_000)
    button(page, "Keep this search").click()
    dialog(qtbot, page, NameDialog).field.setText(NAME)
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, "no name yet")
    page = section(workspace, "evidence", EvidenceSection)
    asking = dialog(qtbot, page, NameDialog)
    assert asking.field.text() == NAME
    assert page._browse.words == "well"
    with qtbot.waitSignal(page._search_question.kept, timeout=10_000) as told:
        button(asking, "Keep").click()
    assert isinstance(told.args[0], SavedSearch)
    assert (told.args[0].name, told.args[0].browse.words) == (NAME, "well")
    qtbot.waitUntil(lambda: list_drafts(desk.session) == {}, timeout=10_000)


def test_a_receipt_told_by_voice_comes_back(desk: Desk, qtbot: QtBot) -> None:
    case = add_case(desk.session, "WATER", "")
    page = section(desk.open(), "cases", CasesSection)
    asking = SpokenDialog(desk.made[-1][0], case, page)
    asking.open()
    asking.count.setText("17")
    asking.digits.setText(DIGITS)
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, "told by voice")
    asking = dialog(qtbot, workspace, SpokenDialog)
    assert (asking.count.text(), asking.digits.text()) == ("17", DIGITS)
    asking.reject()
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_who_gave_a_bundle_comes_back_once_it_is_checked_again(
    desk: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    path = str(bundle(desk.session, tmp_path, PlainFolder()))
    workspace = desk.open()
    page = section(workspace, "evidence", EvidenceSection)
    receive_after_check(desk, qtbot, page, path).from_whom.setText(SENDER)
    desk.lock()
    assert SECRET not in kept(desk)
    assert path in kept(desk)

    workspace = desk.open()
    go_on(qtbot, workspace, "not taken in")
    checking = dialog(qtbot, workspace, CheckDialog)
    assert (checking.path, checking.passphrase.text) == (path, "")
    checking._check()
    qtbot.waitUntil(checking._take.isVisible, timeout=20_000)
    checking._take.click()
    receiving = dialog(qtbot, workspace, ReceiveDialog)
    assert receiving.from_whom.text() == SENDER
    receiving.go_button.click()
    qtbot.waitUntil(lambda: receiving._close.text() == "Close", timeout=20_000)
    qtbot.waitUntil(lambda: list_drafts(desk.session) == {}, timeout=10_000)


def receive_after_check(desk: Desk, qtbot: QtBot, page: EvidenceSection, path: str) -> ReceiveDialog:
    """The dialog that takes this bundle in, opened as it is."""
    page.ask_check()
    checking = dialog(qtbot, page, CheckDialog)
    checking.show_path(path)
    checking.passphrase.set_text(SECRET)
    checking._check()
    qtbot.waitUntil(checking._take.isVisible, timeout=20_000)
    checking._take.click()
    return dialog(qtbot, page, ReceiveDialog)


def test_a_bundle_that_is_not_checked_again_is_given_up(desk: Desk, qtbot: QtBot) -> None:
    state = {"path": "/away", "identities": ["/key"], "fields": {"sender": SENDER}}
    keep_draft(desk.session, RECEIVE_DRAFT, json.dumps({"version": VERSION, "state": state}))
    workspace = desk.open()
    go_on(qtbot, workspace, "not taken in")
    checking = dialog(qtbot, workspace, CheckDialog)
    assert (checking.path, checking._identities()) == ("/away", ("/key",))
    checking.reject()
    qtbot.waitUntil(lambda: list_drafts(desk.session) == {}, timeout=10_000)


def test_a_passphrase_alone_leaves_nothing(desk: Desk, take: Take, qtbot: QtBot) -> None:
    take({"a.txt": b"a"})
    page = section(desk.open(), "evidence", EvidenceSection)
    page.ask_check()
    dialog(qtbot, page, CheckDialog).passphrase.set_text(SECRET)
    page.export_question.ask(None, None, [1])
    dialog(qtbot, page, ExportDialog).whom._words.setText(SECRET)
    for each in QApplication.topLevelWidgets():
        if isinstance(each, QDialog):
            each.hide()
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_numbers_are_kept_as_runs() -> None:
    numbers = [9, 1, 2, 3, 7, 8]
    assert spans_of(numbers) == [[1, 3], [7, 9]]
    assert numbers_of(spans_of(numbers)) == sorted(numbers)
    assert len(spans_of(range(100_000))) == 1
    assert spans_of([]) == numbers_of([]) == []
