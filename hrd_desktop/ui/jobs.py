"""Long operations as the window knows them: progress that the main thread can bear, and a cancel.

A job is told of its progress from many threads, thousands of times a second; it passes on what there is to
see at most fifteen times a second, by a timer on the main thread that reads the numbers. No signal crosses
threads but the last one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.session import Session
from hrd_desktop.ui.operations import Operations

T = TypeVar("T")

#: Work of a job: with the open session, what to tell the progress to, and the token that cancels it.
JobWork = Callable[[Session, Progress, CancelToken], T]

_LOOK_MS = 66


@dataclass(frozen=True)
class JobState:
    """How far a job is. Totals are 0 while not known, ``bytes_per_second`` before it can be told."""

    total_items: int = 0
    total_bytes: int = 0
    done_items: int = 0
    done_bytes: int = 0
    bytes_per_second: float = 0.0

    @property
    def fraction(self) -> float | None:
        """0 to 1, by bytes or else by items; None while the size of the work is not known."""
        if self.total_bytes:
            return min(1.0, self.done_bytes / self.total_bytes)
        if self.total_items:
            return min(1.0, self.done_items / self.total_items)
        return None

    @property
    def seconds_left(self) -> float | None:
        """By the mean rate so far; None before it can be told."""
        if self.bytes_per_second <= 0 or not self.total_bytes:
            return None
        return max(0, self.total_bytes - self.done_bytes) / self.bytes_per_second


class _Counted:
    """The progress that a service is given; counts under a lock and does nothing else."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._guard = threading.Lock()
        self._monotonic = monotonic
        self._began = monotonic()
        self._numbers = [0, 0, 0, 0]

    def begin(self, total_items: int, total_bytes: int) -> None:
        with self._guard:
            self._began = self._monotonic()
            self._numbers = [total_items, total_bytes, 0, 0]

    def advance(self, done_bytes: int) -> None:
        with self._guard:
            self._numbers[3] += done_bytes

    def finish_item(self) -> None:
        with self._guard:
            self._numbers[2] += 1

    def end(self) -> None:
        return None

    def state(self) -> JobState:
        with self._guard:
            total_items, total_bytes, done_items, done_bytes = self._numbers
            seconds = self._monotonic() - self._began
        rate = done_bytes / seconds if seconds > 0.5 else 0.0
        return JobState(total_items, total_bytes, done_items, done_bytes, rate)


class Job(QObject):
    """One long operation. Emits exactly one of ``succeeded``, ``failed`` and ``stopped``, then ``ended``.

    ``stopped``: it was cancelled. After a lock none of them is emitted.
    """

    advanced = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    stopped = Signal()
    ended = Signal()

    def __init__(self, title: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self._token: CancelToken | None = None
        self._counted: _Counted | None = None
        self._shown = JobState()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(
        self,
        operations: Operations,
        work: JobWork[T],
        *,
        changes: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Run ``work`` in the background; ``changes``: whether views are to ask again afterwards."""
        if self._token is not None:
            raise ValueError("a job runs once")
        token = self._token = operations.cancellable()
        counted = self._counted = _Counted(monotonic)

        def run(session: Session) -> tuple[bool, Any]:
            # Caught here and not by Operations, which drops it: whoever watches the job must see its end.
            try:
                return True, work(session, counted, token)
            except Cancelled:
                return False, None

        def done(outcome: tuple[bool, Any]) -> None:
            operations.release(token)
            self._end()
            if outcome[0]:
                self.succeeded.emit(outcome[1])
            else:
                self.stopped.emit()
            self.ended.emit()

        def failed(error: SheafError) -> None:
            operations.release(token)
            self._end()
            self.failed.emit(error)
            self.ended.emit()

        self._timer.start()
        (operations.change if changes else operations.read)(run, done, failed)

    @property
    def state(self) -> JobState:
        """How far it is now."""
        return self._counted.state() if self._counted is not None else self._shown

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._token is not None and self._token.cancelled

    def cancel(self) -> None:
        """Ask it to stop. It stops at the next place where nothing is half done."""
        if self._token is not None:
            self._token.cancel()

    def _look(self) -> None:
        state = self.state
        if state != self._shown:
            self._shown = state
            self.advanced.emit(state)

    def _end(self) -> None:
        self._timer.stop()
        self._look()
