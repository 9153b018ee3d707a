"""The vault lane: one thread through which every read and write of records goes, in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

from hrd_desktop.domain.errors.base import Cancelled

T = TypeVar("T")


class VaultLane:
    """One thread. SQLite connections opened on it are used only on it."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault-lane")

    def call(self, work: Callable[[], T]) -> T:
        """Run ``work`` on the lane and wait for it. Raises what it raises, and Cancelled after a lock."""
        try:
            return self.submit(work).result()
        except CancelledError:
            raise Cancelled() from None

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Queue ``work`` behind what is already queued. Raises Cancelled once the lane is closed."""
        try:
            return self._executor.submit(work)
        except RuntimeError:
            # The vault was locked while this was on its way: nothing of it may happen any more.
            raise Cancelled() from None

    def close(self) -> None:
        """Take nothing more; what is queued is finished first."""
        self._executor.shutdown(wait=True)


class WorkLanes:
    """A few threads that read, hash and encrypt files."""

    def __init__(self, lanes: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=lanes, thread_name_prefix="work-lane")
        self.lanes = lanes

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Queue ``work`` for the next free lane."""
        return self._executor.submit(work)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._executor.shutdown(wait=True, cancel_futures=True)
