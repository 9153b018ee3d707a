"""Asking for the name that a search is kept under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.services.browse import Browse
from hrd_desktop.services.saved_searches import find_browse, query_of, save_search
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.evidence.choosing import NameDialog
from hrd_desktop.ui.operations import Operations

SEARCH_DRAFT = "search-name"


class SearchQuestion(QObject):
    """``kept`` carries the search that is kept now."""

    kept = Signal(object)

    def __init__(self, operations: Operations, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._window = window

    def ask(self, browse: Browse) -> DialogDraft:
        """Ask for the name of this search."""
        title, label = self.tr("Keep this search"), self.tr("&Name of the search")
        dialog = NameDialog(self._window, title, label, self.tr("Keep"), browse.words.strip())
        fields: dict[str, QWidget] = {"name": dialog.field}
        draft = DialogDraft(self._operations, SEARCH_DRAFT, {"search": query_of(browse)}, fields, dialog)

        def keep(name: str) -> None:
            self._operations.change(lambda session: save_search(session, name, browse), self.kept.emit)

        dialog.named.connect(keep)
        dialog.open()
        return draft

    def go_on(self, state: Mapping[str, Any]) -> Browse | None:
        """Ask again with what was typed before the lock. Gives the search that it is about."""
        browse = find_browse(state["search"])
        if browse is not None:
            self.ask(browse).put(state)
        return browse
