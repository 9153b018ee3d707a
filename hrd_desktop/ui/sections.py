"""The sections of the window, in their order, and how each is connected to the bar above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.help.section import HelpSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.workspace import SectionPlan, Workspace


@dataclass(frozen=True, repr=False)
class Sections:
    """Makes the sections of one open vault. ``vault`` is its path, for a rehearsal beside it."""

    preferences: Preferences
    vault: str
    random: Callable[[int], bytes]

    def plans(self) -> list[SectionPlan]:
        """What can be opened. The accessible names are promised to screen readers and scripts."""
        return [
            SectionPlan("evidence", "Evidence", _text("Evidence"), "evidence", self._make_evidence),
            SectionPlan("contacts", "Contacts", _text("Contacts"), "contacts", self._make_contacts),
            SectionPlan("security", "Security", _text("Security"), "security", self._make_security),
            SectionPlan("help", "Help", _text("Help"), "help", lambda operations, workspace: HelpSection()),
        ]

    def _make_evidence(self, operations: Operations, workspace: Workspace) -> QWidget:
        detail = DetailPane(operations)
        section = EvidenceSection(operations, detail)
        section.item_chosen.connect(detail.show_item)
        section.job_started.connect(workspace.jobs.add)
        section.words_shown.connect(workspace.show_words)
        bar = _Bar(workspace, section)
        workspace.searched.connect(bar.search)
        workspace.import_wanted.connect(bar.choose_import)
        workspace.export_wanted.connect(bar.ask_export)
        detail.item_wanted.connect(section.show_item)
        return section

    def _make_contacts(self, operations: Operations, workspace: Workspace) -> QWidget:
        return ContactsSection(operations)

    def _make_security(self, operations: Operations, workspace: Workspace) -> QWidget:
        section = SecuritySection(operations, self.preferences, self.vault, self.random)
        section.job_started.connect(workspace.jobs.add)
        return section


class _Bar(QObject):
    """What the bar asks of evidence: whichever section is open, evidence comes to the front for it."""

    def __init__(self, workspace: Workspace, section: EvidenceSection) -> None:
        super().__init__(section)
        self._workspace = workspace
        self._section = section

    def search(self, words: str) -> None:
        self._workspace.open("evidence")
        self._section.search(words)

    def choose_import(self) -> None:
        self._workspace.open("evidence")
        self._section.choose_import()

    def ask_export(self) -> None:
        self._workspace.open("evidence")
        self._section.ask_export()


def _text(name: str) -> str:
    return QCoreApplication.translate("sections", name)
