"""*Did somebody see it?*: from what may have happened to what helps, and to what does not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from hrd_desktop.ui.security.credential_dialogs import Asking

#: What may have happened, and with it what is done next.
PASSPHRASE, COPY, BOTH, TAMPERED = "passphrase", "copy", "both", "tampered"


class SeenDialog(Asking):
    """Emits one of the constants above once the user goes on. Changes nothing itself."""

    decided = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, self.tr("Did somebody see it?"), self.tr("Go on"), icon_name="key")
        self.add_text(self.tr("Choose what may have happened. When in doubt, choose the worse."))
        self._choices = QButtonGroup(self)
        self._what: list[str] = []
        for what, text in (
            (PASSPHRASE, self.tr("Somebody saw or heard the passphrase")),
            (COPY, self.tr("Somebody copied the vault or a backup")),
            (BOTH, self.tr("Both, or I cannot tell")),
            (TAMPERED, self.tr("The computer itself was in other hands")),
        ):
            choice = QRadioButton(text, self)
            choice.setAccessibleName(text)
            self._choices.addButton(choice, len(self._what))
            self._what.append(what)
            self.body.addWidget(choice)
        self._advice = self.add_text("")
        self._limits = self.add_text("", tone="warning")
        self._limits.hide()
        self._choices.idClicked.connect(self._advise)
        self.accepted.connect(lambda: self.decided.emit(self._what[self._choices.checkedId()]))
        self.allow(False)
        self._choices.buttons()[0].setFocus()

    def _advise(self, number: int) -> None:
        advice, limits = {
            PASSPHRASE: (
                self.tr("Next, you give a new passphrase in the place of the one you opened the vault with."),
                self.tr(
                    "A copy of the vault or a backup made until today still opens with the old one, should "
                    "somebody get it."
                ),
            ),
            COPY: (
                self.tr("Next, the vault gets a new key. What comes in from now on is closed to that copy."),
                self.tr(
                    "What is in the copy stays as it is: closed for as long as nobody learns a passphrase "
                    "that opened it then."
                ),
            ),
            BOTH: (
                self.tr("Next, you give a new passphrase, and then the vault gets a new key."),
                self.tr(
                    "Take what is in the copy as read: nothing can close it again. Think of the people who "
                    "are named in it, and warn them."
                ),
            ),
            TAMPERED: (
                self.tr(
                    "Do not change anything here: what you type may be kept. Lock, leave this computer, and "
                    "restore a checked backup on another one. Read in Help: They gave the laptop back."
                ),
                self.tr("Nothing that is done on this computer can show that it is safe."),
            ),
        }[self._what[number]]
        self._advice.setText(advice)
        self._limits.setText(limits)
        self._limits.show()
        self.allow(True)
        # The hint knows how high wrapped words are; the layout must have heard of the new ones first.
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.sizeHint())
        self.bring_into_view(self._advice, self._limits)
        text = self.tr("Close") if self._what[number] == TAMPERED else self.tr("Go on")
        self._action.setText(text)
        self._action.setAccessibleName(text)
