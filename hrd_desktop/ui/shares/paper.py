"""One share as a page: on the screen, to be written by hand, and as a PDF to be printed."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Qt
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QGridLayout, QWidget

from hrd_desktop.services.shares import Share
from hrd_desktop.ui.text import isolated, number_text, plain_label, translated
from hrd_desktop.ui.theme.tokens import Space

_COLUMNS = 3


class ShareWords(QWidget):
    """The 33 words in three columns, numbered, down and then across as on paper."""

    def __init__(self, share: Share, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # The words are English and are read from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        grid = QGridLayout(self)
        grid.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.XS)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        lines = -(-len(share.words) // _COLUMNS)
        self._labels = []
        for place, word in enumerate(share.words):
            label = plain_label(f"{place + 1:2}. {word}", self)
            label.setFont(fixed)
            label.setAccessibleName(f"{place + 1}. {word}")
            grid.addWidget(label, place % lines, place // lines)
            self._labels.append(label)

    def forget(self) -> None:
        """Nothing of it stays on the screen."""
        for label in self._labels:
            label.clear()
            label.setAccessibleName("")


def heading(share: Share) -> str:
    """Which share of which set."""
    return translated(
        "shares",
        "Share {number} of set {set}",
        number=number_text(share.number),
        set=isolated(str(share.set_id)),
    )


def share_pdf(share: Share) -> bytes:
    """An A4 page with the share and how it is used. It names no vault, no program's user and no holder."""
    document = QTextDocument()
    cursor = QTextCursor(document)
    big, fixed, small = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
    big.setFontPointSize(20)
    big.setFontWeight(QFont.Weight.Bold)
    fixed.setFontFamilies([QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
    fixed.setFontPointSize(13)
    small.setFontPointSize(11)
    cursor.insertText(heading(share), big)
    spaced = QTextBlockFormat()
    spaced.setTopMargin(14)
    cursor.insertBlock(spaced, small)
    cursor.insertText(
        translated(
            "shares",
            "Any {needed} shares of this set open the vault together; fewer tell nothing. Keep this page "
            "where "
            "nobody else finds it, and not with another share of the set.",
            needed=number_text(share.needed),
        ),
        small,
    )
    lines = -(-len(share.words) // _COLUMNS)
    for line in range(lines):
        block = QTextBlockFormat()
        block.setTopMargin(14 if line == 0 else 3)
        block.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        cursor.insertBlock(block, fixed)
        places = range(line, len(share.words), lines)
        cursor.insertText("".join(f"{place + 1:2}. {share.words[place]:<14}" for place in places), fixed)
    data = QBuffer()
    data.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(data)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout.Unit.Millimeter)
    writer.setCreator("")
    writer.setTitle("")
    document.print_(writer)
    del writer
    return bytes(data.data().data())
