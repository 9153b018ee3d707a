"""An open vault as services use it: reads and writes of records on the vault lane, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import (
    AfterworkFailedError,
    DiskFailedError,
    DiskFullError,
    VaultReadOnlyError,
)
from hrd_desktop.process.children import ChildRegistry
from hrd_desktop.services.derived_again import with_sound_derived
from hrd_desktop.services.index import refresh
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.services.reserve_refresher import ReserveRefresher
from hrd_desktop.storage.snapshots import snapshot_is_due, take_snapshot
from hrd_desktop.storage.vault import Randomness, Vault

T = TypeVar("T")

#: How long to wait for children to be reaped after they were killed, in seconds.
CHILD_END_S = 0.2


class Session:
    """Holds the vault open until ``close``. Safe to use from several threads."""

    def __init__(
        self,
        vault: Vault,
        lane: VaultLane,
        stop_watching: Callable[[], None],
        refresher: ReserveRefresher | None = None,
    ) -> None:
        self._refresher = refresher
        self._vault = vault
        self._lane = lane
        self._stop_watching = stop_watching
        self._closed = False
        #: Every child that works for this session; closing ends all of them.
        self.children = ChildRegistry()

    @property
    def vault(self) -> Vault:
        """The open vault. Its databases are used on the lane only; layout, objects and clock anywhere."""
        return self._vault

    @property
    def clock(self) -> Clock:
        return self._vault.clock

    @property
    def random(self) -> Randomness:
        return self._vault.random

    def read(self, work: Callable[[Vault], T]) -> T:
        """Run ``work`` on the vault lane; it must not change records."""
        return self._lane.call(lambda: with_sound_derived(self._vault, work))

    def write(self, work: Callable[[Vault], T]) -> T:
        """Run ``work`` on the lane in one transaction that counts as a change (a new epoch).

        Raises VaultReadOnlyError after an earlier failed sync. A DiskFailedError makes the vault
        read-only: the kernel may have dropped the page and report the next sync clean.
        """

        def in_transaction(vault: Vault) -> T:
            with vault.records.transaction():
                return work(vault)

        return self.change(in_transaction)

    def change(self, work: Callable[[Vault], T]) -> T:
        """Run ``work`` on the lane; it makes its own transactions."""

        def guarded() -> T:
            self._vault.ensure_writable()
            try:
                return with_sound_derived(self._vault, work)
            except DiskFailedError:
                self._vault.read_only = True
                raise

        return self._lane.call(guarded)

    def stop_refreshing(self) -> None:
        """End a refresh of the reserve that runs in the background; what is left is done another time."""
        if self._refresher is not None:
            self._refresher.close()

    def stop_watching(self) -> None:
        """Do not end this process when the vault is wiped: it is about to do so itself."""
        self._stop_watching()

    def close(self, *, settle: bool = True) -> None:
        """Bring index and snapshot up to date, then close everything. Safe to call twice.

        The vault is closed even when that fails; a disk that failed or is full is then told by
        AfterworkFailedError, since every change that was asked for is already in. Without ``settle`` (a lock
        that cannot wait) a statement that runs is interrupted; the next unlock brings the index in step.
        """
        if self._closed:
            return
        self._closed = True
        self._stop_watching()
        self.children.close(CHILD_END_S)
        self.stop_refreshing()
        if not settle:
            self._vault.records_database.interrupt()
            self._vault.derived.interrupt()
        failure: SheafError | None = None
        try:
            if settle:
                try:
                    self._lane.call(self._settle)
                except (DiskFailedError, DiskFullError, VaultReadOnlyError) as error:
                    failure = AfterworkFailedError(cause=error.code)
                except SheafError as error:
                    failure = error
        finally:
            try:
                self._lane.call(self._vault.close)
            finally:
                self._lane.close()
        if failure is not None:
            raise failure

    def _settle(self) -> None:
        """Bring the search index in step and take a snapshot of records that have changed."""
        if self._vault.read_only:
            return
        with_sound_derived(self._vault, refresh)
        if snapshot_is_due(self._vault):
            take_snapshot(self._vault)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(settle=error is None)
