"""What was typed into any form comes back after a lock that came in the middle of a word."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.people import CaseRole, ConsentDecision
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.drafts import list_drafts
from hrd_desktop.services.people import list_consents, people_of_case, put_person_in_case
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.ui.cases.case_list import NewCaseDialog
from hrd_desktop.ui.cases.people import PersonDialog
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.contacts.channels import ChannelDialog
from hrd_desktop.ui.contacts.consent_dialog import ConsentDialog
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.evidence.case_dialog import CaseDialog
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.evidence.tag_dialog import TagDialog
from tests.ui.desk import Desk, desk, dialog, go_on, section
from tests.ui.detail.conftest import Take, take
from tests.ui.driving import Started, button

__all__ = ["desk", "take"]


def test_a_record_comes_back(desk: Desk, take: Take, qtbot: QtBot) -> None:
    items = take({"a.txt": b"a", "b.txt": b"b"})
    workspace = desk.open()
    evidence = section(workspace, "evidence", EvidenceSection)
    pane = workspace.findChild(DetailPane)
    for name, note in (("a.txt", "half a sent"), ("b.txt", "the oth")):
        evidence.show_item(items[name].id)
        qtbot.waitUntil(lambda name=name: pane._shown is not None and pane._shown.id == items[name].id)
        pane.form.editors["note"].enter(note)
    qtbot.keyClicks(pane.form.tags.line, "wate")
    desk.lock()

    workspace = desk.open()
    evidence = section(workspace, "evidence", EvidenceSection)
    pane = workspace.findChild(DetailPane)
    qtbot.waitUntil(lambda: pane.has_unsaved, timeout=10_000)
    evidence.show_item(items["b.txt"].id)
    qtbot.waitUntil(lambda: pane.form.editors["note"].text() == "the oth", timeout=10_000)
    assert pane.form.tags.line.text() == "wate"
    pane._go_back()
    qtbot.waitUntil(lambda: pane.form.editors["note"].text() == "half a sent", timeout=10_000)
    pane.form.revert()
    evidence.show_item(items["b.txt"].id)
    qtbot.waitUntil(lambda: pane.form.editors["note"].text() == "the oth", timeout=10_000)
    pane.form.tags.line.clear()
    pane.form.save()
    qtbot.waitUntil(lambda: not pane.has_unsaved, timeout=10_000)
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_a_contact_and_the_channel_of_it_that_is_being_added_come_back(desk: Desk, qtbot: QtBot) -> None:
    page = section(desk.open(), "contacts", ContactsSection)
    assert isinstance(page, ContactsSection)
    page.add_contact()
    page.detail.form.alias.setText("Ami")
    page.detail.form.channels.add_button.click()
    adding = dialog(qtbot, page, ChannelDialog)
    assert isinstance(adding, ChannelDialog)
    adding.line.setText("+95 1 2")
    adding.note_edit.setPlainText("only from the libr")
    desk.lock()

    page = section(desk.open(), "contacts", ContactsSection)
    assert isinstance(page, ContactsSection)
    qtbot.waitUntil(page.list.unfinished.isVisible, timeout=10_000)
    page.list.unfinished.button.click()
    assert page.detail.form.alias.text() == "Ami"
    adding = dialog(qtbot, page, ChannelDialog)
    assert isinstance(adding, ChannelDialog)
    assert (adding.line.text(), adding.note_edit.toPlainText()) == ("+95 1 2", "only from the libr")


def test_a_case_comes_back(desk: Desk, qtbot: QtBot) -> None:
    case = add_case(desk.session, "WATER", "")
    page = section(desk.open(), "cases", CasesSection)
    assert isinstance(page, CasesSection)
    page.show_one(case.id)
    qtbot.waitUntil(lambda: page.detail._case is not None, timeout=10_000)
    page.detail.summary_edit.setPlainText("On the third day")
    desk.lock()

    page = section(desk.open(), "cases", CasesSection)
    assert isinstance(page, CasesSection)
    qtbot.waitUntil(page.list.unfinished.isVisible, timeout=10_000)
    page.list.unfinished.button.click()
    qtbot.waitUntil(lambda: page.detail.summary_edit.toPlainText() == "On the third day", timeout=10_000)
    page.detail.discard()
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_an_answer_about_consent_comes_back_and_is_recorded(desk: Desk, qtbot: QtBot) -> None:
    contact = add_contact(desk.session, ContactDraft(alias="Bo"))
    workspace = desk.open()
    page = section(workspace, "contacts", ContactsSection)
    assert isinstance(page, ContactsSection)
    page.show_one(contact.id)
    page.detail.consents.record_button.click()
    asking = dialog(qtbot, page, ConsentDialog)
    assert isinstance(asking, ConsentDialog)
    asking.decision.choose(ConsentDecision.NO)
    asking.note.setPlainText("she fears for her bro")
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, "consent")
    asking = dialog(qtbot, workspace, ConsentDialog)
    assert isinstance(asking, ConsentDialog)
    assert asking.decision.value is ConsentDecision.NO
    assert asking.note.toPlainText() == "she fears for her bro"
    asking.done_button.click()
    qtbot.waitUntil(lambda: len(list_consents(desk.session, contact.id)) == 1, timeout=10_000)
    qtbot.waitUntil(lambda: list_drafts(desk.session) == {}, timeout=10_000)
    assert list_consents(desk.session, contact.id)[0].note == "she fears for her bro"


@pytest.mark.parametrize("new", [True, False])
def test_a_part_in_a_case_comes_back(desk: Desk, qtbot: QtBot, new: bool) -> None:
    case = add_case(desk.session, "WATER", "")
    contact = add_contact(desk.session, ContactDraft(alias="Bo"))
    if not new:
        put_person_in_case(desk.session, case.id, contact.id, CaseRole.WITNESS, "")
    workspace = desk.open()
    page = section(workspace, "cases", CasesSection)
    assert isinstance(page, CasesSection)
    page.show_one(case.id)
    people = page.detail.people
    if new:
        people.add_button.click()
    else:
        qtbot.waitUntil(lambda: people.model.rowCount() == 1, timeout=10_000)
        people.view.setCurrentIndex(people.model.index(0, 0))
        people.edit_button.click()
    asking = dialog(qtbot, page, PersonDialog)
    assert isinstance(asking, PersonDialog)
    asking.note_edit.setPlainText("saw the pick")
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, "part in a case")
    asking = dialog(qtbot, workspace, PersonDialog)
    assert isinstance(asking, PersonDialog)
    qtbot.waitUntil(lambda: not new or asking.model.rowCount() == 1, timeout=10_000)
    assert asking.note_edit.toPlainText() == "saw the pick"
    asking.done_button.click()
    qtbot.waitUntil(
        lambda: [person.note for person in people_of_case(desk.session, case.id)] == ["saw the pick"],
        timeout=10_000,
    )


def test_a_case_that_is_being_opened_comes_back_or_is_thrown_away(desk: Desk, qtbot: QtBot) -> None:
    workspace = desk.open()
    page = section(workspace, "cases", CasesSection)
    assert isinstance(page, CasesSection)
    page.list.open_new()
    asking = dialog(qtbot, page, NewCaseDialog)
    assert isinstance(asking, NewCaseDialog)
    asking.reference_edit.setText("2026-W")
    asking.title_edit.setText("Water at the upp")
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, "new case")
    asking = dialog(qtbot, workspace, NewCaseDialog)
    assert isinstance(asking, NewCaseDialog)
    assert (asking.reference_edit.text(), asking.title_edit.text()) == ("2026-W", "Water at the upp")
    desk.lock()

    workspace = desk.open()
    qtbot.waitUntil(workspace.unfinished.isVisible, timeout=10_000)
    button(workspace.unfinished, "Throw it away").click()
    assert not workspace.unfinished.isVisible()
    qtbot.waitUntil(lambda: list_drafts(desk.session) == {}, timeout=10_000)


@pytest.mark.parametrize(("kind", "words"), [(TagDialog, "Tags"), (CaseDialog, "added to a new case")])
def test_a_change_of_many_items_comes_back(
    desk: Desk, take: Take, qtbot: QtBot, kind: type[QDialog], words: str
) -> None:
    take({"a.txt": b"a", "b.txt": b"b"})
    workspace = desk.open()
    page = section(workspace, "evidence", EvidenceSection)
    assert isinstance(page, EvidenceSection)
    ask = page.questions.ask_tags if kind is TagDialog else page.questions.ask_case
    ask([1, 2])
    asking = dialog(qtbot, page, kind)
    assert isinstance(asking, TagDialog | CaseDialog)
    typed = asking.add if isinstance(asking, TagDialog) else asking.reference
    typed.setText("rive")
    desk.lock()

    workspace = desk.open()
    go_on(qtbot, workspace, words)
    asking = dialog(qtbot, workspace, kind)
    assert "2" in asking.windowTitle()
    assert isinstance(asking, TagDialog | CaseDialog)
    typed = asking.add if isinstance(asking, TagDialog) else asking.reference
    assert typed.text() == "rive"
    asking.reject()
    desk.lock()
    assert list_drafts(desk.session) == {}


def test_the_lock_of_the_program_keeps_it(
    started: Started, vault_path: Path, vault_credential: object, qtbot: QtBot
) -> None:
    """The same with the real lock, which closes the session within a bound."""
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    page = section(workspace, "contacts", ContactsSection)
    assert isinstance(page, ContactsSection)
    page.add_contact()
    page.detail.form.alias.setText("Ami")
    started.program.lock()
    opened: Callable[[], Session] = partial(
        unlock, str(vault_path), vault_credential, random=os.urandom, clock=SystemClock()
    )
    with opened() as session:
        assert "Ami" in list_drafts(session)["contact"]
