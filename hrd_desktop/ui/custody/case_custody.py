"""The custody of a case: the state of its log, receipts given away, and its witnesses."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Case
from hrd_desktop.services.receipt_files import read_receipt
from hrd_desktop.services.receipts import (
    CaseCustody,
    ReceiptCheck,
    add_countersignature,
    case_custody,
)
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.custody.receipt_actions import ReceiptActions
from hrd_desktop.ui.custody.spoken_dialog import SpokenDialog
from hrd_desktop.ui.custody.witness_card import WitnessCard
from hrd_desktop.ui.custody.words import check_text, given_text, receipt_lines, witness_text
from hrd_desktop.ui.dialogs import inform
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space

_WIDEST = 760


class CaseCustodyPane(QScrollArea):
    """Shows one case's log; everything that goes out or comes in is a file that the user names."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._case: Case | None = None
        self.receipts = ReceiptActions(operations, self)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(self)
        inner.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.XL)
        column.setSpacing(Space.L)
        column.addWidget(self._make_log(inner))
        self.witness = WitnessCard(operations, inner)
        column.addWidget(self.witness)
        column.addStretch(1)
        self.setWidget(inner)

    def _make_log(self, parent: QWidget) -> QWidget:
        card = Card(
            self.tr("Custody log"),
            self.tr(
                "Give a receipt to somebody you trust as early as you can. From then on nobody, not even you,"
                " can change what was logged before it without the receipt showing it."
            ),
            parent,
        )
        self._head = plain_label(parent=card, wrap=True)
        self._head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(self._head)
        self.give_button = card.button(self.tr("Give a receipt"), look="primary")
        self.give_button.clicked.connect(self._give)
        self.check_button = card.button(self.tr("Check a receipt"), "check")
        self.check_button.clicked.connect(lambda: self.receipts.choose(self.receipts.check_file))
        self.spoken_button = card.button(self.tr("Check one told by voice"), "check")
        self.spoken_button.clicked.connect(self._check_spoken)
        self.add_button = card.button(self.tr("Add an answer of a witness"), "import")
        self.add_button.clicked.connect(lambda: self.receipts.choose(self.add_file))
        card.add_buttons(self.give_button, self.check_button, self.spoken_button, self.add_button)
        self._given = plain_label(parent=card, tone="muted", wrap=True)
        card.body.addWidget(self._given)
        card.add_words(
            self.tr(
                "A log that its holder signs proves nothing before its first receipt, timestamp or"
                " countersignature. It never proves what happened before an item was taken in."
            )
        )
        return card

    def show_case(self, case: Case) -> None:
        """Show the log of this case as it stands."""
        self._case = case

        def done(view: CaseCustody) -> None:
            if self._case is case:
                self._show(view)

        self._operations.read(lambda session: case_custody(session, case), done)

    def _show(self, view: CaseCustody) -> None:
        self.give_button.setEnabled(view.receipt is not None)
        if view.receipt is None:
            self._head.setText(self.tr("Nothing has been logged in this case yet."))
        else:
            self._head.setText("\n".join(receipt_lines(view.receipt)))
        lines = [witness_text(said, size) for size, said in view.cosigned]
        lines += [given_text(given.size, given.made_utc, given.given_to) for given in view.given]
        self._given.setText("\n".join(lines))
        self._given.setVisible(bool(lines))

    # -- doing ------------------------------------------------------------------------------

    def _give(self) -> None:
        if self._case is not None:
            self.receipts.give(self._case)

    def _check_spoken(self) -> None:
        if self._case is not None:
            SpokenDialog(self._operations, self._case, self).open()

    def add_file(self, path: str) -> None:
        """Take the countersignature in this file in."""

        def done(check: ReceiptCheck) -> None:
            inform(self, self.tr("The countersignature is in"), check_text(check), icon_name="check")

        self._operations.change(
            lambda session: add_countersignature(session, read_receipt(path)), done, self.receipts.failed
        )
