"""Who has which share of a set, noted again after the set was made."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QFrame, QGridLayout, QLineEdit, QScrollArea, QWidget

from hrd_desktop.services.shares import HOLDER_LIMIT
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Space

#: More rows of names than these scroll.
_ROWS_SEEN = 6


class HoldersDialog(PlainDialog):
    """``decided`` carries the names, one for each share, empty where nothing is noted."""

    decided = Signal(list)

    def __init__(self, parent: QWidget, name: str, holders: Sequence[str]) -> None:
        super().__init__(parent, self.tr("Who has which share?"), icon_name="contacts")
        self.add_text(name)
        self.add_text(
            self.tr(
                "It is noted inside the vault only, and on no page. The shares themselves stay as they are."
            ),
            tone="muted",
        )
        inside = QWidget(self)
        inside.setObjectName("screen")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.S)
        self._fields: list[QLineEdit] = []
        for place, holder in enumerate(holders, start=1):
            field = QLineEdit(holder, inside)
            field.setMaxLength(HOLDER_LIMIT)
            number = number_text(place)
            field.setAccessibleName(filled(self.tr("Who has share {number}"), number=number))
            label = plain_label(filled(self.tr("Share {number}"), number=number), inside)
            label.setBuddy(field)
            grid.addWidget(label, place - 1, 0)
            grid.addWidget(field, place - 1, 1)
            self._fields.append(field)
        grid.setRowStretch(len(holders), 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        rows = min(_ROWS_SEEN, len(holders))
        scroll.setFixedHeight(rows * (self._fields[0].sizeHint().height() + Space.S) + Space.S)
        self.body.addWidget(scroll)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        keep = self.add_button(self.tr("Note it"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        keep.clicked.connect(self.accept)
        self.accepted.connect(lambda: self.decided.emit([field.text() for field in self._fields]))
        self._fields[0].setFocus()
