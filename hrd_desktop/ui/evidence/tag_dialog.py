"""Tags of many items at once: some to add, some to take off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QDialogButtonBox, QLabel, QLineEdit, QWidget

from hrd_desktop.services.overview import TagCount
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.text import filled, number_text, plain_label


class TagField(QLineEdit):
    """Tags with commas between them; known ones are proposed for the last of them."""

    def __init__(self, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        completer = QCompleter(self)
        completer.setModel(QStringListModel(list(known), completer))
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setWidget(self)
        completer.activated.connect(self._take)
        self._completer = completer
        self.textEdited.connect(self._propose)

    def tags(self) -> list[str]:
        """What is in the field, without empty parts."""
        return [tag for part in self.text().split(",") if (tag := " ".join(part.split()))]

    def _propose(self, text: str) -> None:
        last = text.rpartition(",")[2].strip()
        self._completer.setCompletionPrefix(last)
        if last:
            self._completer.complete()

    def _take(self, tag: str) -> None:
        before, comma, _ = self.text().rpartition(",")
        self.setText(f"{before}{comma} {tag}" if comma else tag)


class TagDialog(PlainDialog):
    """Emits ``chosen`` with the tags to add and those to take off."""

    chosen = Signal(list, list)

    def __init__(self, count: int, known: Sequence[TagCount], parent: QWidget | None = None) -> None:
        one = self.tr("Tag this item")
        many = filled(self.tr("Tag {count} items"), count=number_text(count))
        super().__init__(parent, one if count == 1 else many, icon_name="tag")
        names = [tag.name for tag in known]
        self.add = self._field(self.tr("&Add tags"), names)
        self.remove = self._field(self.tr("&Take off tags"), names)
        self.body.addWidget(plain_label(self.tr("Put commas between tags."), self, tone="muted", wrap=True))
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._apply = self.add_button(
            self.tr("Apply"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary"
        )
        self._apply.clicked.connect(self._done)
        for field in (self.add, self.remove):
            field.textChanged.connect(self._judge)
        self._judge()
        self.add.setFocus()

    def _field(self, name: str, known: Sequence[str]) -> TagField:
        label = QLabel(name, self)
        field = TagField(known, self)
        field.setAccessibleName(name.replace("&", ""))
        label.setBuddy(field)
        self.body.addWidget(label)
        self.body.addWidget(field)
        return field

    def _judge(self) -> None:
        self._apply.setEnabled(bool(self.add.tags() or self.remove.tags()))

    def _done(self) -> None:
        self.chosen.emit(self.add.tags(), self.remove.tags())
        self.accept()
