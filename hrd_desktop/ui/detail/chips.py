"""Small things in a row, each of which can be taken away: tags, people."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.text import filled
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space

_WIDEST_PX = 240
_ICON_PX = 14


class Chips(QWidget):
    """Texts as buttons; ``removed`` carries the index of the one that was pressed."""

    removed = Signal(int)

    def __init__(self, removal: str, parent: QWidget | None = None) -> None:
        """``removal`` says what pressing does, with ``{name}`` for the text: *Take off {name}*."""
        super().__init__(parent)
        self._removal = removal
        self._flow = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show exactly these, each isolated already from the direction of what is around it."""
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        before: QWidget = self
        # Only what can have the focus can be followed by something; the row itself never gets it.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for index, text in enumerate(texts):
            chip = self._chip(index, text)
            self._flow.addWidget(chip)
            # A new widget would be the last of the window that Tab comes to.
            QWidget.setTabOrder(before, chip)
            before = chip
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVisible(bool(texts))
        self._flow.invalidate()
        self.updateGeometry()

    def _chip(self, index: int, text: str) -> QToolButton:
        chip = QToolButton(self)
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setIcon(icon("close", "muted"))
        chip.setIconSize(QSize(_ICON_PX, _ICON_PX))
        chip.setStyleSheet(
            f"QToolButton {{ padding: 0 {Space.S}px; }} QToolButton:focus {{ padding: 0 {Space.S - 1}px; }}"
        )
        elided = chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, _WIDEST_PX)
        # A lone ampersand would be taken for the mark of a shortcut.
        chip.setText(elided.replace("&", "&&"))
        # No tooltip: Qt reads as markup whatever looks like it there.
        chip.setAccessibleName(filled(self._removal, name=text))
        chip.clicked.connect(lambda checked=False, index=index: self.removed.emit(index))
        return chip
