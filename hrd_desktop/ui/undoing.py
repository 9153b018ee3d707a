"""Taking the last step back, as a job."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations


class Undoing(QObject):
    """One step at a time, the last one first. ``started`` carries the job."""

    started = Signal(object)

    def __init__(self, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._job: Job | None = None

    def undo(self) -> None:
        """Take the last step back. While one is on its way, nothing."""
        if self._job is not None:
            return
        steps = self._operations.steps
        step = steps.take_last()
        if step is None:
            steps.say(self.tr("There is nothing to undo."))
            return
        job = self._job = Job(self.tr("Undoing"), self)
        job.succeeded.connect(lambda result: steps.say(step.undone))
        job.failed.connect(self._operations.failed)
        job.ended.connect(self._ended)
        job.start(self._operations, step.back, changes=True)
        self.started.emit(job)

    def _ended(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.deleteLater()
