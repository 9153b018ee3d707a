"""Reads of which only the newest matters: one at a time, and no answer to an older question is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.decode import DecoderStopped
from hrd_desktop.services.session import Session
from hrd_desktop.ui.operations import Operations

T = TypeVar("T")

#: How long a read that nobody wants any more may go on before it is stopped. Most end by themselves sooner
#: than a new decoder would be ready.
PATIENCE_MS = 300

_TRIES = 3


@dataclass(repr=False, eq=False)
class _Question:
    work: Callable[[Session], Any]
    done: Callable[[Any], Any]
    failed: Callable[[SheafError], Any]
    tries: int = 0


class LatestRead(QObject):
    """Asks one question at a time; a newer one takes the place of the one that waits.

    ``busy_changed`` tells whether an answer is still wanted. ``stop`` ends the work under way; it may block,
    so it is called in the background.
    """

    busy_changed = Signal(bool)

    def __init__(
        self, operations: Operations, stop: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._stop = stop
        self._running: _Question | None = None
        self._wanted: _Question | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._lose_patience)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come that will be delivered."""
        return self._wanted is not None

    def ask(
        self, work: Callable[[Session], T], done: Callable[[T], Any], failed: Callable[[SheafError], Any]
    ) -> None:
        """Run ``work`` in the background once nothing else runs; what was asked before is forgotten."""
        self._wanted = _Question(work, done, failed)
        self.busy_changed.emit(True)
        if self._running is None:
            self._start(self._wanted)
        else:
            self._patience.start()

    def drop(self) -> None:
        """No answer is wanted any more."""
        if self._wanted is not None:
            self._wanted = None
            self.busy_changed.emit(False)
        if self._running is not None:
            self._patience.start()

    def _start(self, question: _Question) -> None:
        self._running = question
        question.tries += 1
        self._operations.read(
            question.work,
            lambda result: self._answered(question, lambda: question.done(result)),
            lambda error: self._refused(question, error),
        )

    def _refused(self, question: _Question, error: SheafError) -> None:
        if isinstance(error, DecoderStopped) and question is self._wanted and question.tries < _TRIES:
            # The stop was meant for the question before this one and came a moment too late.
            self._start(question)
            return
        self._answered(question, lambda: question.failed(error))

    def _answered(self, question: _Question, deliver: Callable[[], Any]) -> None:
        self._running = None
        self._patience.stop()
        if question is not self._wanted:
            if self._wanted is not None:
                self._start(self._wanted)
            return
        self._wanted = None
        self.busy_changed.emit(False)
        deliver()

    def _lose_patience(self) -> None:
        if self._running is not None and self._running is not self._wanted:
            self._operations.read(lambda session: self._stop(), lambda result: None)
