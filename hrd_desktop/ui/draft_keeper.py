"""Keeps what is being typed into a form in the vault: a moment after it was typed, or else at the lock."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.drafts import drop_draft, find_draft, keep_draft
from hrd_desktop.services.session import Session
from hrd_desktop.ui.operations import Operations

_PAUSE_MS = 1_500
#: Of what ``state`` gives; a draft of another version is not offered.
VERSION = 1

Act = Callable[[Session], None]


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
        # Counted with every change of what the vault should hold; where both are one, it holds that.
        self._changes = 0
        self._stored = 0
        self._gone = True
        self._in_vault = False
        self._writing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.keep)
        operations.closing.connect(self._put_last)

    def touch(self) -> None:
        """Something was typed: keep it soon, at most once in a pause."""
        self._changes += 1
        self._gone = False
        if not self._timer.isActive():
            self._timer.start()

    def keep(self) -> None:
        """Keep what the form holds now. That it cannot be kept is told when the form is saved."""
        self._gone = False
        self._in_vault = True
        if self._writing:
            # Calls run beside each other: what was typed first must not be written last.
            self._timer.start()
            return
        self._timer.stop()
        self._write(self._keeping())

    def drop(self) -> None:
        """Forget it: it was saved, or given up."""
        self._timer.stop()
        self._changes += 1
        self._gone = True
        if not self._in_vault:
            self._stored = self._changes
        elif not self._writing:
            self._write(partial(drop_draft, kind=self._kind))

    def find(self, found: Callable[[dict[str, Any]], object]) -> None:
        """Call ``found`` with what was kept before the last lock, if anything was."""
        kind = self._kind

        def done(document: str | None) -> None:
            if document is None:
                return
            self._in_vault = True
            kept = json.loads(document)
            if kept["version"] == VERSION:
                found(kept["state"])

        self._operations.read(lambda session: find_draft(session, kind), done)

    def _keeping(self) -> Act:
        document = json.dumps({"version": VERSION, "state": self._state()})
        return partial(keep_draft, kind=self._kind, json=document)

    def _put_last(self, acts: list[Act]) -> None:
        """The vault is being closed: hand in what it does not hold yet."""
        self._timer.stop()
        if self._stored != self._changes:
            acts.append(partial(drop_draft, kind=self._kind) if self._gone else self._keeping())

    def _write(self, act: Act) -> None:
        self._writing = True
        self._operations.read(act, partial(self._written, self._changes), self._not_written)

    def _written(self, number: int, _: None) -> None:
        self._writing = False
        self._stored = number
        if self._gone and number != self._changes:
            self._write(partial(drop_draft, kind=self._kind))
        elif self._gone:
            self._in_vault = False

    def _not_written(self, _: SheafError) -> None:
        # Tried once more at the lock.
        self._writing = False
