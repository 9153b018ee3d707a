"""Receipts in the window: given, saved, checked, countersigned; and bundles of others taken in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.receipts import parse_receipt
from hrd_desktop.domain.export import PlainFolder
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case, items_of_case, load_case
from hrd_desktop.services.countersign import countersign
from hrd_desktop.services.export import ExportChoices, export, plan_export
from hrd_desktop.services.receipts import check_receipt, give_receipt
from hrd_desktop.services.session import Session
from hrd_desktop.ui.check.receive_dialog import ReceiveDialog
from hrd_desktop.ui.custody.case_custody import CaseCustodyPane
from hrd_desktop.ui.custody.receipt_dialog import ReceiptDialog
from hrd_desktop.ui.custody.spoken_dialog import SpokenDialog
from hrd_desktop.ui.custody.witness_card import WitnessCard
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.operations import Operations
from tests.unit.services.test_custody_logs import take_in
from tests.unit.services.test_receipts import other

__all__ = ["other"]


@pytest.fixture
def pane(vault_session: Session, operations: Operations, qtbot: QtBot, tmp_path: Path) -> CaseCustodyPane:
    """The custody of a case with one item."""
    case = add_case(vault_session, "A-1")
    (tmp_path / "one.txt").write_text("one")
    take_in(vault_session, tmp_path / "one.txt", case.id)
    made = CaseCustodyPane(operations)
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    made.show_case(case)
    qtbot.waitUntil(lambda: "events, signed by key" in words(made))
    return made


def words(parent: QWidget) -> str:
    return "\n".join(label.text() for label in parent.findChildren(QLabel))


def opened(kind: type[PlainDialog], qtbot: QtBot) -> PlainDialog:
    def find() -> PlainDialog | None:
        shown = [widget for widget in QApplication.topLevelWidgets() if type(widget) is kind]
        return next((widget for widget in shown if widget.isVisible()), None)

    qtbot.waitUntil(lambda: find() is not None, timeout=10_000)
    dialog = find()
    assert dialog is not None
    return dialog


def test_a_receipt_is_given_saved_and_checked(
    pane: CaseCustodyPane, vault_session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    pane.give_button.click()
    dialog = opened(ReceiptDialog, qtbot)
    assert isinstance(dialog, ReceiptDialog)
    assert "does not say whose key it is" in words(dialog)
    place = tmp_path / "receipt.txt"
    dialog.save_text(str(place))
    qtbot.waitUntil(lambda: "Saved" in words(dialog))
    assert check_receipt(vault_session, place.read_bytes()).case_reference == "A-1"
    assert parse_receipt(place.read_bytes()).spoken in words(dialog).replace("\u2068", "").replace(
        "\u2069", ""
    )
    dialog.save_text(str(place))
    qtbot.waitUntil(lambda: "Saved" not in words(dialog))
    page = tmp_path / "receipt.pdf"
    dialog.save_page(str(page))
    qtbot.waitUntil(page.exists)
    assert page.read_bytes().startswith(b"%PDF")
    dialog.reject()
    pane.receipts.check_file(str(place))
    told = opened(PlainDialog, qtbot)
    assert "Nothing before it was rewritten" in words(told)
    told.close()


def test_a_receipt_told_by_voice_is_checked(
    pane: CaseCustodyPane, vault_session: Session, qtbot: QtBot
) -> None:
    receipt = give_receipt(vault_session, load_case(vault_session, "A-1"))
    pane.spoken_button.click()
    dialog = opened(SpokenDialog, qtbot)
    assert isinstance(dialog, SpokenDialog) and not dialog.check_button.isEnabled()
    told = "Nothing before it was rewritten"
    for size, digits, good in (
        (receipt.size, receipt.spoken, True),
        (receipt.size, receipt.spoken.replace(" ", ""), True),
        (receipt.size, receipt.spoken[:-1] + ("1" if receipt.spoken[-1] != "1" else "2"), False),
        (receipt.size + 1, receipt.spoken, False),
        (receipt.size, "12345", False),
    ):
        dialog.count.setText(str(size))
        dialog.digits.setText(digits)
        with qtbot.waitSignal(dialog.told):
            dialog.check_button.click()
        assert (told in words(dialog)) is good, (size, digits)
    dialog.reject()


def test_a_witness_answers_and_the_answer_comes_in(
    pane: CaseCustodyPane,
    vault_session: Session,
    other: Session,
    qtbot: QtBot,
    tmp_path: Path,
    answered: Callable[[Session, bytes], bytes],
) -> None:
    pane.give_button.click()
    dialog = opened(ReceiptDialog, qtbot)
    assert isinstance(dialog, ReceiptDialog)
    place = tmp_path / "answer.txt"
    place.write_bytes(answered(other, dialog._receipt.text.encode()))
    # A vault is no witness of itself.
    dialog.reject()
    pane.witness.countersign_file(str(place))
    refused = opened(PlainDialog, qtbot)
    assert "no witness of itself" in words(refused)
    refused.close()
    pane.add_file(str(place))
    told = opened(PlainDialog, qtbot)
    assert "The countersignature is in" in words(told)
    told.close()


@pytest.fixture
def answered() -> Callable[[Session, bytes], bytes]:
    return lambda session, receipt: countersign(session, receipt).receipt.text.encode()


def test_a_vault_without_a_case_can_be_a_witness(
    vault_session: Session, other: Session, operations: Operations, qtbot: QtBot, tmp_path: Path
) -> None:
    case = add_case(other, "B-1")
    (tmp_path / "theirs.txt").write_text("theirs")
    take_in(other, tmp_path / "theirs.txt", case.id)
    place = tmp_path / "receipt.txt"
    place.write_text(give_receipt(other, case).text)
    card = WitnessCard(operations)
    qtbot.addWidget(card)
    card.show()
    card.countersign_file(str(place))
    dialog = opened(ReceiptDialog, qtbot)
    assert "Seen for the first time" in words(dialog)
    dialog.reject()


def test_every_control_has_a_name(pane: CaseCustodyPane) -> None:
    buttons = pane.findChildren(QPushButton)
    assert len(buttons) == 5 and all(button.accessibleName() for button in buttons)


def test_a_bundle_is_taken_into_a_case(
    vault_session: Session,
    other: Session,
    operations: Operations,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    (tmp_path / "theirs.txt").write_text("theirs")
    take_in(other, tmp_path / "theirs.txt")
    plan = plan_export(other, choices=ExportChoices())
    sent = export(
        other,
        plan,
        str(tmp_path),
        PlainFolder(),
        recipients="us",
        progress=NoProgress(),
        cancel=CancelToken(),
    )
    case = add_case(vault_session, "OURS")
    dialog = ReceiveDialog(operations, str(sent.path), (), None)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.case.count() == 2)
    dialog.case.setCurrentIndex(1)
    dialog.from_whom.setText("M.")
    dialog.go_button.click()
    qtbot.waitUntil(lambda: "items are in" in words(dialog), timeout=20_000)
    assert len(items_of_case(vault_session, case)) == 2
