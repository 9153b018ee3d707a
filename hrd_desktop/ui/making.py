"""A dialog in which a vault is made of something else: how far it is, what came of it, a way to stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QListWidget,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.ui.abandon import Abandon
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.dialogs import PlainDialog, sized
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Space, Type

_LOOK_MS = 100
_STEPS = 1000

T = TypeVar("T")


class Running(Protocol):
    """What makes the vault, in the background."""

    def cancel(self) -> None:
        """Stop at the next place; nothing stays at the new one."""

    def abandon(self) -> None:
        """Overwrite the keys of what is being made, at once."""


class Heard:
    """Progress as a service tells it, from any thread; read by a timer on the main one."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.numbers = (0, 0, 0)

    def begin(self, total_items: int, total_bytes: int) -> None:
        with self._guard:
            self.numbers = (max(total_bytes, 1), 0, 0)

    def advance(self, done_bytes: int) -> None:
        with self._guard:
            total, done, items = self.numbers
            self.numbers = (total, done + done_bytes, items)

    def finish_item(self) -> None:
        with self._guard:
            total, done, items = self.numbers
            self.numbers = (total, done, items + 1)

    def end(self) -> None:
        return None


class MakingDialog(PlainDialog):
    """Pages that ask, then one that shows the progress, then one that shows what came of it.

    ``open_wanted`` carries the new vault's path. Closing it stops what runs, and then nothing is left at the
    new place.
    """

    open_wanted = Signal(str)

    def __init__(self, parent: QWidget | None, title: str, *, lost_title: str, can_open: bool = True) -> None:
        super().__init__(parent, title, icon_name="restore")
        self._can_open = can_open
        self._target = ""
        self._running: Running | None = None
        self._heard = Heard()
        self._background = Background(self)
        self.resize(600, 520)
        self._pages = QStackedWidget(self)
        self.body.addWidget(self._pages, 1)
        self._working = self._make_working(title)
        self._found = self._make_found(lost_title)
        self._pages.addWidget(self._working)
        self._pages.addWidget(self._found)
        self._said = plain_label("", self, tone="warning", wrap=True)
        self._said.setAccessibleName(self.tr("Message"))
        self._said.hide()
        self.body.addWidget(self._said)
        self._close = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._close.clicked.connect(self.reject)
        self._open = self.add_button(
            self.tr("Open the new vault"), QDialogButtonBox.ButtonRole.ActionRole, look="primary"
        )
        self._open.clicked.connect(self._wants_open)
        self._open.hide()
        # A vault that is being made must not outlive a panic as a copy that opens.
        Abandon(self).wanted.connect(self.abandon)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.finished.connect(self._stop)

    def abandon(self) -> None:
        """A panic: what is being made opens for nobody from now on."""
        if self._running is not None:
            self._running.abandon()

    def show_page(self, page: QWidget) -> None:
        """Show a page, and the buttons that belong to it."""
        found = page is self._found
        self._pages.setCurrentWidget(page)
        self._open.setVisible(found and self._can_open)
        close = self.tr("Close") if found else self.tr("Cancel")
        self._close.setText(close)
        self._close.setAccessibleName(close)
        self._said.hide()
        self._look()

    def make(self, target: str, running: Running, work: Callable[[], T], done: Callable[[T], object]) -> None:
        """Run ``work``, which makes the vault at ``target``, and show its progress until ``done``."""
        self._target = target
        self._running = running
        before = self._pages.currentWidget() or self._working

        def ended(report: T) -> None:
            self._timer.stop()
            self._running = None
            done(report)

        def failed(error: SheafError) -> None:
            self._timer.stop()
            self._running = None
            self.show_page(before)
            self.refuse(error)

        self.show_page(self._working)
        self._timer.start()
        self._background.run(work, ended, failed)

    def refuse(self, error: SheafError) -> None:
        """Say below the page what happened and what to do."""
        if isinstance(error, Cancelled):
            return
        happened, _, do = describe(error)
        self._said.setText(f"{happened} {do}".strip())
        self._said.show()

    def show_found(self, verdict: str, paragraphs: list[str], lost: list[str]) -> None:
        """What came of it; ``lost`` is listed."""
        self._verdict.setText(verdict)
        self._words.setText("\n\n".join(paragraphs))
        self._lost.clear()
        self._lost.addItems(lost)
        self._lost.setVisible(bool(lost))
        self._lost_title.setVisible(bool(lost))
        self.show_page(self._found)

    def new_heard(self) -> Heard:
        """Somewhere for the next run to tell its progress to."""
        self._heard = Heard()
        return self._heard

    # -- pages ----------------------------------------------------------------------------------

    def add_page(self) -> tuple[QWidget, QVBoxLayout]:
        """A new page, and the column to fill."""
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._pages.addWidget(page)
        return page, column

    def _make_working(self, title: str) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        self._numbers = plain_label("", page, wrap=True)
        column.addWidget(self._numbers)
        self._bar = QProgressBar(page)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(title)
        column.addWidget(self._bar)
        column.addStretch(1)
        return page

    def _make_found(self, lost_title: str) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._verdict = sized(plain_label("", page, wrap=True), Type.TITLE, bold=True)
        self._words = plain_label("", page, wrap=True)
        self._lost_title = plain_label(lost_title, page)
        self._lost = QListWidget(page)
        self._lost.setAccessibleName(lost_title)
        self._lost_title.setBuddy(self._lost)
        column.addWidget(self._verdict)
        column.addWidget(self._words)
        column.addWidget(self._lost_title)
        column.addWidget(self._lost, 1)
        column.addStretch(0)
        return page

    # -- progress -------------------------------------------------------------------------------

    def _wants_open(self) -> None:
        self.accept()
        self.open_wanted.emit(self._target)

    def _stop(self) -> None:
        self._timer.stop()
        self._background.forget()
        if self._running is not None:
            self._running.cancel()

    def _look(self) -> None:
        total, done, items = self._heard.numbers
        self._bar.setRange(0, _STEPS if total else 0)
        if total:
            self._bar.setValue(round(done / total * _STEPS))
        words = self.tr("Looking for what is there…")
        if items:
            words = filled(self.tr("Items read and checked: {count}"), count=number_text(items))
        self._numbers.setText(words)
