"""The form of one contact: all its fields, and beside each what is wrong with it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactFields,
    ContactKind,
    Safety,
    verify_contact,
)
from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.services.people import today
from hrd_desktop.ui.contacts.channels import ChannelsEdit
from hrd_desktop.ui.contacts.fields import Card, ChoiceBox, DayEdit, LabelledField, NoteEdit, NumberEdit
from hrd_desktop.ui.contacts.key_field import KeyCard
from hrd_desktop.ui.contacts.words import contact_kind_words, field_words
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import filled, isolated, number_text
from hrd_desktop.ui.theme.tokens import Space

_BETWEEN_TAGS = re.compile(r"[,;،؛、\n]+")
_BETWEEN_LANGUAGES = re.compile(r"[\s,;،؛、]+")
_WIDEST = 760


class ContactForm(QScrollArea):
    """Shows a contact and gives back what was entered. ``edited`` after every change by the user.

    ``typing`` when something is being entered, or was given up, that is not in the form yet. Its cards are
    steps of ``stages``.
    """

    edited = Signal()
    typing = Signal()

    def __init__(self, operations: Operations, stages: Stages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._loading = False
        self._shown: ContactFields = ContactDraft(alias="")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget(self.viewport())
        inner.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.XL)
        column.setSpacing(Space.L)
        self.fields: dict[str, LabelledField] = {}
        self.setWidget(inner)
        stages.add(
            lambda: column.addWidget(self._make_who(inner)),
            lambda: column.addWidget(self._make_reach(inner)),
            lambda: column.addWidget(self._make_key(inner)),
            lambda: column.addWidget(self._make_care(inner)),
            lambda: column.addStretch(1),
            self._connect,
            lambda: self.show_contact(self._shown),
        )

    # -- parts ------------------------------------------------------------------------------

    def _field(
        self, name: str, label: str, control: QWidget, hint: str = "", beside: QWidget | None = None
    ) -> LabelledField:
        made = self.fields[name] = LabelledField(label, control, self.widget(), hint=hint, beside=beside)
        return made

    def _make_who(self, parent: QWidget) -> Card:
        card = Card(self.tr("Who it is"), parent)
        self.alias = QLineEdit(card)
        self.kind = ChoiceBox([(kind, contact_kind_words(kind)) for kind in ContactKind], card)
        card.add_pair(
            self._field("alias", self.tr("Alias"), self.alias, self.tr("The name that is shown everywhere.")),
            self._field("kind", self.tr("Kind"), self.kind),
        )
        self.real_name, self.role, self.organisation = QLineEdit(card), QLineEdit(card), QLineEdit(card)
        card.column.addWidget(
            self._field(
                "real_name",
                self.tr("Real name"),
                self.real_name,
                self.tr("Write it only if it is needed. It is shown nowhere else."),
            )
        )
        card.add_pair(
            self._field("role", self.tr("Role"), self.role),
            self._field("organisation", self.tr("Organisation"), self.organisation),
        )
        return card

    def _make_reach(self, parent: QWidget) -> Card:
        card = Card(self.tr("How to reach them"), parent)
        self.channels = ChannelsEdit(card)
        card.column.addWidget(self._field("channels", self.tr("Channels"), self.channels))
        self.languages = QLineEdit(card)
        self._languages_hint = self.tr("Short tags, the best first: ar, fr, pt-BR.")
        self.emergency = NumberEdit(card)
        card.add_pair(
            self._field("languages", self.tr("Languages"), self.languages, self._languages_hint),
            self._field(
                "emergency_order",
                self.tr("Place in an emergency"),
                self.emergency,
                self.tr("1 is called first. Empty: not called."),
            ),
        )
        return card

    def _make_key(self, parent: QWidget) -> Card:
        self.key_card = KeyCard(self._operations, parent)
        self.fields.update(
            public_key=self.key_card.key,
            fingerprint=self.key_card.fingerprint,
            how_checked=self.key_card.how,
            checked_on=self.key_card.checked,
        )
        return self.key_card

    def _make_care(self, parent: QWidget) -> Card:
        card = Card(self.tr("Notes and care"), parent)
        self.notes = NoteEdit(6, card)
        card.column.addWidget(self._field("notes", self.tr("Notes"), self.notes))
        self.tags = QLineEdit(card)
        card.column.addWidget(
            self._field("tags", self.tr("Tags"), self.tags, self.tr("Separate them with commas."))
        )
        self.delete_on = DayEdit(card)
        card.column.addWidget(
            self._field(
                "delete_on",
                self.tr("Delete on"),
                self.delete_on,
                self.tr("You will be reminded from this day on. Nothing is deleted by itself."),
                self._make_delay_button(),
            )
        )
        return card

    def _make_delay_button(self) -> QToolButton:
        self.delay = QToolButton(self.widget())
        self.delay.setText(self.tr("Choose a time"))
        self.delay.setAccessibleName(self.delay.text())
        self.delay.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.delay)
        for words, days in (
            (self.tr("In three months"), 91),
            (self.tr("In a year"), 365),
            (self.tr("In five years"), 5 * 365),
        ):
            action = QAction(words, menu)
            action.triggered.connect(
                lambda _=False, days=days: self._operations.read(today, partial(self._delete_in, days))
            )
            menu.addAction(action)
        never = QAction(self.tr("Never"), menu)
        never.triggered.connect(lambda: self.delete_on.show_day(None))
        menu.addAction(never)
        self.delay.setMenu(menu)
        return self.delay

    def _delete_in(self, days: int, day: date) -> None:
        self.delete_on.show_day(day + timedelta(days=days))

    def _connect(self) -> None:
        for line in (self.alias, self.real_name, self.role, self.organisation, self.tags, self.delete_on):
            line.textChanged.connect(self._edited)
        self.languages.textChanged.connect(self._languages_changed)
        self.notes.textChanged.connect(self._edited)
        self.kind.currentIndexChanged.connect(self._edited)
        self.emergency.textChanged.connect(self._edited)
        self.channels.changed.connect(self._edited)
        self.channels.typing.connect(self.typing)
        self.key_card.edited.connect(self._edited)

    # -- in and out -------------------------------------------------------------------------

    def show_contact(self, contact: ContactFields) -> None:
        """Fill every field from ``contact``."""
        self._loading = True
        self.alias.setText(contact.alias)
        self.kind.choose(contact.kind)
        self.real_name.setText(contact.real_name)
        self.role.setText(contact.role)
        self.organisation.setText(contact.organisation)
        self.channels.show_channels(contact.channels)
        self.languages.setText(_joined(contact.languages))
        self.emergency.show_number(contact.emergency_order)
        self.key_card.show_key(contact)
        self.notes.setPlainText(contact.notes)
        self.tags.setText(_joined(contact.tags))
        self._shown = contact
        self.delete_on.show_day(contact.delete_on)
        self.clear_errors()
        self._loading = False
        self.verticalScrollBar().setValue(0)

    def state(self) -> dict[str, Any]:
        """What the form holds, whether it fits or not, as values that JSON knows."""
        return {
            "alias": self.alias.text(),
            "kind": self.kind.value.value,
            "real_name": self.real_name.text(),
            "role": self.role.text(),
            "organisation": self.organisation.text(),
            "channels": [_channel_state(channel) for channel in self.channels.channels],
            "channel": self.channels.state_of_dialog(),
            "languages": self.languages.text(),
            "emergency": self.emergency.text(),
            "key": self.key_card.state(),
            "notes": self.notes.toPlainText(),
            "tags": self.tags.text(),
            "delete_on": self.delete_on.text(),
        }

    def put_state(self, state: dict[str, Any]) -> None:
        """Fill the form with what ``state`` gave earlier, as if it were typed."""
        for edit, name in (
            (self.alias, "alias"),
            (self.real_name, "real_name"),
            (self.role, "role"),
            (self.organisation, "organisation"),
            (self.languages, "languages"),
            (self.emergency, "emergency"),
            (self.tags, "tags"),
            (self.delete_on, "delete_on"),
        ):
            edit.setText(state[name])
        self.kind.choose(ContactKind(state["kind"]))
        self.channels.show_channels([_channel_of(channel) for channel in state["channels"]])
        self.key_card.put_state(state["key"])
        self.notes.setPlainText(state["notes"])
        self.edited.emit()
        # Absent in a draft of an earlier version of the program.
        if state.get("channel") is not None:
            self.channels.go_on(state["channel"])

    def read(self) -> ContactDraft | None:
        """What was entered, or None when something of it does not fit; then that is said beside it."""
        self.clear_errors()
        days: dict[str, date | None] = {}
        edits = {"delete_on": self.delete_on, "checked_on": self.key_card.checked_edit}
        for name, edit in edits.items():
            try:
                days[name] = edit.read_day()
            except ValueError:
                self._point_at(name, edit.fault())
                return None
        try:
            order = self.emergency.read_number()
        except ValueError:
            self._point_at("emergency_order", self.emergency.fault())
            return None
        draft = ContactDraft(
            alias=self.alias.text().strip(),
            kind=self.kind.value,
            real_name=self.real_name.text().strip(),
            role=self.role.text().strip(),
            organisation=self.organisation.text().strip(),
            channels=self.channels.channels,
            languages=_entered(_BETWEEN_LANGUAGES, self.languages.text(), self._shown.languages),
            emergency_order=order,
            public_key=self.key_card.key_text,
            fingerprint=self.key_card.fingerprint_edit.text().strip(),
            how_checked=self.key_card.how_edit.value,
            checked_on=days["checked_on"],
            notes=self.notes.toPlainText(),
            delete_on=days["delete_on"],
            tags=_entered(_BETWEEN_TAGS, self.tags.text(), self._shown.tags),
        )
        try:
            verify_contact(draft)
        except ContactFieldError as error:
            self.show_error(error)
            return None
        return draft

    def show_error(self, error: ContactFieldError) -> None:
        """Say beside the field what is wrong with it, and go there."""
        name, index = str(error.fields["field"]), error.fields.get("index")
        words = field_words(error)
        if name.startswith("channel-"):
            name = "channels"
            if isinstance(index, int):
                self.channels.choose_row(index)
                words = filled(
                    self.tr("Channel {number}: {fault}"), number=number_text(index + 1), fault=words
                )
        self._point_at(name, words)

    def clear_errors(self) -> None:
        """Take every error away; what is said of the key and its fingerprint stays until they are changed."""
        for name, field in self.fields.items():
            if name not in ("public_key", "fingerprint"):
                field.show_error("")

    def _point_at(self, name: str, words: str) -> None:
        field = self.fields[name]
        field.show_error(words)
        control = field.control
        (self.channels.view if control is self.channels else control).setFocus()
        self.ensureWidgetVisible(field)

    # -- inside -----------------------------------------------------------------------------

    def _edited(self) -> None:
        if not self._loading:
            self.edited.emit()

    def _languages_changed(self) -> None:
        names = [_language_name(tag) for tag in _parts(_BETWEEN_LANGUAGES, self.languages.text())]
        known = [isolated(name) for name in names if name]
        self.fields["languages"].set_hint(" · ".join(known) or self._languages_hint)
        self._edited()


def _channel_state(channel: Channel) -> dict[str, Any]:
    return {
        "kind": channel.kind.value,
        "value": channel.value,
        "safe": channel.safe.value,
        "hours": channel.hours,
        "note": channel.note,
        "preferred": channel.preferred,
    }


def _channel_of(state: dict[str, Any]) -> Channel:
    return Channel(
        kind=ChannelKind(state["kind"]),
        value=state["value"],
        safe=Safety(state["safe"]),
        hours=state["hours"],
        note=state["note"],
        preferred=state["preferred"],
    )


def _parts(between: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in between.split(text) if part.strip())


def _joined(parts: tuple[str, ...]) -> str:
    return ", ".join(parts)


def _entered(between: re.Pattern[str], text: str, shown: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of ``text``; those shown when nothing was changed, as a tag from a file may hold a comma."""
    return shown if text == _joined(shown) else _parts(between, text)


def _language_name(tag: str) -> str:
    """The language's name in itself, or nothing for a tag that this system does not know."""
    locale = QLocale(tag)
    if locale.language() in (QLocale.Language.C, QLocale.Language.AnyLanguage):
        return ""
    return locale.nativeLanguageName()
