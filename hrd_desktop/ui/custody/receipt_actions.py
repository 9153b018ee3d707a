"""Giving a receipt of a case's log, and holding one that was given against the logs of this vault."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.records import Case
from hrd_desktop.services.receipt_files import read_receipt
from hrd_desktop.services.receipts import ReceiptCheck, ShownReceipt, check_receipt, give_receipt
from hrd_desktop.ui.custody.receipt_dialog import ReceiptDialog
from hrd_desktop.ui.custody.words import check_text
from hrd_desktop.ui.dialogs import choose_file, inform, tell
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import translated


class ReceiptActions:
    """What every screen that shows a log can do with it; ``parent`` is under the dialogs."""

    def __init__(self, operations: Operations, parent: QWidget) -> None:
        self._operations = operations
        self._parent = parent

    def give(self, case: Case) -> None:
        """Make a receipt of the log as it stands, and show it."""

        def done(receipt: ShownReceipt) -> None:
            ReceiptDialog(
                self._operations,
                receipt,
                translated("custody", "Receipt"),
                translated("custody", "Save it and hand it over, let it be scanned, or read the digits out."),
                self._parent,
            ).open()

        self._operations.change(lambda session: give_receipt(session, case), done, self.failed)

    def choose(self, chosen: Callable[[str], None]) -> None:
        """Ask for the file of a receipt."""
        choose_file(self._parent, translated("custody", "Choose a receipt"), chosen)

    def check_file(self, path: str) -> None:
        """Hold the receipt in this file against the logs of this vault."""

        def done(check: ReceiptCheck) -> None:
            title = translated("custody", "The receipt fits")
            inform(self._parent, title, check_text(check), icon_name="check")

        self._operations.read(lambda session: check_receipt(session, read_receipt(path)), done, self.failed)

    def failed(self, error: SheafError) -> None:
        """Say what is wrong with a receipt."""
        tell(self._parent, error)
