"""Restoring a backup as a new vault: which folder, what opens it, which snapshot, and where to.

It needs no vault: whoever lost the computer has only the stick.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from hrd_desktop.domain.backup import SnapshotInfo
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.services.rescue_start import WhatOpens
from hrd_desktop.services.restore import RestoreReport
from hrd_desktop.services.restore_start import BackupAtHand
from hrd_desktop.services.shares import Share
from hrd_desktop.ui.backup.restore_words import headline_of, not_restored_text, paragraphs, snapshot_text
from hrd_desktop.ui.dialogs import choose_folder
from hrd_desktop.ui.first_run.place_page import PlacePage
from hrd_desktop.ui.making import MakingDialog
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space
from hrd_desktop.ui.what_opens import WhatOpensForm

_NUMBER = Qt.ItemDataRole.UserRole + 1
_ROWS_HEIGHT = 132


class RestoreDialog(MakingDialog):
    """``folder`` is the backup's, empty to be asked for. ``home`` is where the new vault is proposed."""

    def __init__(
        self,
        parent: QWidget | None,
        folder: str,
        home: str,
        *,
        random: Callable[[int], bytes],
        clock: Clock,
        can_open: bool = True,
    ) -> None:
        super().__init__(
            parent, self.tr("Restore a backup"), lost_title=self.tr("Not restored"), can_open=can_open
        )
        self._random = random
        self._clock = clock
        self._folder = ""
        self._backup: BackupAtHand | None = None
        self._asking = self._make_asking()
        self._choosing = self._make_choosing(home)
        self._look_in = self.add_button(
            self.tr("Open the backup"), QDialogButtonBox.ButtonRole.ActionRole, look="primary"
        )
        self._look_in.clicked.connect(self._on_open)
        self._go = self.add_button(self.tr("Restore"), QDialogButtonBox.ButtonRole.ActionRole, look="primary")
        self._go.clicked.connect(self._on_restore)
        self.finished.connect(self._forget)
        self.set_folder(folder)
        self.show_page(self._asking)
        (self._form.field if folder else self._choose).setFocus()

    def show_page(self, page: QWidget) -> None:
        super().show_page(page)
        self._look_in.setVisible(page is self._asking)
        self._go.setVisible(page is self._choosing)
        self._on_change()

    def set_folder(self, folder: str) -> None:
        """The backup is here."""
        self._folder = folder
        self._shown.setText(
            filled(self.tr("The backup at {path}"), path=isolated(folder))
            if folder
            else self.tr("No folder is chosen yet.")
        )
        self._on_change()

    # -- pages ----------------------------------------------------------------------------------

    def _make_asking(self) -> QWidget:
        page, column = self.add_page()
        column.addWidget(
            plain_label(
                self.tr(
                    "A new vault is made of a backup, with its records, contacts and custody logs. The "
                    "backup is only read. On a stick, choose the folder that has the folders “keys” and "
                    "“objects” in it."
                ),
                page,
                tone="muted",
                wrap=True,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        text = self.tr("Choose the folder…")
        self._choose = QPushButton(icon("folder"), text, page)
        self._choose.setAccessibleName(text)
        self._choose.setAutoDefault(False)
        self._choose.clicked.connect(self._ask_folder)
        self._shown = plain_label("", page, wrap=True)
        row.addWidget(self._choose)
        row.addWidget(self._shown, 1)
        column.addLayout(row)
        column.addSpacing(Space.S)
        self._form = WhatOpensForm(
            self.tr("Passphrase or recovery code of the backup"), self.tr("Open with these shares"), page
        )
        self._form.changed.connect(self._on_change)
        self._form.submitted.connect(self._on_open)
        self._form.shares_entered.connect(self._open_with_shares)
        column.addWidget(self._form)
        column.addStretch(1)
        return page

    def _make_choosing(self, home: str) -> QWidget:
        page, column = self.add_page()
        label = plain_label(self.tr("The vault as it was on"), page)
        self._list = QListWidget(page)
        self._list.setAccessibleName(self.tr("Snapshots"))
        self._list.setMaximumHeight(_ROWS_HEIGHT)
        self._list.currentRowChanged.connect(lambda row: self._on_change())
        label.setBuddy(self._list)
        column.addWidget(label)
        column.addWidget(self._list)
        self._place = PlacePage(home, page)
        self._place.without_reserve()
        self._place.hide_title()
        self._place.set_path(os.path.join(home, self.tr("Restored")))
        self._place.readiness_changed.connect(self._on_change)
        column.addWidget(self._place)
        column.addStretch(1)
        return page

    # -- doing ----------------------------------------------------------------------------------

    def _ask_folder(self) -> None:
        choose_folder(self, self.tr("Choose the folder of the backup"), self.set_folder)

    def _on_change(self) -> None:
        self._look_in.setEnabled(bool(self._folder) and self._form.is_filled)
        self._form.shares_button.setEnabled(bool(self._folder))
        self._go.setEnabled(self._place.is_ready() and self._list.currentRow() >= 0)

    def _on_open(self) -> None:
        if self._look_in.isEnabled():
            self._open_backup(self._form.opens)

    def _open_with_shares(self, shares: list[Share]) -> None:
        self._open_backup(WhatOpens(shares=tuple(shares)))

    def _open_backup(self, opens: WhatOpens) -> None:
        backup = BackupAtHand(self._folder, opens, random=self._random, clock=self._clock)

        def opened(snapshots: tuple[SnapshotInfo, ...]) -> None:
            self._backup = backup
            self._form.forget()
            self._list.clear()
            for found in snapshots:
                entry = QListWidgetItem(snapshot_text(found))
                entry.setData(_NUMBER, found.number)
                self._list.addItem(entry)
            self._list.setCurrentRow(0)
            self.show_page(self._choosing)
            self._place.enter()

        def failed(error: SheafError) -> None:
            self.show_page(self._asking)
            self.refuse(error)
            self._form.again()

        self.new_heard()
        self.show_page(self._working)
        self._background.run(backup.load_snapshots, opened, failed)

    def _on_restore(self) -> None:
        if self._backup is None or not self._go.isEnabled():
            return
        number = int(self._list.currentItem().data(_NUMBER))
        running = self._backup.restoring(
            self._place.path, number, progress=self.new_heard(), cancel=CancelToken()
        )
        self.make(self._place.path, running, running.run, self._done)

    def _done(self, report: RestoreReport) -> None:
        self._backup = None
        told = paragraphs(report)
        if not self._can_open:
            told.append(
                filled(
                    self.tr("It lies at {path}. To open it, lock this vault and choose that folder."),
                    path=isolated(self._target),
                )
            )
        self.show_found(headline_of(report), told, [not_restored_text(one) for one in report.failed])

    def _forget(self) -> None:
        self._backup = None
        self._form.forget()
