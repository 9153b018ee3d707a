"""The bytes of an item as hexadecimal numbers, a part at a time, so that any size can be looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from hrd_desktop.domain.records import Item
from hrd_desktop.services.session import Session
from hrd_desktop.ui.detail.controls import small_button
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.detail.looks import Look
from hrd_desktop.ui.detail.previewing import SharedPreviewer
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Space

PART_BYTES = 16 * 1024
ROW_BYTES = 16


def hexadecimal(data: bytes, offset: int) -> str:
    """Rows of offset, sixteen bytes and their ASCII characters; a full stop for every other byte."""
    rows = []
    for start in range(0, len(data), ROW_BYTES):
        row = data[start : start + ROW_BYTES]
        numbers = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        rows.append(f"{offset + start:08x}  {numbers}  {letters}")
    return "\n".join(rows)


class BytesLook(Look):
    """One part of the bytes, and the way to the others."""

    def __init__(self, reads: LatestRead, previewer: SharedPreviewer, parent: QWidget | None = None) -> None:
        super().__init__(reads, previewer, parent)
        self._item: Item | None = None
        self._offset = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        # Columns of numbers are read from the left in every language.
        self.text.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.text.setAccessibleName(self.tr("Bytes"))
        layout.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        self.before = small_button(self, self.tr("Bytes before these"), icon_name="chevron-back")
        self.before.clicked.connect(lambda: self._go(self._offset - PART_BYTES))
        self.after = small_button(self, self.tr("Bytes after these"), icon_name="chevron")
        self.after.clicked.connect(lambda: self._go(self._offset + PART_BYTES))
        self.place = plain_label(parent=self, tone="muted")
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.before)
        row.addWidget(self.place, 1)
        row.addWidget(self.after)
        layout.addLayout(row)

    def look_at(self, item: Item) -> None:
        self.clear()
        self._item = item
        self._go(0)

    def clear(self) -> None:
        self._item = None
        self._offset = 0
        self.text.clear()
        self.place.clear()
        self.before.setEnabled(False)
        self.after.setEnabled(False)

    def _go(self, offset: int) -> None:
        item, previewer = self._item, self._previewer
        if item is None or not (0 <= offset < max(1, item.size_bytes)):
            return

        def read(session: Session) -> tuple[int, str]:
            data = previewer.of(session).read_bytes(item.id, offset, PART_BYTES)
            return len(data), hexadecimal(data, offset)

        def show(part: tuple[int, str]) -> None:
            length, text = part
            self._offset = offset
            self.text.setPlainText(text)
            self.place.setText(
                filled(
                    self.tr("Bytes {first} to {last} of {count}"),
                    first=number_text(offset),
                    last=number_text(offset + length - 1),
                    count=number_text(item.size_bytes),
                )
                if length
                else self.tr("This file is empty.")
            )
            self.before.setEnabled(offset > 0)
            self.after.setEnabled(offset + length < item.size_bytes)
            self.shown.emit()
            self.noticed.emit("")

        self._reads.ask(read, show, self.failed.emit)
