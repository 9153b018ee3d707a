"""Parts of a screen that are made one a turn of the main thread, so that the window answers in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer


class Stages(QObject):
    """Steps to come, in order. Who needs the result of all of them calls ``finish`` first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._to_come: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.take)

    @property
    def is_done(self) -> bool:
        """Whether every step was taken."""
        return not self._to_come

    def add(self, *steps: Callable[[], object]) -> None:
        """Steps to be taken after those that are there; none is taken before ``start`` or ``take``."""
        self._to_come.extend(steps)

    def start(self) -> None:
        """Take a step in each turn from now on."""
        if self._to_come:
            self._timer.start()

    def stop(self) -> None:
        """Take no step by itself until ``start``."""
        self._timer.stop()

    def take(self) -> None:
        """Take the next step now, if there is one."""
        if self._to_come:
            self._to_come.popleft()()
            # What came has its place before anything is painted: words that wrap would be cut off meanwhile.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        if not self._to_come:
            self._timer.stop()

    def finish(self) -> None:
        """Take every step that is left, and those that these add."""
        while self._to_come:
            self.take()
