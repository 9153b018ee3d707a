"""A drill: a backup is restored in part to a throw-away vault, which is opened, read and destroyed again.

It proves what a check cannot: that the credential makes a vault that opens, with its records and custody
logs, and gives the bytes of items. The live vault has no part in it. The key slots that a restore would write
are opened in memory; those of the throw-away vault, which has a key of its own, open with a secret that is
nowhere but in memory, so that nothing opens what a killed drill leaves behind.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.crypto.credential import Credential, credential_from_code
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.progress import CancelToken, NoProgress, Progress
from hrd_desktop.services.restore import Restore, RestoreReport
from hrd_desktop.services.throw_away import throw_away_folder
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from hrd_desktop.services.verify_logs import check_logs
from hrd_desktop.services.whole_session import whole
from hrd_desktop.storage.backup.lists import ListRow
from hrd_desktop.storage.vault import Randomness

SAMPLE_ITEMS = 20
SAMPLE_BYTES = 256 << 20


@dataclass(frozen=True, repr=False)
class DrillReport:
    """What was proved: ``read`` items of ``items`` gave their bytes again, ``logs`` custody logs check."""

    restored: RestoreReport
    items: int
    read: int
    sample: int
    logs: int
    logs_ok: bool

    @property
    def ok(self) -> bool:
        """Whether all that was tried came out right."""
        return self.read == self.sample and self.logs_ok


class Drill:
    """One drill. Call ``run`` once, from any thread."""

    def __init__(
        self,
        path: str,
        credential: Credential,
        *,
        folder: str,
        random: Randomness,
        clock: Clock,
        progress: Progress,
        cancel: CancelToken,
    ) -> None:
        self._path = path
        self._credential = credential
        self._folder = folder
        self._random = random
        self._clock = clock
        self._progress = progress
        self._cancel = cancel
        self._sample: frozenset[bytes] = frozenset()
        self._restore: Restore | None = None

    def abandon(self) -> None:
        """A panic: the throw-away vault opens for nobody from now on. From any thread."""
        self._cancel.cancel()
        if self._restore is not None:
            self._restore.abandon()

    def run(self) -> DrillReport:
        """Restore the records and a random sample into a new folder in ``folder``, open and verify, remove.

        Raises what ``Restore.run`` raises; nothing is left in ``folder``, and of a process
        that was killed nothing that opens, and only until the next drill.
        """
        with throw_away_folder("drill", self._folder) as place:
            return self._run(os.path.join(place, "vault"))

    def _run(self, root: str) -> DrillReport:
        throw_away = credential_from_code(self._random(20))
        self._restore = Restore(
            self._path,
            root,
            self._credential,
            random=self._random,
            clock=self._clock,
            progress=self._progress,
            cancel=self._cancel,
            throw_away=throw_away,
        )
        restored = self._restore.run(only=self._choose)
        session = unlock(root, throw_away, random=self._random, clock=self._clock)
        with whole(session):
            sample = session.read(
                lambda vault: [
                    item for item in vault.records.items.iter_items() if item.object_name in self._sample
                ]
            )
            checked = verify(
                session, [item.id for item in sample], progress=NoProgress(), cancel=self._cancel
            )
            logs = session.read(check_logs)
            items = session.read(lambda vault: vault.records.items.count())
        return DrillReport(
            restored=restored,
            items=items,
            read=len(sample) - len(checked.bad),
            sample=len(self._sample),
            logs=len(logs),
            logs_ok=all(log.fault is None for log in logs),
        )

    def _choose(self, rows: Sequence[ListRow]) -> Sequence[ListRow]:
        """At random, and never more than the throw-away vault should weigh."""
        chosen: list[ListRow] = []
        left = SAMPLE_BYTES
        for row in sorted(rows, key=lambda _: self._random(8)):
            if len(chosen) == SAMPLE_ITEMS:
                break
            if row.size_bytes <= left:
                chosen.append(row)
                left -= row.size_bytes
        self._sample = frozenset(row.name for row in chosen)
        return chosen
