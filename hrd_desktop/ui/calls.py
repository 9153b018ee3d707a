"""Functions that run in another thread, while everything of the window stays with the main thread.

Two things crash Qt under Python, rarely and anywhere: a widget whose last reference is let go of by another
thread, and a signal emitted by an object that is just being destroyed. So a worker holds nothing of a view
once it has told that it is done, and tells it through a door that is closed before the object behind it goes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, SignalInstance

from hrd_desktop.domain.errors.base import Cancelled, SheafError


class Call:
    """A function, those who wait for it, and what came of it.

    The main thread keeps it until ``take``, which empties it: whichever thread lets go of it last lets go of
    nothing.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], Any],
        failed: Callable[[SheafError], Any],
    ) -> None:
        self._work: Callable[[], Any] | None = work
        self._done: Callable[[Any], Any] | None = done
        self._failed: Callable[[SheafError], Any] | None = failed
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """For the worker. Raises nothing: a mistake of ours is raised by ``take``, where it is reported."""
        if self._work is None:
            return
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001  # raised again on the main thread
            self._error = error

    def take(self) -> Callable[[], object]:
        """For the main thread: what is to be called now. Afterwards this holds nothing any more."""
        done, failed, result, error = self._done, self._failed, self._result, self._error
        self._work = self._done = self._failed = self._result = self._error = None

        def deliver() -> object:
            if error is None:
                return done(result) if done is not None else None
            if isinstance(error, Cancelled):
                return None
            if isinstance(error, SheafError) and failed is not None:
                return failed(error)
            raise error

        return deliver


class Door:
    """A signal of ``owner`` that other threads may emit; closed for good when ``owner`` is destroyed."""

    def __init__(self, owner: QObject, signal: SignalInstance) -> None:
        self._guard = threading.Lock()
        self._signal: SignalInstance | None = signal

        def gone() -> None:
            self.close()

        # A function is held, a method would not be. Direct: before anything of the owner is gone.
        owner.destroyed.connect(gone, Qt.ConnectionType.DirectConnection)

    def tell(self, what: object) -> None:
        """Emit it, or do nothing if nobody is there any more."""
        with self._guard:
            if self._signal is not None:
                self._signal.emit(what)

    def close(self) -> None:
        """Nothing goes through any more; waits for what is going through now."""
        with self._guard:
            self._signal = None
