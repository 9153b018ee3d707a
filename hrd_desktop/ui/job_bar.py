"""The bar of a running job: count, bytes, rate, time left, and a cancel that works at once."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.ui.jobs import Job, JobState
from hrd_desktop.ui.text import filled, number_text, plain_label, size_text
from hrd_desktop.ui.theme.tokens import Space

_STEPS = 1000
#: A job that ends sooner than this needs no bar.
_SHORT_JOB_MS = 400


class JobBar(QWidget):
    """Shows every job it is given until that ends; is hidden while there is none.

    ``blank_wanted``: the screen is to be blank while it runs, and the vault locked when it ends.
    """

    blank_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._lines: list[_Line] = []
        self.hide()

    def add(self, job: Job) -> None:
        """Show ``job`` until it ends."""
        line = _Line(job, self)
        line.blank_wanted.connect(self.blank_wanted)
        self._lines.append(line)
        self._column.addWidget(line)
        job.ended.connect(lambda: self._remove(line))
        self.show()

    def add_if_long(self, job: Job) -> None:
        """Show ``job`` once it takes longer than a moment."""
        later = QTimer(self)
        later.setSingleShot(True)
        later.setInterval(_SHORT_JOB_MS)
        later.timeout.connect(lambda: self.add(job))
        job.ended.connect(later.stop)
        job.ended.connect(later.deleteLater)
        later.start()

    @property
    def running(self) -> int:
        """How many jobs are shown."""
        return len(self._lines)

    def _remove(self, line: _Line) -> None:
        if line in self._lines:
            self._lines.remove(line)
            self._column.removeWidget(line)
            line.deleteLater()
        self.setVisible(bool(self._lines))


class _Line(QWidget):
    blank_wanted = Signal()

    def __init__(self, job: Job, parent: QWidget) -> None:
        super().__init__(parent)
        self._job = job
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        row.setSpacing(Space.M)
        row.addWidget(plain_label(job.title, self))
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(job.title)
        row.addWidget(self._bar, 1)
        self._numbers = plain_label("", self, tone="muted")
        row.addWidget(self._numbers)
        blank = QPushButton(self.tr("Blank now, lock at the end"), self)
        blank.setProperty("role", "quiet")
        blank.setAccessibleName(blank.text())
        blank.setToolTip(
            self.tr(
                "Takes everything off the screen and locks when this ends, after an hour at the latest. "
                "Until then the vault is open: its keys stay in memory."
            )
        )
        blank.clicked.connect(self.blank_wanted)
        row.addWidget(blank)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.clicked.connect(self._on_cancel)
        row.addWidget(self._cancel)
        job.advanced.connect(self._show)
        self._show(job.state)

    def _show(self, state: JobState) -> None:
        if state.fraction is not None:
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(round(state.fraction * _STEPS))
        parts = []
        if state.total_items:
            parts.append(
                filled(
                    self.tr("{done} of {total}"),
                    done=number_text(state.done_items),
                    total=number_text(state.total_items),
                )
            )
        if state.done_bytes:
            parts.append(size_text(state.done_bytes))
        if state.bytes_per_second:
            parts.append(filled(self.tr("{size} per second"), size=size_text(round(state.bytes_per_second))))
        if state.seconds_left is not None and not self._job.cancelled:
            parts.append(self._time_left(state.seconds_left))
        if not self._job.cancelled:
            self._numbers.setText(" · ".join(parts))

    def _time_left(self, seconds: float) -> str:
        if seconds < 60:
            return self.tr("less than a minute left")
        minutes = round(seconds / 60)
        return filled(self.tr("about {minutes} min left"), minutes=number_text(minutes))

    def _on_cancel(self) -> None:
        self._job.cancel()
        self._cancel.setEnabled(False)
        self._numbers.setText(self.tr("Stopping; what is in stays in."))
