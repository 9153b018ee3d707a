"""Parts of the form: channels, the public key, consents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import Channel, ChannelKind, ContactDraft, KeyCheck, Safety
from hrd_desktop.domain.people import ConsentDecision, ConsentForm, ConsentPurpose
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.people import ConsentDraft, list_consents, record_consent, today
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.channels import ChannelDialog, ChannelsEdit
from hrd_desktop.ui.contacts.consent_dialog import ConsentDialog
from hrd_desktop.ui.contacts.consents import ConsentsPane
from hrd_desktop.ui.contacts.fields import ChoiceBox
from hrd_desktop.ui.contacts.key_field import KeyCard
from hrd_desktop.ui.contacts.two_lines import LINES
from hrd_desktop.ui.operations import Operations

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
# The form of a secret key, of no key that exists.
SECRET = "AGE-SECRET-KEY-" + "1" + "Q" * 58


@pytest.fixture(autouse=True)
def no_late_answer(operations: Operations, qtbot: QtBot) -> Iterator[None]:
    # As a lock does: no answer reaches what is being destroyed.
    yield
    operations.forget()


def press(dialog: QDialog, name: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == name).click()


# -- channels -----------------------------------------------------------------------------------


@pytest.fixture
def channels(operations: Operations, qtbot: QtBot) -> ChannelsEdit:
    made = ChannelsEdit()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_channel_is_added_edited_and_removed(channels: ChannelsEdit, qtbot: QtBot) -> None:
    QAbstractItemModelTester(channels.model, channels)
    assert channels.empty.isVisible()
    channels.add_button.click()
    dialog = channels.findChild(ChannelDialog)
    assert isinstance(dialog, ChannelDialog)
    press(dialog, "Add")
    assert dialog.value.error.text() == "Fill this in."
    qtbot.keyClicks(dialog.line, "+34 600 000 000")
    dialog.safety_buttons[Safety.NO].click()
    dialog.preferred.click()
    press(dialog, "Add")
    assert [(c.value, c.safe, c.preferred) for c in channels.channels] == [
        ("+34 600 000 000", Safety.NO, True)
    ]
    with qtbot.waitSignal(channels.changed, timeout=10_000):
        qtbot.keyClick(channels.view, Qt.Key.Key_Delete)
    assert channels.channels == ()


def test_only_one_channel_is_preferred(channels: ChannelsEdit, qtbot: QtBot) -> None:
    phone = Channel(kind=ChannelKind.PHONE, value="1", preferred=True)
    channels.show_channels([phone, Channel(kind=ChannelKind.SIGNAL, value="2")])
    channels.choose_row(1)
    channels.edit_button.click()
    dialog = channels.findChild(ChannelDialog)
    assert isinstance(dialog, ChannelDialog)
    dialog.preferred.click()
    press(dialog, "Done")
    assert [channel.preferred for channel in channels.channels] == [False, True]


def test_an_address_keeps_its_lines(channels: ChannelsEdit, qtbot: QtBot) -> None:
    address = Channel(kind=ChannelKind.ADDRESS, value="12 Example Street\nRabat", note="ring twice")
    dialog = ChannelDialog(channels, address)
    qtbot.addWidget(dialog)
    assert dialog.read() == address


def test_scrolling_past_a_choice_does_not_change_it(operations: Operations, qtbot: QtBot) -> None:
    box = ChoiceBox([(1, "one"), (2, "two")])
    qtbot.addWidget(box)
    box.show()
    box.clearFocus()
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    box.wheelEvent(event)
    assert box.value == 1
    assert not event.isAccepted()


# -- the public key -----------------------------------------------------------------------------


@pytest.fixture
def key_card(operations: Operations, qtbot: QtBot) -> KeyCard:
    made = KeyCard(operations)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_secret_key_is_refused_at_once_and_not_kept(key_card: KeyCard, qtbot: QtBot) -> None:
    key_card.key_edit.setPlainText("something else")
    key_card.key_edit.insertPlainText(SECRET)
    assert key_card.key_text == ""
    assert "secret key" in key_card.key.error.text()
    assert key_card.key.error.isVisible()
    key_card.key_edit.undo()
    assert "SECRET" not in key_card.key_edit.toPlainText()
    key_card.key_edit.setPlainText(SSH_KEY)
    assert key_card.key.error.text() == ""


def test_a_fingerprint_is_held_against_the_key(key_card: KeyCard, qtbot: QtBot) -> None:
    key_card.key_edit.setPlainText(SSH_KEY)
    qtbot.waitUntil(key_card.take_button.isVisible, timeout=10_000)
    key_card.fingerprint_edit.setText("SHA256:somethingelse")
    assert "not the fingerprint" in key_card.fingerprint.error.text()
    key_card.take_button.click()
    assert key_card.fingerprint_edit.text().startswith("SHA256:")
    assert key_card.fingerprint.error.text() == ""
    assert not key_card.take_button.isVisible()


def test_another_key_counts_as_not_checked(key_card: KeyCard, qtbot: QtBot) -> None:
    key_card.show_key(
        ContactDraft(
            alias="Bo", public_key=SSH_KEY, how_checked=KeyCheck.IN_PERSON, checked_on=date(2026, 3, 1)
        )
    )
    assert key_card.how_edit.value is KeyCheck.IN_PERSON
    key_card.key_edit.setPlainText(SSH_KEY.replace("AAEC", "BBEC"))
    assert key_card.how_edit.value is KeyCheck.NOT_CHECKED
    assert key_card.checked_edit.text() == ""
    assert "counts as not checked" in key_card.how.hint


# -- consents -----------------------------------------------------------------------------------


@pytest.fixture
def pane(operations: Operations, qtbot: QtBot) -> ConsentsPane:
    made = ConsentsPane(operations)
    qtbot.addWidget(made)
    made.show()
    return made


def labels(pane: ConsentsPane) -> list[str]:
    rows = (pane.model.index(row, 0).data(LINES) for row in range(pane.model.rowCount()))
    return [row.first_badge.words for row in rows]


def test_every_purpose_is_listed_with_what_its_answer_is_worth(
    pane: ConsentsPane, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    yes = ConsentDecision.YES
    for draft in (
        ConsentDraft(purpose=ConsentPurpose.KEEP, decision=yes),
        ConsentDraft(purpose=ConsentPurpose.SHARE_WITH_LAWYER, decision=yes, expires_on=date(2020, 1, 1)),
        ConsentDraft(purpose=ConsentPurpose.PUBLISH_NAME, decision=yes, withdrawn_on=today(vault_session)),
        ConsentDraft(purpose=ConsentPurpose.PUBLISH_NAME, decision=ConsentDecision.NO),
        ConsentDraft(purpose=ConsentPurpose.UN_BODY, decision=ConsentDecision.IMPOSSIBLE, reason="held"),
    ):
        record_consent(vault_session, contact.id, draft)
    QAbstractItemModelTester(pane.model, pane)
    with qtbot.waitSignal(pane.counted, timeout=10_000, check_params_cb=lambda count: count == 4):
        pane.show_contact(contact.id)
    assert labels(pane) == [
        "Yes",
        "Expired",
        "Not asked",
        "No",
        "Withdrawn",
        "Not asked",
        "Cannot be asked",
        "Not asked",
        "Not asked",
    ]
    assert pane.model.index(4, 0).data(LINES).second_badge.words == "Earlier answer"


def test_an_answer_is_recorded_for_the_purpose_that_is_chosen(
    pane: ConsentsPane, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    pane.show_contact(contact.id)
    qtbot.waitUntil(lambda: pane.model.rowCount() == len(ConsentPurpose), timeout=10_000)
    pane.view.setCurrentIndex(pane.model.index(3, 0))
    pane.view.activated.emit(pane.model.index(3, 0))
    dialog = pane.findChild(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    assert dialog.purpose.value is ConsentPurpose.PUBLISH_NAME
    dialog.form.choose(ConsentForm.WRITTEN)
    dialog.given_on.setText("2026-03-02")
    dialog.expires_on.setText("2026-03-01")
    press(dialog, "Record")
    qtbot.waitUntil(lambda: dialog.fields["expires_on"].error.text() != "", timeout=10_000)
    assert list_consents(vault_session, contact.id) == []
    dialog.expires_on.setText("2027-03-01")
    press(dialog, "Record")
    qtbot.waitUntil(lambda: labels(pane)[3] == "Yes", timeout=10_000)
    (consent,) = list_consents(vault_session, contact.id)
    assert (consent.purpose, consent.form, consent.given_on) == (
        ConsentPurpose.PUBLISH_NAME,
        ConsentForm.WRITTEN,
        date(2026, 3, 2),
    )


def test_a_consent_is_withdrawn_by_editing_it(
    pane: ConsentsPane, vault_session: Session, qtbot: QtBot
) -> None:
    contact = add_contact(vault_session, ContactDraft(alias="Bo"))
    record_consent(
        vault_session, contact.id, ConsentDraft(purpose=ConsentPurpose.KEEP, decision=ConsentDecision.YES)
    )
    pane.show_contact(contact.id)
    qtbot.waitUntil(lambda: pane.model.rowCount() > 0, timeout=10_000)
    pane.view.setCurrentIndex(pane.model.index(0, 0))
    pane.edit_button.click()
    dialog = pane.findChild(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    dialog.withdrawn_on.setText("yesterday")
    press(dialog, "Save")
    assert "year-month-day" in dialog.fields["withdrawn_on"].error.text()
    dialog.withdrawn_on.show_day(today(vault_session))
    press(dialog, "Save")
    qtbot.waitUntil(lambda: labels(pane)[0] == "Withdrawn", timeout=10_000)


def test_a_reason_is_asked_for_only_where_nobody_can_be_asked(operations: Operations, qtbot: QtBot) -> None:
    drafts: list[ConsentDraft] = []
    draft = ConsentDraft(
        purpose=ConsentPurpose.KEEP, decision=ConsentDecision.YES, given_on=date(2026, 1, 1), language="ar"
    )
    dialog = ConsentDialog(None, "Record an answer", draft, "Record")
    qtbot.addWidget(dialog)
    dialog.entered = drafts.append
    dialog.open()
    assert not dialog.fields["reason"].isVisible()
    dialog.decision.choose(ConsentDecision.IMPOSSIBLE)
    assert dialog.fields["reason"].isVisible()
    assert not dialog.fields["given_on"].isVisible()
    dialog.reason.setPlainText("held without contact")
    press(dialog, "Record")
    (entered,) = drafts
    assert (entered.reason, entered.given_on, entered.language) == ("held without contact", None, "")
