"""What stands in the fields of a dialog, as values that JSON knows, and back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QWidget

Value = str | int | bool


def value_of(field: QWidget) -> Value:
    """The text of a field, the row of a choice, or whether a box is ticked. Raises TypeError."""
    if isinstance(field, QLineEdit):
        return field.text()
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText()
    if isinstance(field, QComboBox):
        return field.currentIndex()
    if isinstance(field, QAbstractButton):
        return field.isChecked()
    raise TypeError(type(field).__name__)


def put_value(field: QWidget, value: Value) -> None:
    """As if it were entered; a value of another kind of field is ignored."""
    if isinstance(field, QLineEdit) and isinstance(value, str):
        field.setText(value)
    elif isinstance(field, QPlainTextEdit) and isinstance(value, str):
        field.setPlainText(value)
    elif isinstance(field, QComboBox) and type(value) is int:
        field.setCurrentIndex(value)
    elif isinstance(field, QAbstractButton) and isinstance(value, bool):
        field.setChecked(value)


def connect_typed(field: QWidget, act: Callable[[], object]) -> None:
    """Call ``act`` after every change. Raises TypeError."""

    def heard(*_: object) -> None:
        act()

    if isinstance(field, QLineEdit | QPlainTextEdit):
        field.textChanged.connect(heard)
    elif isinstance(field, QComboBox):
        field.currentIndexChanged.connect(heard)
    elif isinstance(field, QAbstractButton):
        field.toggled.connect(heard)
    else:
        raise TypeError(type(field).__name__)
