"""Taking a bundle that checks into the vault: into which case, and from whom."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case
from hrd_desktop.services.cases import list_cases
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.receive import ReceiveChoices, ReceiveReport, receive
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.fields import ChoiceBox, LabelledField
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.job_bar import JobBar
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label

_NAME_LIMIT = 500
RECEIVE_DRAFT = "receive"


class ReceiveDialog(PlainDialog):
    """Asks where to, then takes everything in or nothing. Closing it stops the work."""

    def __init__(
        self,
        operations: Operations,
        path: str,
        identities: tuple[str, ...],
        passphrase: str | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, self.tr("Take the bundle into the vault"), icon_name="import")
        self._operations = operations
        self._path, self._identities, self._passphrase = path, identities, passphrase
        self._job: Job | None = None
        self._closed = False
        self.add_text(
            self.tr(
                "Its items come in with the history that the sender's log tells. The first event here is that"
                " you received them."
            )
        )
        self.case: ChoiceBox[UUID | None] = ChoiceBox([(None, self.tr("No case (Inbox)"))], self)
        self._case_field = LabelledField(self.tr("Case"), self.case, self)
        self.body.addWidget(self._case_field)
        self.from_whom = QLineEdit(self)
        self.from_whom.setMaxLength(_NAME_LIMIT)
        self.body.addWidget(
            LabelledField(
                self.tr("Who gave it to you"), self.from_whom, self, hint=self.tr("May stay empty.")
            )
        )
        self._bar = JobBar(self)
        self.body.addWidget(self._bar)
        self._note = plain_label(parent=self, wrap=True)
        self._note.hide()
        self.body.addWidget(self._note)
        self._close = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._close.clicked.connect(self.reject)
        self.go_button = self.add_button(
            self.tr("Take it in"), QDialogButtonBox.ButtonRole.ActionRole, look="primary"
        )
        self.go_button.clicked.connect(self._go)
        # Which bundle and who gave it; never what opens it.
        where = {"path": path, "identities": list(identities)}
        self.kept = DialogDraft(operations, RECEIVE_DRAFT, where, {"sender": self.from_whom}, self)
        operations.read(list_cases, self._show_cases, lambda error: None)

    def done(self, result: int) -> None:
        """Closing stops the work."""
        self._passphrase = None
        self._closed = True
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def _show_cases(self, cases: list[Case]) -> None:
        if self._closed:
            return
        for case in cases:
            self.case.addItem(isolated(case.reference), case.id)

    def _go(self) -> None:
        path, identities, passphrase = self._path, self._identities, self._passphrase
        choices = ReceiveChoices(case_id=self.case.currentData(), sender=self.from_whom.text().strip())

        def work(session: Session, progress: Progress, cancel: CancelToken) -> ReceiveReport:
            return receive(
                session,
                path,
                choices,
                identity_files=identities,
                passphrase=passphrase,
                new_id=lambda: new_uuid(session.random),
                progress=progress,
                cancel=cancel,
            )

        job = self._job = Job(self.tr("Taking the bundle in"), self)
        job.succeeded.connect(self._taken)
        job.failed.connect(self._refused)
        job.ended.connect(self._ended)
        self.go_button.setEnabled(False)
        job.start(self._operations, work, changes=True)
        self._bar.add(job)

    def _ended(self) -> None:
        self._job = None

    def _refused(self, error: SheafError) -> None:
        self._say(" ".join(part for part in describe(error) if part))
        self.go_button.setEnabled(True)

    def _taken(self, report: ReceiveReport) -> None:
        self.kept.drop()
        self._say(
            filled(
                self.tr("{new} items are in; {known} were here already."),
                new=number_text(len(report.items)),
                known=number_text(len(report.duplicates)),
            )
        )
        self.go_button.hide()
        self._close.setText(self.tr("Close"))

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.show()
