"""Progress on a terminal's standard error; silence everywhere else."""

from __future__ import annotations

import sys
import threading
import time

from hrd_desktop.domain.progress import NoProgress, Progress

_REDRAW_S = 0.1


class TerminalProgress:
    """One line that is drawn over: items, bytes, rate."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._total_items = self._total_bytes = self._items = self._bytes = 0
        self._started = self._drawn = 0.0

    def begin(self, total_items: int, total_bytes: int) -> None:
        with self._guard:
            self._total_items, self._total_bytes = total_items, total_bytes
            self._started = time.monotonic()

    def advance(self, done_bytes: int) -> None:
        with self._guard:
            self._bytes += done_bytes
            self._draw()

    def finish_item(self) -> None:
        with self._guard:
            self._items += 1
            self._draw()

    def end(self) -> None:
        with self._guard:
            if self._drawn:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._drawn < _REDRAW_S:
            return
        self._drawn = now
        rate = self._bytes / max(now - self._started, 0.001) / 1e6
        sys.stderr.write(
            f"\r\x1b[K{self._items} of {self._total_items} · {self._bytes / 1e6:.0f} of "
            f"{self._total_bytes / 1e6:.0f} MB · {rate:.0f} MB/s"
        )
        sys.stderr.flush()


def terminal_progress() -> Progress:
    """Progress for whoever is watching, if anybody is."""
    return TerminalProgress() if sys.stderr.isatty() else NoProgress()
