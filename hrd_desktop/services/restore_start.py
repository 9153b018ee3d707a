"""A restore as the window runs it: look into a backup, make a vault of one snapshot, stop it, undo it."""

from __future__ import annotations

import os
from collections.abc import Callable

from hrd_desktop.crypto.kdf import stretch as stretch_in_child
from hrd_desktop.domain.backup import SnapshotInfo
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.backup import BackupDamagedError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.backup_prune import info_of
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.restore import Restore, RestoreReport
from hrd_desktop.services.stretched_once import StretchedOnce
from hrd_desktop.storage.backup.opening import open_backup


class BackupAtHand:
    """A backup and what opens it. The credential is stretched once for all that is done with it."""

    def __init__(self, path: str, opens: WhatOpens, *, random: Callable[[int], bytes], clock: Clock) -> None:
        self.path = path
        self._opens = opens
        self._random = random
        self._clock = clock
        self._stretch = StretchedOnce(stretch_in_child)

    def load_snapshots(self) -> tuple[SnapshotInfo, ...]:
        """The snapshots that can be read, the newest first, at least one.

        Raises what ``open_backup`` raises, BackupDamagedError, and what is wrong with what was typed.
        """
        opened = open_backup(
            os.path.realpath(self.path),
            credential=self._opens.credential(),
            stretch=self._stretch,
            random=self._random,
        )
        if not opened.found.lists:
            raise BackupDamagedError(part="list" if opened.found.damaged else "snapshot")
        return tuple(info_of(one) for one in opened.found.lists)

    def restoring(
        self, target: str, number: int, *, progress: Progress, cancel: CancelToken
    ) -> RunningRestore:
        """A restore of snapshot ``number`` to ``target``, to be run in the background."""
        restore = Restore(
            self.path,
            target,
            self._opens.credential(),
            random=self._random,
            clock=self._clock,
            progress=progress,
            cancel=cancel,
            stretch=self._stretch,
        )
        return RunningRestore(restore, number, cancel)


class RunningRestore:
    """One restore. ``cancel`` and ``abandon`` from any thread."""

    def __init__(self, restore: Restore, number: int, cancel: CancelToken) -> None:
        self._restore = restore
        self._number = number
        self._cancel = cancel

    def run(self) -> RestoreReport:
        """Raises what ``Restore.run`` raises."""
        return self._restore.run(self._number)

    def cancel(self) -> None:
        """Stop at the next place; nothing stays at the new one."""
        self._cancel.cancel()

    def abandon(self) -> None:
        """Overwrite the keys of what is being made, at once: the process may be about to end."""
        self._restore.abandon()
