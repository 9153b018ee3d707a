"""The reserve in the window: set aside at the first run, used, overwritten, and always the same card."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.create import create
from hrd_desktop.services.reserve import make_compartment
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.first_run.place_page import RESERVES_BYTES, PlacePage
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.credential_dialogs import NewPassphraseDialog
from hrd_desktop.ui.security.reserve_card import ReserveCard
from tests.ui.driving import PASSPHRASE, button

INNER = "another orbit of velvet lanterns"
MAKE, OVERWRITE = "Make a second compartment in it…", "Overwrite it now…"


@pytest.fixture
def root(tmp_path: Path) -> str:
    made = str(tmp_path / "vault")
    create(
        made,
        credential_from_text(PASSPHRASE),
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=16 << 20,
        random=os.urandom,
        clock=SystemClock(),
    )
    return made


def open_with(root: str, text: str) -> Session:
    return unlock(root, credential_from_text(text), random=os.urandom, clock=SystemClock())


@pytest.fixture
def session(root: str) -> Iterator[Session]:
    with open_with(root, PASSPHRASE) as opened:
        yield opened


def card_of(session: Session, qtbot: QtBot) -> ReserveCard:
    operations = Operations(session)
    card = ReserveCard(operations, os.urandom, "Reserve")
    operations.setParent(card)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(lambda: bool(card._state.text()), timeout=30_000)
    return card


def words_of(card: ReserveCard) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible() and label.text()]


def answer(card: ReserveCard, name: str) -> None:
    question = next(each for each in card.findChildren(PlainDialog) if each.isVisible())
    button(question, name).click()


def test_a_used_reserve_shows_what_an_unused_one_shows(session: Session, qtbot: QtBot) -> None:
    before = words_of(card_of(session, qtbot))
    make_compartment(session, credential_from_text(INNER), None)
    card = card_of(session, qtbot)
    assert words_of(card) == before
    assert button(card, MAKE).isEnabled() and button(card, OVERWRITE).isEnabled()


def test_it_is_made_after_a_question_and_opens_with_its_own_passphrase(
    session: Session, root: str, qtbot: QtBot
) -> None:
    card = card_of(session, qtbot)
    button(card, MAKE).click()
    answer(card, "Cancel")
    assert not [each for each in card.findChildren(PlainDialog) if each.isVisible()]
    button(card, MAKE).click()
    answer(card, "Go on")
    (dialog,) = (each for each in card.findChildren(NewPassphraseDialog) if each.isVisible())
    dialog.decided.emit(INNER, "")
    dialog.reject()
    told = "It is made"
    qtbot.waitUntil(
        lambda: any(
            told in label.text()
            for each in card.findChildren(PlainDialog)
            if each.isVisible()
            for label in each.findChildren(QLabel)
        ),
        timeout=60_000,
    )
    session.close()
    with open_with(root, INNER) as inside:
        shown = " ".join(words_of(card_of(inside, qtbot)))
        assert "never grows" in shown and "are left here" in shown


def test_without_a_reserve_there_is_nothing_to_press(vault_session: Session, qtbot: QtBot) -> None:
    card = card_of(vault_session, qtbot)
    assert "This vault was made without a reserve." in words_of(card)
    with pytest.raises(AssertionError):
        button(card, MAKE)


def test_the_first_run_offers_one_and_takes_none_by_itself(tmp_path: Path, qtbot: QtBot) -> None:
    page = PlacePage(str(tmp_path))
    qtbot.addWidget(page)
    assert page.reserve_bytes == 0
    box = next(each for each in page.findChildren(QComboBox))
    box.setCurrentIndex(2)
    assert page.reserve_bytes == RESERVES_BYTES[1]
