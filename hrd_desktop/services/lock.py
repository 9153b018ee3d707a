"""Closing a session within a bound, for a lock that waits for nobody."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.storage.disk import set_all_mtimes
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock

if TYPE_CHECKING:
    from hrd_desktop.services.session import Session

#: What closing may take before what runs is interrupted, and afterwards.
SETTLE_S = 0.2
INTERRUPTED_S = 0.1


def close_soon(session: Session, last_acts: Sequence[Callable[[Session], object]] = ()) -> bool:
    """Close ``session`` within three tenths of a second; whether that was possible.

    Jobs must have been cancelled before. ``last_acts`` come first: text that was typed and is not kept yet.
    Then index and snapshot are brought up to date where the time is enough. What could not be closed is left
    to the end of the process: no commit is lost by it, and what was not committed is rolled back by the next
    unlock.
    """
    closed = threading.Event()

    def close() -> None:
        # Whatever fails here: the process is about to end, and with it the keys.
        for act in last_acts:
            with contextlib.suppress(SheafError, RuntimeError):
                act(session)
        with contextlib.suppress(SheafError, RuntimeError):
            session.close()
        closed.set()

    threading.Thread(target=close, name="lock", daemon=True).start()
    if not closed.wait(SETTLE_S):
        session.vault.records_database.interrupt()
        session.vault.derived.interrupt()
        closed.wait(INTERRUPTED_S)
    return closed.is_set()


def blur_times(root: str, now_ns: int) -> None:
    """Give every file of a closed vault one modification time, where the process that had it did not.

    Does nothing while another process has it open, or where there is no vault.
    """
    layout = VaultLayout(root)
    if not os.path.isfile(layout.lock):
        # Taking the lock would leave a file in whatever folder was named by mistake.
        return
    lock = VaultLock()
    with contextlib.suppress(SheafError, OSError):
        lock.acquire(layout)
        try:
            set_all_mtimes(layout, now_ns)
        finally:
            lock.release()
