"""The middle of the section: heading, list or empty state, and actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.ui.evidence.empty import Emptiness, EmptyState
from hrd_desktop.ui.evidence.heading import ListHeading
from hrd_desktop.ui.evidence.import_report import ImportReport
from hrd_desktop.ui.evidence.list_view import ItemList
from hrd_desktop.ui.evidence.model import ItemModel
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space

#: A pane narrower than this shows the signs of its actions without their words.
_WORDS_FROM = 400
_NARROWEST = 300
#: A heading, some items, the report of an import and the actions need this much height.
_LOW = 300


class ListPane(QWidget):
    """Puts the pieces together; each piece is to be connected by the section."""

    tag_asked = Signal()
    case_asked = Signal()
    export_asked = Signal()
    delete_asked = Signal()
    restore_asked = Signal()
    destroy_asked = Signal()

    def __init__(self, model: ItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.heading = ListHeading(self)
        column.addWidget(self.heading)
        self.list = ItemList(model, self)
        self.list.setMinimumHeight(Space.XL)
        self.empty = EmptyState(self)
        self._above = QWidget(self)
        self._middle = QStackedLayout(self._above)
        self._middle.addWidget(self.list)
        self._middle.addWidget(self.empty)
        column.addWidget(self._above, 1)
        self.report = ImportReport(self)
        self.report.came_or_went.connect(self._share_height)
        below = QVBoxLayout()
        below.setContentsMargins(Space.S, 0, Space.S, 0)
        below.addWidget(self.report)
        column.addLayout(below)
        # Less than the words of its actions need: they give way.
        self.setMinimumWidth(_NARROWEST)
        self._in_bin = False
        self.actions_by_name: dict[str, QAction] = {}
        column.addWidget(self._action_bar())
        self.list.selection_count_changed.connect(self._selected)
        self.list.menu_asked.connect(self._offer)
        self.show_bin(False)

    def show_list(self) -> None:
        """Show the list."""
        self._middle.setCurrentWidget(self.list)

    def show_empty(self, emptiness: Emptiness) -> None:
        """Say why there is no list."""
        self.empty.show_emptiness(emptiness)
        had_focus = self.list.hasFocus()
        self._middle.setCurrentWidget(self.empty)
        if had_focus:
            # Keys would go nowhere: what is empty may have nothing to press.
            self.heading.setFocus()

    def show_bin(self, in_bin: bool) -> None:
        """Offer what can be done with items in the bin, or out of it."""
        self._in_bin = in_bin
        for name, button in self._buttons.items():
            button.setVisible(in_bin is (name in ("restore", "destroy")))
        self._selected(self.list.selected_count())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        self._share_height()
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if event.size().width() >= _WORDS_FROM
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for button in self._buttons.values():
            button.setToolButtonStyle(style)

    def _share_height(self) -> None:
        """In a low window the report of an import takes the place of the list until it is closed."""
        self._above.setVisible(self.height() >= _LOW or self.report.isHidden())

    # -- inside -------------------------------------------------------------------------------

    def _action_bar(self) -> QWidget:
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        self._chosen = plain_label(parent=bar, tone="muted")
        row.addWidget(self._chosen, 1)
        self._buttons: dict[str, QToolButton] = {}
        for name, text, keys, asked in (
            ("tag", self.tr("Tag"), "Ctrl+T", self.tag_asked.emit),
            ("cases", self.tr("Add to case"), "Ctrl+K", self.case_asked.emit),
            ("bin", self.tr("Delete"), "Del", self.delete_asked.emit),
            ("restore", self.tr("Restore"), "Ctrl+R", self.restore_asked.emit),
            ("destroy", self.tr("Destroy"), "Del", self.destroy_asked.emit),
        ):
            row.addWidget(self._button(bar, name, text, keys, asked))
        export = self._action("export", self.tr("Export these"), "Ctrl+Shift+E", self.export_asked.emit)
        self.list.addAction(export)
        return bar

    def _action(self, name: str, text: str, keys: str, asked: Callable[[], Any]) -> QAction:
        tone = "danger" if name == "destroy" else "text"
        action = QAction(icon(name, tone), text, self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(asked)
        self.actions_by_name[name] = action
        return action

    def _button(self, bar: QWidget, name: str, text: str, keys: str, asked: Callable[[], Any]) -> QToolButton:
        action = self._action(name, text, keys, asked)
        self.list.addAction(action)
        button = QToolButton(bar)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)})")
        if name == "destroy":
            button.setProperty("role", "danger")
        self._buttons[name] = button
        return button

    def _selected(self, count: int) -> None:
        sentence = self.tr("1 selected") if count == 1 else self.tr("{count} selected")
        self._chosen.setText(filled(sentence, count=number_text(count)) if count else "")
        for name, action in self.actions_by_name.items():
            offered = self._in_bin is (name in ("restore", "destroy"))
            # Two actions have the same key, so the one that is not offered must be off.
            action.setEnabled(bool(count) and offered)

    def _offer(self, place: QPoint) -> None:
        self.menu().popup(place)

    def menu(self) -> QMenu:
        """What can be done with the selected items; deletes itself when it is closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = ("restore", "destroy") if self._in_bin else ("tag", "cases", "export", "", "bin")
        for name in names:
            if name:
                menu.addAction(self.actions_by_name[name])
            else:
                menu.addSeparator()
        return menu
