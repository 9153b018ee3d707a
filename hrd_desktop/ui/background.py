"""Work off the main thread while no vault is open: unlocking, making a vault, judging a passphrase."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from hrd_desktop.domain.errors.base import SheafError

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class _Answer:
    number: int
    deliver: Callable[[], Any]


class Background(QObject):
    """Runs functions in a thread of its own, one after the other.

    Only the answer to the last question is delivered; an older one is dropped.
    """

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], Any],
        failed: Callable[[SheafError], Any] | None = None,
    ) -> None:
        """Run ``work``; ``done`` or ``failed`` gets what came of it, on the main thread."""
        self._number += 1
        number = self._number

        def run() -> Callable[[], Any]:
            try:
                return partial(done, work())
            except SheafError as error:
                return partial(failed, error) if failed is not None else partial(_raise, error)

        def finished(future: Future[Callable[[], Any]]) -> None:
            # A bug of ours is raised again on the main thread, where it is reported as one.
            bug = future.exception()
            deliver = partial(_raise, bug) if bug is not None else future.result()
            # Whoever asked may be gone by now, and then nobody is to be told.
            with contextlib.suppress(RuntimeError):
                self._arrived.emit(_Answer(number, deliver))

        self._pool.submit(run).add_done_callback(finished)

    def forget(self) -> None:
        """Drop every answer that is still to come."""
        self._number += 1

    def _deliver(self, answer: _Answer) -> None:
        if answer.number == self._number:
            answer.deliver()


def _raise(bug: BaseException) -> None:
    raise bug
