"""Being a witness of somebody else's log: their receipt is countersigned, and the answer goes back."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from hrd_desktop.services.countersign import Countersigned, countersign
from hrd_desktop.services.receipt_files import read_receipt
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.custody.receipt_actions import ReceiptActions
from hrd_desktop.ui.custody.receipt_dialog import ReceiptDialog
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, number_text, translated

_CONTEXT = "custody"


class WitnessCard(Card):
    """Needs no case: stands with the custody of a case, and in Security for who has none."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(
            translated(_CONTEXT, "Be a witness"),
            translated(
                _CONTEXT,
                "Somebody can send you a receipt of their log to countersign. This vault remembers what it"
                " signed last and refuses a log that goes back or is not the same any more.",
            ),
            parent,
        )
        self._operations = operations
        self._receipts = ReceiptActions(operations, self)
        self.countersign_button: QPushButton = self.button(
            translated(_CONTEXT, "Countersign a receipt"), "edit"
        )
        self.countersign_button.clicked.connect(lambda: self._receipts.choose(self.countersign_file))
        self.add_buttons(self.countersign_button)

    def countersign_file(self, path: str) -> None:
        """Countersign the receipt in this file and show the answer."""

        def done(answer: Countersigned) -> None:
            what = (
                translated(
                    _CONTEXT,
                    "Seen for the first time. Compare the key with its holder by voice, then send this answer"
                    " back.",
                )
                if answer.size_before is None
                else filled(
                    translated(
                        _CONTEXT,
                        "It grew from {before} events; nothing was rewritten. Send this answer back.",
                    ),
                    before=number_text(answer.size_before),
                )
            )
            title = translated(_CONTEXT, "Countersigned")
            ReceiptDialog(self._operations, answer.receipt, title, what, self).open()

        self._operations.change(
            lambda session: countersign(session, read_receipt(path)), done, self._receipts.failed
        )
