"""The card *Backup*: where backups are, backing up, checking, bringing back, and the rule for keeping."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.backup import BackupCredentialNeeded
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.backup import Backup, BackupReport
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.backup_places import (
    INTERVALS_DAYS,
    BackupState,
    Place,
    backup_state,
    forget_place,
    set_interval,
    set_keep,
)
from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.session import Session
from hrd_desktop.ui.backup.acts import BackupActs, ask_credential
from hrd_desktop.ui.backup.dialogs import BackupCodeDialog, NewBackupDialog
from hrd_desktop.ui.backup.restore_dialog import RestoreDialog
from hrd_desktop.ui.backup.words import backup_words
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.dialogs import choose_folder, confirm, tell
from hrd_desktop.ui.jobs import Job, JobWork
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.credential_dialogs import NewPassphraseDialog
from hrd_desktop.ui.text import date_text, filled, isolated, number_text, set_tone

_KEEP = ("thinned", "3", "10", "30", "all")


class BackupCard(Card):
    """``job_started`` carries a job for the bar."""

    job_started = Signal(object)

    def __init__(
        self, operations: Operations, random: Callable[[int], bytes], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            self.tr("Backup"),
            self.tr(
                "Wiping costs nothing when a backup lies somewhere else. Only encrypted files are written, "
                "to a stick, a second disk or any folder; what is there already is not copied again. "
                "What you destroy here stays in a backup until the next one."
            ),
            parent,
        )
        self._operations = operations
        self._random = random
        self._state: BackupState | None = None
        #: What needs a folder that is known and no job under way.
        self._of_place: list[QPushButton] = []
        self._busy = False
        self._place_box = CalmComboBox(self)
        self._place_box.set_name(self.tr("Backup folder"))
        self._place_box.activated.connect(lambda row: self._show_place())
        self.body.addWidget(self._place_box)
        self._about = self.add_words("")
        self._choose = self.button(self.tr("Choose a folder and back up…"), "folder")
        self._choose.clicked.connect(self._ask_place)
        self._now = self.button(self.tr("Back up now"), look="primary")
        self._now.clicked.connect(lambda: self._back_up(self._place().path, None))
        self.add_buttons(self._now, self._choose)
        self._acts = BackupActs(operations, lambda: self._place().path, self)
        self._acts.run_wanted.connect(self._run)
        self._acts.said.connect(lambda words, well: self._say(words, well=well))
        self._check = self._act(self.tr("Check the backup…"), "check", self._acts.ask_check)
        self._items = self._act(self.tr("Bring items back…"), "restore", self._acts.ask_items)
        self._drill = self._act(self.tr("Drill…"), "refresh", self._acts.ask_drill)
        self._restore = self._act(self.tr("Restore as a new vault…"), "add", self._ask_restore)
        self._thin = self._act(self.tr("Remove older snapshots…"), "bin", self._ask_thin)
        self._forget = self._act(self.tr("Forget this folder…"), "remove", self._ask_forget)
        self.add_buttons(self._check, self._items, self._restore)
        self.add_buttons(self._drill, self._thin, self._forget)
        self._keep = self._make_keep_box()
        self._interval = self._make_interval_box()
        self._found = self.add_words("", tone="notice")
        self._found.hide()
        operations.changed.connect(self.refresh)
        self._show_place()
        self.refresh()

    def _act(self, text: str, icon_name: str, act: Callable[[], object]) -> QPushButton:
        button = self.button(text, icon_name)
        button.clicked.connect(lambda checked: act())
        self._of_place.append(button)
        return button

    def refresh(self) -> None:
        """Ask again where backups are and how old."""
        self._operations.read(backup_state, self._show)

    def begin(self, path: str) -> None:
        """Begin a backup at ``path`` that opens like the vault, as chosen when the vault was made."""
        self._back_up(path, None)

    # -- showing ------------------------------------------------------------------------------

    def _make_keep_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(self.tr("Snapshots to keep"))
        for rule in _KEEP:
            box.addItem(self._keep_words(rule), rule)
        box.activated.connect(self._set_keep)
        self.add_row(self.tr("Snapshots to keep"), box)
        return box

    def _make_interval_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(self.tr("Remind when the last checked backup is older than"))
        for days in INTERVALS_DAYS:
            words = self.tr("1 day") if days == 1 else filled(self.tr("{days} days"), days=number_text(days))
            box.addItem(words, days)
        box.activated.connect(self._set_interval)
        self.add_row(self.tr("Remind when the last checked backup is older than"), box)
        return box

    def _keep_words(self, rule: str) -> str:
        if rule == "all":
            return self.tr("All of them")
        if rule == "thinned":
            return self.tr("7 days, 4 weeks, 12 months")
        return filled(self.tr("The last {count}"), count=number_text(int(rule)))

    def _show(self, state: BackupState) -> None:
        if (
            self._state is not None
            and (state.places, state.interval_days)
            == (
                self._state.places,
                self._state.interval_days,
            )
            and state.writable == self._state.writable
        ):
            return
        known = self._place() if self._has_place() else None
        self._state = state
        self._place_box.clear()
        for place in state.places:
            self._place_box.addItem(isolated(place.path))
        same = [at for at, one in enumerate(state.places) if known and one.keys[-1] == known.keys[-1]]
        self._place_box.setCurrentIndex(same[0] if same else 0)
        self._interval.setCurrentIndex(max(0, self._interval.findData(state.interval_days)))
        self._show_place()

    def _show_place(self) -> None:
        there = self._has_place()
        writable = self._state is None or self._state.writable
        for widget in (self._place_box, self._now, *self._of_place, self._keep):
            widget.setEnabled(there and not self._busy)
        for widget in (self._now, self._items, self._thin, self._forget, self._keep):
            widget.setEnabled(there and writable and not self._busy)
        self._choose.setEnabled(writable and not self._busy)
        self._interval.setEnabled(writable)
        self._place_box.setVisible(there)
        self._now.setVisible(there)
        if not there:
            self._about.setText(
                self.tr("This vault has no backup yet.") if writable else self._read_only_words()
            )
            return
        place = self._place()
        if self._keep.findData(place.keep) < 0:
            # A rule that was given by command.
            self._keep.addItem(self._keep_words(place.keep), place.keep)
        self._keep.setCurrentIndex(self._keep.findData(place.keep))
        self._about.setText(self._about_words(place))

    def _about_words(self, place: Place) -> str:
        saved = place.saved_utc
        checked = place.checked_utc
        lines = [
            filled(self.tr("Last backup: {when}."), when=date_text(saved))
            if saved is not None
            else self.tr("No backup has ended well there yet."),
            filled(self.tr("Last backup that was checked whole: {when}."), when=date_text(checked))
            if checked is not None
            else self.tr("It was never checked. Only a checked backup is one to rely on."),
        ]
        if place.own:
            lines.append(self.tr("It opens with a passphrase of its own."))
        if self._state is not None and not self._state.writable:
            lines.append(self._read_only_words())
        return " ".join(lines)

    def _read_only_words(self) -> str:
        return self.tr(
            "This vault cannot be written to, and a backup is noted in it, so none can be made now. Copy the "
            "whole folder of the vault to another medium instead: the copy is as encrypted as the vault and "
            "opens with the same passphrase. Open that copy to back up as usual."
        )

    def _has_place(self) -> bool:
        return self._state is not None and bool(self._state.places)

    def _place(self) -> Place:
        if self._state is None:
            raise ValueError("nothing is known yet")
        return self._state.places[max(0, self._place_box.currentIndex())]

    # -- backing up ---------------------------------------------------------------------------

    def _ask_place(self) -> None:
        choose_folder(self.window(), self.tr("Choose the folder for the backup"), self._place_chosen)

    def _place_chosen(self, path: str) -> None:
        def asked(synced: str | None) -> None:
            dialog = NewBackupDialog(self.window(), path, synced)
            dialog.decided.connect(lambda own: self._own_decided(path) if own else self._back_up(path, None))
            dialog.open()

        self._operations.read(lambda session: synced_folder_name(path), asked)

    def _own_decided(self, path: str) -> None:
        dialog = NewPassphraseDialog(
            self.window(),
            self.tr("A passphrase for the backup"),
            self.tr("Next"),
            self._random,
            with_label=False,
        )
        dialog.decided.connect(lambda text, label: self._ask_code(path, text))
        dialog.open()

    def _ask_code(self, path: str, text: str) -> None:
        dialog = BackupCodeDialog(self.window(), self._random)
        dialog.decided.connect(lambda code: self._back_up(path, (WhatOpens(text), code)))
        dialog.open()

    def _back_up(self, path: str, own: tuple[WhatOpens, bytes] | None) -> None:
        def work(session: Session, progress: Progress, cancel: CancelToken) -> BackupReport:
            credential = None
            if own is not None:
                opens, code = own
                credential = OwnCredential(opens.credential(), code or None)
            return Backup(session, progress=progress, cancel=cancel).run(path, own=credential)

        def failed(error: SheafError) -> None:
            if isinstance(error, BackupCredentialNeeded):
                ask_credential(
                    self.window(),
                    self.tr("The backup's own passphrase"),
                    self.tr("The vault's key was renewed. Type the passphrase of the backup once."),
                    self.tr("Back up"),
                    lambda opens: self._back_up(path, (opens, b"")),
                    # Such a backup opens with its passphrase and its recovery code and nothing else.
                    with_shares=False,
                )
                return
            tell(self.window(), error)

        self._run(self.tr("Backing up"), work, self._backed_up, failed)

    def _backed_up(self, report: BackupReport) -> None:
        words, well = backup_words(report)
        self._say(words, well=well)

    def _ask_restore(self) -> None:
        path = self._place().path

        def show(found: tuple[Clock, str]) -> None:
            clock, home = found
            RestoreDialog(self.window(), path, home, random=self._random, clock=clock, can_open=False).open()

        self._operations.read(
            lambda session: (session.clock, os.path.dirname(session.vault.layout.root)), show
        )

    def _ask_thin(self) -> None:
        place = self._place()
        confirm(
            self.window(),
            self.tr("Remove older snapshots now?"),
            filled(
                self.tr(
                    "The rule for this folder keeps: {rule}. Whatever else is there is removed, with what "
                    "was destroyed in the vault since, and cannot be looked into any more. What has "
                    "changed in the vault is backed up first."
                ),
                rule=self._keep_words(place.keep),
            ),
            self.tr("Remove them"),
            lambda: self._back_up(place.path, None),
            danger=True,
        )

    # -- settings -----------------------------------------------------------------------------

    def _ask_forget(self) -> None:
        place = self._place()
        confirm(
            self.window(),
            self.tr("Forget this folder?"),
            self.tr(
                "The vault forgets where it is and its key. The files stay, and open as before; a later "
                "backup needs another folder."
            ),
            self.tr("Forget it"),
            lambda: self._operations.change(lambda session: forget_place(session, place)),
            danger=True,
        )

    def _set_keep(self, row: int) -> None:
        place, rule = self._place(), KeepRule.parse(str(self._keep.itemData(row)))
        self._operations.change(lambda session: set_keep(session, place, rule))

    def _set_interval(self, row: int) -> None:
        days = int(self._interval.itemData(row))
        self._operations.change(lambda session: set_interval(session, days))

    # -- jobs ---------------------------------------------------------------------------------

    def _run(
        self,
        title: str,
        work: JobWork[Any],
        done: Callable[..., object],
        failed: Callable[[SheafError], object] | None = None,
    ) -> None:
        job = Job(title, self)
        job.succeeded.connect(done)
        job.failed.connect(failed or (lambda error: tell(self.window(), error)))
        job.ended.connect(lambda: self._set_busy(False))
        self._set_busy(True)
        self._found.hide()
        self.job_started.emit(job)
        job.start(self._operations, work, changes=True)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._show_place()

    def _say(self, words: str, *, well: bool) -> None:
        set_tone(self._found, "notice" if well else "warning")
        self._found.setText(words)
        self._found.show()
