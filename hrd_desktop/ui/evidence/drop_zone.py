"""A place where files and folders can be dropped. It says which; it reads nothing and asks nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.evidence.paths import paths_in
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space, Type


class DropZone(QWidget):
    """Emits ``paths_dropped`` with paths as bytes. While files hover over it, it says what a drop does."""

    paths_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._veil = QWidget(self)
        self._veil.setProperty("surface", True)
        self._veil.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._veil.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self._veil)
        self._words: QLabel = sized(
            plain_label(self.tr("Drop to import"), self._veil), Type.HEADLINE, bold=True
        )
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._words)
        self._veil.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802  # Qt's name
        if event.mimeData().hasUrls() and paths_in(event.mimeData()):
            # Always a copy: a file manager that offers to move would take the original away.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._veil.setGeometry(self.rect().adjusted(Space.L, Space.L, -Space.L, -Space.L))
            self._veil.raise_()
            self._veil.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802  # Qt's name
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802  # Qt's name
        self._veil.hide()
        paths = paths_in(event.mimeData())
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.paths_dropped.emit(paths)
