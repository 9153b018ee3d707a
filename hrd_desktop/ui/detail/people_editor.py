"""The contacts who are shown in an item, heard in it or its authors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.detail.chips import Chips
from hrd_desktop.ui.detail.controls import small_button
from hrd_desktop.ui.detail.record_words import choice_word, choices_of, field_word
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.tokens import Space


class PeopleEditor(QWidget):
    """Holds the people as they would be saved; ``edited`` comes when the user changes them."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item_id: UUID | None = None
        self._saved: tuple[ItemPerson, ...] = ()
        self._people: list[ItemPerson] = []
        self._aliases: Mapping[UUID, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(plain_label(field_word("people"), self))
        self.chips = Chips(self.tr("Take off {name}"), self)
        self.chips.removed.connect(self._remove)
        layout.addWidget(self.chips)
        self._empty = plain_label(self.tr("There are no contacts yet."), self, tone="muted", wrap=True)
        layout.addWidget(self._empty)
        self._row = QWidget(self)
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self.contact = CalmComboBox(self._row)
        self.contact.set_name(self.tr("Contact"))
        self.how = CalmComboBox(self._row)
        self.how.set_name(self.tr("How the contact is in it"))
        for value, word in choices_of("how"):
            self.how.addItem(word, value)
        add = small_button(self._row, self.tr("Add this person"), icon_name="add")
        add.clicked.connect(self._add)
        row.addWidget(self.contact, 3)
        row.addWidget(self.how, 2)
        row.addWidget(add)
        layout.addWidget(self._row)

    def set_people(
        self, item_id: UUID, people: Sequence[ItemPerson], contacts: Sequence[tuple[UUID, str]]
    ) -> None:
        """Show these as the saved people; ``contacts`` are all that can be chosen, by id and alias."""
        self._item_id = item_id
        self._saved = tuple(people)
        self._people = list(people)
        self._aliases = dict(contacts)
        self.contact.clear()
        for contact_id, alias in contacts:
            self.contact.addItem(isolated(alias), contact_id)
        self._row.setVisible(bool(contacts))
        self._empty.setVisible(not contacts)
        self._show()

    def put_people(self, people: Sequence[ItemPerson]) -> None:
        """Show these as if the user had entered them."""
        self._people = list(people)
        self._show()
        self.edited.emit()

    def accept(self) -> None:
        """What is shown is saved now."""
        self._saved = tuple(self._people)

    def people(self) -> tuple[ItemPerson, ...]:
        """The people as they would be saved."""
        return tuple(self._people)

    @property
    def is_changed(self) -> bool:
        """Whether they are others than those saved."""
        return set(self._people) != set(self._saved)

    def _show(self) -> None:
        self.chips.show_texts(
            [
                filled(
                    self.tr("{alias}: {how}"),
                    alias=isolated(self._aliases.get(person.contact_id, "")),
                    how=choice_word("how", person.how),
                )
                for person in self._people
            ]
        )

    def _add(self) -> None:
        contact_id, how = self.contact.currentData(), self.how.currentData()
        if not isinstance(contact_id, UUID) or self._item_id is None:
            return
        person = ItemPerson(self._item_id, contact_id, str(how))
        if person not in self._people:
            self.put_people([*self._people, person])

    def _remove(self, index: int) -> None:
        self.put_people(self._people[:index] + self._people[index + 1 :])
