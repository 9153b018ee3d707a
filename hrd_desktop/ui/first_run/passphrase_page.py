"""The passphrase: made by the program, or the user's own with a word on how strong it is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from hrd_desktop.services.digits import make_digits
from hrd_desktop.services.passphrases import make_passphrase
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.strength_meter import StrengthMeter
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space, Type


class PassphraseKind(Enum):
    """Who makes the passphrase, and of what."""

    WORDS = "words"
    DIGITS = "digits"
    OWN = "own"


class PassphrasePage(Page):
    """Ready when the same passphrase was typed again; there is no other proof that somebody has it."""

    def __init__(self, random: Callable[[int], bytes], parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Choose a passphrase"),
            self.tr(
                "It is the only key. Nobody can reset it, us included. Learn it by heart; "
                "until you have, keep it on paper and far from this computer."
            ),
            parent,
        )
        self._random = random
        self._made: dict[PassphraseKind, str] = {}
        self._group = QButtonGroup(self)
        for kind, text in (
            (PassphraseKind.WORDS, self.tr("Seven words made by the program (recommended)")),
            (PassphraseKind.DIGITS, self.tr("Twenty-five digits made by the program, for any keyboard")),
            (PassphraseKind.OWN, self.tr("My own passphrase")),
        ):
            button = QRadioButton(text, self)
            button.setAccessibleName(text)
            self._group.addButton(button)
            button.toggled.connect(lambda on, kind=kind: self._choose(kind) if on else None)
            self.body.addWidget(button)
            if kind is PassphraseKind.WORDS:
                first = button
        self.body.addSpacing(Space.S)
        self._shown = self._make_shown()
        self.body.addWidget(self._shown)
        self._own = PassphraseField("Passphrase", self)
        self._own.changed.connect(self._on_change)
        self.body.addWidget(self._own)
        self._meter = StrengthMeter(self)
        self.body.addWidget(self._meter)
        self._again_label = plain_label("", self)
        self.body.addWidget(self._again_label)
        self._again = PassphraseField(self.tr("Passphrase again"), self, with_pad=True)
        self._again.show_layout_hint(False)
        self._again.changed.connect(self._on_change)
        self.body.addWidget(self._again)
        self._kind = PassphraseKind.WORDS
        first.setChecked(True)

    @property
    def passphrase(self) -> str:
        """The one that was chosen."""
        return self._own.text if self._kind is PassphraseKind.OWN else self._made.get(self._kind, "")

    def type_own(self, text: str) -> None:
        """Put the user's own passphrase in, as if it was typed."""
        self._own.set_text(text)

    def type_again(self, text: str) -> None:
        """Put in what was typed once more."""
        self._again.set_text(text)

    def is_ready(self) -> bool:
        if self._kind is PassphraseKind.DIGITS:
            return bool(self.passphrase) and _digits(self._again.text) == _digits(self.passphrase)
        return bool(self.passphrase) and self._again.text == self.passphrase

    def enter(self) -> None:
        (self._own if self._kind is PassphraseKind.OWN else self._again).setFocus()

    def forget(self) -> None:
        self._made.clear()
        self._words.clear()
        self._own.clear()
        self._again.clear()

    def _make_shown(self) -> QWidget:
        shown = QWidget(self)
        shown.setProperty("surface", True)
        column = QVBoxLayout(shown)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        column.setSpacing(Space.S)
        self._words = sized(plain_label("", shown, wrap=True), Type.TITLE, bold=True)
        self._words.setAccessibleName(self.tr("The new passphrase"))
        self._words.setMinimumHeight(2 * self._words.fontMetrics().lineSpacing())
        column.addWidget(self._words)
        row = QHBoxLayout()
        row.addStretch(1)
        other = QPushButton(icon("refresh"), self.tr("Make another one"), shown)
        other.setProperty("role", "quiet")
        other.setAccessibleName(self.tr("Make another one"))
        other.clicked.connect(self._make_another)
        row.addWidget(other)
        column.addLayout(row)
        return shown

    def _choose(self, kind: PassphraseKind) -> None:
        self._kind = kind
        own = kind is PassphraseKind.OWN
        if not own and kind not in self._made:
            self._make(kind)
        self._words.setText(self._made.get(kind, ""))
        self._shown.setVisible(not own)
        self._own.setVisible(own)
        self._meter.setVisible(own)
        self._again.show_pad_button(False)
        self._again.show_pad_button(kind is not PassphraseKind.WORDS)
        self._again.clear()
        self._again_label.setText(
            self.tr("Type it once more") if own else self.tr("Write it down, then type it here")
        )
        (self._own if own else self._again).setFocus()
        self._on_change()

    def _make_another(self) -> None:
        self._make(self._kind)
        self._words.setText(self._made[self._kind])
        self._again.clear()
        self._on_change()

    def _make(self, kind: PassphraseKind) -> None:
        maker = make_digits if kind is PassphraseKind.DIGITS else make_passphrase
        self._made[kind] = maker(self._random)

    def _on_change(self) -> None:
        if self._kind is PassphraseKind.OWN:
            self._meter.judge(self._own.text)
        self.readiness_changed.emit()


def _digits(text: str) -> str:
    """Only the digits: whoever types them need not type the spaces between the groups."""
    return "".join(character for character in text if not character.isspace())
