"""The pane over a real vault: what is shown of an item, what is saved, and that nothing entered is lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.bin import delete
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.edit import edit
from hrd_desktop.services.fields import as_texts
from hrd_desktop.services.remembered import load_remembered
from hrd_desktop.services.session import Session
from hrd_desktop.services.view import ItemView, view_item
from hrd_desktop.ui.detail.entries import EntriesModel, Entry
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.operations import Operations
from tests.ui.detail.conftest import Take
from tests.unit.decode.made_files import exif_jpeg

Two = tuple[Item, Item]


@pytest.fixture
def two(take: Take) -> Two:
    items = take({"first.txt": b"first\n", "second.txt": b"second\n"})
    return items["first.txt"], items["second.txt"]


@pytest.fixture
def show(qtbot: QtBot, pane: DetailPane) -> Callable[[Item], None]:
    """Shows an item and waits until its record is there."""

    def shown(item: Item) -> None:
        pane.show_item(item.id)
        qtbot.waitUntil(lambda: pane._shown is not None and pane._shown.id == item.id)

    return shown


@pytest.fixture
def view(vault_session: Session) -> Callable[[Item], ItemView]:
    """The item as the vault has it."""
    return lambda item: view_item(vault_session, item.id)


def entries(model: EntriesModel) -> list[Entry]:
    return [model.index(row).data(EntriesModel.ENTRY) for row in range(model.rowCount())]


def test_it_teaches_while_nothing_is_selected(
    pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    assert pane._message.headline.text() == "Nothing is selected."
    show(two[0])
    pane.show_item(None)
    assert pane._stack.currentWidget() is pane._message
    assert pane._message.headline.text() == "Nothing is selected."
    assert pane.form.draft() is None


def test_every_field_is_shown_as_it_is_saved(
    pane: DetailPane, show: Callable[[Item], None], two: Two, vault_session: Session
) -> None:
    values = {
        "title": "The gate",
        "kind": "testimony",
        "description": "Two lines\nof it",
        "collected": "2026-03-14T05:40",
        "collected_zone": "+01:00",
        "collected_precision": "minute",
        "place": "North gate",
        "latitude": "43.4674",
        "longitude": "-11.5",
        "place_precision": "street",
        "how_received": "messenger",
        "reliability": "reliable",
        "verification": "likely",
        "confidentiality": "confidential",
        "privileged": "yes",
        "review_on": "2027-01-02",
    }
    item = edit(vault_session, two[0].id, values, add_tags=["water"])
    show(item)
    assert {name: editor.text() for name, editor in pane.form.editors.items()} == as_texts(item.details)
    assert pane.form.tags.tags() == ("water",)
    assert not pane.form.is_changed
    assert pane.header.title.text() == "\u2068The gate\u2069"


def test_what_is_entered_is_saved_by_save_and_written_into_the_log(
    qtbot: QtBot,
    pane: DetailPane,
    show: Callable[[Item], None],
    two: Two,
    view: Callable[[Item], ItemView],
) -> None:
    show(two[0])
    form = pane.form
    assert not form.save_button.isVisible()
    form.editors["title"].enter("Changed")
    form.editors["privileged"].enter("yes")
    form.tags.line.setText("water, Gate , water")
    form.tags.take_written()
    form.reason.setFocus()
    form.reason.setText("heard more")
    assert form.save_button.isVisible()
    assert view(two[0]).item.details.title != "Changed"
    with qtbot.waitSignal(pane.item_changed):
        qtbot.keyClick(form.reason, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = view(two[0])
    assert saved.item.details.title == "Changed"
    assert saved.item.details.privileged
    assert saved.item.tags == ("Gate", "water")
    assert saved.custody[-1]["reason"] == "heard more"
    assert saved.custody[-1]["changed"] == "title privileged tags"
    qtbot.waitUntil(lambda: not form.is_changed)
    assert not form.save_button.isVisible()
    assert form.reason.text() == ""
    qtbot.waitUntil(pane.header._privileged.isVisible)


def test_every_wrong_value_is_told_beside_its_field_and_nothing_is_saved(
    pane: DetailPane, show: Callable[[Item], None], two: Two, view: Callable[[Item], ItemView]
) -> None:
    show(two[0])
    form = pane.form
    form.editors["latitude"].enter("91")
    form.editors["collected"].enter("2026-13")
    form.editors["review_on"].enter("soon")
    form.editors["title"].enter("Good")
    form.save()
    wrong = {name for name, editor in form.editors.items() if editor.problem}
    assert wrong == {"latitude", "collected", "review_on"}
    assert form.editors["collected"].problem == "There is no such day or time."
    assert view(two[0]).item.details.title != "Good"
    # Corrected while it is looked at: what is told goes as soon as it is no longer so.
    form.editors["latitude"].enter("41")
    assert not form.editors["latitude"].problem
    form.editors["collected"].enter("2026-12")
    form.editors["review_on"].enter("")
    assert form.editors["longitude"].problem == "Enter both latitude and longitude, or neither."


def test_revert_takes_everything_back(pane: DetailPane, show: Callable[[Item], None], two: Two) -> None:
    show(two[0])
    before = {name: editor.text() for name, editor in pane.form.editors.items()}
    pane.form.editors["note"].enter("a note")
    pane.form.tags.put_tags(["water"])
    pane.form.revert_button.click()
    assert {name: editor.text() for name, editor in pane.form.editors.items()} == before
    assert pane.form.tags.tags() == ()
    assert not pane.form.is_changed


def test_a_time_brings_its_precision_until_one_is_chosen(
    qtbot: QtBot, pane: DetailPane, show: Callable[[Item], None], two: Two, view: Callable[[Item], ItemView]
) -> None:
    show(two[0])
    of = pane.form.editors
    assert not of["collected_zone"].isEnabled()
    of["collected"].enter("2026")
    assert of["collected_precision"].text() == "unknown-month-and-day"
    of["collected"].enter("2026-03-14")
    assert of["collected_precision"].text() == "day"
    assert of["collected_zone"].isEnabled()
    of["collected_precision"].enter("estimate")
    of["collected"].enter("2026-03-14 09:30")
    assert of["collected_precision"].text() == "estimate"
    with qtbot.waitSignal(pane.item_changed):
        pane.form.save()
    collected = view(two[0]).item.details.collected
    assert collected is not None
    assert (collected.at, collected.precision.value) == ("2026-03-14T09:30", "estimate")
    qtbot.waitUntil(lambda: not pane.form.is_changed)
    of["collected"].enter("")
    with qtbot.waitSignal(pane.item_changed):
        pane.form.save()
    assert view(two[0]).item.details.collected is None


def test_a_day_from_the_calendar_keeps_the_time(
    pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    editor = pane.form.editors["collected"]
    editor.enter("2026-03-14 09:30")
    editor.choose_day(QDate(2025, 12, 1))
    assert editor.text() == "2025-12-01 09:30"


def test_what_is_not_saved_waits_for_its_item(
    qtbot: QtBot, pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    pane.form.editors["title"].enter("Half a thou")
    pane.form.reason.setText("because")
    show(two[1])
    assert pane.form.editors["title"].text() == "second"
    assert pane._unsaved.isVisible()
    assert two[0].reference in pane._unsaved_words.text()
    assert pane.has_unsaved
    with qtbot.waitSignal(pane.item_wanted, check_params_cb=lambda item_id: item_id == two[0].id):
        pane._go_back()
    qtbot.waitUntil(lambda: pane.form.editors["title"].text() == "Half a thou")
    assert pane.form.reason.text() == "because"
    assert not pane._unsaved.isVisible()
    pane.form.revert()
    assert not pane.has_unsaved


def test_a_change_made_elsewhere_is_shown_and_takes_nothing_that_was_entered(
    qtbot: QtBot, pane: DetailPane, operations: Operations, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    pane.form.editors["title"].enter("Mine")
    operations.change(
        lambda session: edit(session, two[0].id, {"title": "Theirs", "note": "new"}, add_tags=["water"])
    )
    qtbot.waitUntil(lambda: pane.form.editors["note"].text() == "new")
    assert pane.form.editors["title"].text() == "Mine"
    assert pane.form.tags.tags() == ("water",)
    pane.form.revert()
    assert pane.form.editors["title"].text() == "Theirs"


def test_an_answer_about_an_older_item_is_not_shown(
    qtbot: QtBot, pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    titles: list[str] = []
    show(two[0])
    for item in (two[1], two[0], two[1]):
        pane.show_item(item.id)
        titles.append(pane.form.editors["title"].text())
    qtbot.waitUntil(lambda: pane._shown is not None)
    assert pane.form.editors["title"].text() == "second"
    assert titles == ["", "", ""]


def test_an_item_that_is_gone_says_so(
    qtbot: QtBot, pane: DetailPane, operations: Operations, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    pane.form.editors["title"].enter("Never mind")

    def work(session: Session) -> None:
        delete(session, [two[0].id])
        destroy(session, [two[0].id])

    operations.change(work)
    qtbot.waitUntil(lambda: pane._message.headline.text() == "This is no longer in the vault.")
    assert not pane.has_unsaved
    assert not pane.preview.look_of(pane.preview.kind).isVisible()


def test_an_item_in_the_bin_is_marked(
    qtbot: QtBot, pane: DetailPane, operations: Operations, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    operations.change(lambda session: delete(session, [two[0].id]))
    qtbot.waitUntil(lambda: pane._shown is not None and pane._shown.state is ItemState.BINNED)
    assert pane.header._in_bin.isVisible()


def test_registering_in_a_case_gives_an_exhibit_number(
    qtbot: QtBot, pane: DetailPane, show: Callable[[Item], None], two: Two, vault_session: Session
) -> None:
    add_case(vault_session, "GATE <b>1</b>")
    show(two[0])
    cases = pane.form.cases
    assert "Inbox" in cases.entries.text()
    with qtbot.waitSignal(pane.item_changed):
        cases.button.click()
    qtbot.waitUntil(lambda: "exhibit" in cases.entries.text())
    assert cases.entries.text() == "\u2068GATE <b>1</b>\u2069: exhibit \u20681\u2069"
    assert not cases.button.isVisible()
    assert entries(pane.custody)[-1].title == "Registered in a case"


def test_people_are_put_in_and_taken_off(
    qtbot: QtBot,
    pane: DetailPane,
    show: Callable[[Item], None],
    two: Two,
    vault_session: Session,
    view: Callable[[Item], ItemView],
) -> None:
    add_contact(vault_session, ContactDraft(alias="Heron"))
    show(two[0])
    people = pane.form.people
    people.how.setCurrentIndex(people.how.findData("heard"))
    people._add()
    people._add()
    assert pane.form.is_changed
    with qtbot.waitSignal(pane.item_changed):
        pane.form.save()
    assert view(two[0]).people == (("Heron", "heard"),)
    chip = people.chips.findChildren(QToolButton)[-1]
    assert chip.text() == "\u2068Heron\u2069: Heard"
    qtbot.waitUntil(lambda: not pane.form.is_changed)
    people.chips.removed.emit(0)
    with qtbot.waitSignal(pane.item_changed):
        pane.form.save()
    assert view(two[0]).people == ()


def test_what_an_export_would_give_away_comes_first_and_says_so(
    pane: DetailPane, show: Callable[[Item], None], take: Take
) -> None:
    item = take({"photo.jpg": exif_jpeg()})["photo.jpg"]
    show(item)
    found = entries(pane.found)
    titles = [entry.title for entry in found]
    assert titles[0] == "Where it was made"
    assert found[0].text == "An export of this file carries this."
    assert ("Latitude", "\u2068-33.51°\u2069") in [(entry.title, entry.text) for entry in found]
    assert titles.index("What device it was") < titles.index("Other facts")
    measured = found[titles.index("Measured at import") :]
    assert ("SHA-256", f"\u2068{item.sha256.hex()}\u2069") in [
        (entry.title, entry.text) for entry in measured
    ]


def test_custody_tells_what_when_and_by_which_clock(
    pane: DetailPane, show: Callable[[Item], None], two: Two, vault_session: Session
) -> None:
    edit(vault_session, two[0].id, {"note": "x", "device": "1"}, actor="Zoë", reason="second look")
    show(two[0])
    events = entries(pane.custody)
    assert [event.title for event in events] == ["Imported", "Record edited"]
    lines = events[1].text.split("\n")
    assert "this computer's clock" in lines[0]
    assert "By \u2068Zoë\u2069" in lines
    assert "Reason: \u2068second look\u2069" in lines
    assert "Changed: \u2068Note · Device\u2069" in lines
    assert f"SHA-256: \u2068{two[0].sha256.hex()}\u2069" in events[0].text


def test_nothing_from_a_user_is_read_as_markup(
    pane: DetailPane, show: Callable[[Item], None], two: Two, vault_session: Session
) -> None:
    edit(vault_session, two[0].id, {"title": "<h1>big</h1>"}, add_tags=["<i>tag</i>"])
    show(two[0])
    labels = pane.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels if label.text())
    assert all("<" not in widget.toolTip() for widget in pane.findChildren(QWidget))


def test_the_promised_names_are_there_and_every_control_has_one(
    pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    names: set[str] = set()
    nameless: list[str] = []

    def walk(interface: QAccessible) -> None:
        name = interface.text(QAccessible.Text.Name)
        names.add(name)
        if interface.state().focusable and not name:
            nameless.append(f"{interface.role()} {interface.object()}")
        for index in range(interface.childCount()):
            child = interface.child(index)
            if child is not None:
                walk(child)

    root = QAccessible.queryAccessibleInterface(pane)
    assert root is not None
    walk(root)
    assert {"Preview", "Record", "Custody"} <= names
    assert nameless == [], nameless


def test_the_pane_is_narrow_enough_and_mirrors(
    qtbot: QtBot, application: QApplication, pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    assert pane.minimumSizeHint().width() <= 400
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: pane.preview.switch.x() < pane.header.facts.x())


def test_tab_goes_through_the_record_as_it_is_seen(
    pane: DetailPane, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    pane.form.editors["collected"].enter("2026")
    pane.form.tags.put_tags(["gate", "water"])
    pane.resize(460, 9000)
    pane.splitter.setSizes([300, 8000])
    widget: QWidget | None = pane.form.editors["title"].focusProxy()
    assert widget is not None
    seen = []
    for _ in range(400):
        widget = widget.nextInFocusChain()
        assert widget is not None
        if widget is pane.form.save_button:
            break
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            seen.append(widget.mapTo(pane, QPoint(0, 0)))
    assert len(seen) > 25
    chips = [chip.mapTo(pane, QPoint(0, 0)) for chip in pane.form.tags.chips.findChildren(QToolButton)]
    assert [place for place in seen if place in chips] == chips[-2:]
    # Downwards, and in one row onwards; the buttons of a row differ by a few pixels in height.
    assert all(later.y() > place.y() - 8 for place, later in pairwise(seen))


def test_the_sizes_are_remembered_inside_the_vault(
    qtbot: QtBot, pane: DetailPane, operations: Operations, show: Callable[[Item], None], two: Two
) -> None:
    show(two[0])
    pane.splitter.moveSplitter(300, 1)
    sizes = pane.splitter.sizes()
    pane._save_layout()
    answers: list[dict[str, object]] = []
    operations.read(lambda session: load_remembered(session, "detail"), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    other = DetailPane(operations)
    qtbot.addWidget(other)
    other.resize(pane.size())
    other.show_item(two[0].id)
    other.show()
    assert other.form is not None
    qtbot.waitUntil(lambda: other.splitter.sizes() == sizes)


def test_a_lock_leaves_nothing_behind(pane: DetailPane, show: Callable[[Item], None], two: Two) -> None:
    show(two[0])
    pane.form.editors["title"].enter("secret")
    pane.forget()
    assert not pane.has_unsaved
    assert pane.form.editors["title"].text() == ""
    assert pane.header.title.text() == ""
    assert entries(pane.custody) == []
    assert pane.findChildren(QDialog) == []
