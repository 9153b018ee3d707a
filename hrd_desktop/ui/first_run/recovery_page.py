"""The recovery code: written down and typed back once, or left out on purpose."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.services.recovery_codes import RecoveryCode, make_recovery_code
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space, Type


class CodeBox(QWidget):
    """Shows a recovery code and asks for it back."""

    def __init__(
        self, code: RecoveryCode, on_change: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._code = code
        self._on_change = on_change
        self._as_digits = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        frame = QWidget(self)
        frame.setProperty("surface", True)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        inside.setSpacing(Space.S)
        self._shown = plain_label("", frame)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        self._shown.setFont(fixed)
        sized(self._shown, Type.TITLE)
        self._shown.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._shown.setAccessibleName(self.tr("The recovery code"))
        inside.addWidget(self._shown)
        row = QHBoxLayout()
        row.addStretch(1)
        self._other = QPushButton("", frame)
        self._other.setProperty("role", "quiet")
        self._other.clicked.connect(self._turn)
        row.addWidget(self._other)
        inside.addLayout(row)
        column.addWidget(frame)
        label = plain_label(self.tr("Write it down, then type it here"), self)
        self._typed = QLineEdit(self)
        self._typed.setAccessibleName(self.tr("Recovery code"))
        self._typed.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._typed.setMaxLength(120)
        self._typed.textChanged.connect(self._on_typed)
        label.setBuddy(self._typed)
        column.addWidget(label)
        column.addWidget(self._typed)
        self._show()

    @property
    def typed_back(self) -> bool:
        """Whether the code was typed as it is shown, in either form."""
        return self._code.matches(self._typed.text())

    def type_back(self, text: str) -> None:
        """Put in what was typed."""
        self._typed.setText(text)

    def start(self) -> None:
        """Ready to type."""
        self._typed.setFocus()

    def forget(self) -> None:
        """Nothing of it stays on the screen."""
        self._shown.clear()
        self._typed.clear()

    def _on_typed(self) -> None:
        self._on_change()

    def _turn(self) -> None:
        self._as_digits = not self._as_digits
        self._show()

    def _show(self) -> None:
        text = self._code.digits if self._as_digits else self._code.letters
        groups = text.split("-")
        half = (len(groups) + 1) // 2
        self._shown.setText("-".join(groups[:half]) + "-\n" + "-".join(groups[half:]))
        words = self.tr("Show it in letters") if self._as_digits else self.tr("Show it in digits only")
        self._other.setText(words)
        self._other.setAccessibleName(words)


class RecoveryPage(Page):
    """Ready when the code was typed back, or when it was decided to have none."""

    def __init__(self, random: Callable[[int], bytes], parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("A recovery code, in case you forget"),
            self.tr(
                "It opens the vault like the passphrase does. Keep it on paper with somebody you trust, "
                "in another place. More evidence is lost to forgotten passphrases than to raids."
            ),
            parent,
        )
        self._code = make_recovery_code(random)
        self._box = CodeBox(self._code, self.readiness_changed.emit, self)
        self.body.addWidget(self._box)
        self._none = QCheckBox(
            self.tr("I want no recovery code: if I forget the passphrase, all is lost"), self
        )
        self._none.setAccessibleName(self._none.text())
        self._none.toggled.connect(self._on_none)
        self.body.addWidget(self._none)

    @property
    def code(self) -> RecoveryCode | None:
        """The code, or None where it was left out on purpose."""
        return None if self._none.isChecked() else self._code

    def type_back(self, text: str) -> None:
        """Put in what was typed."""
        self._box.type_back(text)

    def is_ready(self) -> bool:
        return self._none.isChecked() or self._box.typed_back

    def enter(self) -> None:
        self._box.start()

    def forget(self) -> None:
        self._box.forget()

    def _on_none(self, none: bool) -> None:
        self._box.setEnabled(not none)
        self.readiness_changed.emit()
