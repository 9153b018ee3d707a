"""Watching the key slots, so that a wipe by another process ends this one at once.

The wiper also kills whoever holds the lock, where it can find out; this works everywhere, and a fraction of a
second later at the latest.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from hrd_desktop.storage.disk import open_read, read_at
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import PROOF_BYTES, is_tombstone

#: Exit code of a process that ended because its vault was wiped: the same as *not opened*.
EXIT_WIPED = 3
#: What ``on_wiped`` may take before the process ends all the same.
GRACE_S = 0.2


def end_process() -> None:
    """End this process without running anything more: no handler, no buffer, no destructor."""
    os._exit(EXIT_WIPED)


class WipeWatch:
    """A thread that ends the process as soon as a key slot file carries a tombstone.

    ``on_wiped`` is called first, in that thread, and has a fifth of a second (blanking a screen, killing
    children); it must not be needed. The files are kept open, because a wipe that takes less than one
    interval has unlinked them by the next look, and looked up by name again, because a damaged one may have
    been replaced.
    """

    def __init__(
        self,
        layout: VaultLayout,
        on_wiped: Callable[[], None] | None = None,
        interval_s: float = 0.05,
        end: Callable[[], None] = end_process,
    ) -> None:
        self._paths = tuple(layout.keyslots(copy) for copy in (0, 1))
        self._on_wiped = on_wiped
        self._interval_s = interval_s
        self._end = end
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._files = [_WatchedFile(path) for path in self._paths]

    def start(self) -> None:
        """Begin to watch. The files are open when this returns."""
        if self._thread is not None:
            raise ValueError("watching already")
        for file in self._files:
            file.is_wiped()
        self._thread = threading.Thread(target=self._run, name="wipe-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching: for whoever is about to wipe this vault itself, or closes it. Safe to call twice."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._interval_s):
                if any(file.is_wiped() for file in self._files):
                    self._wiped()
                    return
        finally:
            for file in self._files:
                file.close()

    def _wiped(self) -> None:
        if self._on_wiped is not None:
            # Its own thread: should it hang or fail, the end still comes.
            last_act = threading.Thread(target=self._on_wiped, name="on-wiped", daemon=True)
            last_act.start()
            last_act.join(GRACE_S)
        self._end()


class _WatchedFile:
    """One key slot file: the one that was there first, and whatever has its name now."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._fd: int | None = None

    def is_wiped(self) -> bool:
        if self._fd is not None and self._carries_tombstone(self._fd):
            return True
        return self._changed() and self._fd is not None and self._carries_tombstone(self._fd)

    def close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _changed(self) -> bool:
        """Open what has the name now, if that is another file than before."""
        try:
            there = os.stat(self._path, follow_symlinks=False)
            if self._fd is not None:
                ours = os.fstat(self._fd)
                if (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino):
                    return False
            fd = open_read(self._path)
        except OSError:
            return False
        self.close()
        self._fd = fd
        return True

    @staticmethod
    def _carries_tombstone(fd: int) -> bool:
        try:
            return is_tombstone(read_at(fd, 0, PROOF_BYTES))
        except OSError:
            return False
