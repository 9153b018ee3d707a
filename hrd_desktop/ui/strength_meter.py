"""A meter that says in words what the strength of a passphrase means."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from hrd_desktop.services.strength import Strength, judge
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space


class StrengthMeter(QWidget):
    """Judges in the background; ``judge`` may be called at every key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = Background(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, Strength.GOOD.value)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Strength"))
        self._words = plain_label("", self, tone="muted", wrap=True)
        column.addWidget(self._bar)
        column.addWidget(self._words)
        self._show(Strength.NONE)

    def judge(self, text: str) -> None:
        """Judge ``text``; what was asked before is dropped."""
        self._background.run(lambda: judge(text), self._show)

    def _show(self, strength: Strength) -> None:
        self._bar.setValue(strength.value)
        self._words.setText(
            {
                Strength.NONE: self.tr("Several unusual words are stronger than a short, complicated one."),
                Strength.WEAK: self.tr(
                    "Weak: somebody who takes this computer away could find it by guessing. Add more words."
                ),
                Strength.FAIR: self.tr(
                    "Fair: guessing it takes years on very many computers. One more word makes it good."
                ),
                Strength.GOOD: self.tr("Good: guessing it is out of reach, if nobody sees you type it."),
            }[strength]
        )
        self._bar.setAccessibleDescription(self._words.text())
