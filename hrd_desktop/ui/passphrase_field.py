"""A field for a passphrase: hidden, revealed on demand, nothing of it given to other programs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from hrd_desktop.ui.text import isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space

#: More than any passphrase; what is pasted beyond it is cut before it becomes a copy in memory.
_LONGEST = 1024


class _Line(QLineEdit):
    """Selects nothing while revealed: a selection goes to the clipboard of the X server by itself."""

    caps_lock_guessed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(_LONGEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setDragEnabled(False)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.selectionChanged.connect(self._let_go)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        text = event.text()
        if len(text) == 1 and text.isalpha() and text.upper() != text.lower():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_guessed.emit(text.isupper() != shifted)
        super().keyPressEvent(event)

    def _let_go(self) -> None:
        if self.echoMode() is QLineEdit.EchoMode.Normal and self.hasSelectedText():
            self.deselect()


class PassphraseField(QWidget):
    """The line, a button that reveals it, and what helps: Caps Lock, the layout, a pad of digits."""

    submitted = Signal()
    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, *, with_pad: bool = True) -> None:
        super().__init__(parent)
        self._line = _Line(self)
        self._line.setAccessibleName(name)
        self.setFocusProxy(self._line)
        self._reveal = _small_button("eye", self.tr("Show what is typed"), self)
        self._reveal.setCheckable(True)
        self._hints = plain_label("", self, tone="muted")
        self._caps = plain_label(self.tr("Caps Lock seems to be on."), self, tone="warning", wrap=True)
        self._caps.hide()
        self._pad = _Pad(self)
        self._pad.hide()
        self._open_pad = _small_button("keypad", self.tr("Digits on the screen"), self)
        self._open_pad.setCheckable(True)
        self._open_pad.setVisible(with_pad)

        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self._line, 1)
        row.addWidget(self._open_pad)
        row.addWidget(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        column.addWidget(self._caps)
        column.addWidget(self._pad)
        column.addWidget(self._hints)

        self._line.returnPressed.connect(self.submitted)
        self._line.textChanged.connect(self._on_text)
        self._line.caps_lock_guessed.connect(self._caps.setVisible)
        self._reveal.toggled.connect(self._on_reveal)
        self._open_pad.toggled.connect(self._pad.setVisible)
        self._pad.typed.connect(self._line.insert)
        self._pad.erased.connect(self._line.backspace)
        QGuiApplication.inputMethod().localeChanged.connect(self._show_layout)
        self._show_layout()

    @property
    def text(self) -> str:
        """What was typed."""
        return self._line.text()

    def set_text(self, text: str) -> None:
        """Put ``text`` in, as the program does with one that it made."""
        self._line.setText(text)

    def set_revealed(self, revealed: bool) -> None:
        """Show what is typed, or hide it."""
        self._reveal.setChecked(revealed)

    def set_placeholder(self, text: str) -> None:
        """What the empty line says."""
        self._line.setPlaceholderText(text)

    def clear(self) -> None:
        """Empty the line and hide what is typed next."""
        self._line.clear()
        self._reveal.setChecked(False)
        self._caps.hide()

    def select_all(self) -> None:
        """Ready to be typed over."""
        self._line.selectAll()

    def show_pad_button(self, shown: bool) -> None:
        """Whether digits can be typed on the screen."""
        self._open_pad.setVisible(shown)
        if not shown:
            self._open_pad.setChecked(False)

    def show_layout_hint(self, shown: bool) -> None:
        """Whether the keyboard layout is named beneath the line."""
        self._hints.setVisible(shown)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.EnabledChange and not self.isEnabled():
            self._reveal.setChecked(False)

    def _on_text(self) -> None:
        if not self._line.text():
            self._caps.hide()
        self.changed.emit()

    def _on_reveal(self, revealed: bool) -> None:
        self._line.deselect()
        self._line.setEchoMode(QLineEdit.EchoMode.Normal if revealed else QLineEdit.EchoMode.Password)
        self._reveal.setIcon(icon("eye-off" if revealed else "eye"))

    def _show_layout(self) -> None:
        name = QGuiApplication.inputMethod().locale().nativeLanguageName()
        self._hints.setText(self.tr("Keyboard: {layout}").replace("{layout}", isolated(name)) if name else "")
        self._hints.setVisible(bool(name))


class _Pad(QWidget):
    """Ten digits in the order of a telephone, for who is overheard typing or has no such keys."""

    typed = Signal(str)
    erased = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.XS)
        grid.setColumnStretch(3, 1)
        for place, digit in enumerate("123456789"):
            grid.addWidget(self._digit(digit), place // 3, place % 3)
        grid.addWidget(self._digit("0"), 3, 1)
        erase = QToolButton(self)
        erase.setIcon(icon("remove"))
        erase.setAccessibleName(self.tr("Erase the last digit"))
        erase.setToolTip(self.tr("Erase the last digit"))
        erase.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        erase.setMinimumSize(3 * Size.CONTROL, Size.CONTROL)
        erase.setAutoRepeat(True)
        erase.clicked.connect(self.erased)
        grid.addWidget(erase, 3, 2)

    def _digit(self, digit: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(digit)
        button.setAccessibleName(digit)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setMinimumSize(3 * Size.CONTROL, Size.CONTROL)
        button.clicked.connect(lambda: self.typed.emit(digit))
        return button


def _small_button(icon_name: str, name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIcon(icon(icon_name))
    button.setProperty("role", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button
