"""What was typed into a contact and not saved is offered again after a lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import Channel, ChannelKind, ContactDraft, KeyCheck, Safety
from hrd_desktop.services.contacts import add_contact, delete_contact, list_contacts
from hrd_desktop.services.drafts import find_draft
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.operations import Operations

UNSAFE = Channel(kind=ChannelKind.PHONE, value="+1", safe=Safety.NO, note="tapped", preferred=True)


@pytest.fixture
def opened(operations: Operations, qtbot: QtBot) -> Iterator[Callable[[], ContactsSection]]:
    """Opens the section anew, as after an unlock."""
    sections: list[ContactsSection] = []

    def make() -> ContactsSection:
        section = ContactsSection(operations)
        qtbot.addWidget(section)
        section.resize(1000, 700)
        section.show()
        sections.append(section)
        return section

    yield make
    # As a lock does: no answer reaches what is being destroyed.
    operations.forget()


def kept(session: Session) -> bool:
    return find_draft(session, "contact") is not None


def test_a_new_contact_is_gone_on_with(
    opened: Callable[[], ContactsSection], vault_session: Session, qtbot: QtBot
) -> None:
    before = opened()
    before.add_contact()
    form = before.detail.form
    form.alias.setText("Amina")
    form.delete_on.setText("not yet a day")
    form.channels.show_channels([UNSAFE])
    form.key_card.fingerprint_edit.setText("SHA256:abc")
    form.key_card.how_edit.choose(KeyCheck.VOICE)
    form.notes.setPlainText("two\nlines")
    qtbot.waitUntil(lambda: kept(vault_session), timeout=10_000)
    before.detail.keeper.keep()
    qtbot.waitUntil(lambda: "two" in (find_draft(vault_session, "contact") or ""), timeout=10_000)
    assert list_contacts(vault_session) == []

    after = opened()
    qtbot.waitUntil(after.list.unfinished.isVisible, timeout=10_000)
    after.list.unfinished.button.click()
    assert after.unsaved
    assert after.detail.form.state() == form.state()
    assert not after.list.unfinished.isVisible()
    after.detail.form.delete_on.clear()
    after.detail.save_button.click()
    qtbot.waitUntil(lambda: len(list_contacts(vault_session)) == 1, timeout=10_000)
    assert list_contacts(vault_session)[0].channels == (UNSAFE,)
    qtbot.waitUntil(lambda: not kept(vault_session), timeout=10_000)


def test_changes_of_a_contact_are_gone_on_with_or_given_up(
    opened: Callable[[], ContactsSection], vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo", role="Cook"))
    before = opened()
    before.show_one(contact.id)
    qtbot.waitUntil(lambda: before.detail.form.role.text() == "Cook", timeout=10_000)
    before.detail.form.role.setText("Fisherman")
    before.detail.keeper.keep()
    qtbot.waitUntil(lambda: kept(vault_session), timeout=10_000)

    after = opened()
    qtbot.waitUntil(after.list.unfinished.isVisible, timeout=10_000)
    after.list.unfinished.button.click()
    qtbot.waitUntil(lambda: after.detail.form.role.text() == "Fisherman", timeout=10_000)
    assert after.unsaved
    assert after.detail.shown_id == contact.id
    after.detail.discard_button.click()
    assert after.detail.form.role.text() == "Cook"
    qtbot.waitUntil(lambda: not kept(vault_session), timeout=10_000)


def test_what_was_typed_about_a_deleted_contact_goes_with_it(
    opened: Callable[[], ContactsSection], vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    before = opened()
    before.show_one(contact.id)
    qtbot.waitUntil(lambda: before.detail.form.alias.text() == "Bo", timeout=10_000)
    before.detail.form.role.setText("Fisherman")
    before.detail.keeper.keep()
    qtbot.waitUntil(lambda: kept(vault_session), timeout=10_000)
    delete_contact(vault_session, contact.id)

    after = opened()
    qtbot.waitUntil(after.list.unfinished.isVisible, timeout=10_000)
    after.list.unfinished.button.click()
    qtbot.waitUntil(lambda: not kept(vault_session), timeout=10_000)
    assert after.nothing.isVisible()
