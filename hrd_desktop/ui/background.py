"""Work off the main thread while no vault is open: unlocking, making a vault, judging a passphrase."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.ui.calls import Call, Door

T = TypeVar("T")


class Background(QObject):
    """Runs functions in a thread of its own, one after the other.

    Only the answer to the last question is delivered; an older one is dropped.
    """

    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._waiting: dict[int, Call] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._door = Door(self, self._ended)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], Any],
        failed: Callable[[SheafError], Any] | None = None,
    ) -> None:
        """Run ``work``; ``done`` or ``failed`` gets what came of it, on the main thread."""
        self._number += 1
        call = self._waiting[self._number] = Call(work, done, failed if failed is not None else _raise)
        self._pool.submit(_run, call, self._door, self._number)

    def forget(self) -> None:
        """Drop every answer that is still to come."""
        self._number += 1

    def _deliver(self, number: int) -> None:
        deliver = self._waiting.pop(number).take()
        if number == self._number:
            deliver()


def _run(call: Call, door: Door, number: int) -> None:
    call.run()
    door.tell(number)


def _raise(error: SheafError) -> None:
    raise error
