"""Arming a wipe: what it costs, what must be preserved, and the passphrase, so that nobody else arms it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.before_wiping import BeforeWiping
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.session import Session
from hrd_desktop.services.slots import verify_opens
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label, translated


def backup_words(age_days: int | None) -> str:
    """The age of the newest checked backup, in one sentence."""
    if age_days is None:
        return translated("arm_wipe", "There is no checked backup yet: what is destroyed is gone for good.")
    if age_days == 0:
        return translated("arm_wipe", "The newest checked backup is of today.")
    return filled(
        translated("arm_wipe", "The newest checked backup is {days} days old."), days=number_text(age_days)
    )


class ArmWipeDialog(PlainDialog):
    """Emits ``armed`` when the passphrase was right; a wrong one is said, and nothing is armed."""

    armed = Signal()

    def __init__(self, parent: QWidget, operations: Operations, trigger: str, before: BeforeWiping) -> None:
        super().__init__(parent, self.tr("Let this destroy every vault?"), icon_name="warning", tone="danger")
        self._operations = operations
        self.add_text(trigger)
        self.add_text(backup_words(before.backup_age_days), tone="warning")
        if before.preserved:
            self.add_text(
                filled(
                    self.tr("Marked as to be preserved: {cases}. A wipe destroys them too."),
                    cases=", ".join(isolated(case) for case in before.preserved),
                ),
                tone="warning",
            )
        self.add_text(
            self.tr(
                "Destroying data may itself be charged, and more so when an order to preserve it is known. "
                "A computer that is switched off, with a strong passphrase, often protects as well."
            ),
            tone="warning",
        )
        self._said = plain_label("", self, tone="warning", wrap=True)
        self._said.hide()
        self.body.addWidget(self._said)
        self._field = PassphraseField(self.tr("Passphrase to arm it"), self, with_pad=False)
        self._field.submitted.connect(self._try)
        # On a small screen the words come first, and where it is typed once it is.
        self._field.changed.connect(lambda: self.bring_into_view(self._field))
        label = plain_label(self.tr("Your passphrase, to arm it"), self)
        label.setBuddy(self._field)
        self.body.addWidget(label)
        self.body.addWidget(self._field)
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._arm = self.add_button(self.tr("Arm it"), QDialogButtonBox.ButtonRole.ActionRole, look="danger")
        self._arm.clicked.connect(self._try)
        self.finished.connect(self._field.clear)
        self._field.setFocus()

    def _try(self) -> None:
        text = self._field.text
        if not text or not self._arm.isEnabled():
            return
        self._arm.setEnabled(False)
        self._said.hide()

        def work(session: Session) -> None:
            verify_opens(session, load_credential(text, None))

        def right(_: None) -> None:
            self.armed.emit()
            self.accept()

        def wrong(error: SheafError) -> None:
            self._arm.setEnabled(True)
            self._said.setText(describe(error)[0])
            self._said.show()
            self._field.select_all()
            self.bring_into_view(self._said, self._field)

        self._operations.read(work, right, wrong)
