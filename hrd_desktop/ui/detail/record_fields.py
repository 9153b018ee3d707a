"""The evidence fields as editors, in the groups they are shown in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hrd_desktop.ui.detail.editors import (
    ChoiceEditor,
    DateEditor,
    FieldEditor,
    LineEditor,
    SwitchEditor,
    TextEditor,
    zone_names,
)
from hrd_desktop.ui.detail.record_words import choices_of, field_hint, field_word
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space, Type

_TEXTS = frozenset({"description", "note"})
_DATES = frozenset({"collected", "review_on"})
_SWITCHES = frozenset({"privileged", "sealed", "distressing"})
_NUMBERS = frozenset({"latitude", "longitude", "collected_zone"})


def make_editor(field: str, parent: QWidget) -> FieldEditor:
    """The editor that fits the field."""
    label, hint = field_word(field), field_hint(field)
    choices = choices_of(field)
    if choices:
        return ChoiceEditor(label, choices, hint, parent)
    if field in _TEXTS:
        return TextEditor(label, hint, parent)
    if field in _SWITCHES:
        return SwitchEditor(label, hint, parent)
    if field in _DATES:
        return DateEditor(label, hint, parent, left_to_right=True)
    completions = zone_names() if field == "collected_zone" else ()
    return LineEditor(label, hint, parent, left_to_right=field in _NUMBERS, completions=completions)


class FieldGroup(QFrame):
    """A surface with a headline and editors beneath each other."""

    def __init__(self, headline: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        self.body.setSpacing(Space.M)
        self.body.addWidget(sized(plain_label(headline, self), Type.BASE, bold=True))

    def add(self, *widgets: QWidget) -> None:
        """One widget, or several side by side."""
        if len(widgets) == 1:
            self.body.addWidget(widgets[0])
            return
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for widget in widgets:
            row.addWidget(widget, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
