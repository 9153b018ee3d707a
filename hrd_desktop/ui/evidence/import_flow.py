"""Taking files in: one import after the other, then a look into what is in, all in the background."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.ingest import IngestReport
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.outside import Outside, list_outside
from hrd_desktop.services.session import Session
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations

#: Files that are read, hashed and encrypted at once.
_WORK_LANES = 2
_LOOK_AGAIN_MS = 800


@dataclass(frozen=True, repr=False)
class Taken:
    """What an import did, and where the originals still lie."""

    report: IngestReport
    outside: tuple[Outside, ...]


class ImportFlow(QObject):
    """Imports, one after the other. ``started`` carries the job, ``finished`` what was taken."""

    started = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._queue: deque[tuple[list[bytes], IngestChoices]] = deque()
        self._job: Job | None = None

    @property
    def job(self) -> Job | None:
        """The import that is running, if any."""
        return self._job

    def take(self, paths: list[bytes], case_id: UUID | None = None) -> None:
        """Import files and folders, into a case where one is given, after those that are being imported."""
        if paths:
            self._queue.append((paths, IngestChoices(case_id=case_id)))
            self._next()

    def _next(self) -> None:
        if self._job is not None or not self._queue:
            return
        paths, choices = self._queue.popleft()

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Taken:
            report = Ingest(
                session,
                choices,
                work_lanes=_WORK_LANES,
                progress=progress,
                cancel=cancel,
                new_id=lambda: new_uuid(session.random),
            ).run(paths)
            return Taken(report, list_outside(report))

        job = self._job = Job(self.tr("Importing"), self)
        job.succeeded.connect(self.finished)
        job.failed.connect(self.failed)
        job.ended.connect(self._ended)
        job.start(self._operations, work, changes=True)
        self.started.emit(job)

    def _ended(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            if job.cancelled:
                self._queue.clear()
            job.deleteLater()
        self._next()


class LookInto(QObject):
    """Looks into items that wait for it, while anything else goes on.

    ``progressed`` comes now and then while it runs, ``ended`` with how many items were looked into.
    """

    progressed = Signal()
    ended = Signal(int)
    failed = Signal(object)

    def __init__(self, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._cancel: CancelToken | None = None
        self._again = False
        self._count = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self.progressed)

    @property
    def running(self) -> bool:
        """Whether it is looking into items now."""
        return self._cancel is not None

    def start(self) -> None:
        """Begin; when it is running, begin anew afterwards, for what came in between."""
        if self._cancel is not None:
            self._again = True
            return
        self._again = False
        cancel = self._cancel = self._operations.cancellable()
        self._timer.start()

        def work(session: Session) -> int:
            return 0 if session.vault.read_only else derive_pending(session, cancel=cancel)

        self._operations.read(work, self._done, self._stopped)

    def _stopped(self, error: SheafError) -> None:
        self._again = False
        self._done(0)
        self.failed.emit(error)

    def _done(self, count: int) -> None:
        self._timer.stop()
        self._count += count
        if self._cancel is not None:
            self._operations.release(self._cancel)
            self._cancel = None
        if self._again:
            self.start()
        else:
            count, self._count = self._count, 0
            self.ended.emit(count)
