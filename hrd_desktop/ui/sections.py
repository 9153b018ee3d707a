"""The sections of the window, in their order, and how they are connected to the bar and to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.records import Case
from hrd_desktop.services.cases import list_cases
from hrd_desktop.services.example import is_example
from hrd_desktop.ui.backup.banner import BackupAge
from hrd_desktop.ui.cases.case_list import NEW_CASE_DRAFT
from hrd_desktop.ui.cases.people import PERSON_DRAFT
from hrd_desktop.ui.cases.section import CasesSection
from hrd_desktop.ui.check.dialog import CheckDialog
from hrd_desktop.ui.check.receive_dialog import RECEIVE_DRAFT
from hrd_desktop.ui.contacts.consents import CONSENT_DRAFT
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.custody.spoken_dialog import SPOKEN_DRAFT, SpokenDialog
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.evidence.bulk_questions import CASE_DRAFT, TAGS_DRAFT
from hrd_desktop.ui.evidence.export_question import EXPORT_DRAFT
from hrd_desktop.ui.evidence.search_question import SEARCH_DRAFT
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.help.section import HelpSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.undoing import Undoing
from hrd_desktop.ui.unfinished import Unfinished
from hrd_desktop.ui.workspace import SectionPlan, Workspace


class Sections(QObject):
    """Makes the sections of one open vault. ``vault`` is its path, for a rehearsal beside it.

    What one section wants to have shown in another goes through here, so that none of them knows the others.
    """

    def __init__(
        self,
        operations: Operations,
        preferences: Preferences,
        vault: str,
        random: Callable[[int], bytes],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._preferences = preferences
        self._vault = vault
        self._random = random
        self._workspace: Workspace | None = None

    def plans(self) -> list[SectionPlan]:
        """What can be opened. The accessible names are promised to screen readers and scripts."""
        return [
            SectionPlan("evidence", "Evidence", self.tr("Evidence"), "evidence", self._make_evidence),
            SectionPlan("contacts", "Contacts", self.tr("Contacts"), "contacts", self._make_contacts),
            SectionPlan("cases", "Cases", self.tr("Cases"), "cases", self._make_cases),
            SectionPlan("security", "Security", self.tr("Security"), "security", self._make_security),
            SectionPlan("help", "Help", self.tr("Help"), "help", HelpSection),
        ]

    def connect_bar(self, workspace: Workspace) -> None:
        """Search, import and export, whichever section is open, are for evidence."""
        self._workspace = workspace
        workspace.searched.connect(lambda words: self._evidence().search(words))
        workspace.results_wanted.connect(self._show_results)
        workspace.import_wanted.connect(lambda: self._evidence().choose_import())
        workspace.export_wanted.connect(lambda: self._evidence().ask_export())
        undoing = Undoing(self._operations, self)
        workspace.undo_wanted.connect(undoing.undo)
        undoing.started.connect(workspace.jobs.add_if_long)
        self._operations.steps.said.connect(workspace.notice.say)
        self._operations.read(is_example, workspace.show_example)
        self._offer_unfinished(workspace)
        age = BackupAge(self._operations, self)
        age.told.connect(workspace.show_backup_age)
        age.ask()

    def _offer_unfinished(self, workspace: Workspace) -> None:
        unfinished = Unfinished(self._operations, workspace.unfinished, self)
        unfinished.know(
            CONSENT_DRAFT,
            self.tr("An answer about consent was not recorded when the vault was locked."),
            self._go_on_with_consent,
        )
        unfinished.know(
            PERSON_DRAFT,
            self.tr("A person's part in a case was not saved when the vault was locked."),
            self._go_on_with_person,
        )
        unfinished.know(
            NEW_CASE_DRAFT,
            self.tr("A new case was not opened yet when the vault was locked."),
            self._go_on_with_case,
        )
        unfinished.know(
            TAGS_DRAFT,
            self.tr("Tags were not applied yet when the vault was locked."),
            self._go_on_with_tags,
        )
        unfinished.know(
            CASE_DRAFT,
            self.tr("Items were not added to a new case yet when the vault was locked."),
            self._go_on_with_adding,
        )
        unfinished.know(
            EXPORT_DRAFT,
            self.tr("An export was not written yet when the vault was locked."),
            self._go_on_with_export,
        )
        unfinished.know(
            SEARCH_DRAFT,
            self.tr("A search had no name yet when the vault was locked."),
            self._go_on_with_search,
        )
        unfinished.know(
            RECEIVE_DRAFT,
            self.tr(
                "A bundle was not taken in yet when the vault was locked. It is to be checked again first."
            ),
            self._go_on_with_bundle,
        )
        unfinished.know(
            SPOKEN_DRAFT,
            self.tr("A receipt told by voice was not checked yet when the vault was locked."),
            self._go_on_with_spoken,
        )
        unfinished.ask()

    def begin_backup(self, path: str) -> None:
        """Back up to ``path`` for the first time, as was chosen when the vault was made."""
        section = self._open("security")
        if isinstance(section, SecuritySection):
            section.backup.begin(path)
        self._open("evidence")

    # -- making -------------------------------------------------------------------------------

    def _make_evidence(self, parent: QWidget) -> QWidget:
        section = EvidenceSection(self._operations, parent)
        detail = DetailPane(self._operations, section.splitter)
        section.put_detail(detail)
        section.item_chosen.connect(detail.show_item)
        detail.item_wanted.connect(self._show_item)
        detail.case_custody_wanted.connect(lambda case_id: self._cases().show_custody(case_id))
        if self._workspace is not None:
            section.job_started.connect(self._workspace.jobs.add)
            section.short_job_started.connect(self._workspace.jobs.add_if_long)
            section.words_shown.connect(self._workspace.show_words)
        return section

    def _make_contacts(self, parent: QWidget) -> QWidget:
        section = ContactsSection(self._operations, parent)
        section.case_chosen.connect(self._show_case)
        return section

    def _make_cases(self, parent: QWidget) -> QWidget:
        section = CasesSection(self._operations, parent)
        section.item_chosen.connect(self._show_item)
        section.contact_chosen.connect(self._show_contact)
        return section

    def _make_security(self, parent: QWidget) -> QWidget:
        section = SecuritySection(self._operations, self._preferences, self._vault, self._random, parent)
        section.bundle_check_wanted.connect(lambda: CheckDialog(self._operations, section.window()).open())
        if self._workspace is not None:
            section.job_started.connect(self._workspace.jobs.add)
        return section

    # -- from one to the other ----------------------------------------------------------------

    def _open(self, key: str) -> QWidget:
        if self._workspace is None:
            raise ValueError("the bar was not connected")
        return self._workspace.open(key)

    def _evidence(self) -> EvidenceSection:
        section = self._open("evidence")
        if not isinstance(section, EvidenceSection):
            raise TypeError("not the evidence section")
        return section

    def _cases(self) -> CasesSection:
        section = self._open("cases")
        if not isinstance(section, CasesSection):
            raise TypeError("not the section of cases")
        return section

    def _go_on_with_consent(self, state: Mapping[str, Any]) -> None:
        self._show_contact(UUID(state["contact"]))
        section = self._open("contacts")
        if isinstance(section, ContactsSection):
            section.detail.consents.go_on(state)

    def _go_on_with_case(self, state: Mapping[str, Any]) -> None:
        self._cases().list.go_on(state)

    def _go_on_with_tags(self, state: Mapping[str, Any]) -> None:
        self._evidence().questions.go_on_with_tags(state)

    def _go_on_with_adding(self, state: Mapping[str, Any]) -> None:
        self._evidence().questions.go_on_with_case(state)

    def _go_on_with_person(self, state: Mapping[str, Any]) -> None:
        section = self._cases()
        section.show_one(UUID(state["case"]))
        section.detail.people.go_on(state)

    def _go_on_with_export(self, state: Mapping[str, Any]) -> None:
        self._evidence().export_question.go_on(state)

    def _go_on_with_search(self, state: Mapping[str, Any]) -> None:
        self._evidence().go_on_with_search(state)

    def _go_on_with_bundle(self, state: Mapping[str, Any]) -> None:
        dialog = CheckDialog(self._operations, self._evidence())
        dialog.go_on(state)
        dialog.open()

    def _go_on_with_spoken(self, state: Mapping[str, Any]) -> None:
        section = self._cases()
        section.show_one(UUID(state["case"]))

        def ask(cases: Sequence[Case]) -> None:
            for case in cases:
                if str(case.id) == state["case"]:
                    dialog = SpokenDialog(self._operations, case, section)
                    dialog.kept.put(state)
                    dialog.open()

        self._operations.read(list_cases, ask)

    def _show_results(self) -> None:
        self._evidence().pane.list.setFocus()

    def _show_item(self, item_id: UUID) -> None:
        self._evidence().show_item(item_id)

    def _show_contact(self, contact_id: UUID) -> None:
        section = self._open("contacts")
        if isinstance(section, ContactsSection):
            section.show_one(contact_id)

    def _show_case(self, case_id: UUID) -> None:
        section = self._open("cases")
        if isinstance(section, CasesSection):
            section.show_one(case_id)
