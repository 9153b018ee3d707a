"""The help section: what to do in a bad moment, what the keys do, and what the program cannot do."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QGridLayout, QWidget

from hrd_desktop.domain.version import TOOL
from hrd_desktop.process.network import network_is_given_up
from hrd_desktop.ui.cards import Card, CardPage
from hrd_desktop.ui.help.moments import CONTEXT, moments
from hrd_desktop.ui.text import isolated, plain_label, translated
from hrd_desktop.ui.theme.tokens import Space


class HelpSection(CardPage):
    """Words only; nothing here needs the vault."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_title(self.tr("Help"))
        self.add_made(
            *(partial(self._make_moment, title, sentences) for title, sentences in moments()),
            self._make_keys_card,
            self._make_limits_card,
            self._make_version_card,
        )

    def _make_moment(self, title: str, sentences: Sequence[str]) -> Card:
        return self._steps(translated(CONTEXT, title), [translated(CONTEXT, each) for each in sentences])

    def _make_limits_card(self) -> Card:
        return self._steps(
            self.tr("What this program cannot do"),
            [
                self.tr("Protect what is on the screen from somebody who sees the screen."),
                self.tr("Protect an open vault from malicious software on this computer."),
                self.tr("Make a weak passphrase strong, or a forgotten one known again."),
                self.tr("Reach copies: backups, older copies of the folder, bundles."),
                self.tr("Prove that you have nothing else."),
            ],
        )

    def _steps(self, title: str, sentences: Sequence[str]) -> Card:
        card = Card(title, "", self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        for number, sentence in enumerate(sentences):
            grid.addWidget(plain_label("•", card, tone="muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(plain_label(sentence, card, wrap=True), number, 1)
        card.body.addLayout(grid)
        return card

    def _make_keys_card(self) -> Card:
        card = Card(self.tr("Keyboard"), "", self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        for number, (keys, deed) in enumerate(
            (
                ("Ctrl+L", self.tr("Lock")),
                ("Ctrl+F", self.tr("Search")),
                ("Ctrl+I", self.tr("Import")),
                ("Ctrl+E", self.tr("Export")),
                ("Ctrl+1 … Ctrl+5", self.tr("Open a section")),
                (
                    "Ctrl+Shift+Backspace",
                    self.tr("Lock at once; once more within three seconds: destroy the vault"),
                ),
                ("Tab", self.tr("The next control")),
                ("Esc", self.tr("Close a dialog")),
            )
        ):
            grid.addWidget(plain_label(isolated(keys), card), number, 0)
            grid.addWidget(plain_label(deed, card, tone="muted", wrap=True), number, 1)
        card.body.addLayout(grid)
        return card

    def _make_version_card(self) -> Card:
        card = Card(self.tr("This program"), "", self)
        card.add_words(
            isolated(f"{TOOL} · Python {platform.python_version()} · Qt {qVersion()} · {platform.system()}"),
            tone="",
        )
        card.add_words(
            self.tr("The network is shut off for this program by the system itself.")
            if network_is_given_up()
            else self.tr(
                "This program uses no network. On this system it cannot take the ability away from itself."
            )
        )
        return card
