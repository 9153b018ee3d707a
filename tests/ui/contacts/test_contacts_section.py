"""The Contacts section as a user works with it: list, form, unsaved changes, deletion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

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

from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    Contact,
    ContactDraft,
    KeyCheck,
    Safety,
    draft_of,
)
from hrd_desktop.domain.people import CaseRole
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact, delete_contact, edit_contact, list_contacts
from hrd_desktop.services.find_contacts import ContactGroup
from hrd_desktop.services.people import put_person_in_case, today
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.contacts.two_lines import LINES
from hrd_desktop.ui.operations import Operations

UNSAFE = Channel(kind=ChannelKind.PHONE, value="+1", safe=Safety.NO)


@pytest.fixture
def section(operations: Operations, qtbot: QtBot) -> Iterator[ContactsSection]:
    made = ContactsSection(operations)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    yield made
    # As a lock does: no answer reaches what is being destroyed.
    operations.forget()


def aliases(section: ContactsSection) -> list[str]:
    return [contact.alias for contact in section.list.model.values]


def wait_for(qtbot: QtBot, section: ContactsSection, *expected: str) -> None:
    section.list.refresh()
    qtbot.waitUntil(lambda: aliases(section) == list(expected), timeout=10_000)


def press(dialog: QDialog, name: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == name).click()


def open_dialog(section: ContactsSection) -> QDialog:
    return next(d for d in section.findChildren(QDialog) if d.isVisible())


def show(qtbot: QtBot, section: ContactsSection, contact: Contact) -> None:
    section.show_one(contact.id)
    qtbot.waitUntil(lambda: section.detail.form.alias.text() == contact.alias, timeout=10_000)


def test_an_empty_list_teaches_and_begins_a_contact(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: section.list.pages.currentWidget() is section.list.nobody, timeout=10_000)
    next(b for b in section.list.nobody.findChildren(QPushButton) if "first" in b.text()).click()
    form = section.detail.form
    qtbot.keyClicks(form.alias, "Amina")
    form.languages.setText("ar، fr")
    form.tags.setText("legal, rabat")
    form.emergency.setText("٢")
    form.delete_on.setText("۲۰۲۷-۰۱-۳۱")
    section.detail.save_button.click()
    qtbot.waitUntil(lambda: aliases(section) == ["Amina"], timeout=10_000)
    (contact,) = list_contacts(vault_session)
    assert (contact.languages, contact.tags, contact.emergency_order) == (("ar", "fr"), ("legal", "rabat"), 2)
    assert str(contact.delete_on) == "2027-01-31"
    assert not section.unsaved
    assert section.detail.shown_id == contact.id


def test_the_list_is_searched_and_grouped(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    add_contact(vault_session, ContactDraft(alias="Bo", notes="Fisherman", emergency_order=1))
    yesterday = today(vault_session) - timedelta(days=1)
    add_contact(vault_session, ContactDraft(alias="Amina", delete_on=yesterday))
    wait_for(qtbot, section, "Amina", "Bo")
    QAbstractItemModelTester(section.list.model, section)
    assert section.list.reminder.sentence.text() == "One contact is due to be deleted."
    qtbot.keyClicks(section.list.search, "fish")
    qtbot.waitUntil(lambda: aliases(section) == ["Bo"], timeout=10_000)
    qtbot.keyClicks(section.list.search, "nobody")
    qtbot.waitUntil(lambda: section.list.pages.currentWidget() is section.list.nothing, timeout=10_000)
    section.list.show_all()
    section.list.reminder.button.click()
    qtbot.waitUntil(lambda: aliases(section) == ["Amina"], timeout=10_000)
    assert section.list.group.value is ContactGroup.DUE
    assert not section.list.reminder.isVisible()


def test_an_unsafe_channel_is_told_by_sign_and_word(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo", channels=(UNSAFE,)))
    wait_for(qtbot, section, "Bo")
    index = section.list.model.index(0, 0)
    badge = index.data(LINES).second_badge
    assert (badge.words, badge.icon_name) == ("Unsafe channel", "warning")
    assert "Unsafe channel" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    show(qtbot, section, contact)
    channel = section.detail.form.channels.model.index(0, 0)
    assert channel.data(LINES).icon_name == "warning"
    assert "Not safe" in channel.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "not safe" in section.detail.danger.sentence.text()
    assert section.detail.danger.isVisible()


def test_what_does_not_fit_is_said_beside_its_field(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    section.add_contact()
    form, save = section.detail.form, section.detail.save_button
    qtbot.keyClicks(form.role, "Lawyer")
    for field, spoil, mend in (
        ("alias", lambda: None, lambda: form.alias.setText("Bo")),
        ("languages", lambda: form.languages.setText("not_a_tag"), form.languages.clear),
        ("emergency_order", lambda: form.emergency.setText("first"), form.emergency.clear),
        ("delete_on", lambda: form.delete_on.setText("next year"), form.delete_on.clear),
        ("tags", lambda: form.tags.setText("a, a"), form.tags.clear),
        (
            "how_checked",
            lambda: form.key_card.how_edit.choose(KeyCheck.IN_PERSON),
            lambda: form.key_card.how_edit.choose(KeyCheck.NOT_CHECKED),
        ),
    ):
        spoil()
        save.click()
        assert form.fields[field].error.isVisible(), field
        assert form.fields[field].control.accessibleDescription() == form.fields[field].error.text()
        assert [name for name, one in form.fields.items() if one.error.text()] == [field]
        mend()
    assert list_contacts(vault_session) == []
    save.click()
    qtbot.waitUntil(lambda: len(list_contacts(vault_session)) == 1, timeout=10_000)


def test_that_a_secret_key_was_refused_is_still_said_when_saving_fails(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    section.add_contact()
    form = section.detail.form
    # The form of a secret key, of no key that exists.
    form.key_card.key_edit.setPlainText("AGE-SECRET-KEY-1" + "Q" * 58)
    section.detail.save_button.click()
    assert form.fields["alias"].error.isVisible()
    assert "secret key" in form.fields["public_key"].error.text()
    form.alias.setText("Bo")
    section.detail.save_button.click()
    qtbot.waitUntil(lambda: len(list_contacts(vault_session)) == 1, timeout=10_000)
    assert list_contacts(vault_session)[0].public_key == ""


def test_unsaved_changes_are_asked_about_before_another_is_shown(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    amina, bo = (add_contact(vault_session, ContactDraft(alias=alias)) for alias in ("Amina", "Bo"))
    wait_for(qtbot, section, "Amina", "Bo")
    show(qtbot, section, amina)
    section.detail.form.role.setText("Lawyer")
    assert section.unsaved
    section.list.view.setCurrentIndex(section.list.model.index(1, 0))
    assert section.list.view.currentIndex().row() == 0
    press(open_dialog(section), "Keep editing")
    assert section.detail.shown_id == amina.id
    section.list.view.setCurrentIndex(section.list.model.index(1, 0))
    press(open_dialog(section), "Save contact")
    qtbot.waitUntil(lambda: section.detail.form.alias.text() == "Bo", timeout=10_000)
    assert section.detail.shown_id == bo.id
    assert {c.alias: c.role for c in list_contacts(vault_session)} == {"Amina": "Lawyer", "Bo": ""}
    section.detail.form.role.setText("Fisherman")
    section.list.view.setCurrentIndex(section.list.model.index(0, 0))
    press(open_dialog(section), "Discard changes")
    qtbot.waitUntil(lambda: section.detail.form.alias.text() == "Amina", timeout=10_000)
    assert {c.alias: c.role for c in list_contacts(vault_session)}["Bo"] == ""


def test_a_change_from_elsewhere_is_shown_but_never_over_what_is_typed(
    section: ContactsSection, vault_session: Session, operations: Operations, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    show(qtbot, section, contact)
    contact = edit_contact(vault_session, contact.id, replace(draft_of(contact), role="Fisherman"))
    operations.changed.emit()
    qtbot.waitUntil(lambda: section.detail.form.role.text() == "Fisherman", timeout=10_000)
    section.detail.form.role.setText("Sail")
    edit_contact(vault_session, contact.id, replace(draft_of(contact), role="Cook"))
    with qtbot.waitSignal(section.list.model.modelReset, timeout=10_000):
        operations.changed.emit()
    assert section.detail.form.role.text() == "Sail"
    section.detail.discard()
    qtbot.waitUntil(lambda: section.detail.form.role.text() == "Cook", timeout=10_000)


def test_a_contact_is_deleted_only_after_a_question(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    show(qtbot, section, contact)
    section.detail.delete_button.click()
    dialog = open_dialog(section)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert list_contacts(vault_session) == [contact]
    section.detail.delete_button.click()
    press(open_dialog(section), "Delete contact")
    qtbot.waitUntil(section.nothing.isVisible, timeout=10_000)
    assert list_contacts(vault_session) == []


def test_a_contact_that_is_gone_is_shown_no_more(
    section: ContactsSection, vault_session: Session, operations: Operations, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    show(qtbot, section, contact)
    delete_contact(vault_session, contact.id)
    failures: list[object] = []
    operations.failed.connect(failures.append)
    operations.changed.emit()
    qtbot.waitUntil(section.nothing.isVisible, timeout=10_000)
    assert failures == []


def test_the_cases_of_a_contact_lead_to_them(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    case = add_case(vault_session, "C1", "Evictions")
    put_person_in_case(vault_session, case.id, contact.id, CaseRole.WITNESS, "saw it")
    show(qtbot, section, contact)
    parts = section.detail.parts
    qtbot.waitUntil(lambda: len(parts.model.values) == 1, timeout=10_000)
    assert section.detail.tabs.tabText(2) == "Cases (\u20681\u2069)"
    with qtbot.waitSignal(section.case_chosen, timeout=10_000) as chosen:
        parts.view.activated.emit(parts.model.index(0, 0))
    assert chosen.args == [case.id]


def test_tags_and_languages_that_were_not_touched_stay_as_they_are(
    section: ContactsSection, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo", tags=("one, two",)))
    show(qtbot, section, contact)
    section.detail.form.role.setText("Cook")
    section.detail.save_button.click()
    qtbot.waitUntil(lambda: list_contacts(vault_session)[0].role == "Cook", timeout=10_000)
    assert list_contacts(vault_session)[0].tags == ("one, two",)


def test_everything_has_a_name_and_is_reached_by_the_keyboard(
    section: ContactsSection, vault_session: Session, application: QApplication, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo", channels=(UNSAFE,)))
    wait_for(qtbot, section, "Bo")
    show(qtbot, section, contact)
    controls = [
        widget
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)
        for widget in section.findChildren(kind)
        if not widget.objectName().startswith("qt_") and not widget.isHidden()
    ]
    assert len(controls) > 25
    for widget in controls:
        if "Scroll" not in type(widget.parent()).__name__ and "QTabBar" not in type(widget.parent()).__name__:
            assert widget.accessibleName(), (type(widget).__name__, type(widget.parent()).__name__)
    section.activateWindow()
    qtbot.waitUntil(section.isActiveWindow, timeout=10_000)
    section.list.search.setFocus()
    reached = set()
    for _ in range(80):
        focused = application.focusWidget()
        assert focused is not None
        reached.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    form = section.detail.form
    assert {section.list.view, form.alias, form.channels.view, form.key_card.key_edit, form.notes} <= reached
