"""The ways to reach a contact: a list in which what must not be used is seen at once, and its editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.contacts import Channel, ChannelKind, Safety, verify_channel
from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.ui.contacts.fields import ChoiceBox, LabelledField, NoteEdit, tool_button
from hrd_desktop.ui.contacts.row_model import RowModel
from hrd_desktop.ui.contacts.two_lines import Badge, RowList, TwoLines
from hrd_desktop.ui.contacts.words import (
    about_channel,
    channel_icon,
    channel_words,
    field_words,
    safety_words,
)
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.text import isolated, plain_label, translated
from hrd_desktop.ui.theme.tokens import Space
from hrd_desktop.ui.typed_fields import connect_typed, put_value, value_of

_ROWS = 6
_SAFETY_BADGES = {
    Safety.YES: ("check", "success"),
    Safety.NO: ("warning", "danger"),
    Safety.UNKNOWN: ("help", "muted"),
}


def channel_lines(channel: Channel) -> TwoLines:
    """A channel as a row; one that is not safe has the sign of danger in front and the words behind."""
    sign, tone = _SAFETY_BADGES[channel.safe]
    preferred = Badge(translated("contacts", "Preferred"), "check", "accent") if channel.preferred else None
    unsafe = channel.safe is Safety.NO
    return TwoLines(
        first=isolated(" ".join(channel.value.split())),
        second=about_channel(channel),
        icon_name="warning" if unsafe else channel_icon(channel.kind),
        icon_tone="danger" if unsafe else "muted",
        first_badge=Badge(safety_words(channel.safe), sign, tone),
        second_badge=preferred,
    )


class ChannelsEdit(QWidget):
    """The list of channels with *Add*, *Edit* and *Remove*. ``changed`` after every change by the user.

    ``typing`` while one is being entered that is not in the list yet, and when that has ended.
    """

    changed = Signal()
    typing = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model: RowModel[Channel] = RowModel(channel_lines, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self.empty = plain_label(
            self.tr(
                "No way to reach this contact is written down. Note with each whether it is safe to use:"
                " a call to the wrong number can put somebody in danger."
            ),
            self,
            tone="muted",
            wrap=True,
        )
        column.addWidget(self.empty)
        self.view = RowList(self.tr("Channels"), self, rows=_ROWS)
        self.view.setModel(self.model)
        column.addWidget(self.view)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.add_button = tool_button(self.tr("Add channel"), "add", self, text=self.tr("Add"))
        self.add_button.clicked.connect(self._add)
        self.edit_button = tool_button(self.tr("Edit channel"), "edit", self, text=self.tr("Edit"))
        self.edit_button.clicked.connect(self._edit)
        self.remove_button = tool_button(self.tr("Remove channel"), "remove", self, text=self.tr("Remove"))
        self.remove_button.clicked.connect(self._remove)
        for button in (self.add_button, self.edit_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.view.activated.connect(self._edit)
        self.view.selectionModel().currentChanged.connect(self._enable)
        self.view.removal_pressed.connect(self._remove)
        self._dialog: ChannelDialog | None = None
        self._dialog_row: int | None = None
        self.show_channels(())

    def show_channels(self, channels: Sequence[Channel]) -> None:
        """Show these channels."""
        self.model.set_values(channels)
        self.view.fit_rows()
        self.empty.setVisible(not channels)
        self._enable()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels as they are now."""
        return self.model.values

    def choose_row(self, row: int) -> None:
        """Make a row the current one, if there is such a row."""
        if self.model.value(row) is not None:
            self.view.setCurrentIndex(self.model.index(row, 0))

    def _enable(self, *_: QModelIndex) -> None:
        present = self.model.value(self.view.currentIndex().row()) is not None
        self.edit_button.setEnabled(present)
        self.remove_button.setEnabled(present)

    def _put(self, channels: Sequence[Channel], row: int) -> None:
        chosen = channels[row] if 0 <= row < len(channels) else None
        if chosen is not None and chosen.preferred:
            # One is preferred: the one that was said to be so last.
            channels = [
                channel if channel is chosen else replace(channel, preferred=False) for channel in channels
            ]
        self.show_channels(channels)
        self.choose_row(min(row, len(channels) - 1))
        self.changed.emit()

    def _add(self) -> None:
        dialog = ChannelDialog(self, None)
        dialog.accepted_channel = lambda channel: self._put([*self.channels, channel], len(self.channels))
        self._open(dialog, None)

    def _edit(self) -> None:
        self._edit_row(self.view.currentIndex().row())

    def _edit_row(self, row: int) -> None:
        current = self.model.value(row)
        if current is None:
            return

        def replaced(channel: Channel) -> None:
            channels = list(self.channels)
            channels[row] = channel
            self._put(channels, row)

        dialog = ChannelDialog(self, current)
        dialog.accepted_channel = replaced
        self._open(dialog, row)

    def _open(self, dialog: ChannelDialog, row: int | None) -> None:
        self._dialog, self._dialog_row = dialog, row
        for field in dialog.typed_fields().values():
            connect_typed(field, self.typing.emit)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self._dialog = None
        self.typing.emit()

    def state_of_dialog(self) -> dict[str, Any] | None:
        """What is being entered into the dialog of a channel, as values that JSON knows; None without one."""
        if self._dialog is None:
            return None
        fields = {name: value_of(field) for name, field in self._dialog.typed_fields().items()}
        return {"row": self._dialog_row, "fields": fields}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Ask for a channel again, with what was entered before the vault was locked."""
        row = state["row"]
        if row is None:
            self._add()
        else:
            self._edit_row(row)
        if self._dialog is not None:
            fields = self._dialog.typed_fields()
            for name, value in state["fields"].items():
                put_value(fields[name], value)

    def _remove(self) -> None:
        row = self.view.currentIndex().row()
        if self.model.value(row) is not None:
            self._put([channel for at, channel in enumerate(self.channels) if at != row], row)


class ChannelDialog(PlainDialog):
    """Asks for one channel; what does not fit is said beside its field. Calls ``accepted_channel``."""

    def __init__(self, parent: QWidget | None, channel: Channel | None) -> None:
        title = (
            translated("contacts", "Add a channel")
            if channel is None
            else translated("contacts", "Edit the channel")
        )
        super().__init__(parent, title)
        self.accepted_channel: Callable[[Channel], object] = lambda channel: None
        self.kind = ChoiceBox([(kind, channel_words(kind)) for kind in ChannelKind], self)
        self.body.addWidget(LabelledField(self.tr("Kind"), self.kind, self))
        self.line, self.lines = QLineEdit(self), NoteEdit(3, self)
        self._values = QStackedWidget(self)
        self._values.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._values.addWidget(self.line)
        self._values.addWidget(self.lines)
        self.value = LabelledField(self.tr("Number or address"), self._values, self)
        for control in (self.line, self.lines):
            control.setAccessibleName(self.tr("Number or address"))
        self.body.addWidget(self.value)
        self._safety = QButtonGroup(self)
        self.safety_buttons: dict[Safety, QRadioButton] = {}
        for safe, words in (
            (Safety.YES, self.tr("Safe to use")),
            (Safety.NO, self.tr("Not safe: do not use it")),
            (Safety.UNKNOWN, self.tr("Not known whether it is safe")),
        ):
            button = QRadioButton(words, self)
            button.setAccessibleName(words)
            self._safety.addButton(button)
            self.safety_buttons[safe] = button
            self.body.addWidget(button)
        self.hours_edit = QLineEdit(self)
        self.hours = LabelledField(
            self.tr("When"),
            self.hours_edit,
            self,
            hint=self.tr("For example: after 18:00, never on Fridays."),
        )
        self.body.addWidget(self.hours)
        self.note_edit = NoteEdit(2, self)
        self.note = LabelledField(
            self.tr("Note"),
            self.note_edit,
            self,
            hint=self.tr("For example: say that you call from the library."),
        )
        self.body.addWidget(self.note)
        self.preferred = QCheckBox(self.tr("This is the preferred channel"), self)
        self.preferred.setAccessibleName(self.tr("This is the preferred channel"))
        self.body.addWidget(self.preferred)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        words = self.tr("Add") if channel is None else self.tr("Done")
        self.done_button = self.add_button(words, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self.done_button.clicked.connect(self._done)
        self.kind.currentIndexChanged.connect(self._fit_kind)
        self._show(channel or Channel(kind=ChannelKind.PHONE, value=""))

    def _show(self, channel: Channel) -> None:
        self.kind.choose(channel.kind)
        self.line.setText(channel.value.replace("\n", " "))
        self.lines.setPlainText(channel.value)
        self._fit_kind()
        self.safety_buttons[channel.safe].setChecked(True)
        self.hours_edit.setText(channel.hours)
        self.note_edit.setPlainText(channel.note)
        self.preferred.setChecked(channel.preferred)
        self._value_control().setFocus()

    def typed_fields(self) -> dict[str, QWidget]:
        """Everything that can be entered, by name; what the others depend on comes first."""
        return {
            "kind": self.kind,
            "line": self.line,
            "lines": self.lines,
            **{f"safe-{safe.value}": button for safe, button in self.safety_buttons.items()},
            "hours": self.hours_edit,
            "note": self.note_edit,
            "preferred": self.preferred,
        }

    def _has_lines(self) -> bool:
        return self.kind.value in (ChannelKind.ADDRESS, ChannelKind.OTHER)

    def _value_control(self) -> QWidget:
        return self.lines if self._has_lines() else self.line

    def _fit_kind(self) -> None:
        """An address has lines; what was typed is carried over."""
        wanted = self._value_control()
        if self._values.currentWidget() is not wanted:
            if wanted is self.lines:
                self.lines.setPlainText(self.line.text())
            else:
                self.line.setText(" ".join(self.lines.toPlainText().split()))
            self._values.setCurrentWidget(wanted)
        self._values.setFixedHeight(
            wanted.sizeHint().height() if wanted is self.line else wanted.maximumHeight()
        )

    def read(self) -> Channel:
        """The channel as it is entered."""
        value = self.lines.toPlainText() if self._has_lines() else self.line.text()
        chosen = (safe for safe, button in self.safety_buttons.items() if button.isChecked())
        return Channel(
            kind=self.kind.value,
            value=value.strip(),
            safe=next(chosen, Safety.UNKNOWN),
            hours=self.hours_edit.text().strip(),
            note=self.note_edit.toPlainText().strip(),
            preferred=self.preferred.isChecked(),
        )

    def _done(self) -> None:
        fields = {"channel-value": self.value, "channel-hours": self.hours, "channel-note": self.note}
        for field in fields.values():
            field.show_error("")
        channel = self.read()
        try:
            verify_channel(channel)
        except ContactFieldError as error:
            field = fields[str(error.fields["field"])]
            field.show_error(field_words(error))
            (self._value_control() if field is self.value else field.control).setFocus()
            return
        self.accept()
        self.accepted_channel(channel)
