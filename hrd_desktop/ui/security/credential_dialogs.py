"""Dialogs that ask for a new passphrase, show a new recovery code, or ask for those that are to stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QLineEdit, QWidget

from hrd_desktop.services.recovery_codes import make_recovery_code
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.first_run.passphrase_page import PassphrasePage
from hrd_desktop.ui.first_run.recovery_page import CodeBox
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.text import plain_label

_LABEL_LENGTH = 60


class Asking(PlainDialog):
    """A dialog whose last button is allowed only when all is answered."""

    def __init__(
        self, parent: QWidget, title: str, action: str, *, icon_name: str, danger: bool = False
    ) -> None:
        super().__init__(parent, title, icon_name=icon_name, tone="danger" if danger else "accent")
        cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.clicked.connect(self.reject)
        self._action = self.add_button(
            action, QDialogButtonBox.ButtonRole.AcceptRole, look="danger" if danger else "primary"
        )
        self._action.clicked.connect(self.accept)

    def allow(self, ready: bool) -> None:
        """Whether all is answered."""
        self._action.setEnabled(ready)

    def _add_label_field(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setAccessibleName(self.tr("Whose it is, or what for"))
        field.setMaxLength(_LABEL_LENGTH)
        label = plain_label(self.tr("Whose it is, or what for (seen only inside the vault)"), self)
        label.setBuddy(field)
        self.body.addWidget(label)
        self.body.addWidget(field)
        return field


class NewPassphraseDialog(Asking):
    """Emits the passphrase and its label."""

    decided = Signal(str, str)

    def __init__(
        self,
        parent: QWidget,
        title: str,
        action: str,
        random: Callable[[int], bytes],
        *,
        with_label: bool,
        refresh_offered: bool = False,
        refreshes_reserve: bool = False,
    ) -> None:
        super().__init__(parent, title, action, icon_name="key")
        self._page = PassphrasePage(random, self)
        self._page.hide_title()
        self.body.addWidget(self._page)
        self._label = self._add_label_field() if with_label else None
        self._refresh = self._add_refresh_box(refreshes_reserve) if refresh_offered else None
        self._page.readiness_changed.connect(self._look)
        self.accepted.connect(self._decide)
        self.finished.connect(self._page.forget)
        self._look()

    @property
    def refreshes_reserve(self) -> bool:
        """Whether using this passphrase is to overwrite the reserve."""
        return self._refresh is not None and self._refresh.isChecked()

    def _add_refresh_box(self, on: bool) -> QCheckBox:
        box = QCheckBox(self.tr("Overwrite the reserve whenever it is used"), self)
        box.setAccessibleName(box.text())
        box.setChecked(on)
        self.body.addWidget(box)
        self.add_text(
            self.tr(
                "A moment after the vault has opened, what is in the reserve is destroyed, without a word. "
                "It does not reach backups and older copies, and this list shows which passphrase does it."
            ),
            tone="muted",
        )
        return box

    def _look(self) -> None:
        self._action.setEnabled(self._page.is_ready())

    def _decide(self) -> None:
        self.decided.emit(self._page.passphrase, self._label.text().strip() if self._label else "")


class NewRecoveryCodeDialog(Asking):
    """Emits the code, 20 bytes, once it was typed back, and its label."""

    decided = Signal(bytes, str)

    def __init__(self, parent: QWidget, random: Callable[[int], bytes]) -> None:
        super().__init__(
            parent, self.tr("Add a recovery code"), self.tr("Add the recovery code"), icon_name="key"
        )
        self._code = make_recovery_code(random)
        self.add_text(
            self.tr("It opens the vault like a passphrase. Keep it on paper with somebody you trust."),
            tone="muted",
        )
        self._box = CodeBox(self._code, self._look, self)
        self.body.addWidget(self._box)
        self._label = self._add_label_field()
        self.accepted.connect(lambda: self.decided.emit(self._code.code, self._label.text().strip()))
        self.finished.connect(self._box.forget)
        self._look()
        self._box.start()

    def _look(self) -> None:
        self._action.setEnabled(self._box.typed_back)


class RekeyDialog(Asking):
    """Emits the texts of the other credentials that are to stay."""

    decided = Signal(list)

    def __init__(self, parent: QWidget, others: Sequence[str]) -> None:
        super().__init__(
            parent, self.tr("Give the vault a new key"), self.tr("Make the new key"), icon_name="key"
        )
        self.add_text(
            self.tr(
                "For when somebody may have seen the passphrase or copied the key files. Afterwards an old "
                "copy of the key files opens nothing that is in this folder. A whole older copy of the vault "
                "still opens with what opened it then: no program can change a copy it does not have."
            )
        )
        self.add_text(
            self.tr("The passphrase you opened the vault with stays. Change it first if it was seen.")
        )
        self._fields: list[PassphraseField] = []
        if others:
            self.add_text(
                self.tr("Type each of the others that is to stay. What is left empty is out, for good."),
                tone="warning",
            )
        for other in others:
            label = plain_label(other, self)
            field = PassphraseField(other, self, with_pad=False)
            field.show_layout_hint(False)
            label.setBuddy(field)
            self.body.addWidget(label)
            self.body.addWidget(field)
            self._fields.append(field)
        self.accepted.connect(self._decide)
        if self._fields:
            self._fields[0].setFocus()

    def _decide(self) -> None:
        texts = [field.text for field in self._fields if field.text]
        for field in self._fields:
            field.clear()
        self.decided.emit(texts)
