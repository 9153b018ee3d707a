"""Service calls away from the main thread, and their answers back on it; late answers are dropped.

The main thread never waits: it hands in a function and gets an answer by a queued signal. Answers that
arrive after ``forget`` (a lock) are dropped before any view sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.services.session import Session
from hrd_desktop.ui.calls import Call, Door
from hrd_desktop.ui.steps import Steps

T = TypeVar("T")

#: Jobs (imports, exports, checks) and quick calls do not wait for each other.
_THREADS = 6


@dataclass(frozen=True, repr=False)
class _Waiting:
    call: Call
    changes: bool


class Operations(QObject):
    """Runs functions with the open session. One of these lives as long as the vault is open.

    ``failed`` carries an error that nobody handled; ``changed`` is emitted after a change, so that views ask
    again for what they show. ``steps`` are told what was done and what takes it back. ``closing`` carries a
    list to which whoever has typed text appends what is to run with the session before it is closed.
    ``drained``: after ``hold``, nothing runs any more.
    """

    failed = Signal(object)
    changed = Signal()
    closing = Signal(object)
    drained = Signal()
    _ended = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.steps = Steps(self)
        self._pool = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="operation")
        self._numbers = count()
        # Until the worker has told: what it holds of a view is let go of by this thread.
        self._waiting: dict[int, _Waiting] = {}
        self._closed = False
        self._held = False
        self._tokens: set[CancelToken] = set()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._door = Door(self, self._ended)

    def read(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], Any],
        failed: Callable[[SheafError], Any] | None = None,
    ) -> None:
        """Run ``work`` in the background; ``done`` gets its result on the main thread."""
        self._submit(work, done, failed, change=False)

    def change(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], Any] = lambda result: None,
        failed: Callable[[SheafError], Any] | None = None,
    ) -> None:
        """As ``read``; afterwards, whether it went well or not, ``changed`` is emitted."""
        self._submit(work, done, failed, change=True)

    def cancellable(self) -> CancelToken:
        """A token for a job; ``forget`` cancels all of them."""
        token = CancelToken()
        self._tokens.add(token)
        return token

    def release(self, token: CancelToken) -> None:
        """The job of this token is over."""
        self._tokens.discard(token)

    def hold(self) -> None:
        """Take no more calls and give no view an answer; let run what runs, and tell when it has ended."""
        self._held = True
        if not self._waiting:
            self.drained.emit()

    def last_acts(self) -> list[Callable[[Session], object]]:
        """What is to be done with the session before it is closed: typed text that is not kept yet."""
        acts: list[Callable[[Session], object]] = []
        self.closing.emit(acts)
        return acts

    def forget(self) -> Session:
        """Cancel every job and drop every answer that is still to come. Returns the session to be closed."""
        self._closed = True
        self.steps.forget()
        for token in self._tokens:
            token.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)
        return self._session

    def _submit(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], Any],
        failed: Callable[[SheafError], Any] | None,
        *,
        change: bool,
    ) -> None:
        if self._closed or self._held:
            # A timer of a view that has not been destroyed yet; its answer would be dropped anyway.
            return
        call = Call(partial(work, self._session), done, partial(self._fail, failed))
        number = next(self._numbers)
        self._waiting[number] = _Waiting(call, change)
        self._pool.submit(_run, call, self._door, number)

    def _fail(self, failed: Callable[[SheafError], Any] | None, error: SheafError) -> None:
        if failed is not None:
            failed(error)
        else:
            self.failed.emit(error)

    def _deliver(self, number: int) -> None:
        waiting = self._waiting.pop(number)
        deliver = waiting.call.take()
        if self._closed:
            return
        if self._held:
            if not self._waiting:
                self.drained.emit()
            return
        try:
            deliver()
        finally:
            if waiting.changes:
                self.changed.emit()


def _run(call: Call, door: Door, number: int) -> None:
    call.run()
    door.tell(number)
