"""Dialogs, menus, lists and states that come up only in the middle of work; drawn by screens.py."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QApplication

from hrd_desktop.domain.people import ConsentDecision, ConsentPurpose
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.people import ConsentDraft
from hrd_desktop.services.resources import resource_folder
from hrd_desktop.services.session import Session
from hrd_desktop.ui.bug_report import BugReport
from hrd_desktop.ui.cases.case_list import NewCaseDialog
from hrd_desktop.ui.cases.people import PersonDialog
from hrd_desktop.ui.check.dialog import CheckDialog
from hrd_desktop.ui.contacts.consent_dialog import ConsentDialog
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.export.dialog import ExportDialog
from hrd_desktop.ui.export.whom_page import WhomPage
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.workspace import Workspace

if TYPE_CHECKING:
    from scripts.screens import Pictures


def draw_evidence_more(pictures: Pictures, workspace: Workspace, operations: Operations) -> None:
    """What can be done with items, and what is seen of it."""
    evidence = pictures.find(EvidenceSection)
    workspace.open("evidence")
    evidence.pane.list.selectAll()
    pictures.rest(0.4)
    evidence.questions.ask_tags(evidence.pane.list.selected_numbers())
    pictures.draw_dialog("tags")
    evidence.questions.ask_case(evidence.pane.list.selected_numbers())
    pictures.draw_dialog("add-to-case")
    menu = evidence.pane.menu()
    menu.popup(evidence.pane.list.mapToGlobal(evidence.pane.list.rect().center()))
    pictures.draw("menu")
    menu.close()
    evidence.actions_.delete(evidence.listed_numbers()[-1:])
    pictures.until(lambda: workspace.notice.text != "")
    pictures.draw("undo")
    evidence.sidebar.setCurrentIndex(evidence.sidebar.model().index(2, 0))
    pictures.rest(0.8)
    pictures.draw("bin")
    evidence.sidebar.setCurrentIndex(evidence.sidebar.model().index(0, 0))
    gone = Path(os.environ["HOME"]) / "gone.txt"
    evidence.import_paths([os.fsencode(resource_folder() / "sample" / "evidence"), bytes(gone)])
    pictures.until(evidence.pane.report.isVisible)
    pictures.draw("import-report")
    _draw_job(pictures, workspace, operations)
    workspace.show_example(True)
    workspace.unfinished.say("An answer about consent was not recorded when the vault was locked.")
    pictures.rest(0.4)
    pictures.draw("example-and-unfinished")
    workspace.show_example(False)
    workspace.unfinished.say("")
    evidence.search("zzzz")
    pictures.rest(0.8)
    pictures.draw("nothing-found")
    evidence.search("")
    pictures.rest(0.6)
    before = pictures.window.size()
    for width, height in ((1024, 720), (683, 384), (512, 384)):
        pictures.window.resize(width, height)
        pictures.rest(0.4)
        pictures.draw(f"window-{width}")
    pictures.window.resize(before)


def _draw_job(pictures: Pictures, workspace: Workspace, operations: Operations) -> None:
    over = threading.Event()

    def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
        progress.begin(120, 900_000_000)
        for _ in range(41):
            progress.finish_item()
        progress.advance(310_000_000)
        over.wait(60)

    job = Job("Importing", workspace)
    job.start(operations, work, changes=False)
    workspace.jobs.add(job)
    pictures.rest(1.0)
    pictures.draw("job")
    over.set()
    pictures.rest(0.3)


def draw_people_more(pictures: Pictures, workspace: Workspace, operations: Operations, case: UUID) -> None:
    """Contacts and cases while they are being entered."""
    contacts = workspace.open("contacts")
    if isinstance(contacts, ContactsSection):
        contacts.add_contact()
        pictures.rest(0.5)
        pictures.draw("contact-new")
        contacts.detail.discard()
        contacts.show_one(contacts.list.shown_ids[0])
        pictures.rest(0.5)
        contacts.detail.tabs.setCurrentIndex(1)
        pictures.rest(0.3)
        pictures.draw("consents")
    draft = ConsentDraft(purpose=ConsentPurpose.KEEP, decision=ConsentDecision.YES)
    pictures.draw_dialog("consent", ConsentDialog(pictures.window, "Record an answer", draft, "Record"))
    pictures.draw_dialog("case-new", NewCaseDialog(pictures.window, operations, lambda case: None))
    pictures.draw_dialog("case-person", PersonDialog(pictures.window, operations, None))


def draw_bundle(pictures: Pictures, workspace: Workspace, operations: Operations) -> None:
    """A bundle written, checked, and found changed."""
    evidence = pictures.find(EvidenceSection)
    workspace.open("evidence")
    evidence.ask_export()
    pictures.rest(0.5)
    dialog = pictures.window.findChildren(ExportDialog)[-1]
    pictures.until(lambda: dialog._plan is not None)
    dialog._go_on()
    whom = dialog.findChildren(WhomPage)[0]
    pictures.draw("export-to-people")
    folder = Path(os.environ["HOME"]) / "given"
    folder.mkdir()
    for form in range(len(whom._forms)):
        whom._forms[form].click()
        pictures.rest(0.3)
        pictures.draw(f"export-form-{form}")
    whom.show_folder(str(folder), None)
    pictures.rest(0.3)
    dialog._go_on()
    pictures.until(lambda: any(folder.iterdir()) and dialog._job is None)
    pictures.draw_dialog("export-done")
    (bundle,) = folder.iterdir()
    _draw_check(pictures, operations, bundle, "check-good")
    victim = next(path for path in bundle.rglob("*") if path.is_file() and "data" in path.parts)
    victim.write_bytes(victim.read_bytes()[:-1] + b"\x00")
    _draw_check(pictures, operations, bundle, "check-bad")


def _draw_check(pictures: Pictures, operations: Operations, bundle: Path, name: str) -> None:
    dialog = CheckDialog(operations, pictures.window)
    dialog.open()
    dialog.show_path(str(bundle))
    dialog._check()
    pictures.until(lambda: dialog._job is None)
    pictures.draw_dialog(name)


def draw_bug(pictures: Pictures) -> None:
    """What is said when the program itself has a fault."""
    report = BugReport(pictures.window, QApplication.instance())
    report._show("list_view.py:120")
    pictures.draw_dialog("bug")
