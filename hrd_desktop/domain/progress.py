"""How a long operation tells its progress and learns that it is no longer wanted."""

from __future__ import annotations

import threading
from typing import Protocol

from hrd_desktop.domain.errors.base import Cancelled


class Progress(Protocol):
    """Four calls from any thread; an implementation must be quick and must not raise."""

    def begin(self, total_items: int, total_bytes: int) -> None:
        """Announce the size of the work; 0 where it is not known."""

    def advance(self, done_bytes: int) -> None:
        """Add ``done_bytes`` to the bytes done."""

    def finish_item(self) -> None:
        """Add one to the items done."""

    def end(self) -> None:
        """The work is over, well or not."""


class NoProgress:
    """Progress that nobody watches."""

    def begin(self, total_items: int, total_bytes: int) -> None:
        return None

    def advance(self, done_bytes: int) -> None:
        return None

    def finish_item(self) -> None:
        return None

    def end(self) -> None:
        return None


class CancelToken:
    """A one-way switch from *wanted* to *cancelled*, safe to share between threads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` once ``cancel`` was called."""
        if self._event.is_set():
            raise Cancelled()
