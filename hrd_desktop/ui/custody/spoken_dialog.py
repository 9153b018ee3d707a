"""A receipt that was told by telephone, typed in and held against the log of a case."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.records import Case
from hrd_desktop.services.receipts import ReceiptCheck, check_spoken
from hrd_desktop.ui.custody.words import check_text
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label, set_tone

SPOKEN_DRAFT = "receipt-by-voice"
_WIDTH = 560
_HEIGHT = 430
_COUNT_SIGNS = 15
_DIGITS_SIGNS = 100


class SpokenDialog(PlainDialog):
    """Stays open after an answer, so that a digit that was misheard can be put right; emits ``told``."""

    told = Signal()

    def __init__(self, operations: Operations, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(parent, self.tr("Check a receipt told by voice"), icon_name="check")
        self._operations = operations
        self._case = case
        self.resize(_WIDTH, _HEIGHT)
        self.add_text(
            self.tr(
                "Enter what was taken down when the receipt was given: the number of events, and 40 digits."
            )
        )
        self.count = self._field(self.tr("&Number of events"), self.tr("Number of events"), _COUNT_SIGNS)
        self.digits = self._field(self.tr("&Digits"), self.tr("Digits"), _DIGITS_SIGNS)
        self.digits.setPlaceholderText("12345 12345 12345 12345 12345 12345 12345 12345")
        self._answer = plain_label(parent=self, tone="notice", wrap=True)
        self._answer.hide()
        self.body.addWidget(self._answer)
        self.body.addStretch(1)
        close = self.add_button(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.reject)
        # The box would close the dialog; an answer is read first.
        self.check_button = self.add_button(
            self.tr("Check"), QDialogButtonBox.ButtonRole.ActionRole, look="primary"
        )
        self.check_button.clicked.connect(self._check)
        for field in (self.count, self.digits):
            field.textChanged.connect(self._judge)
        self._judge()
        fields: dict[str, QWidget] = {"count": self.count, "digits": self.digits}
        self.kept = DialogDraft(operations, SPOKEN_DRAFT, {"case": str(case.id)}, fields, self)

    def _field(self, text: str, name: str, most: int) -> QLineEdit:
        label = QLabel(text, self)
        field = QLineEdit(self)
        field.setAccessibleName(name)
        field.setMaxLength(most)
        # Digits run from left to right in every language.
        field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        label.setBuddy(field)
        self.body.addWidget(label)
        self.body.addWidget(field)
        return field

    def _judge(self) -> None:
        self._answer.hide()
        self.check_button.setEnabled(self._size() > 0 and bool(self.digits.text().strip()))

    def _size(self) -> int:
        text = self.count.text().strip()
        return int(text) if text.isdecimal() else 0

    def _check(self) -> None:
        case, size, digits = self._case, self._size(), self.digits.text()

        def done(check: ReceiptCheck) -> None:
            self._say(check_text(check), "notice")

        def failed(error: SheafError) -> None:
            self._say(" ".join(part for part in describe(error) if part), "warning")

        self._operations.read(lambda session: check_spoken(session, case, size, digits), done, failed)

    def _say(self, text: str, tone: str) -> None:
        self._answer.setText(text)
        set_tone(self._answer, tone)
        self._answer.show()
        self.told.emit()
