"""Questions that were being answered when the vault was locked: offered again, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.services.drafts import drop_draft, list_drafts
from hrd_desktop.ui.bar import Bar
from hrd_desktop.ui.draft_keeper import VERSION
from hrd_desktop.ui.operations import Operations


@dataclass(frozen=True, repr=False)
class _Kind:
    words: str
    go_on: Callable[[Mapping[str, Any]], object]


class UnfinishedBar(Bar):
    """Says what was not finished."""

    go_on_asked = Signal()
    drop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice", parent)
        self.add_button(self.tr("Throw it away"), self.drop_asked.emit)
        self.add_button(self.tr("Go on with it"), self.go_on_asked.emit, "primary")


class Unfinished(QObject):
    """Reads the drafts of dialogs once and offers those whose kind is known."""

    def __init__(self, operations: Operations, bar: UnfinishedBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._bar = bar
        self._kinds: dict[str, _Kind] = {}
        self._left: list[tuple[str, Mapping[str, Any]]] = []
        bar.go_on_asked.connect(self._go_on)
        bar.drop_asked.connect(self._drop)

    def know(self, kind: str, words: str, go_on: Callable[[Mapping[str, Any]], object]) -> None:
        """Drafts of ``kind`` are offered with ``words``; ``go_on`` opens the dialog with them again."""
        self._kinds[kind] = _Kind(words, go_on)

    def ask(self) -> None:
        """Look for what was not finished."""
        self._operations.read(list_drafts, self._found)

    def _found(self, documents: dict[str, str]) -> None:
        for kind, document in documents.items():
            if kind in self._kinds:
                kept = json.loads(document)
                if kept["version"] == VERSION:
                    self._left.append((kind, kept["state"]))
        self._show()

    def _show(self) -> None:
        self._bar.say(self._kinds[self._left[0][0]].words if self._left else "")

    def _go_on(self) -> None:
        kind, state = self._left.pop(0)
        self._show()
        self._kinds[kind].go_on(state)

    def _drop(self) -> None:
        kind, _ = self._left.pop(0)
        self._show()
        self._operations.read(lambda session: drop_draft(session, kind), lambda nothing: None)
