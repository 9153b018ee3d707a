"""Rescuing a vault: where the new one is to be, what opens the old one, how far it is, what came of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.domain.rescue import RescueReport
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.rescue_start import RunningRescue, WhatOpens
from hrd_desktop.services.shares import Share
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.dialogs import PlainDialog, choose_file, sized
from hrd_desktop.ui.first_run.place_page import PlacePage
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.rescue.words import headline_of, lost_text, paragraphs
from hrd_desktop.ui.shares.entry import EnterSharesDialog
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space, Type

_LOOK_MS = 100
_STEPS = 1000
_ASKING, _WORKING, _FOUND = range(3)


class _Heard:
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


class RescueDialog(PlainDialog):
    """Reads the damaged vault and makes a new one. ``open_wanted`` carries the new vault's path.

    Closing it stops the rescue, and then nothing is left at the new place.
    """

    open_wanted = Signal(str)

    def __init__(
        self, parent: QWidget | None, vault: str, *, random: Callable[[int], bytes], clock: Clock
    ) -> None:
        super().__init__(parent, self.tr("Rescue a vault"), icon_name="restore")
        self._vault = vault
        self._random = random
        self._clock = clock
        self._key_file = ""
        self._background = Background(self)
        self._running: RunningRescue | None = None
        self._heard = _Heard()
        self._target = ""
        self.resize(600, 520)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._make_asking())
        self._pages.addWidget(self._make_working())
        self._pages.addWidget(self._make_found())
        self.body.addWidget(self._pages, 1)
        self._close = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._close.clicked.connect(self.reject)
        self._shares = self.add_button(self.tr("Use shares…"), QDialogButtonBox.ButtonRole.ActionRole)
        self._shares.clicked.connect(self._ask_for_shares)
        self._go = self.add_button(self.tr("Rescue"), QDialogButtonBox.ButtonRole.ActionRole, look="primary")
        self._go.clicked.connect(self._on_go)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.finished.connect(self._stop)
        self._on_change()
        self._place.enter()
        self._field.setFocus()

    def abandon(self) -> None:
        """A panic: what is being made opens for nobody from now on."""
        if self._running is not None:
            self._running.abandon()

    # -- pages ----------------------------------------------------------------------------------

    def _make_asking(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(
            plain_label(
                filled(
                    self.tr(
                        "For when {vault} does not open, or something of it is missing. A new vault is "
                        "made of all that "
                        "is still there. The damaged one is only read, so you can try this at any time; "
                        "if you have a "
                        "backup, compare with it before you rely on the rescue."
                    ),
                    vault=isolated(os.path.basename(self._vault.rstrip(os.sep)) or self._vault),
                ),
                page,
                tone="muted",
                wrap=True,
            )
        )
        label = plain_label(self.tr("Passphrase or recovery code of the damaged vault"), page)
        self._field = PassphraseField(self.tr("Passphrase of the damaged vault"), page)
        self._field.changed.connect(self._on_change)
        self._field.submitted.connect(self._on_go)
        label.setBuddy(self._field)
        column.addWidget(label)
        column.addWidget(self._field)
        self._key_file_button = QPushButton(icon("key"), self.tr("Use a key file…"), page)
        self._key_file_button.setProperty("role", "quiet")
        self._key_file_button.setAccessibleName(self.tr("Use a key file…"))
        self._key_file_button.clicked.connect(
            lambda: choose_file(self, self.tr("Choose the key file"), self._set_key_file)
        )
        row = QHBoxLayout()
        row.addWidget(self._key_file_button)
        self._key_file_name = plain_label("", page)
        row.addWidget(self._key_file_name)
        row.addStretch(1)
        column.addLayout(row)
        self._place = PlacePage(os.path.dirname(self._vault.rstrip(os.sep)) or os.sep, page)
        self._place.set_path(self._vault.rstrip(os.sep) + "-" + self.tr("rescued"))
        self._place.readiness_changed.connect(self._on_change)
        column.addWidget(self._place)
        self._said = plain_label("", page, tone="warning", wrap=True)
        self._said.setAccessibleName(self.tr("Message"))
        self._said.hide()
        column.addWidget(self._said)
        column.addStretch(1)
        return page

    def _make_working(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        self._numbers = plain_label("", page, wrap=True)
        column.addWidget(self._numbers)
        self._bar = QProgressBar(page)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Rescuing"))
        column.addWidget(self._bar)
        column.addStretch(1)
        return page

    def _make_found(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._verdict = sized(plain_label("", page, wrap=True), Type.TITLE, bold=True)
        self._words = plain_label("", page, wrap=True)
        self._lost_title = plain_label(self.tr("Lost"), page)
        self._lost = QListWidget(page)
        self._lost.setAccessibleName(self.tr("Lost"))
        self._lost_title.setBuddy(self._lost)
        column.addWidget(self._verdict)
        column.addWidget(self._words)
        column.addWidget(self._lost_title)
        column.addWidget(self._lost, 1)
        column.addStretch(0)
        return page

    # -- doing ----------------------------------------------------------------------------------

    def _set_key_file(self, path: str) -> None:
        self._key_file = path
        self._key_file_name.setText(isolated(os.path.basename(path)))

    def _on_change(self) -> None:
        ready = self._place.is_ready()
        self._go.setEnabled(ready and bool(self._field.text))
        self._shares.setEnabled(ready)

    def _on_go(self) -> None:
        if self._pages.currentIndex() == _FOUND:
            self.accept()
            self.open_wanted.emit(self._target)
        elif self._go.isEnabled():
            self._start(WhatOpens(text=self._field.text, key_file=self._key_file or None))

    def _ask_for_shares(self) -> None:
        dialog = EnterSharesDialog(self, self.tr("Open with shares"), "", self.tr("Rescue with these shares"))
        dialog.decided.connect(self._start_with_shares)
        dialog.open()

    def _start_with_shares(self, shares: list[Share]) -> None:
        self._start(WhatOpens(shares=tuple(shares)))

    def _start(self, opens: WhatOpens) -> None:
        self._target = self._place.path
        self._heard = _Heard()
        running = self._running = RunningRescue(
            self._vault,
            self._target,
            opens,
            random=self._random,
            clock=self._clock,
            new_id=lambda: new_uuid(self._random),
            progress=self._heard,
            cancel=CancelToken(),
        )
        self._said.hide()
        self._show_page(_WORKING)
        self._timer.start()
        self._background.run(running.run, self._done, self._failed)

    def _done(self, report: RescueReport) -> None:
        self._timer.stop()
        self._running = None
        self._field.clear()
        self._verdict.setText(headline_of(report))
        self._words.setText("\n\n".join(paragraphs(report)))
        self._lost.clear()
        self._lost.addItems([lost_text(lost) for lost in report.lost])
        self._lost.setVisible(bool(report.lost))
        self._lost_title.setVisible(bool(report.lost))
        self._show_page(_FOUND)

    def _failed(self, error: SheafError) -> None:
        self._timer.stop()
        self._running = None
        self._show_page(_ASKING)
        if isinstance(error, Cancelled):
            return
        happened, _, do = describe(error)
        self._said.setText(f"{happened} {do}".strip())
        self._said.show()
        self._field.select_all()
        self._field.setFocus()

    def _stop(self) -> None:
        self._timer.stop()
        self._background.forget()
        self._field.clear()
        if self._running is not None:
            self._running.cancel()

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self._shares.setVisible(page == _ASKING)
        self._go.setVisible(page != _WORKING)
        text = self.tr("Open the new vault") if page == _FOUND else self.tr("Rescue")
        self._go.setText(text)
        self._go.setAccessibleName(text)
        close = self.tr("Close") if page == _FOUND else self.tr("Cancel")
        self._close.setText(close)
        self._close.setAccessibleName(close)
        if page == _FOUND:
            self._go.setEnabled(True)
        else:
            self._on_change()
        self._look()

    def _look(self) -> None:
        total, done, items = self._heard.numbers
        self._bar.setRange(0, _STEPS if total else 0)
        if total:
            self._bar.setValue(round(done / total * _STEPS))
        words = self.tr("Looking for what is there…")
        if items:
            words = filled(self.tr("Items read and checked: {count}"), count=number_text(items))
        self._numbers.setText(words)
