"""A watch over what may hang: pipes alone cannot time out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Deadline:
    """Calls ``expire`` from a thread of its own when what is ``within`` it takes too long.

    One thread for a whole session: it is started with the first deadline, and to set and lift one of
    thousands costs no more than a lock. ``expire`` must not wait for whoever set the deadline.
    """

    def __init__(self, expire: Callable[[], None]) -> None:
        self._expire = expire
        self._changed = threading.Condition()
        self._ends: float | None = None
        #: Until when the thread sleeps; None while it sleeps until it is told.
        self._sleeps_to: float | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Expire unless this is left within ``seconds``; after it nothing can expire late."""
        with self._changed:
            self._ends = time.monotonic() + seconds
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)
                self._thread.start()
            elif self._sleeps_to is None or self._sleeps_to > self._ends:
                self._changed.notify()
        try:
            yield
        finally:
            # Expiring holds the lock too: it is over, or it finds nothing that has ended.
            with self._changed:
                self._ends = None

    def close(self) -> None:
        """End the thread. Safe to call twice, not from inside ``expire``."""
        with self._changed:
            self._closed = True
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                if self._ends is None:
                    self._sleeps_to = None
                    self._changed.wait()
                    continue
                left = self._ends - time.monotonic()
                if left <= 0:
                    self._ends = None
                    self._expire()
                    continue
                self._sleeps_to = self._ends
                self._changed.wait(left)
