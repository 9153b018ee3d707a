"""Entering shares one by one: each checked at once, and what is still missing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.shares import Share, parse_share
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space

#: 33 words of at most eight letters, numbered; what is pasted beyond it is cut.
_LONGEST = 800


class _Words(QPlainTextEdit):
    """Plain words; nothing of them goes to a menu, a drag or an input method's memory."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.textChanged.connect(self._cut)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(super().sizeHint().width(), 5 * self.fontMetrics().lineSpacing() + Space.L)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        return QSize(super().minimumSizeHint().width(), 3 * self.fontMetrics().lineSpacing() + Space.L)

    def _cut(self) -> None:
        text = self.toPlainText()
        if len(text) > _LONGEST:
            self.setPlainText(text[:_LONGEST])


class ShareEntry(QWidget):
    """A field for one share, the shares that are in, and how many are missing. Says no more than that."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: list[Share] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        label = plain_label(self.tr("The 33 words of one share"), self)
        self._field = _Words(self)
        self._field.setAccessibleName(self.tr("The 33 words of one share"))
        self._field.textChanged.connect(self._on_text)
        label.setBuddy(self._field)
        self.setFocusProxy(self._field)
        column.addWidget(label)
        column.addWidget(self._field)
        row = QHBoxLayout()
        self._refused = plain_label("", self, tone="warning", wrap=True)
        self._refused.setAccessibleName(self.tr("Message"))
        self._add = QPushButton(icon("add"), self.tr("Add this share"), self)
        self._add.setAccessibleName(self.tr("Add this share"))
        self._add.setEnabled(False)
        self._add.clicked.connect(self.add_typed)
        self._refused.hide()
        row.addWidget(self._refused, 1)
        row.addStretch(0)
        row.addWidget(self._add, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        column.addLayout(row)
        self._in = QVBoxLayout()
        self._in.setSpacing(Space.XS)
        column.addLayout(self._in)
        self._missing = plain_label("", self, tone="notice", wrap=True)
        self._missing.setAccessibleName(self.tr("What is missing"))
        column.addWidget(self._missing)
        self._show()

    @property
    def shares(self) -> tuple[Share, ...]:
        """Those that are in."""
        return tuple(self._shares)

    @property
    def is_complete(self) -> bool:
        """Whether as many of one set are in as it needs."""
        return self._missing_count() == 0

    def type_share(self, text: str) -> None:
        """Put words into the field."""
        self._field.setPlainText(text)

    def add_typed(self) -> None:
        """Take what is in the field, if it is a share, or say what is wrong with it."""
        try:
            share = parse_share(self._field.toPlainText())
        except SheafError as error:
            happened, _, do = describe(error)
            position = error.fields.get("position")
            if position is not None:
                happened = filled(
                    self.tr("Word number {number} is not in the list."), number=number_text(int(position))
                )
            elif "found" in error.fields:
                found = number_text(int(error.fields["found"] or 0))
                happened = filled(self.tr("A share has 33 words, and these are {found}."), found=found)
            self._refuse(f"{happened} {do}")
            return
        if self._shares and (share.set_id, share.needed) != (self._shares[0].set_id, self._shares[0].needed):
            self._refuse(self.tr("This share is of another set than those that are in."))
            return
        if any(share.number == other.number for other in self._shares):
            self._refuse(self.tr("This share is in already."))
            return
        self._shares.append(share)
        self._field.clear()
        self._refuse("")
        self._field.setFocus()
        self._show()

    def forget(self) -> None:
        """Nothing that was entered stays."""
        self._field.clear()
        self._shares.clear()
        self._show()

    def _on_text(self) -> None:
        self._add.setEnabled(bool(self._field.toPlainText().strip()))
        self._refuse("")

    def _refuse(self, words: str) -> None:
        self._refused.setText(words)
        self._refused.setVisible(bool(words))

    def _remove(self, share: Share) -> None:
        self._shares.remove(share)
        self._show()

    def _missing_count(self) -> int | None:
        return max(0, self._shares[0].needed - len(self._shares)) if self._shares else None

    def _show(self) -> None:
        while (item := self._in.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for share in self._shares:
            self._in.addWidget(self._row(share))
        missing = self._missing_count()
        if missing is None:
            self._missing.setText(self.tr("Enter one share after the other. Their order does not matter."))
        elif missing:
            self._missing.setText(
                filled(
                    self.tr("In: {count} of {needed} that are needed."),
                    count=number_text(len(self._shares)),
                    needed=number_text(self._shares[0].needed),
                )
            )
        else:
            self._missing.setText(self.tr("That is enough."))
        self.changed.emit()

    def _row(self, share: Share) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        text = filled(
            self.tr("Share {number} of set {set}"),
            number=number_text(share.number),
            set=isolated(str(share.set_id)),
        )
        line.addWidget(plain_label(text, row), 1)
        remove = QPushButton(self.tr("Take out"), row)
        remove.setProperty("role", "quiet")
        remove.setAccessibleName(filled(self.tr("Take out share {number}"), number=number_text(share.number)))
        remove.clicked.connect(lambda: self._remove(share))
        line.addWidget(remove)
        return row


class EnterSharesDialog(PlainDialog):
    """Emits the shares, a list of ``Share``, once enough of one set are in and the button was pressed."""

    decided = Signal(list)

    def __init__(self, parent: QWidget | None, title: str, words: str, action: str) -> None:
        super().__init__(parent, title, icon_name="key")
        if words:
            self.add_text(words, tone="muted")
        self.entry = ShareEntry(self)
        self.body.addWidget(self.entry)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._do = self.add_button(action, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self._do.clicked.connect(self.accept)
        self.entry.changed.connect(self._look)
        self.accepted.connect(lambda: self.decided.emit(list(self.entry.shares)))
        self.finished.connect(self.entry.forget)
        self._look()
        self.entry.setFocus()

    def _look(self) -> None:
        self._do.setEnabled(self.entry.is_complete)
        self.resize(self.sizeHint())
