"""Draw every screen of the window in one variant: run by screenshots.py, once for each, in a fresh home.

``python -m scripts.screens VARIANT FOLDER``, with VARIANT one of ``light``, ``dark``, ``arabic`` and ``200``.
The window is the real one, on a real vault with the built-in sample in it; only the end of the process, where
a lock becomes another program, is left out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import DiskFailedError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts_files import import_contacts
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.resources import resource_folder
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings, SettingsFile, find_settings_file
from hrd_desktop.ui.application import make_application
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.check.dialog import CheckDialog
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.dialogs import choose_files, confirm, tell
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.first_run.passphrase_page import PassphrasePage
from hrd_desktop.ui.first_run.recovery_page import RecoveryPage
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.panic_report import PanicReport
from hrd_desktop.ui.program import Program
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from scripts.screens_backup import draw_backup
from scripts.screens_more import draw_bug, draw_bundle, draw_evidence_more, draw_people_more
from scripts.screens_security import draw_rare

PATIENCE_S = 90
_CUSTODY_TAB = 2

W = TypeVar("W", bound=QWidget)


class Pictures:
    """The window under our hands, and the folder that the pictures go to."""

    def __init__(self, variant: str, folder: Path) -> None:
        self._variant = variant
        self._folder = folder
        self._count = 0
        self.passphrase = ""
        #: What pictures are taken of, where that is not the window.
        self.window_shown: QWidget | None = None
        self.application = make_application(os.environ)
        if variant == "arabic":
            self.application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        found = find_settings_file(os.environ)
        if found is None:
            raise SystemExit("there is no home to keep settings in")
        self.settings: SettingsFile = found
        self.settings.save(Settings(theme="dark" if variant == "dark" else "light"))
        self.window = MainWindow()
        self.start()

    def start(self) -> Program:
        """A fresh program in a fresh window, as after a lock."""
        self.window.hide()
        self.window = MainWindow()
        self.leaving = Leaving(self.window, replace=_stay, end=_stay, silence=lambda: None)
        self.program = Program(
            self.application,
            self.window,
            self.leaving,
            self.settings,
            random=os.urandom,
            clock=SystemClock(),
            parameters="minimum",
        )
        self.window.show()
        return self.program

    def rest(self, seconds: float = 0.1) -> None:
        """Let the window paint and answers arrive."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)

    def until(self, what: Callable[[], bool]) -> None:
        """Wait until something has happened."""
        end = time.monotonic() + PATIENCE_S
        while not what():
            if time.monotonic() > end:
                raise SystemExit("a screen did not come")
            self.rest(0.02)
        self.rest(0.3)

    def draw(self, name: str) -> None:
        """One picture of the window, or of the dialog that is open in it."""
        self.rest()
        self._count += 1
        shown: QWidget = (
            QApplication.activePopupWidget()
            or QApplication.activeModalWidget()
            or self.window_shown
            or self.window
        )
        path = self._folder / f"{self._variant}-{self._count:02d}-{name}.png"
        if not shown.grab().save(str(path)):
            raise SystemExit("a picture could not be written")
        print(path)

    def press(self, name: str) -> None:
        """Press the visible button of this accessible name."""
        self.rest()
        root = QApplication.activeModalWidget() or self.window
        for button in root.findChildren(QAbstractButton):
            if button.accessibleName() == name and button.isVisible():
                button.click()
                return
        raise SystemExit(f"no button is called {name}")

    def find(self, kind: type[W]) -> W:
        """The widget of this kind in the window."""
        found = (self.window_shown or self.window).findChild(kind)
        if found is None:
            raise SystemExit(f"no {kind.__name__}")
        return found

    def draw_dialog(self, name: str, dialog: QDialog | None = None) -> None:
        """A picture of the dialog that is open, and then none is."""
        if dialog is not None:
            dialog.open()
        self.rest(0.4)
        self.draw(name)
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog):
                widget.close()
        self.rest()


def _stay(_: Sequence[str] | int) -> None:
    """Where the process would end."""


def draw_first_run(pictures: Pictures) -> None:
    """From nothing to an open vault."""
    pictures.program.start("", new=False)
    pictures.draw("start")
    pictures.press("Create a new vault")
    pictures.draw("place")
    pictures.press("Next")
    pictures.draw("passphrase-words")
    page = pictures.find(PassphrasePage)
    pictures.press("Twenty-five digits made by the program, for any keyboard")
    pictures.press("Digits on the screen")
    pictures.draw("passphrase-digits")
    pictures.press("My own passphrase")
    page.type_own("summer1999")
    pictures.rest(1.2)
    pictures.draw("passphrase-own")
    pictures.press("Seven words made by the program (recommended)")
    page.type_again(page.passphrase)
    pictures.passphrase = page.passphrase
    pictures.press("Next")
    pictures.draw("recovery-code")
    recovery = pictures.find(RecoveryPage)
    if recovery.code is not None:
        recovery.type_back(recovery.code.letters)
    pictures.press("Next")
    pictures.draw("backup-place")
    pictures.press("Next")
    pictures.draw("lock-after")
    pictures.press("Create vault")
    pictures.draw("creating")
    pictures.until(lambda: pictures.window.findChild(Workspace) is not None)


def fill(session: Session) -> UUID:
    """The built-in sample, in a case, looked into, with its contacts."""
    sample = resource_folder() / "sample"
    case = add_case(session, "WATER-2026", "Poisoned wells in the northern district")
    Ingest(
        session,
        IngestChoices(case_id=case.id, tags=("wells", "urgent"), source="village committee"),
        work_lanes=2,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([os.fsencode(sample / "evidence")])
    import_contacts(session, str(sample / "contacts.csv"), ours=False)
    derive_pending(session, cancel=CancelToken())
    return case.id


def draw_vault(pictures: Pictures) -> None:
    """Every section, empty where that teaches, and full."""
    workspace = pictures.find(Workspace)
    pictures.draw("evidence-empty")
    workspace.open("contacts")
    pictures.rest(0.4)
    pictures.draw("contacts-empty")
    workspace.open("cases")
    pictures.rest(0.4)
    pictures.draw("cases-empty")
    workspace.open("evidence")
    case_ids: list[UUID] = []
    operations = pictures.leaving.operations
    if operations is None:
        raise SystemExit("the vault is not open")
    operations.change(fill, case_ids.append)
    pictures.until(lambda: bool(case_ids))
    evidence = pictures.find(EvidenceSection)
    pictures.until(lambda: evidence.model.rowCount() > 3)
    for place, number in enumerate(evidence.listed_numbers()[:4]):
        evidence.pane.list.select_number(number)
        pictures.rest(1.5)
        pictures.draw(f"evidence-item-{place + 1}")
    pictures.find(DetailPane).tabs.setCurrentIndex(_CUSTODY_TAB)
    pictures.draw("evidence-custody")
    pictures.find(DetailPane).tabs.setCurrentIndex(0)
    evidence.pane.list.show_as_grid(True)
    pictures.rest(0.6)
    pictures.draw("evidence-grid")
    evidence.pane.list.show_as_grid(False)
    evidence.search("well")
    pictures.rest(0.6)
    pictures.draw("evidence-search")
    evidence.search("")
    pictures.rest(0.6)
    pictures.press("Export")
    pictures.draw_dialog("export")
    contacts = workspace.open("contacts")
    pictures.rest(0.6)
    if isinstance(contacts, ContactsSection) and contacts.list.shown_ids:
        contacts.show_one(contacts.list.shown_ids[0])
    pictures.rest(0.6)
    pictures.draw("contacts")
    cases = workspace.open("cases")
    pictures.rest(0.6)
    if isinstance(cases, CasesSection):
        cases.show_one(case_ids[0])
    pictures.rest(0.6)
    pictures.draw("case")
    draw_people_more(pictures, workspace, operations, case_ids[0])
    draw_evidence_more(pictures, workspace, operations)
    draw_bundle(pictures, workspace, operations)


def draw_security(pictures: Pictures) -> None:
    """Security, help, and the dialogs that belong to them."""
    workspace = pictures.find(Workspace)
    security = workspace.open("security")
    if not isinstance(security, SecuritySection):
        raise SystemExit("security is another section")
    pictures.until(lambda: security.is_whole)
    pictures.rest(0.5)
    pictures.draw("security")
    security.verticalScrollBar().setValue(security.verticalScrollBar().maximum())
    pictures.draw("security-below")
    for name, button in (
        ("add-passphrase", "Add a passphrase…"),
        ("add-recovery-code", "Add a recovery code…"),
        ("did-somebody-see-it", "Did somebody see it?…"),
        ("make-shares", "Make shares…"),
    ):
        pictures.press(button)
        pictures.draw_dialog(name)
    draw_rare(pictures)
    workspace.open("help")
    pictures.draw("help")
    tell(pictures.window, DiskFailedError(errno=5, step="write"))
    pictures.draw_dialog("error")
    draw_bug(pictures)
    confirm(
        pictures.window,
        "Remove the recovery code?",
        "It will no longer open this vault.",
        "Remove",
        lambda: None,
        danger=True,
    )
    pictures.draw_dialog("question")
    choose_files(pictures.window, "Choose files to import", lambda paths: None)
    pictures.draw_dialog("choose-files")
    operations = pictures.leaving.operations
    if operations is not None:
        pictures.draw_dialog("check-bundle", CheckDialog(operations, pictures.window))
        draw_backup(pictures, workspace, operations, pictures.passphrase)


def draw_leaving(pictures: Pictures) -> None:
    """Panic while it is held, the unlock screen, and the report of a wipe."""
    panic = next(
        each for each in pictures.window.findChildren(QAbstractButton) if each.accessibleName() == "Panic"
    )
    panic.pressed.emit()
    pictures.rest(1.2)
    pictures.draw("panic-held")
    panic.released.emit()
    pictures.leaving.wait()
    vault = pictures.settings.load().vaults[0]
    pictures.settings.update(lambda settings: replace(settings, panic_while_locked=True, panic_report=True))
    pictures.start().start(vault, new=False)
    pictures.draw("unlock")
    for name, button in (("enter-shares", "Use shares…"), ("rescue", "It does not open…")):
        pictures.press(button)
        pictures.draw_dialog(name)
    screen = pictures.find(UnlockScreen)
    screen.submit("not this one")
    pictures.draw("unlocking")
    pictures.until(lambda: screen.message != "")
    pictures.draw("wrong-passphrase")
    pictures.window.resize(pictures.window.minimumSize())
    pictures.draw("unlock-small")
    pictures.leaving.wipe_keys()
    report = PanicReport(pictures.leaving.wipe_command("--json"), lambda: None)
    pictures.window.show_screen(report)
    pictures.window.resize(1180, 760)
    report.start()
    pictures.until(lambda: report.is_complete)
    pictures.draw("panic-report")


def main(arguments: Sequence[str]) -> None:
    """Draw one variant."""
    variant, folder = arguments
    pictures = Pictures(variant, Path(folder))
    draw_first_run(pictures)
    draw_vault(pictures)
    draw_security(pictures)
    draw_leaving(pictures)
    # Threads of the vault that was left behind would be waited for.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
