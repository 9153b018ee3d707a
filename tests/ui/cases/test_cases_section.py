"""The Cases section as a user works with it: list, a new case, its fields, its exhibits, its people."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.people import CaseRole
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Case, CaseStatus
from hrd_desktop.services.cases import add_case, list_cases, load_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.drafts import find_draft
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.people import people_of_case, put_person_in_case
from hrd_desktop.services.session import Session
from hrd_desktop.ui.cases.case_list import NewCaseDialog
from hrd_desktop.ui.cases.people import PersonDialog
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.contacts.two_lines import LINES
from hrd_desktop.ui.operations import Operations


@pytest.fixture
def opened(operations: Operations, qtbot: QtBot) -> Iterator[Callable[[], CasesSection]]:
    """Opens the section anew, as after an unlock."""
    sections: list[CasesSection] = []

    def make() -> CasesSection:
        section = CasesSection(operations)
        qtbot.addWidget(section)
        section.resize(1100, 760)
        section.show()
        sections.append(section)
        return section

    yield make
    # As a lock does: no answer reaches what is being destroyed.
    operations.forget()


@pytest.fixture
def section(opened: Callable[[], CasesSection]) -> CasesSection:
    return opened()


def ingest(session: Session, case: Case, folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"statement {number:03}.txt").write_text(f"words {number}")
    Ingest(
        session,
        IngestChoices(case_id=case.id),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([os.fsencode(folder)])


def press(dialog: QDialog, name: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == name).click()


def open_dialog(section: CasesSection) -> QDialog:
    return next(d for d in section.findChildren(QDialog) if d.isVisible())


def show(qtbot: QtBot, section: CasesSection, case: Case) -> None:
    section.show_one(case.id)
    qtbot.waitUntil(lambda: case.reference in section.detail.about.text(), timeout=10_000)


def references(section: CasesSection) -> list[str]:
    return [case.reference for case in section.list.model.values]


def test_an_empty_list_teaches_and_opens_the_first_case(
    section: CasesSection, vault_session: Session, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: section.list.pages.currentWidget() is section.list.none_yet, timeout=10_000)
    next(b for b in section.list.none_yet.findChildren(QPushButton)).click()
    dialog = open_dialog(section)
    assert isinstance(dialog, NewCaseDialog)
    press(dialog, "Open case")
    qtbot.waitUntil(lambda: dialog.reference.error.text() != "", timeout=10_000)
    assert list_cases(vault_session) == []
    qtbot.keyClicks(dialog.reference_edit, "2026/014")
    qtbot.keyClicks(dialog.title_edit, "Evictions")
    press(dialog, "Open case")
    qtbot.waitUntil(lambda: references(section) == ["2026/014"], timeout=10_000)
    qtbot.waitUntil(lambda: section.detail.title_edit.text() == "Evictions", timeout=10_000)
    assert section.list.view.currentIndex().row() == 0


def test_a_reference_that_is_taken_is_refused_beside_its_field(
    section: CasesSection, vault_session: Session, qtbot: QtBot
) -> None:
    add_case(vault_session, "C1")
    section.list.open_new()
    dialog = open_dialog(section)
    assert isinstance(dialog, NewCaseDialog)
    dialog.reference_edit.setText("c1")
    press(dialog, "Open case")
    qtbot.waitUntil(lambda: "already" in dialog.reference.error.text(), timeout=10_000)
    assert dialog.isVisible()
    assert len(list_cases(vault_session)) == 1


def test_cases_are_found_by_reference_and_title(
    section: CasesSection, vault_session: Session, qtbot: QtBot
) -> None:
    add_case(vault_session, "C1", "Evictions at the river")
    add_case(vault_session, "C2", "Arrest")
    section.list.refresh()
    qtbot.waitUntil(lambda: references(section) == ["C2", "C1"], timeout=10_000)
    QAbstractItemModelTester(section.list.model, section)
    section.list.filter.setText("RIVER c1")
    assert references(section) == ["C1"]
    section.list.filter.setText("nowhere")
    assert section.list.pages.currentWidget() is section.list.nothing
    next(b for b in section.list.nothing.findChildren(QPushButton)).click()
    assert references(section) == ["C2", "C1"]


def test_a_case_is_edited_and_says_so_in_the_list(
    section: CasesSection, vault_session: Session, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1", "Evictions")
    show(qtbot, section, case)
    detail = section.detail
    assert not detail.save_button.isEnabled()
    detail.summary_edit.setPlainText("Forty families")
    detail.status.choose(CaseStatus.CLOSED)
    detail.preserved.click()
    detail.save_button.click()
    qtbot.waitUntil(lambda: load_case(vault_session, "C1").to_be_preserved, timeout=10_000)
    changed = load_case(vault_session, "C1")
    assert (changed.title, changed.summary, changed.status) == (
        "Evictions",
        "Forty families",
        CaseStatus.CLOSED,
    )
    qtbot.waitUntil(lambda: bool(section.list.model.values) and section.list.model.values[0] == changed)
    lines = section.list.model.index(0, 0).data(LINES)
    assert (lines.first_badge.words, lines.second_badge.words) == ("Closed", "Must be preserved")
    assert not section.unsaved


def test_unsaved_changes_are_asked_about(section: CasesSection, vault_session: Session, qtbot: QtBot) -> None:
    one, two = add_case(vault_session, "C1", "One"), add_case(vault_session, "C2", "Two")
    show(qtbot, section, one)
    section.detail.title_edit.setText("Uno")
    section.show_one(two.id)
    press(open_dialog(section), "Keep editing")
    assert section.detail.shown_id == one.id
    section.show_one(two.id)
    press(open_dialog(section), "Save case")
    qtbot.waitUntil(lambda: section.detail.title_edit.text() == "Two", timeout=10_000)
    assert load_case(vault_session, "C1").title == "Uno"
    section.detail.title_edit.setText("Dos")
    section.show_one(one.id)
    press(open_dialog(section), "Discard changes")
    qtbot.waitUntil(lambda: section.detail.title_edit.text() == "Uno", timeout=10_000)
    assert load_case(vault_session, "C2").title == "Two"


def test_what_was_typed_and_not_saved_is_offered_after_a_lock(
    opened: Callable[[], CasesSection], vault_session: Session, qtbot: QtBot
) -> None:
    section = opened()
    case = add_case(vault_session, "C1", "One")
    show(qtbot, section, case)
    section.detail.summary_edit.setPlainText("Forty families")
    section.detail.preserved.click()
    qtbot.waitUntil(lambda: find_draft(vault_session, "case") is not None, timeout=10_000)
    after = opened()
    qtbot.waitUntil(after.list.unfinished.isVisible, timeout=10_000)
    after.list.unfinished.button.click()
    qtbot.waitUntil(lambda: after.detail.summary_edit.toPlainText() == "Forty families", timeout=10_000)
    assert after.unsaved
    after.detail.save_button.click()
    qtbot.waitUntil(lambda: load_case(vault_session, "C1").to_be_preserved, timeout=10_000)
    assert load_case(vault_session, "C1").summary == "Forty families"
    qtbot.waitUntil(lambda: find_draft(vault_session, "case") is None, timeout=10_000)


def test_exhibits_are_listed_by_number_and_lead_to_their_items(
    section: CasesSection, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1", "Evictions")
    ingest(vault_session, case, tmp_path / "files", 3)
    show(qtbot, section, case)
    detail = section.detail
    detail.tabs.setCurrentWidget(detail.exhibits)
    model = detail.exhibits.model
    QAbstractItemModelTester(model, section)
    qtbot.waitUntil(lambda: "statement 000" in model.index(0, 0).data(LINES).first, timeout=10_000)
    assert detail.tabs.tabText(1) == "Exhibits (\u20683\u2069)"
    assert "Exhibit \u20683\u2069" in model.index(2, 0).data(LINES).second
    # Registration repeats the import in the case's log: two entries for each of three.
    assert "\u20686\u2069" in detail.about.text()
    with qtbot.waitSignal(section.item_chosen, timeout=10_000) as chosen:
        detail.exhibits.view.activated.emit(model.index(2, 0))
    entry = model.entry(2)
    assert entry is not None
    assert chosen.args == [entry.item_id]


def test_only_lines_in_sight_are_asked_for(
    section: CasesSection, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1")
    ingest(vault_session, case, tmp_path / "files", 60)
    asked: list[int] = []
    section.detail.exhibits.model.wanted.connect(lambda item_ids: asked.append(len(item_ids)))
    show(qtbot, section, case)
    section.detail.tabs.setCurrentWidget(section.detail.exhibits)
    model = section.detail.exhibits.model
    qtbot.waitUntil(lambda: model.rowCount() == 60 and sum(asked) > 5, timeout=10_000)
    assert sum(asked) < 40


def test_a_person_is_put_into_a_case_changed_and_taken_out(
    section: CasesSection, vault_session: Session, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1")
    add_contact(vault_session, ContactDraft(alias="Amina"))
    add_contact(vault_session, ContactDraft(alias="Bo", notes="Fisherman"))
    show(qtbot, section, case)
    section.detail.tabs.setCurrentWidget(section.detail.people)
    people = section.detail.people
    people.add_button.click()
    dialog = people.findChild(PersonDialog)
    assert isinstance(dialog, PersonDialog)
    qtbot.waitUntil(lambda: len(dialog.model.values) == 2, timeout=10_000)
    dialog.search.setText("fish")
    qtbot.waitUntil(lambda: [c.alias for c in dialog.model.values] == ["Bo"], timeout=10_000)
    dialog.role.choose(CaseRole.WITNESS)
    press(dialog, "Add to the case")
    qtbot.waitUntil(lambda: len(people.model.values) == 1, timeout=10_000)
    QAbstractItemModelTester(people.model, section)
    people.view.setCurrentIndex(people.model.index(0, 0))
    people.edit_button.click()
    dialog = next(d for d in people.findChildren(PersonDialog) if d.isVisible())
    dialog.role.choose(CaseRole.SOURCE)
    dialog.note_edit.setPlainText("asked not to be named")
    press(dialog, "Save")
    qtbot.waitUntil(lambda: people.model.values[0].role is CaseRole.SOURCE, timeout=10_000)
    assert [(p.contact.alias, p.role, p.note) for p in people_of_case(vault_session, case.id)] == [
        ("Bo", CaseRole.SOURCE, "asked not to be named")
    ]
    people.view.setCurrentIndex(people.model.index(0, 0))
    people.remove_button.click()
    press(next(d for d in people.findChildren(QDialog) if d.isVisible()), "Take out")
    qtbot.waitUntil(lambda: people.model.values == (), timeout=10_000)
    assert people_of_case(vault_session, case.id) == []


def test_a_person_leads_to_their_contact(section: CasesSection, vault_session: Session, qtbot: QtBot) -> None:
    case = add_case(vault_session, "C1")
    contact = add_contact(vault_session, ContactDraft(alias="Amina"))
    put_person_in_case(vault_session, case.id, contact.id, CaseRole.LAWYER)
    show(qtbot, section, case)
    people = section.detail.people
    qtbot.waitUntil(lambda: len(people.model.values) == 1, timeout=10_000)
    people.view.setCurrentIndex(people.model.index(0, 0))
    with qtbot.waitSignal(section.contact_chosen, timeout=10_000) as chosen:
        people.contact_button.click()
    assert chosen.args == [contact.id]


def test_everything_has_a_name_and_is_reached_by_the_keyboard(
    section: CasesSection, vault_session: Session, application: QApplication, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1", "Evictions")
    section.list.refresh()
    qtbot.waitUntil(lambda: references(section) == ["C1"], timeout=10_000)
    show(qtbot, section, case)
    for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox):
        for widget in section.findChildren(kind):
            scrolls = "QTabBar" in type(widget.parent()).__name__
            if not widget.isHidden() and not widget.objectName().startswith("qt_") and not scrolls:
                assert widget.accessibleName(), (type(widget).__name__, type(widget.parent()).__name__)
    section.activateWindow()
    qtbot.waitUntil(section.isActiveWindow, timeout=10_000)
    section.list.filter.setFocus()
    reached = set()
    for _ in range(30):
        focused = application.focusWidget()
        assert focused is not None
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    detail = section.detail
    assert {section.list.view, detail.title_edit, detail.summary_edit, detail.preserved} <= reached
