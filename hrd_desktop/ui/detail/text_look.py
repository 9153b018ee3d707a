"""The text of an item, plain and read-only, as far as it is taken."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Item
from hrd_desktop.services.preview import TEXT_CHARS
from hrd_desktop.services.session import Session
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.detail.looks import Look
from hrd_desktop.ui.detail.previewing import SharedPreviewer
from hrd_desktop.ui.text import filled, number_text

#: Laying out one line takes time that grows with its length, and the window would stand still meanwhile.
LONGEST_LINE = 2_000

_TOO_LONG = re.compile(rf"[^\n]{{{LONGEST_LINE}}}(?=[^\n])")


def wrapped(text: str) -> str:
    """``text`` with a line feed after every ``LONGEST_LINE`` characters that have none."""
    return _TOO_LONG.sub(lambda line: line.group() + "\n", text)


class TextLook(Look):
    """The beginning of the text; each paragraph runs in its own direction, whatever the interface speaks."""

    def __init__(self, reads: LatestRead, previewer: SharedPreviewer, parent: QWidget | None = None) -> None:
        super().__init__(reads, previewer, parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setTabChangesFocus(True)
        option = self.text.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.text.document().setDefaultTextOption(option)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setAccessibleName(self.tr("Text"))
        layout.addWidget(self.text)

    def look_at(self, item: Item) -> None:
        self.clear()
        previewer = self._previewer

        def read(session: Session) -> tuple[str, str]:
            text = previewer.of(session).text(item.id, TEXT_CHARS)
            return text, wrapped(text)

        self._reads.ask(read, self._show, self.failed.emit)

    def clear(self) -> None:
        self.text.clear()

    def _show(self, texts: tuple[str, str]) -> None:
        text, lines = texts
        self.text.setPlainText(lines)
        self.shown.emit()
        said = []
        if not text.strip():
            said.append(self.tr("There is no text in this file."))
        if len(text) >= TEXT_CHARS:
            said.append(
                filled(self.tr("Only the first {count} characters are shown."), count=number_text(TEXT_CHARS))
            )
        if lines != text:
            said.append(self.tr("Very long lines are broken here to be shown; the file is unchanged."))
        self.noticed.emit(" ".join(said))
