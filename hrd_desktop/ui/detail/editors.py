"""Editors of single fields: a label above, the editor, a hint, and beneath it what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QDate, QSize, QStringListModel, Qt, QTimeZone, Signal
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

_LINES = 4


class FieldEditor(QWidget):
    """The common shape. ``edited`` comes when the user changes the value, never when it is set."""

    edited = Signal()

    def __init__(self, label: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label_text = label
        self._given = ""
        self._set_shown = ""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.XS)
        self.label = plain_label(label, self)
        self._layout.addWidget(self.label)
        # Made when something is wrong: a form has two dozen editors, and each label takes its time.
        self._problem: QLabel | None = None
        self._hint_text = hint

    def _place(
        self, row: QWidget, focus: QWidget, show: Callable[[str], object], shown: Callable[[], str]
    ) -> None:
        """Put the editor in: ``focus`` is what is typed in, ``show`` and ``shown`` set and give its text."""
        self._show = show
        self._shown = shown
        self._layout.addWidget(row)
        if self._hint_text:
            hint = plain_label(self._hint_text, self, tone="muted", wrap=True)
            self._layout.addWidget(sized(hint, Type.SMALL))
        self.label.setBuddy(focus)
        self.setFocusProxy(focus)
        focus.setAccessibleName(self._label_text)
        focus.setAccessibleDescription(self._hint_text)

    # -- the value ------------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Show ``text`` as the value that is saved."""
        self._given = text
        blocked = self.blockSignals(True)
        self._show(text)
        self.blockSignals(blocked)
        self._set_shown = self._shown()
        self.set_problem("")

    def enter(self, text: str) -> None:
        """Show ``text`` as if the user had entered it."""
        self._show(text)

    def text(self) -> str:
        """The value now. What was not touched is given back exactly, even where the editor cannot show it."""
        shown = self._shown()
        return self._given if shown == self._set_shown else shown

    @property
    def saved_text(self) -> str:
        """The value that is saved."""
        return self._given

    @property
    def is_changed(self) -> bool:
        """Whether the user changed it."""
        return self._shown() != self._set_shown

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong with the value, or that nothing is."""
        if self._problem is None and sentence:
            self._problem = plain_label(parent=self, tone="danger", wrap=True)
            self._layout.addWidget(self._problem)
        if self._problem is not None:
            self._problem.setText(sentence)
            self._problem.setVisible(bool(sentence))
        focus = self.focusProxy()
        if focus is not None:
            focus.setAccessibleDescription(sentence or self._hint_text)

    @property
    def problem(self) -> str:
        """What is said to be wrong with the value."""
        return self._problem.text() if self._problem is not None else ""


class LineEditor(FieldEditor):
    """One line. ``left_to_right`` is for numbers, which are read so in every language."""

    def __init__(
        self,
        label: str,
        hint: str = "",
        parent: QWidget | None = None,
        *,
        left_to_right: bool = False,
        completions: Sequence[str] = (),
    ) -> None:
        super().__init__(label, hint, parent)
        self.line = QLineEdit(self)
        if left_to_right:
            self.line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        if completions:
            completer = QCompleter(QStringListModel(list(completions), self), self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            self.line.setCompleter(completer)
        self.line.textChanged.connect(self.edited)
        self._place(self._row(), self.line, self._write, self.line.text)

    def _row(self) -> QWidget:
        return self.line

    def _write(self, text: str) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(0)


class DateEditor(LineEditor):
    """A date as it is written, with a calendar to choose from; a time behind it stays."""

    def _row(self) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.line, 1)
        self.calendar_button = QToolButton(row)
        self.calendar_button.setIcon(icon("calendar"))
        self.calendar_button.setIconSize(QSize(Size.ICON, Size.ICON))
        self.calendar_button.setToolTip(self.tr("Choose a day"))
        self.calendar_button.setAccessibleName(self.tr("Choose a day"))
        self.calendar_button.clicked.connect(self._open_calendar)
        layout.addWidget(self.calendar_button)
        return row

    def _open_calendar(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = QCalendarWidget(menu)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setAccessibleName(self._label_text)
        day = QDate.fromString(self.line.text()[:10], Qt.DateFormat.ISODate)
        if day.isValid():
            calendar.setSelectedDate(day)
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)

        def chosen(day: QDate) -> None:
            self.choose_day(day)
            menu.close()

        calendar.activated.connect(chosen)
        calendar.clicked.connect(chosen)
        menu.popup(self.calendar_button.mapToGlobal(self.calendar_button.rect().bottomLeft()))
        calendar.setFocus()

    def _write(self, text: str) -> None:
        super()._write(text.replace("T", " "))

    def choose_day(self, day: QDate) -> None:
        """Put this day in the place of the one that is there."""
        self.line.setText(day.toString(Qt.DateFormat.ISODate) + self.line.text()[10:])


class TextEditor(FieldEditor):
    """Several lines."""

    def __init__(self, label: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, hint, parent)
        self.edit = QPlainTextEdit(self)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(self.edit.fontMetrics().lineSpacing() * _LINES + 2 * Space.M)
        self.edit.textChanged.connect(self.edited)
        self._place(self.edit, self.edit, self.edit.setPlainText, self.edit.toPlainText)


class ChoiceEditor(FieldEditor):
    """One of a few values, each shown by its word."""

    def __init__(
        self, label: str, choices: Sequence[tuple[str, str]], hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(label, hint, parent)
        self.box = CalmComboBox(self)
        for value, word in choices:
            self.box.addItem(word, value)
        self.box.set_name(label)
        self.box.currentIndexChanged.connect(self.edited)
        self._place(self.box, self.box, self._choose, self._chosen)

    def _choose(self, value: str) -> None:
        self.box.setCurrentIndex(self.box.findData(value))

    def _chosen(self) -> str:
        value = self.box.currentData()
        return value if isinstance(value, str) else ""


class SwitchEditor(FieldEditor):
    """Yes or no."""

    def __init__(self, label: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, hint, parent)
        self.label.hide()
        self.box = QCheckBox(label, self)
        self.box.toggled.connect(self.edited)
        self._place(
            self.box,
            self.box,
            lambda text: self.box.setChecked(text == "yes"),
            lambda: "yes" if self.box.isChecked() else "no",
        )


def zone_names() -> list[str]:
    """Offsets by the hour and the names of zones that this system knows."""
    offsets = [f"{'-' if hour < 0 else '+'}{abs(hour):02d}:00" for hour in range(-12, 15)]
    names = [bytes(name.data()).decode("ascii") for name in QTimeZone.availableTimeZoneIds()]
    return offsets + [name for name in names if "/" in name]
