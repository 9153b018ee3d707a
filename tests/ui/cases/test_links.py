"""Sections of the window lead to each other: a case to its people and items, a contact to its cases."""

from __future__ import annotations

import os

from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.people import CaseRole
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.people import put_person_in_case
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.sections import Sections
from hrd_desktop.ui.workspace import Workspace


def test_a_case_leads_to_a_contact_and_a_contact_to_its_case(
    operations: Operations, vault_session: Session, qtbot: QtBot
) -> None:
    case = add_case(vault_session, "C1", "Evictions")
    contact = add_contact(vault_session, ContactDraft(alias="Amina"))
    put_person_in_case(vault_session, case.id, contact.id, CaseRole.WITNESS)
    preferences = Preferences(Settings(), None, operations)
    sections = Sections(operations, preferences, "vault", os.urandom)
    workspace = Workspace(sections.plans(), PanicButton())
    sections.connect_bar(workspace)
    qtbot.addWidget(workspace)
    workspace.show()
    cases = workspace.open("cases")
    assert isinstance(cases, CasesSection)
    cases.contact_chosen.emit(contact.id)
    assert workspace.opened == "contacts"
    contacts = workspace.findChild(ContactsSection)
    assert isinstance(contacts, ContactsSection)
    qtbot.waitUntil(lambda: contacts.detail.form.alias.text() == "Amina", timeout=10_000)
    contacts.case_chosen.emit(case.id)
    assert workspace.opened == "cases"
    qtbot.waitUntil(lambda: cases.detail.title_edit.text() == "Evictions", timeout=10_000)
    assert cases.detail.shown_id == case.id
    # An item's custody leads to that of its case, whatever was shown of the case before.
    workspace.open("evidence")
    detail = workspace.findChild(DetailPane)
    assert isinstance(detail, DetailPane)
    detail.case_custody_wanted.emit(case.id)
    assert workspace.opened == "cases"
    assert cases.detail.tabs.currentWidget() is cases.detail.custody
