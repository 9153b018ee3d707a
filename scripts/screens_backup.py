"""Screens of backing up, restoring, looking into a backup, and shares; drawn by screens.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup import Backup
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.restore_items import read_backup
from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import add_share_set, make_shares
from hrd_desktop.ui.backup.dialogs import CheckBackupDialog
from hrd_desktop.ui.backup.items_dialog import ItemsDialog
from hrd_desktop.ui.backup.restore_dialog import RestoreDialog
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.security.shares_card import SharesCard
from hrd_desktop.ui.shares.holders_dialog import HoldersDialog
from hrd_desktop.ui.workspace import Workspace

if TYPE_CHECKING:
    from scripts.screens import Pictures


def draw_backup(pictures: Pictures, workspace: Workspace, operations: Operations, passphrase: str) -> None:
    """A backup made, looked into and restored; a set of shares with its holders."""
    folder = Path(os.environ["HOME"]) / "stick"
    ready: list[object] = []
    made = make_shares(2, 3, os.urandom)

    def work(session: Session) -> None:
        add_share_set(session, made, ["Ana Example", "", "Carlos Example"])
        for _ in range(2):
            Backup(session, progress=NoProgress(), cancel=CancelToken()).run(str(folder))

    operations.change(work, ready.append)
    pictures.until(lambda: bool(ready))
    section = workspace.open("security")
    if not isinstance(section, SecuritySection):
        raise SystemExit("security is another section")
    pictures.until(lambda: section.is_whole and section.backup._has_place())
    cards = ((section.backup, "backup-card"), (pictures.find(SharesCard), "shares-card"))
    for card, name in cards:
        section.ensureWidgetVisible(card, 0, 24)
        pictures.rest(0.4)
        pictures.draw(name)
    pictures.draw_dialog("backup-check", CheckBackupDialog(pictures.window))
    section.backup._ask_thin()
    pictures.draw_dialog("backup-thin")
    with read_backup(
        str(folder), load_credential(passphrase, None), random=os.urandom, clock=SystemClock()
    ) as reader:
        pictures.draw_dialog("backup-items", ItemsDialog(pictures.window, reader, operations))
    holders = HoldersDialog(pictures.window, "2 of 3", ("Ana Example", "", "Carlos Example"))
    pictures.draw_dialog("share-holders", holders)
    draw_restore(pictures, str(folder), passphrase)


def draw_restore(pictures: Pictures, folder: str, passphrase: str) -> None:
    """From the folder to the new vault."""
    home = os.environ["HOME"]
    dialog = RestoreDialog(pictures.window, "", home, random=os.urandom, clock=SystemClock())
    dialog.open()
    pictures.rest(0.4)
    pictures.draw("restore-empty")
    dialog.set_folder(folder)
    dialog._form.field.set_text("not the passphrase")
    dialog._on_open()
    pictures.until(dialog._said.isVisible)
    pictures.draw("restore-refused")
    dialog._form.field.set_text(passphrase)
    dialog._on_open()
    pictures.until(dialog._list.isVisible)
    pictures.draw("restore-choose")
    dialog._place.set_path(str(Path(home) / "Restored"))
    pictures.until(dialog._go.isEnabled)
    dialog._on_restore()
    pictures.rest(0.2)
    pictures.until(dialog._verdict.isVisible)
    pictures.draw_dialog("restore-done")
