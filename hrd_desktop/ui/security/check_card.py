"""Checking the vault: every file read and hashed again, every custody log followed from its first event."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import VerifyReport, verify
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import tell
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text, set_tone

_MOST_NAMED = 20


class CheckCard(Card):
    """Starts the job and says what it found. ``bundle_wanted``: somebody else's bundle is to be checked."""

    job_started = Signal(object)
    bundle_wanted = Signal()

    def __init__(self, operations: Operations, title: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(title, words, parent)
        self._operations = operations
        self._button = self.button(self.tr("Check the whole vault"), "check")
        self._button.clicked.connect(self._start)
        bundle = self.button(self.tr("Check a bundle you received…"), "document")
        bundle.clicked.connect(self.bundle_wanted)
        self.add_buttons(self._button, bundle)
        self._found = self.add_words("", tone="notice")
        self._found.hide()

    def _start(self) -> None:
        def work(session: Session, progress: Progress, cancel: CancelToken) -> VerifyReport:
            return verify(session, None, progress=progress, cancel=cancel)

        job = Job(self.tr("Checking the vault"), self)
        job.succeeded.connect(self._show)
        job.failed.connect(self._failed)
        job.ended.connect(lambda: self._button.setEnabled(True))
        self._button.setEnabled(False)
        self._found.hide()
        self.job_started.emit(job)
        job.start(self._operations, work, changes=True)

    def _failed(self, error: SheafError) -> None:
        tell(self.window(), error)

    def _show(self, report: VerifyReport) -> None:
        lines = []
        if report.ok:
            lines.append(
                filled(
                    self.tr("All is well: {items} items and {logs} custody logs are as they were recorded."),
                    items=number_text(report.item_count),
                    logs=number_text(len(report.logs)),
                )
            )
        else:
            lines.append(
                self.tr("Not everything is as it was recorded. Make a copy of the vault folder now.")
            )
        for bad in report.bad[:_MOST_NAMED]:
            lines.append(
                filled(
                    self.tr("{reference}: the file is damaged or missing ({code})."),
                    reference=isolated(bad.reference),
                    code=bad.code,
                )
            )
        if len(report.bad) > _MOST_NAMED:
            lines.append(
                filled(self.tr("And {count} more."), count=number_text(len(report.bad) - _MOST_NAMED))
            )
        for log in report.logs:
            if log.fault is not None:
                lines.append(
                    filled(
                        self.tr("The custody log of {case} does not check from event {number} on."),
                        case=isolated(log.case),
                        number=number_text((log.sequence or 0) + 1),
                    )
                )
        if report.mended:
            lines.append(
                filled(
                    self.tr("{count} damaged headers were put right from their second copy."),
                    count=number_text(report.mended),
                )
            )
        set_tone(self._found, "notice" if report.ok else "warning")
        self._found.setText("\n".join(lines))
        self._found.show()
