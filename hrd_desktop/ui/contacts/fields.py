"""Fields of forms: a label above, a hint below, and beside it what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

V = TypeVar("V")

_SMALL_SIGN = 16


class Sign(QWidget):
    """An icon, drawn anew in whatever colours the theme has."""

    def __init__(self, icon_name: str, tone: str, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon(icon_name, tone)
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  # Qt's name
        self._icon.paint(QPainter(self), self.rect())


class LabelledField(QWidget):
    """A control under its label. The error is an icon and a sentence, and is spoken with the control."""

    def __init__(
        self,
        label: str,
        control: QWidget,
        parent: QWidget | None = None,
        *,
        hint: str = "",
        beside: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._hint = hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        name = sized(plain_label(label, self), Type.SMALL, bold=True)
        name.setBuddy(control)
        column.addWidget(name)
        if beside is None:
            column.addWidget(control)
        else:
            line = QHBoxLayout()
            line.setSpacing(Space.S)
            line.addWidget(control, 1)
            line.addWidget(beside)
            column.addLayout(line)
        self._column = column
        self._hint_label: QLabel | None = None
        self._fault: QWidget | None = None
        self._error: QLabel | None = None
        self.set_hint(hint)
        control.setAccessibleName(label)
        control.setAccessibleDescription(hint)

    @property
    def hint(self) -> str:
        """What stands beneath the control."""
        return self._hint

    def set_hint(self, hint: str) -> None:
        """What stands beneath the control while nothing is wrong with it."""
        self._hint = hint
        if self._hint_label is None and hint:
            self._hint_label = sized(plain_label("", self, tone="muted", wrap=True), Type.SMALL)
            self._column.insertWidget(2, self._hint_label)
        if self._hint_label is not None:
            self._hint_label.setText(hint)
            self._hint_label.setVisible(bool(hint))
        if self._error is None or not self._error.text():
            self.control.setAccessibleDescription(hint)

    @property
    def error(self) -> QLabel:
        """What is said to be wrong. Made when needed: a form has many fields, and each label takes time."""
        if self._error is None:
            self._fault = QWidget(self)
            row = QHBoxLayout(self._fault)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(Space.XS)
            row.addWidget(Sign("warning", "danger", _SMALL_SIGN, self._fault), 0, Qt.AlignmentFlag.AlignTop)
            self._error = sized(plain_label("", self._fault, tone="danger", wrap=True), Type.SMALL)
            row.addWidget(self._error, 1)
            self._fault.hide()
            self._column.addWidget(self._fault)
        return self._error

    def show_error(self, sentence: str) -> None:
        """Say what is wrong; an empty text takes it away."""
        if self._error is None and not sentence:
            return
        self.error.setText(sentence)
        if self._fault is not None:
            self._fault.setVisible(bool(sentence))
        self.control.setAccessibleDescription(sentence or self._hint)
        self._make_room()

    def _make_room(self) -> None:
        """A dialog grows by what is said in it; a window has a place that scrolls."""
        window = self.window()
        if isinstance(window, QDialog) and window.isVisible():
            window.resize(window.width(), max(window.height(), window.sizeHint().height()))


class ChoiceBox(QComboBox, Generic[V]):
    """One of several values. The wheel does nothing until it has the focus: scrolling a form changes none."""

    def __init__(self, choices: Iterable[tuple[V, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[V] = []
        for value, words in choices:
            self._values.append(value)
            self.addItem(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # A long word of one language must not make the form wider than its window.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> V:
        """What is chosen."""
        return self._values[self.currentIndex()]

    def choose(self, value: V) -> None:
        """Choose ``value``."""
        self.setCurrentIndex(self._values.index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  # Qt's name
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DayEdit(QLineEdit):
    """A day as ``2026-11-22``, in the digits of any script; empty for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(self.tr("YYYY-MM-DD"))
        self.setMaxLength(32)
        # A day written in figures stands from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def show_day(self, day: date | None) -> None:
        """Show ``day``."""
        self.setText("" if day is None else day.isoformat())

    def read_day(self) -> date | None:
        """The day, or None when the field is empty. Raises ValueError for anything else."""
        text = self.text().strip()
        if not text:
            return None
        return date.fromisoformat("".join(_plain_digit(character) for character in text))

    def fault(self) -> str:
        """What to say of a text that is no day."""
        return self.tr("Write the day as year-month-day, for example 2027-03-01.")


class NumberEdit(QLineEdit):
    """A whole number from 1 on, in the digits of any script; empty for none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(9)

    def show_number(self, number: int | None) -> None:
        """Show ``number``."""
        self.setText("" if number is None else str(number))

    def read_number(self) -> int | None:
        """The number, or None when the field is empty. Raises ValueError for anything else."""
        text = self.text().strip()
        if not text:
            return None
        number = int(text) if text.isdecimal() else 0
        if number < 1:
            raise ValueError("not a number from 1 on")
        return number

    def fault(self) -> str:
        """What to say of a text that is no such number."""
        return self.tr("Write a number from 1 on, or nothing.")


def _plain_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


class NoteEdit(QPlainTextEdit):
    """Text of several lines; Tab leaves it. ``lines`` is its height."""

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        height = self.fontMetrics().lineSpacing() * lines + 2 * Space.S + 4
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)


class Card(QFrame):
    """A part of a form on a ground of its own, with a title. ``column`` takes what belongs to it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        self.column.setSpacing(Space.M)
        if title:
            self.column.addWidget(sized(plain_label(title, self, wrap=True), Type.BASE, bold=True))

    def add_pair(self, *fields: QWidget) -> None:
        """Fields beside each other, of one width."""
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for field in fields:
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)


class Notice(QFrame):
    """A sentence with a sign, and at its end something to press; hidden while there is nothing to say."""

    pressed = Signal()

    def __init__(self, tone: str, icon_name: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(Sign(icon_name, "accent" if tone == "notice" else tone, Size.ICON, self))
        self.sentence = plain_label("", self, tone=tone, wrap=True)
        row.addWidget(self.sentence, 1)
        self.button = QToolButton(self)
        self.button.setText(action)
        self.button.setAccessibleName(action)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.pressed)
        row.addWidget(self.button)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show ``sentence``; an empty one hides the notice."""
        self.sentence.setText(sentence)
        self.setVisible(bool(sentence))


def show_name(label: QLabel, untrusted_name: str) -> None:
    """Show a name by itself, at the leading side whatever its script: Qt would go by the name's direction."""
    mirrored = label.layoutDirection() is Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
    label.setText(isolated(untrusted_name))


def tool_button(
    name: str, icon_name: str, parent: QWidget, *, with_text: bool = True, text: str = ""
) -> QToolButton:
    """A button with an icon. ``name`` is spoken, and is its text (or ``text`` is) or its tooltip."""
    button = QToolButton(parent)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(Size.ICON, Size.ICON))
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if with_text:
        button.setText(text or name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    else:
        button.setToolTip(name)
    return button
