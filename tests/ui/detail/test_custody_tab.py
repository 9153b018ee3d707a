"""The custody of one item: the logs of its cases beside its events, receipts, and the way to the case."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Case, Item
from hrd_desktop.services.bulk import register_items
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.edit import edit
from hrd_desktop.services.receipts import give_receipt
from hrd_desktop.services.session import Session
from hrd_desktop.ui.custody.receipt_dialog import ReceiptDialog
from hrd_desktop.ui.detail.entries import EntriesModel, Entry, EntryStyle
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.dialogs import PlainDialog
from tests.ui.custody.test_case_custody import opened, words
from tests.ui.detail.conftest import Take


def registered(session: Session, item: Item, reference: str) -> Case:
    case = add_case(session, reference)
    register_items(session, [item.id], case.id, progress=NoProgress(), cancel=CancelToken())
    return case


def entries(pane: DetailPane) -> list[Entry]:
    model = pane.custody
    return [model.index(row).data(EntriesModel.ENTRY) for row in range(model.rowCount())]


def fact(pane: DetailPane, name: str) -> str:
    """The value of the first fact of this name, without marks of direction."""
    found = next((entry.text for entry in entries(pane) if entry.title == name), "")
    return found.replace("\u2068", "").replace("\u2069", "")


def shown(qtbot: QtBot, pane: DetailPane, item: Item) -> None:
    pane.show_item(item.id)
    qtbot.waitUntil(lambda: pane._shown is not None and pane._shown.id == item.id)
    pane.tabs.setCurrentIndex(2)


def test_an_item_in_no_case_says_how_its_log_can_be_given(qtbot: QtBot, pane: DetailPane, take: Take) -> None:
    shown(qtbot, pane, take({"one.txt": b"one"})["one.txt"])
    assert [entry.style for entry in entries(pane)] == [EntryStyle.EVENT]
    assert not pane._item_custody._row.isVisible()
    assert "in no case" in pane._item_custody._words.text()


def test_the_log_of_a_case_stands_beside_the_events(
    qtbot: QtBot, pane: DetailPane, take: Take, vault_session: Session, tmp_path: Path
) -> None:
    item = take({"one.txt": b"one"})["one.txt"]
    case = registered(vault_session, item, "A-1")
    shown(qtbot, pane, item)
    custody = pane._item_custody
    assert entries(pane)[0].title == "Custody log of \u2068A-1\u2069"
    assert fact(pane, "Receipts") == "None was given yet."
    assert fact(pane, "What others can notice").startswith("Nobody outside")
    assert not custody.box.isVisible(), "there is one case"
    custody.give_button.click()
    dialog = opened(ReceiptDialog, qtbot)
    assert isinstance(dialog, ReceiptDialog)
    place = tmp_path / "receipt.txt"
    dialog.save_text(str(place))
    qtbot.waitUntil(place.exists)
    assert dialog._receipt.key_name == fact(pane, "Signed by key")
    dialog.reject()
    qtbot.waitUntil(lambda: fact(pane, "Receipts").startswith("Receipt of 2 events given on"))
    assert fact(pane, "What others can notice").startswith("A change to any event")
    edit(vault_session, item.id, {"note": "more"})
    pane.refresh()
    qtbot.waitUntil(lambda: "the first 2 of the 3 events" in fact(pane, "What others can notice"))
    assert fact(pane, "Events") == "3, 3 of them of this item"
    custody.receipts.check_file(str(place))
    told = opened(PlainDialog, qtbot)
    assert "Nothing before it was rewritten" in words(told)
    told.close()
    with qtbot.waitSignal(pane.case_custody_wanted, check_params_cb=lambda wanted: wanted == case.id):
        custody.case_button.click()


def test_of_several_cases_one_is_chosen(
    qtbot: QtBot, pane: DetailPane, take: Take, vault_session: Session
) -> None:
    item = take({"one.txt": b"one"})["one.txt"]
    cases = [registered(vault_session, item, reference) for reference in ("A-1", "B-2")]
    give_receipt(vault_session, cases[1], given_to="M.")
    shown(qtbot, pane, item)
    custody = pane._item_custody
    assert custody.box.isVisible() and custody.box.count() == 2
    assert [entry.text for entry in entries(pane) if "M." in entry.text]
    second = next(place for place in range(2) if custody.box.itemData(place).id == cases[1].id)
    custody.box.setCurrentIndex(second)
    edit(vault_session, item.id, {"note": "more"})
    pane.refresh()
    qtbot.waitUntil(lambda: entries(pane)[-1].title == "Record edited")
    assert custody.box.currentIndex() == second, "a change elsewhere does not choose for the user"
    with qtbot.waitSignal(pane.case_custody_wanted, check_params_cb=lambda wanted: wanted == cases[1].id):
        custody.case_button.click()


def test_a_lock_leaves_none_of_it(qtbot: QtBot, pane: DetailPane, take: Take, vault_session: Session) -> None:
    item = take({"one.txt": b"one"})["one.txt"]
    registered(vault_session, item, "A-1")
    shown(qtbot, pane, item)
    pane.forget()
    assert entries(pane) == [] and pane._item_custody.box.count() == 0
