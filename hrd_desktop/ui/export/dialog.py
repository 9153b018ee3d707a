"""Letting a bundle out, in four steps: what leaves, for whom and where, the writing, the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QVBoxLayout, QWidget

from hrd_desktop.domain.contacts import Contact
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.export import (
    BundleForm,
    BundleResult,
    PlainFolder,
    SelfOpening,
    ToRecipients,
    WithPassphrase,
)
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case
from hrd_desktop.services.browse import load_ids
from hrd_desktop.services.contacts import list_contacts, load_contact
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.destinations import check_destination
from hrd_desktop.services.export import ExportChoices, ExportPlan, export, plan_export
from hrd_desktop.services.passphrases import make_passphrase
from hrd_desktop.services.public_keys import describe_key
from hrd_desktop.services.receipt_files import write_receipt
from hrd_desktop.services.recipient_profiles import RecipientProfile, find_profile
from hrd_desktop.services.recipients import load_recipients
from hrd_desktop.services.session import Session
from hrd_desktop.services.timestamp_request import timestamp_request
from hrd_desktop.ui.contacts.key_picture import KeyPictureJob
from hrd_desktop.ui.dialogs import PlainDialog, choose_new_file
from hrd_desktop.ui.evidence.newest import Newest
from hrd_desktop.ui.export.what_page import WhatPage
from hrd_desktop.ui.export.whom_page import PASSPHRASE, PLAIN, SELF_OPENING, WhomPage
from hrd_desktop.ui.export.words import items_text, result_text
from hrd_desktop.ui.job_bar import JobBar
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.sheets import Sheets
from hrd_desktop.ui.text import isolated, plain_label, translated
from hrd_desktop.ui.theme.tokens import Space

_WHAT, _WHOM, _WRITING, _DONE = range(4)


@dataclass(frozen=True, repr=False)
class Scope:
    """Which items: a case under its own numbers, these items by number, or with neither all that are kept."""

    text: str
    case: Case | None = None
    numbers: tuple[int, ...] | None = None


def scopes_for(selected: Sequence[int] | None, case: Case | None, listed: Sequence[int]) -> list[Scope]:
    """What can be exported from a list, the likeliest first."""
    scopes = []
    if selected:
        text = translated("export", "Selected: {items}", items=items_text(len(selected)))
        # Exhibits are numbered in the order in which the items came in.
        scopes.append(Scope(text, numbers=tuple(sorted(selected))))
    if case is not None:
        text = translated("export", "The whole case {case}", case=isolated(case.reference))
        scopes.insert(0 if not selected or len(selected) < 2 else 1, Scope(text, case=case))
    elif listed:
        text = translated("export", "Everything in this list: {items}", items=items_text(len(listed)))
        scopes.append(Scope(text, numbers=tuple(sorted(listed))))
    return scopes


class ExportDialog(PlainDialog):
    """Emits ``exported`` with the ``BundleResult``. Closing it cancels; then nothing is left anywhere."""

    exported = Signal(object)

    def __init__(
        self, operations: Operations, scopes: Sequence[Scope], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, self.tr("Export a bundle"), icon_name="export")
        self._operations = operations
        self._scopes = list(scopes)
        self._plans: Newest[ExportPlan] = Newest(operations)
        self._plan: ExportPlan | None = None
        self._job: Job | None = None
        self._written_bundle: BundleResult | None = None
        self._asked_choices: ExportChoices | None = None
        self.resize(760, 680)
        self.what = WhatPage([scope.text for scope in self._scopes], self)
        self.whom = WhomPage(self)
        self._pages = Sheets(self)
        self._pages.add(self.what)
        self._pages.add(self.whom)
        self._pages.add(self._make_writing())
        self._pages.add(self._make_done())
        self.body.addWidget(self._pages, 1)
        reject, accept = QDialogButtonBox.ButtonRole.RejectRole, QDialogButtonBox.ButtonRole.AcceptRole
        self._cancel = self.add_button(self.tr("Cancel"), reject)
        self._back = self.add_button(self.tr("Back"), QDialogButtonBox.ButtonRole.ActionRole)
        self._stamp = self.add_button(
            self.tr("Save a request for a timestamp"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self._stamp.clicked.connect(
            lambda: choose_new_file(
                self, self.tr("Save a request for a timestamp"), "timestamp.tsq", self.save_request
            )
        )
        self._next = self.add_button(self.tr("Next"), accept, look="primary")
        self._cancel.clicked.connect(self.reject)
        self._back.clicked.connect(lambda: self._turn_to(_WHAT))
        self._next.clicked.connect(self._go_on)
        self.what.chosen.connect(self._ask_plan)
        self.what.recipient_chosen.connect(self._ask_profile)
        self.whom.changed.connect(self._judge)
        self.whom.folder_chosen.connect(self._check_folder)
        self.whom.another_asked.connect(self._ask_passphrase)
        self.whom.picture_chosen.connect(self.read_key_picture)
        operations.read(_contacts_with_keys, self.whom.show_contacts)
        operations.read(list_contacts, self.what.show_recipients)
        self._ask_passphrase()
        self._turn_to(_WHAT)
        self.what.show_waiting()
        self._look_first()

    def typed_fields(self) -> dict[str, QWidget]:
        """What is typed or chosen here and kept over a lock.

        Never the passphrase. What lets more leave is decided anew each time: notes, sources, names, what is
        held back, and a folder that is not encrypted.
        """
        return {
            "title": self.what.title,
            "purpose": self.what.purpose,
            "language": self.what.language,
            "keys": self.whom.keys,
        }

    def _ask_profile(self, recipient: UUID | None) -> None:
        """Whoever got something before gets the same kind of thing again, unless it is chosen otherwise."""

        def show(profile: RecipientProfile | None) -> None:
            if profile is not None:
                self.what.show_profile(profile)
            self.whom.propose(recipient, profile.form if profile is not None else "recipients")
            self._ask_plan()

        # What was planned was planned for somebody else.
        self._plan = None
        self._judge()
        if recipient is None:
            show(None)
        else:
            self._operations.read(partial(find_profile, recipient=recipient), show)

    # -- the plan -------------------------------------------------------------------------------

    def _look_first(self) -> None:
        """What the files say of themselves must be known before anybody can be told what leaves."""
        job = self._job = Job(self.tr("Looking into the files"), self)

        def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
            if not session.vault.read_only:
                derive_pending(session, cancel=cancel)

        def ended() -> None:
            self._job = None
            if not job.cancelled:
                self._ask_plan()

        job.failed.connect(lambda error: self.whom.show_note(describe(error)[0]))
        job.ended.connect(ended)
        job.start(self._operations, work, changes=False)

    def _ask_plan(self) -> None:
        if self._job is not None or not self._scopes:
            return
        scope, choices = self._scopes[max(0, self.what.scope.currentIndex())], self.what.choices()
        self._plan = None
        self._judge()
        self._plans.ask(partial(_plan, scope=scope, choices=choices), self._show_plan, self._show_refusal)

    def _show_plan(self, plan: ExportPlan) -> None:
        self._plan = plan
        self.what.show_plan(plan)
        self._judge()

    def _show_refusal(self, error: SheafError) -> None:
        self.what.show_refusal(error)
        self._judge()

    # -- for whom and where ---------------------------------------------------------------------

    def _ask_passphrase(self) -> None:
        self._operations.read(lambda session: make_passphrase(session.random), self.whom.show_passphrase)

    def read_key_picture(self, path: str) -> None:
        """Add the key that this picture of a QR code holds."""
        job = KeyPictureJob(self)
        job.found.connect(self.whom.add_key)
        job.refused.connect(self.whom.show_note)
        job.read(self._operations, path)

    def _check_folder(self, folder: str) -> None:
        self._operations.read(
            lambda session: check_destination(session, folder),
            lambda synced_by: self.whom.show_folder(folder, synced_by),
            self._refuse_folder,
        )

    def _refuse_folder(self, error: SheafError) -> None:
        if error.code == "destination-in-vault":
            self.whom.show_note(self.tr("This folder is inside the vault. A bundle is written outside it."))
        else:
            self.whom.show_note(describe(error)[0])

    # -- writing --------------------------------------------------------------------------------

    def _write(self) -> None:
        plan = self._plan
        if plan is None:
            return
        form, texts, passphrase = self.whom.form, self.whom.recipient_texts(), self.whom.passphrase
        folder = self.whom.folder

        def work(session: Session, progress: Progress, cancel: CancelToken) -> BundleResult:
            made, label = _form(session, form, texts, passphrase, plan.choices.recipient)
            return export(session, plan, folder, made, recipients=label, progress=progress, cancel=cancel)

        job = self._job = Job(self.tr("Writing the bundle"), self)
        job.succeeded.connect(self._written)
        job.failed.connect(self._not_written)
        job.stopped.connect(lambda: self._turn_to(_WHOM))
        job.ended.connect(self._job_ended)
        self._turn_to(_WRITING)
        job.start(self._operations, work, changes=True)
        self._bar.add(job)

    def _job_ended(self) -> None:
        self._job = None
        self._judge()

    def _written(self, result: BundleResult) -> None:
        self._written_bundle = result
        self._result.setText(result_text(result))
        self._advice.setText(self._advice_for(self.whom.form))
        self._turn_to(_DONE)
        self.exported.emit(result)

    def save_request(self, path: str) -> None:
        """Write the request for a timestamp of the bundle that was written into this new file."""
        result = self._written_bundle
        if result is None:
            return

        def done(_: None) -> None:
            self._stamp_note.setText(
                self.tr(
                    "Saved. Take it to a timestamp authority on any machine: it holds a digest and a random"
                    " number, nothing of the bundle. Keep the answer beside the bundle: where"
                    " bundles are opened it can be checked."
                )
            )
            self._stamp_note.show()

        def failed(error: SheafError) -> None:
            self._stamp_note.setText(" ".join(part for part in describe(error) if part))
            self._stamp_note.show()

        self._operations.read(
            lambda session: write_receipt(path, timestamp_request(result, session.random), session.random),
            done,
            failed,
        )

    def _advice_for(self, form: int) -> str:
        if form in (PASSPHRASE, SELF_OPENING):
            return self.tr(
                "Tell the passphrase and the SHA-256 by another way than the bundle, best by voice."
            )
        if form == PLAIN:
            return self.tr(
                "Nothing in this folder is encrypted: carry it on an encrypted stick, and delete it when it"
                " was handed over. Tell the recipient the SHA-256 by another way, best by voice."
            )
        return self.tr("Tell the recipient the SHA-256 by another way than the bundle, best by voice.")

    def _not_written(self, error: SheafError) -> None:
        self.whom.show_note(" ".join(part for part in describe(error) if part))
        self._turn_to(_WHOM)

    # -- steps ----------------------------------------------------------------------------------

    def done(self, result: int) -> None:
        """Closing stops what is being written; nothing of it stays at the destination."""
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def _go_on(self) -> None:
        page = self._pages.shown
        if page == _WHAT:
            self._turn_to(_WHOM)
        elif page == _WHOM:
            self._write()
        else:
            self.accept()

    def _turn_to(self, page: int) -> None:
        self._pages.show_sheet(page)
        self._back.setVisible(page == _WHOM)
        self._cancel.setVisible(page != _DONE)
        self._next.setVisible(page != _WRITING)
        self._stamp.setVisible(page == _DONE)
        text = {_WHAT: self.tr("Next"), _DONE: self.tr("Close")}.get(page, self.tr("Write the bundle"))
        self._next.setText(text)
        self._next.setAccessibleName(text)
        self._judge()

    def _judge(self) -> None:
        page = self._pages.shown
        ready = page == _DONE or (self._plan is not None and (page == _WHAT or self.whom.complete))
        self._next.setEnabled(ready)

    def _make_writing(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setSpacing(Space.M)
        column.addStretch(1)
        text = self.tr("Each file is checked against the digest of its import, and the bundle is read back.")
        column.addWidget(plain_label(text, page, wrap=True))
        self._bar = JobBar(page)
        column.addWidget(self._bar)
        column.addStretch(2)
        return page

    def _make_done(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._result = self.add_text("")
        column.addWidget(self._result)
        self._advice = plain_label("", page, tone="notice", wrap=True)
        column.addWidget(self._advice)
        self._stamp_note = plain_label("", page, wrap=True)
        self._stamp_note.hide()
        column.addWidget(self._stamp_note)
        column.addStretch(1)
        return page


def _contacts_with_keys(session: Session) -> list[Contact]:
    found = []
    for contact in list_contacts(session):
        described = describe_key(contact.public_key)
        if described is not None and described.for_bundles:
            found.append(contact)
    return found


def _plan(session: Session, scope: Scope, choices: ExportChoices) -> ExportPlan:
    ids = load_ids(session, scope.numbers) if scope.numbers is not None else None
    return plan_export(session, case=scope.case, item_ids=ids, choices=choices)


def _form(
    session: Session, form: int, texts: list[str], passphrase: str, recipient: UUID | None
) -> tuple[BundleForm, str]:
    """The form of the bundle and what the custody log says of its recipients."""
    if form not in (PASSPHRASE, SELF_OPENING, PLAIN):
        recipients, label = load_recipients(session, texts)
        return ToRecipients(recipients), label
    label = "plain folder" if form == PLAIN else "whoever has the passphrase"
    if recipient is not None:
        label = f"{load_contact(session, str(recipient)).alias} ({label})"
    if form == PLAIN:
        return PlainFolder(), label
    return WithPassphrase(passphrase) if form == PASSPHRASE else SelfOpening(passphrase), label
