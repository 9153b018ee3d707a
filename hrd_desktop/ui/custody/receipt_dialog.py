"""One receipt: read out, scanned, saved or made into a page for paper."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.qr_code import qr_rows
from hrd_desktop.services.receipt_files import write_receipt
from hrd_desktop.services.receipts import ShownReceipt
from hrd_desktop.ui.custody.qr_picture import QrPicture, paint_code
from hrd_desktop.ui.custody.words import limits_text, receipt_lines
from hrd_desktop.ui.dialogs import PlainDialog, choose_new_file
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label

_DPI = 300
_CODE_SHARE = 0.5
_WIDTH = 620
_HEIGHT = 700


class ReceiptDialog(PlainDialog):
    """Shows a receipt that was given, or what a witness answers."""

    def __init__(
        self, operations: Operations, receipt: ShownReceipt, title: str, what: str, parent: QWidget | None
    ) -> None:
        super().__init__(parent, title, icon_name="custody")
        self._operations = operations
        self._receipt = receipt
        self._closed = False
        self.setMinimumSize(_WIDTH, _HEIGHT)
        self.add_text(what)
        for line in receipt_lines(receipt):
            self.add_text(line)
        self._rows = qr_rows(receipt.short_text)
        code = QrPicture(self._rows, self.tr("The receipt as a QR code"), self)
        self.body.addWidget(code, 0, Qt.AlignmentFlag.AlignHCenter)
        self.add_text(limits_text(), tone="muted")
        self._note = plain_label(parent=self, tone="warning", wrap=True)
        self._note.hide()
        self.body.addWidget(self._note)
        close = self.add_button(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.reject)
        paper = self.add_button(self.tr("Save a page to print"), QDialogButtonBox.ButtonRole.ActionRole)
        paper.clicked.connect(
            lambda: choose_new_file(self, self.tr("Save a page to print"), "receipt.pdf", self.save_page)
        )
        save = self.add_button(
            self.tr("Save receipt"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary"
        )
        # The box would close the dialog; a receipt can be saved and printed.
        save.clicked.connect(
            lambda: choose_new_file(self, self.tr("Save receipt"), "receipt.txt", self.save_text)
        )

    def done(self, result: int) -> None:
        """An answer that arrives later has nothing to show."""
        self._closed = True
        super().done(result)

    def save_text(self, path: str) -> None:
        """Write the receipt to this new file."""
        self._write(path, self._receipt.text.encode("utf-8"))

    def save_page(self, path: str) -> None:
        """Write a page with the text and the code to this new file, as PDF."""
        self._write(path, self._page())

    def _write(self, path: str, data: bytes) -> None:
        def say(text: str) -> None:
            if not self._closed:
                self._note.setText(text)
                self._note.show()

        def done(_: None) -> None:
            say(self.tr("Saved. It lies outside the vault, not encrypted."))

        def failed(error: SheafError) -> None:
            say(" ".join(part for part in describe(error) if part))

        self._operations.read(lambda session: write_receipt(path, data, session.random), done, failed)

    def _page(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setCreator("")
        writer.setResolution(_DPI)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout.Unit.Millimeter)
        painter = QPainter(writer)
        painter.setFont(QFont(self.font().family(), 11))
        area = QRectF(0, 0, writer.width(), writer.height())
        text = "\n\n".join([self.windowTitle(), *receipt_lines(self._receipt), limits_text()])
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeading)
        used = painter.boundingRect(area, flags, text)
        painter.drawText(area, flags, text)
        side = area.width() * _CODE_SHARE
        paint_code(painter, self._rows, QRectF(0, used.height() + side / 12, side, side))
        painter.end()
        return bytes(buffer.data().data())
