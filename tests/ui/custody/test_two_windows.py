"""Two people witness each other's log in two windows, with files carried between them and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.services.cases import add_case
from hrd_desktop.services.session import Session
from hrd_desktop.ui.custody.case_custody import CaseCustodyPane
from hrd_desktop.ui.custody.receipt_dialog import ReceiptDialog
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.operations import Operations
from tests.ui.custody.test_case_custody import opened, words
from tests.unit.services.test_custody_logs import take_in
from tests.unit.services.test_receipts import other

__all__ = ["other"]


class Person:
    """Somebody at a window: presses a button, saves what is shown, reads what is said."""

    def __init__(
        self, name: str, session: Session, operations: Operations, qtbot: QtBot, folder: Path
    ) -> None:
        self._name, self._session, self._qtbot, self._folder = name, session, qtbot, folder
        self.case = add_case(session, name)
        self.log_something("one")
        self.pane = CaseCustodyPane(operations)
        qtbot.addWidget(self.pane)
        self.pane.resize(800, 700)
        self.pane.show()
        self.sees("events, signed by key")

    def log_something(self, text: str) -> None:
        path = self._folder / f"{self._name} {text}.txt"
        path.write_text(f"{self._name} {text}")
        take_in(self._session, path, self.case.id)

    def sees(self, text: str) -> None:
        self.pane.show_case(self.case)
        self._qtbot.waitUntil(lambda: text in words(self.pane), timeout=10_000)

    def gives(self, name: str) -> str:
        self.pane.give_button.click()
        return self._saved(name)[0]

    def countersigns(self, receipt: str, name: str) -> tuple[str, str]:
        """The file of the answer, and what was said."""
        self.pane.witness.countersign_file(receipt)
        return self._saved(name)

    def is_told(self) -> str:
        dialog = opened(PlainDialog, self._qtbot)
        told = words(dialog)
        dialog.close()
        self._gone(dialog)
        return told

    def _saved(self, name: str) -> tuple[str, str]:
        dialog = opened(ReceiptDialog, self._qtbot)
        assert isinstance(dialog, ReceiptDialog)
        path = self._folder / name
        dialog.save_text(str(path))
        self._qtbot.waitUntil(path.exists)
        told = words(dialog)
        dialog.reject()
        self._gone(dialog)
        return str(path), told

    def _gone(self, dialog: PlainDialog) -> None:
        self._qtbot.waitUntil(lambda: dialog not in QApplication.topLevelWidgets() or not dialog.isVisible())


@pytest.fixture
def other_operations(other: Session) -> Iterator[Operations]:
    made = Operations(other)
    yield made
    made.forget()
    made._pool.shutdown(wait=True)


def test_each_is_the_others_witness(
    vault_session: Session,
    other: Session,
    operations: Operations,
    other_operations: Operations,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    here = Person("HERE", vault_session, operations, qtbot, tmp_path)
    there = Person("THERE", other, other_operations, qtbot, tmp_path)
    for holder, witness, name in ((here, there, "a"), (there, here, "b")):
        receipt = holder.gives(f"{name}1.txt")
        answer, said = witness.countersigns(receipt, f"{name}1-answer.txt")
        assert "Seen for the first time" in said
        holder.pane.add_file(answer)
        assert "The countersignature is in" in holder.is_told()
        holder.sees("were countersigned by key")
        holder.log_something("two")
        later = holder.gives(f"{name}2.txt")
        _, said = witness.countersigns(later, f"{name}2-answer.txt")
        assert "nothing was rewritten" in said
        # What was seen is never gone back on.
        witness.pane.witness.countersign_file(receipt)
        assert "This log went back" in witness.is_told()
