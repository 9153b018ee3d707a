"""Questions that overtake each other: only the newest is answered, and only one is asked at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.session import Session
from hrd_desktop.ui.operations import Operations

T = TypeVar("T")

_Question = tuple[Callable[[Session], T], Callable[[T], Any], Callable[[SheafError], Any] | None]


class Newest(Generic[T]):
    """While a question is on its way the next one waits, and one that waits is replaced by a newer one.

    An answer that came after a newer question was put is dropped, so that what is shown is always what was
    asked for last.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._busy = False
        self._waiting: _Question[T] | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def ask(
        self,
        work: Callable[[Session], T],
        done: Callable[[T], Any],
        failed: Callable[[SheafError], Any] | None = None,
    ) -> None:
        """Put a question; ``done`` (or ``failed``) gets its answer unless a newer question is put before."""
        if self._busy:
            self._waiting = (work, done, failed)
            return
        self._busy = True

        def answered(result: T) -> None:
            if not self._next():
                done(result)

        def refused(error: SheafError) -> None:
            if not self._next():
                (failed or self._operations.failed.emit)(error)

        self._operations.read(work, answered, refused)

    def _next(self) -> bool:
        self._busy = False
        if self._waiting is None:
            return False
        question, self._waiting = self._waiting, None
        self.ask(*question)
        return True
