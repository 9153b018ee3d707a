"""Panic: what it does, where it can be reached, and a rehearsal on a vault that is thrown away."""

from __future__ import annotations

import os
import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.process.spawn import isolated_command
from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.rehearse import Rehearsal, rehearse
from hrd_desktop.services.session import Session
from hrd_desktop.services.wipe_report import FAILED
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import confirm, tell
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_report import step_words
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.arm_wipe_dialog import backup_words
from hrd_desktop.ui.text import filled, isolated, number_text, set_tone, size_text

#: What can be chosen for a rehearsal, in millions of bytes.
SIZES_MB = (3, 100, 1_000, 10_000)


def rehearsed_command(root: str) -> list[str]:
    """The very command that panic runs; the user's own settings are no part of a rehearsal."""
    return isolated_command("hrd_desktop.cli.entry", "panic", root, "--yes", "--json", "--keep-settings")


class PanicCard(Card):
    """The rehearsal uses the disk that the vault lies on, for its times. ``job_started`` is for the bar."""

    job_started = Signal(object)

    def __init__(
        self,
        operations: Operations,
        preferences: Preferences,
        vault: str,
        title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, "", parent)
        self._operations = operations
        self._preferences = preferences
        self._folder = os.path.dirname(vault)
        self.add_words(
            self.tr(
                "Panic, at the bottom of the window, locks at a press; held for two seconds it destroys the "
                "vault. With the keyboard: Ctrl+Shift+Backspace locks, and once more within three seconds "
                "destroys. It destroys every vault that this program remembers. What it cannot reach: "
                "backups, older copies, bundles you gave away."
            ),
            tone="",
        )
        self.add_words(
            self.tr(
                "Before you rely on it: in many countries destroying data during an investigation is itself "
                "charged. A computer that is switched off, with a strong passphrase, often protects as well."
            ),
            tone="warning",
        )
        self._backup = self.add_words("", tone="notice")
        self._locked = self.add_check(
            self.tr("Panic can be reached from the unlock screen, too"),
            on=preferences.settings.panic_while_locked,
        )
        self._locked.clicked.connect(self._on_locked)
        self.add_truth(
            self.tr("Somebody who is not given time to unlock can still destroy the vault."),
            self.tr("It asks nobody who they are: a child, a thief or a colleague can do it too."),
        )
        self._report = self.add_check(
            self.tr("Show what was done for twenty seconds, before the window closes"),
            on=preferences.settings.panic_report,
        )
        self._report.clicked.connect(lambda on: preferences.change(panic_report=on))
        self.add_truth(
            self.tr("You see which step was done and which failed; it is stored nowhere."),
            self.tr("For those seconds, whoever stands beside you sees that something was destroyed."),
        )
        self._size = QComboBox(self)
        self._size.setAccessibleName(self.tr("Size of the rehearsal"))
        for megabytes in SIZES_MB:
            self._size.addItem(size_text(megabytes * 1_000_000), megabytes)
        self.add_row(self.tr("Rehearse on a throw-away vault of"), self._size)
        self._button = self.button(self.tr("Rehearse on a throw-away vault"), "panic")
        self._button.clicked.connect(self._rehearse)
        self.add_buttons(self._button)
        self.add_truth(
            self.tr(
                "It makes a vault beside yours, runs the real panic on it and shows how long each step took."
            ),
            self.tr("It does not touch your vaults or settings, and shows nothing of copies elsewhere."),
        )
        self._found = self.add_words("", tone="notice")
        self._found.hide()
        operations.changed.connect(self._ask_backup)
        self._ask_backup()

    def _ask_backup(self) -> None:
        self._operations.read(
            lambda session: backup_state(session).age_days,
            lambda age: self._backup.setText(backup_words(age)),
        )

    def _on_locked(self, on: bool) -> None:
        if not on:
            self._preferences.change(panic_while_locked=False)
            return
        # Not on until it was confirmed: whoever can reach the keyboard can then destroy the vault.
        self._locked.setChecked(False)
        confirm(
            self.window(),
            self.tr("Panic for everybody who can touch this computer?"),
            self.tr(
                "From the unlock screen it needs no passphrase: a child, a thief or a colleague could "
                "destroy the vault. Turn it on only when you have a checked backup in another place."
            ),
            self.tr("I have a checked backup: turn it on"),
            self._turn_on,
            danger=True,
        )

    def _turn_on(self) -> None:
        self._locked.setChecked(True)
        self._preferences.change(panic_while_locked=True)

    def _rehearse(self) -> None:
        folder, size_bytes = self._folder, int(self._size.currentData()) * 1_000_000

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Rehearsal:
            return rehearse(
                folder,
                rehearsed_command,
                monotonic_ns=time.monotonic_ns,
                size_bytes=size_bytes,
                progress=progress,
                cancel=cancel,
            )

        self._button.setEnabled(False)
        set_tone(self._found, "notice")
        self._found.setText(self.tr("Making a vault, opening it in another program, and wiping it…"))
        self._found.show()
        job = Job(self.tr("Rehearsing panic"), self)
        job.succeeded.connect(self._show)
        job.failed.connect(self._failed)
        job.stopped.connect(self._found.hide)
        job.ended.connect(lambda: self._button.setEnabled(True))
        self.job_started.emit(job)
        job.start(self._operations, work, changes=False)

    def _failed(self, error: SheafError) -> None:
        self._found.hide()
        tell(self.window(), error)

    def _show(self, result: Rehearsal) -> None:
        lines = [
            self.tr("The rehearsal did what panic promises.")
            if result.passed
            else self.tr("THE REHEARSAL FAILED: do not rely on panic on this disk.")
        ]
        if result.keys_overwritten_ms is not None:
            lines.append(
                filled(
                    self.tr("The keys were overwritten after {number} ms."),
                    number=number_text(round(result.keys_overwritten_ms)),
                )
            )
        if result.holder_ended_ms is not None:
            lines.append(
                filled(
                    self.tr("The other program that had it open was ended after {number} ms."),
                    number=number_text(round(result.holder_ended_ms)),
                )
            )
        lines.append(
            filled(
                self.tr("All was done after {number} ms, and {files} files were left."),
                number=number_text(round(result.total_ms)),
                files=number_text(result.files_left),
            )
        )
        lines += [
            filled(
                self.tr("{name}: {number} ms"),
                name=step_words(line.step),
                number=number_text(round(line.ms)),
            )
            for line in result.steps
            if line.ms is not None
        ]
        failed = [line for line in result.steps if line.result == FAILED]
        lines += [
            filled(
                self.tr("NOT DONE: {name} ({detail})"),
                name=step_words(line.step),
                detail=isolated(line.detail),
            )
            for line in failed
        ]
        self._found.setText("\n".join(lines))
        set_tone(self._found, "notice" if result.passed and not failed else "warning")
