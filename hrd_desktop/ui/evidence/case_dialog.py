"""Choosing the case that items are added to, or opening a new one for them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QDialogButtonBox, QLabel, QLineEdit, QListView, QWidget

from hrd_desktop.domain.records import Case
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.text import filled, isolated, number_text
from hrd_desktop.ui.theme.tokens import Space


class CaseDialog(PlainDialog):
    """Emits ``case_chosen`` with a ``Case``, or ``new_case_named`` with the reference of a new one."""

    case_chosen = Signal(object)
    new_case_named = Signal(str)

    def __init__(self, count: int, cases: Sequence[Case], parent: QWidget | None = None) -> None:
        one = self.tr("Add this item to a case")
        many = filled(self.tr("Add {count} items to a case"), count=number_text(count))
        super().__init__(parent, one if count == 1 else many, icon_name="cases")
        self._cases = list(cases)
        names = [
            f"{isolated(case.reference)} · {isolated(case.title)}" if case.title else isolated(case.reference)
            for case in self._cases
        ]
        self.list = QListView(self)
        self.list.setModel(QStringListModel(names, self.list))
        self.list.setAccessibleName(self.tr("Cases to choose from"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setMinimumHeight(160)
        self.list.setSpacing(Space.XS)
        self.list.setVisible(bool(self._cases))
        self.body.addWidget(self.list, 1)
        label = QLabel(self.tr("&Or open a new case with this reference"), self)
        self.reference = QLineEdit(self)
        self.reference.setAccessibleName(self.tr("Reference of a new case"))
        self.reference.setMaxLength(200)
        label.setBuddy(self.reference)
        self.body.addWidget(label)
        self.body.addWidget(self.reference)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._add = self.add_button(
            self.tr("Add to case"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary"
        )
        self._add.clicked.connect(self._done)
        self.reference.textChanged.connect(self._judge)
        self.list.selectionModel().selectionChanged.connect(self._judge)
        self.list.doubleClicked.connect(self._done)
        self._judge()
        (self.list if self._cases else self.reference).setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> None:
        new = bool(self.reference.text().strip())
        self._add.setEnabled(new or self.list.selectionModel().hasSelection())
        self._add.setText(self.tr("Open case and add") if new else self.tr("Add to case"))

    def _done(self) -> None:
        reference = self.reference.text().strip()
        if reference:
            self.new_case_named.emit(reference)
        elif self.list.selectionModel().hasSelection():
            self.case_chosen.emit(self._cases[self.list.currentIndex().row()])
        else:
            return
        self.accept()
