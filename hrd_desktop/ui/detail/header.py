"""The head of the pane: what the item is called, what it is, and how it is protected."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.detail.record_words import choice_word, field_word
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import isolated, plain_label, size_text
from hrd_desktop.ui.theme.tokens import Space, Type

_LONGEST_TITLE = 160


class DetailHeader(QWidget):
    """Title, facts on one line, and marks; ``trailing`` stands at the end of the facts."""

    def __init__(self, trailing: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.M, Space.L, 0)
        layout.setSpacing(Space.XS)
        self.title = sized(plain_label(parent=self, wrap=True), Type.TITLE, bold=True)
        layout.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.facts = plain_label(parent=self, tone="muted", wrap=True)
        row.addWidget(self.facts, 1)
        row.addWidget(trailing)
        layout.addLayout(row)
        self._marks = QWidget(self)
        flow = FlowLayout(self._marks)
        self._in_bin = self._mark(flow, self.tr("In the bin"), "warning")
        self._privileged = self._mark(flow, field_word("privileged"), "notice")
        self._sealed = self._mark(flow, field_word("sealed"), "notice")
        self._distressing = self._mark(flow, field_word("distressing"), "notice")
        layout.addWidget(self._marks)

    def show_item(self, item: Item) -> None:
        """Show the record of this item."""
        details = item.details
        title = details.title.strip() or item.original_name or item.reference
        self.title.setText(isolated(title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE] + "…"))
        self.facts.setText(
            " · ".join(
                (isolated(item.reference), choice_word("kind", details.kind), size_text(item.size_bytes))
            )
        )
        marks = {
            self._in_bin: item.state is not ItemState.KEPT,
            self._privileged: details.privileged,
            self._sealed: details.sealed,
            self._distressing: details.distressing,
        }
        for mark, applies in marks.items():
            mark.setVisible(applies)
        self._marks.setVisible(any(marks.values()))

    def clear(self) -> None:
        """Forget the item."""
        self.title.clear()
        self.facts.clear()
        self._marks.hide()

    def _mark(self, flow: FlowLayout, text: str, tone: str) -> QLabel:
        mark = sized(plain_label(text, self._marks, tone=tone), Type.SMALL)
        flow.addWidget(mark)
        return mark
