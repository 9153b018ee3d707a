"""Keeps what is being typed into a form in the vault, a moment after it was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from hrd_desktop.services.drafts import drop_draft, find_draft, keep_draft
from hrd_desktop.services.session import Session
from hrd_desktop.ui.operations import Operations

_PAUSE_MS = 1_500
#: Of what ``state`` gives; a draft of another version is not offered.
_VERSION = 1


class DraftKeeper(QObject):
    """One kind of form. ``state`` gives what the form holds, as values that JSON knows."""

    def __init__(
        self,
        operations: Operations,
        kind: str,
        state: Callable[[], dict[str, Any]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._kind = kind
        self._state = state
        self._kept = False
        self._writing = False
        self._dropped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.keep)

    def touch(self) -> None:
        """Something was typed: keep it soon, at most once in a pause."""
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Keep what the form holds now. That it cannot be kept is told when the form is saved."""
        self._timer.stop()
        self._kept = True
        self._dropped = False
        kind, document = self._kind, json.dumps({"version": _VERSION, "state": self._state()})
        self._write(lambda session: keep_draft(session, kind, document))

    def drop(self) -> None:
        """Forget it: it was saved, or given up."""
        self._timer.stop()
        if not self._kept:
            return
        if self._writing:
            # Calls run beside each other: what is forgotten must not be written after that.
            self._dropped = True
            return
        self._kept = False
        kind = self._kind
        self._write(lambda session: drop_draft(session, kind))

    def _write(self, work: Callable[[Session], None]) -> None:
        self._writing = True
        self._operations.read(work, self._written, self._written)

    def _written(self, _: object) -> None:
        self._writing = False
        if self._dropped:
            self._dropped = False
            self.drop()

    def find(self, found: Callable[[dict[str, Any]], object]) -> None:
        """Call ``found`` with what was kept before the last lock, if anything was."""
        kind = self._kind

        def done(document: str | None) -> None:
            if document is None:
                return
            self._kept = True
            kept = json.loads(document)
            if kept["version"] == _VERSION:
                found(kept["state"])

        self._operations.read(lambda session: find_draft(session, kind), done)
