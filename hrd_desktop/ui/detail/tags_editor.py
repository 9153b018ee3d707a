"""The tags of an item: taken off by a press, put on by writing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.services.edit import clean_tags
from hrd_desktop.ui.detail.chips import Chips
from hrd_desktop.ui.detail.controls import small_button
from hrd_desktop.ui.detail.record_words import field_word, reason_word
from hrd_desktop.ui.text import isolated, plain_label
from hrd_desktop.ui.theme.tokens import Space


class TagsEditor(QWidget):
    """Holds the tags as they would be saved; ``edited`` comes when the user changes them.

    ``written`` comes with every letter of a tag that is not one yet.
    """

    edited = Signal()
    written = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._saved: tuple[str, ...] = ()
        self._tags: list[str] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(plain_label(field_word("tags"), self))
        self.chips = Chips(self.tr("Take off the tag {name}"), self)
        self.chips.removed.connect(self._remove)
        layout.addWidget(self.chips)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(self.tr("Add a tag"))
        self.line.setAccessibleName(self.tr("Add a tag"))
        self.line.setMaxLength(1_000)
        self.line.returnPressed.connect(self.take_written)
        self.line.textEdited.connect(self.written)
        self._known = QStringListModel(self)
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        row.addWidget(self.line, 1)
        add = small_button(self, self.tr("Add this tag"), icon_name="add")
        add.clicked.connect(self.take_written)
        row.addWidget(add)
        layout.addLayout(row)
        self._problem = plain_label(parent=self, tone="danger", wrap=True)
        self._problem.hide()
        layout.addWidget(self._problem)

    def set_tags(self, tags: Sequence[str], known: Sequence[str]) -> None:
        """Show these as the saved tags; ``known`` are those of the whole vault."""
        self._saved = tuple(tags)
        self._tags = list(tags)
        self._known.setStringList(list(known))
        self.line.clear()
        self._say("")
        self.chips.show_texts([isolated(tag) for tag in self._tags])

    def put_tags(self, tags: Sequence[str]) -> None:
        """Show these as if the user had entered them."""
        self._tags = list(tags)
        self.chips.show_texts([isolated(tag) for tag in self._tags])
        self.edited.emit()

    def accept(self) -> None:
        """What is shown is saved now."""
        self._saved = tuple(self._tags)

    def tags(self) -> tuple[str, ...]:
        """The tags as they would be saved."""
        return tuple(self._tags)

    def added(self) -> tuple[str, ...]:
        """Tags that are not saved yet."""
        return tuple(tag for tag in self._tags if tag not in self._saved)

    def removed(self) -> tuple[str, ...]:
        """Saved tags that were taken off."""
        return tuple(tag for tag in self._saved if tag not in self._tags)

    def take_written(self) -> bool:
        """Add what is written in the line, several tags with commas between. False when it cannot be one."""
        written = [part for part in self.line.text().split(",") if part.strip()]
        try:
            tags = clean_tags(written)
        except FieldValueError as error:
            self._say(reason_word("tag", str(error.fields["reason"])))
            return False
        self._say("")
        self.line.clear()
        present = {tag.casefold() for tag in self._tags}
        fresh = [tag for tag in tags if tag.casefold() not in present]
        if fresh:
            self.put_tags([*self._tags, *fresh])
        return True

    def _remove(self, index: int) -> None:
        self.put_tags(self._tags[:index] + self._tags[index + 1 :])
        self.line.setFocus()

    def _say(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
