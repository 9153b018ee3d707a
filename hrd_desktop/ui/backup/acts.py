"""What is done with a backup that is there: checking it, practising a restore, bringing single items back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item
from hrd_desktop.services.backup_check import CheckReport, check_backup, note_check
from hrd_desktop.services.backup_drill import Drill, DrillReport
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.restore_items import BackupReader, ItemBack, read_backup
from hrd_desktop.services.session import Session
from hrd_desktop.ui.abandon import Abandon
from hrd_desktop.ui.backup.dialogs import CheckBackupDialog, CredentialDialog
from hrd_desktop.ui.backup.items_dialog import ItemsDialog
from hrd_desktop.ui.backup.words import check_words, drill_words, items_words
from hrd_desktop.ui.operations import Operations


def ask_credential(
    window: QWidget,
    title: str,
    words: str,
    action: str,
    decided: Callable[[WhatOpens], object],
    *,
    with_shares: bool = True,
) -> None:
    """Ask for what opens a backup."""
    dialog = CredentialDialog(window, title, words, action, with_shares=with_shares)
    dialog.decided.connect(decided)
    dialog.open()


class BackupActs(QObject):
    """``run_wanted`` carries a title, a job's work and what gets its result; ``said`` what came of it."""

    run_wanted = Signal(str, object, object)
    said = Signal(str, bool)

    def __init__(self, operations: Operations, folder: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._operations = operations
        self._folder = folder
        self._widget = parent
        self._drill: Drill | None = None
        Abandon(self).wanted.connect(self._abandon)

    def _abandon(self) -> None:
        if self._drill is not None:
            self._drill.abandon()

    def ask_check(self) -> None:
        """Check everything in the backup, or a random tenth."""
        dialog = CheckBackupDialog(self._widget.window())
        dialog.decided.connect(lambda opens: self.start_check(opens, tenth=dialog.tenth))
        dialog.open()

    def start_check(self, opens: WhatOpens, *, tenth: bool = False) -> None:
        """Check with what was given."""
        path = self._folder()

        def work(session: Session, progress: Progress, cancel: CancelToken) -> CheckReport:
            report = check_backup(
                path,
                opens.credential(),
                tenth=tenth,
                random=session.random,
                progress=progress,
                cancel=cancel,
            )
            if not session.vault.read_only:
                note_check(session, report)
            return report

        self.run_wanted.emit(
            self.tr("Checking the backup"), work, lambda found: self.said.emit(check_words(found), found.ok)
        )

    def ask_drill(self) -> None:
        """Practise a restore."""
        ask_credential(
            self._widget.window(),
            self.tr("Practise a restore"),
            self.tr(
                "A throw-away vault is made from the backup, opened, read and destroyed again. This vault is "
                "not touched. Give what opens the backup."
            ),
            self.tr("Start the drill"),
            self._start_drill,
        )

    def _start_drill(self, opens: WhatOpens) -> None:
        path = self._folder()

        def work(session: Session, progress: Progress, cancel: CancelToken) -> DrillReport:
            drill = self._drill = Drill(
                path,
                opens.credential(),
                folder=tempfile.gettempdir(),
                random=session.random,
                clock=session.clock,
                progress=progress,
                cancel=cancel,
            )
            return drill.run()

        self.run_wanted.emit(
            self.tr("Practising a restore"), work, lambda found: self.said.emit(drill_words(found), found.ok)
        )

    def ask_items(self) -> None:
        """Look into the snapshots and bring single items back."""
        ask_credential(
            self._widget.window(),
            self.tr("Bring items back"),
            self.tr(
                "The backup is opened and the items of its newest snapshot are listed. Give what opens it."
            ),
            self.tr("Open"),
            self._start_list,
        )

    def _start_list(self, opens: WhatOpens) -> None:
        path = self._folder()

        def work(session: Session, progress: Progress, cancel: CancelToken) -> BackupReader:
            credential = opens.credential()
            with read_backup(path, credential, random=session.random, clock=session.clock) as reader:
                return reader

        self.run_wanted.emit(self.tr("Opening the backup"), work, self._show_items)

    def _show_items(self, reader: BackupReader) -> None:
        dialog = ItemsDialog(self._widget.window(), reader, self._operations)
        dialog.decided.connect(self._bring_back)
        dialog.open()

    def _bring_back(self, reader: BackupReader, items: list[Item]) -> None:
        def work(session: Session, progress: Progress, cancel: CancelToken) -> list[ItemBack]:
            return reader.bring_back(
                session,
                items,
                new_id=lambda: new_uuid(session.random),
                progress=progress,
                cancel=cancel,
            )

        self.run_wanted.emit(
            self.tr("Bringing items back"),
            work,
            lambda done: self.said.emit(items_words(done), all(one.ok for one in done)),
        )
