"""The custody of one item: the logs of its cases, its events, and receipts given and checked beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Case
from hrd_desktop.services.item_logs import ItemInLog
from hrd_desktop.ui.custody.receipt_actions import ReceiptActions
from hrd_desktop.ui.custody.words import given_text, witness_text
from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.detail.entries import EntriesModel, EntriesView, Entry, EntryStyle
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import isolated, number_text, plain_label, translated
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space, Type

#: Of the receipts and witnesses of a log; the custody of the case has all of them.
_MOST_LINES = 3
#: As much of a case's reference as is seen in the box.
_REFERENCE_SIGNS = 14


def log_entries(logs: Sequence[ItemInLog]) -> Iterator[Entry]:
    """The logs of an item's cases, and how much of the item's history others can hold against them."""
    for log in logs:
        yield Entry(
            EntryStyle.SECTION,
            translated("custody", "Custody log of {case}", case=isolated(log.case.reference)),
            translated("custody", "This item is exhibit {number} there.", number=number_text(log.exhibit)),
        )
        for name, value in _facts(log):
            yield Entry(EntryStyle.FACT, name, value)


def _facts(log: ItemInLog) -> Iterator[tuple[str, str]]:
    head = log.custody.receipt
    if head is None:
        return
    yield (
        translated("custody", "Events"),
        translated(
            "custody",
            "{count}, {own} of them of this item",
            count=number_text(head.size),
            own=number_text(log.events),
        ),
    )
    yield translated("custody", "State, by telephone"), isolated(head.spoken)
    yield translated("custody", "Signed by key"), isolated(head.key_name)
    given = [given_text(each.size, each.made_utc, each.given_to) for each in log.custody.given]
    yield (
        translated("custody", "Receipts"),
        "\n".join(given[:_MOST_LINES]) or translated("custody", "None was given yet."),
    )
    cosigned = [witness_text(said, size) for size, said in reversed(log.custody.cosigned)]
    yield (
        translated("custody", "Witnesses"),
        "\n".join(cosigned[:_MOST_LINES]) or translated("custody", "None countersigned yet."),
    )
    if log.held == log.events:
        held = translated("custody", "A change to any event of this item would be noticed by them.")
    elif log.held:
        held = translated(
            "custody",
            "A change to the first {held} of the {own} events of this item would be noticed by them.",
            held=number_text(log.held),
            own=number_text(log.events),
        )
    else:
        held = translated(
            "custody", "Nobody outside could notice a change yet: give a receipt to somebody you trust."
        )
    yield translated("custody", "What others can notice"), held


class ItemCustody(QWidget):
    """Shows ``entries``. ``case_wanted`` carries the id of the case whose custody is to be shown."""

    case_wanted = Signal(object)

    def __init__(self, operations: Operations, entries: EntriesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = entries
        self.receipts = ReceiptActions(operations, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        view = EntriesView(entries, self)
        view.setAccessibleName(self.tr("Entries of the custody log"))
        column.addWidget(view, 1)
        self._row = self._make_row()
        column.addWidget(self._row)
        self._words = sized(plain_label(parent=self, tone="muted", wrap=True), Type.SMALL)
        self._words.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        column.addWidget(self._words)
        self.show_logs((), ())

    def _make_row(self) -> QWidget:
        row = QWidget(self)
        across = QHBoxLayout(row)
        across.setContentsMargins(Space.L, Space.S, Space.L, 0)
        flow = FlowLayout(spacing=Space.S)
        across.addLayout(flow, 1)
        self.box = CalmComboBox(row)
        self.box.set_name(self.tr("Case whose log it is"))
        self.box.setMinimumContentsLength(_REFERENCE_SIGNS)
        flow.addWidget(self.box)
        self.give_button = self._button(row, self.tr("Give a receipt"), "export")
        self.give_button.clicked.connect(self._give)
        self.check_button = self._button(row, self.tr("Check a receipt"), "check")
        self.check_button.clicked.connect(lambda: self.receipts.choose(self.receipts.check_file))
        self.case_button = self._button(row, self.tr("Custody of the case"), "cases")
        self.case_button.clicked.connect(self._go)
        for button in (self.give_button, self.check_button, self.case_button):
            flow.addWidget(button)
        return row

    def _button(self, parent: QWidget, text: str, icon_name: str) -> QPushButton:
        button = QPushButton(text, parent)
        button.setIcon(icon(icon_name))
        button.setAccessibleName(text)
        return button

    def show_logs(self, logs: Sequence[ItemInLog], events: Sequence[Entry]) -> None:
        """Show what is in the logs of the item's cases, and the ``events`` of its own."""
        entries = list(log_entries(logs))
        if entries:
            entries.append(Entry(EntryStyle.SECTION, self.tr("Events of this item")))
        self._entries.show_entries((*entries, *events))
        kept = self.box.currentData()
        self.box.clear()
        for log in logs:
            self.box.addItem(isolated(log.case.reference), log.case)
            if isinstance(kept, Case) and kept.id == log.case.id:
                self.box.setCurrentIndex(self.box.count() - 1)
        self.box.setVisible(len(logs) > 1)
        self._row.setVisible(bool(logs))
        words = self.tr("This log begins at import and cannot prove what happened before it.")
        if not logs and events:
            words += " " + self.tr(
                "The item is in no case. Register it in one, under Record: receipts of that log can be given."
            )
        self._words.setText(words)

    def _give(self) -> None:
        case = self.box.currentData()
        if isinstance(case, Case):
            self.receipts.give(case)

    def _go(self) -> None:
        case = self.box.currentData()
        if isinstance(case, Case):
            self.case_wanted.emit(case.id)
