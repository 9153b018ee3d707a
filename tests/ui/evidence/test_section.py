"""The section as people use it, over a real vault: take in, find, narrow, act, undo."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.records import ItemKind, ItemState
from hrd_desktop.services.browse import Browse, find_numbers, load_rows
from hrd_desktop.services.cases import add_case, list_cases
from hrd_desktop.services.overview import load_overview
from hrd_desktop.services.remembered import load_remembered
from hrd_desktop.services.session import Session
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.evidence.case_dialog import CaseDialog
from hrd_desktop.ui.evidence.list_view import ItemList
from hrd_desktop.ui.evidence.model import LINE_IMAGE
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.evidence.sidebar import ENTRY, Sidebar
from hrd_desktop.ui.evidence.tag_dialog import TagDialog
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.undoing import Undoing
from tests.ui.evidence.conftest import dialog_of, import_files, settled
from tests.unit.services.many_items import insert_items


def listed(section: EvidenceSection) -> list[int]:
    return section.listed_numbers()


def button(section: EvidenceSection, name: str) -> QPushButton | QToolButton:
    found = [
        one
        for kind in (QPushButton, QToolButton)
        for one in section.findChildren(kind)
        if one.accessibleName() == name and one.isVisibleTo(section)
    ]
    assert len(found) == 1, name
    return found[0]


def press(dialog: PlainDialog, text: str) -> None:
    (found,) = [one for one in dialog.findChildren(QPushButton) if one.text() == text]
    found.click()


def entry_row(section: EvidenceSection, text: str) -> int | None:
    model = section.sidebar.model()
    rows = (row for row in range(model.rowCount()) if model.index(row, 0).data(ENTRY).text == text)
    return next(rows, None)


def focused(section: EvidenceSection, qtbot: QtBot) -> ItemList:
    """The list, as the keyboard reaches it."""
    view = section.pane.list
    section.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    return view


def shown_sentence(section: EvidenceSection) -> str:
    return said[-1] if (said := section.property("said")) else ""


def drag(kind: type[QDropEvent], place: QPoint | QPointF, data: QMimeData) -> QDropEvent:
    """What a file manager that offers to move sends."""
    offered = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    with warnings.catch_warnings():
        # Qt has no other way to make one by hand yet.
        warnings.simplefilter("ignore", DeprecationWarning)
        return kind(place, offered, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)  # type: ignore[arg-type]  # a point of the kind it takes


def test_an_empty_vault_says_what_to_do(section: EvidenceSection) -> None:
    assert section.pane.empty.isVisible() and not section.pane.list.isVisible()
    assert button(section, "Choose files to import").isEnabled()
    assert not button(section, "Delete").isEnabled()


def test_files_come_in_with_thumbnails_and_a_list(
    section: EvidenceSection, files: Path, qtbot: QtBot
) -> None:
    jobs = []
    section.job_started.connect(jobs.append)
    import_files(section, [files, files / "gone.txt"], qtbot)
    assert [job.title for job in jobs] == ["Importing"]
    qtbot.waitUntil(lambda: listed(section) == [3, 2, 1])
    assert section.pane.list.isVisible()
    report = section.pane.report
    assert report.isVisible()
    (table,) = report.findChildren(QTableView)
    results = [table.model().index(row, 1).data() for row in range(table.model().rowCount())]
    assert results[0] == "Refused: it is no longer there"
    assert len(results) == 4
    rows = {section.model.index(row).data(): row for row in range(3)}
    qtbot.waitUntil(lambda: section.model.index(0).data() is not None)
    rows = {section.model.index(row).data(): row for row in range(3)}
    qtbot.waitUntil(lambda: section.model.index(rows["bridge"]).data(LINE_IMAGE) is not None)
    assert section.model.index(rows["note"]).data(LINE_IMAGE) is None

    import_files(section, [files], qtbot)
    assert "3 already here" in report._summary.text().replace("\u2068", "").replace("\u2069", "")
    button(section, "Close the list of the import").click()
    assert not report.isVisible()


def test_a_drop_only_names_the_paths(section: EvidenceSection, files: Path, qtbot: QtBot) -> None:
    strange = files / os.fsdecode(b"b\xff\xe9 #1%.txt")
    strange.write_bytes(b"x")
    data = QMimeData()
    encoded = QUrl.fromEncoded(b"file://" + os.fsencode(str(files)) + b"/b%FF%E9%20%231%25.txt")
    data.setUrls([encoded, QUrl("https://example.org/a.jpg"), QUrl.fromLocalFile(str(files / "note.txt"))])
    enter = drag(QDragEnterEvent, QPoint(5, 5), data)
    QApplication.sendEvent(section, enter)
    assert enter.isAccepted() and enter.dropAction() is Qt.DropAction.CopyAction
    drop = drag(QDropEvent, QPointF(5, 5), data)
    with qtbot.waitSignal(section.paths_dropped) as dropped:
        QApplication.sendEvent(section, drop)
    assert dropped.args == [[os.fsencode(str(strange)), os.fsencode(str(files / "note.txt"))]]
    assert drop.dropAction() is Qt.DropAction.CopyAction
    settled(section, qtbot)
    qtbot.waitUntil(lambda: len(listed(section)) == 2)


def test_a_drop_of_words_is_left_alone(section: EvidenceSection) -> None:
    data = QMimeData()
    data.setText("only words")
    enter = drag(QDragEnterEvent, QPoint(5, 5), data)
    enter.ignore()
    QApplication.sendEvent(section, enter)
    assert not enter.isAccepted()


def test_files_are_pasted(section: EvidenceSection, files: Path, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(files / "note.txt"))])
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(section.imports.finished, timeout=60_000):
        section.paste()
    settled(section, qtbot)
    QGuiApplication.clipboard().clear()
    section.paste()
    assert shown_sentence(section) == "There are no files on the clipboard."


def test_a_cancel_keeps_what_is_in(
    section: EvidenceSection, tmp_path: Path, vault_session: Session, qtbot: QtBot
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.bin").write_bytes(number.to_bytes(4, "big") * 50_000)
    jobs = []
    section.imports.started.connect(jobs.append)
    with qtbot.waitSignal(section.imports.finished, timeout=60_000) as finished:
        section.import_paths([bytes(folder)])
        qtbot.waitUntil(lambda: jobs[0].state.done_items > 0, timeout=60_000)
        jobs[0].cancel()
    report = finished.args[0].report
    assert report.cancelled and 0 < len(report.items) < 300
    settled(section, qtbot)
    assert len(find_numbers(vault_session, Browse())) == len(report.items)
    qtbot.waitUntil(lambda: len(listed(section)) == len(report.items))


def test_an_import_goes_into_the_case_that_is_shown(
    section: EvidenceSection, files: Path, vault_session: Session, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "2026-01")
    section.show_browse(Browse(case=case.id))
    import_files(section, [files / "note.txt"], qtbot)
    qtbot.waitUntil(lambda: listed(section) == [1])
    assert load_rows(vault_session, [1])[0].cases == ("2026-01",)


def test_search_finds_the_text_of_files_and_marks_it(
    section: EvidenceSection, files: Path, qtbot: QtBot
) -> None:
    import_files(section, [files], qtbot)
    section.search("quar")
    settled(section, qtbot)
    assert len(listed(section)) == 1
    qtbot.waitUntil(lambda: section.model.index(0).data() is not None)
    row = section.model.find_row(listed(section)[0])
    assert row is not None and row.title == "note"
    assert [row.excerpt[first:last] for first, last in row.excerpt_marks] == ["quar"]
    section.search("quarantine")
    settled(section, qtbot)
    assert listed(section) == [] and "quarantine" in section.pane.empty._title.text()
    with qtbot.waitSignal(section.words_shown) as words:
        button(section, "Clear search and filters").click()
    assert words.args == [""]
    qtbot.waitUntil(lambda: len(listed(section)) == 3)


def test_keys_typed_quickly_end_at_the_last_word(
    section: EvidenceSection, vault_session: Session, qtbot: QtBot
) -> None:
    insert_items(vault_session, 30)
    for end in range(1, len("exhibit 17") + 1):
        section.search("exhibit 17"[:end])
    settled(section, qtbot)
    assert listed(section) == [17]


def test_filters_narrow_each_other(section: EvidenceSection, vault_session: Session, qtbot: QtBot) -> None:
    insert_items(vault_session, 6)
    section.refresh()
    settled(section, qtbot)
    section.actions_.tag([6, 5, 4], ["river"], [])
    qtbot.waitUntil(lambda: entry_row(section, "river") is not None)
    section.sidebar.setCurrentIndex(section.sidebar.model().index(entry_row(section, "river") or 0, 0))
    settled(section, qtbot)
    assert listed(section) == [6, 5, 4]
    section.search("exhibit 5")
    settled(section, qtbot)
    assert listed(section) == [5]
    (kinds,) = section.pane.heading.findChildren(QComboBox)
    kinds.setCurrentIndex(kinds.findData(ItemKind.VIDEO.value))
    kinds.activated.emit(kinds.currentIndex())
    settled(section, qtbot)
    assert listed(section) == []


def test_delete_undo_restore_and_destroy(
    section: EvidenceSection, undoing: Undoing, vault_session: Session, qtbot: QtBot
) -> None:
    insert_items(vault_session, 4)
    section.refresh()
    settled(section, qtbot)
    view = focused(section, qtbot)
    view.select_number(4)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.selected_numbers() == [4, 3]
    QTest.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: listed(section) == [2, 1])
    assert shown_sentence(section).replace("\u2068", "").replace("\u2069", "") == "2 items are in the bin."
    undoing.undo()
    qtbot.waitUntil(lambda: listed(section) == [4, 3, 2, 1])
    assert section._operations.steps.take_last() is None

    settled(section, qtbot)
    section.actions_.delete([4])
    qtbot.waitUntil(lambda: listed(section) == [3, 2, 1])
    settled(section, qtbot)
    section.show_browse(Browse(state=ItemState.BINNED))
    settled(section, qtbot)
    assert listed(section) == [4]
    view.select_number(4)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    dialog = dialog_of(section, PlainDialog, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert find_numbers(vault_session, Browse(state=ItemState.BINNED)) == [4], "Return does not destroy"
    view.select_number(4)
    section.actions_.ask_destroy([4])
    press(dialog_of(section, PlainDialog, qtbot), "Destroy")
    qtbot.waitUntil(lambda: load_overview(vault_session).binned == 0)
    qtbot.waitUntil(lambda: listed(section) == [])


def test_tags_and_cases_of_many(section: EvidenceSection, vault_session: Session, qtbot: QtBot) -> None:
    insert_items(vault_session, 3)
    section.refresh()
    settled(section, qtbot)
    view = focused(section, qtbot)
    view.selectAll()
    button(section, "Tag").click()
    tags = dialog_of(section, TagDialog, qtbot)
    assert isinstance(tags, TagDialog)
    tags.add.setText("night,  old  bridge ,")
    press(tags, "Apply")
    qtbot.waitUntil(
        lambda: [tag.name for tag in load_overview(vault_session).tags] == ["night", "old bridge"]
    )
    settled(section, qtbot)
    assert view.selected_numbers() == [3, 2, 1], "a selection outlives the change"
    focused(section, qtbot)
    QTest.keyClick(view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    cases = dialog_of(section, CaseDialog, qtbot)
    assert isinstance(cases, CaseDialog)
    cases.reference.setText("2026-07")
    press(cases, "Open case and add")
    qtbot.waitUntil(lambda: [case.item_count for case in list_cases(vault_session)] == [3])


def test_the_current_item_is_told_once_it_is_known(
    section: EvidenceSection, vault_session: Session, qtbot: QtBot
) -> None:
    items = insert_items(vault_session, 3)
    section.refresh()
    settled(section, qtbot)
    told: list[UUID | None] = []
    section.item_chosen.connect(told.append)
    section.pane.list.select_number(2)
    qtbot.waitUntil(lambda: told == [items[1].id])
    section.show_item(items[0].id)
    qtbot.waitUntil(lambda: told[-1] == items[0].id)
    section.actions_.delete([1])
    qtbot.waitUntil(lambda: listed(section) == [3, 2])
    qtbot.waitUntil(lambda: told[-1] != items[0].id)


def test_a_search_is_kept_and_shown_again(
    section: EvidenceSection, vault_session: Session, qtbot: QtBot
) -> None:
    insert_items(vault_session, 12)
    section.search("exhibit 12")
    settled(section, qtbot)
    button(section, "Keep this search").click()
    press(dialog_of(section, PlainDialog, qtbot), "Keep")
    qtbot.waitUntil(lambda: entry_row(section, "exhibit 12") is not None)
    assert [one.name for one in load_overview(vault_session).saved] == ["exhibit 12"]
    settled(section, qtbot)
    section.show_browse(Browse())
    settled(section, qtbot)
    assert len(listed(section)) == 12
    model = section.sidebar.model()
    with qtbot.waitSignal(section.words_shown) as words:
        section.sidebar.setCurrentIndex(model.index(model.rowCount() - 1, 0))
    assert words.args == ["exhibit 12"]
    qtbot.waitUntil(lambda: listed(section) == [12])
    section.sidebar.removal_asked.emit(load_overview(vault_session).saved[0])
    qtbot.waitUntil(lambda: load_overview(vault_session).saved == ())


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("grid", [False, True])
def test_it_paints_in_every_form(
    section: EvidenceSection,
    vault_session: Session,
    application: QApplication,
    qtbot: QtBot,
    grid: bool,
    direction: Qt.LayoutDirection,
) -> None:
    insert_items(vault_session, 40)
    application.setLayoutDirection(direction)
    section.refresh()
    settled(section, qtbot)
    section.pane.heading.show_as_grid(grid)
    section.search("exhibit 1")
    settled(section, qtbot)
    qtbot.waitUntil(lambda: section.model.index(0).data() is not None)
    section.pane.list.select_number(1)
    before = section.pane.list.grab().toImage()
    section.pane.list.clearSelection()
    assert section.pane.list.grab().toImage() != before
    assert section.pane.list.as_grid is grid


def test_the_menu_offers_what_can_be_done(
    section: EvidenceSection, vault_session: Session, qtbot: QtBot
) -> None:
    insert_items(vault_session, 1)
    section.refresh()
    settled(section, qtbot)
    section.pane.list.select_number(1)
    menu = section.pane.menu()
    assert [action.text() for action in menu.actions()] == [
        "Tag",
        "Add to case",
        "Export these",
        "",
        "Delete",
    ]
    assert all(action.isEnabled() for action in menu.actions() if action.text())
    section.show_browse(Browse(state=ItemState.BINNED))
    assert [action.text() for action in section.pane.menu().actions()] == ["Restore", "Destroy"]


def test_grid_and_panes_are_remembered_in_the_vault(
    section: EvidenceSection, operations: Operations, vault_session: Session, qtbot: QtBot
) -> None:
    section.pane.heading.show_as_grid(True)
    qtbot.waitUntil(lambda: load_remembered(vault_session, "evidence").get("grid") is True, timeout=10_000)
    another = EvidenceSection(operations)
    qtbot.addWidget(another)
    qtbot.waitUntil(lambda: another.pane.list.as_grid)
    settled(another, qtbot)


def test_every_control_has_a_name(section: EvidenceSection) -> None:
    assert section.pane.list.accessibleName() == "Items"
    assert section.findChildren(Sidebar)[0].accessibleName()
    for kind in (QPushButton, QToolButton, QComboBox):
        for one in section.findChildren(kind):
            assert one.accessibleName() or one.text(), one
