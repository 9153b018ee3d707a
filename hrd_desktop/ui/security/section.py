"""The security section: cards for what opens the vault, locking, panic, checking and looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from hrd_desktop.ui.backup.card import BackupCard
from hrd_desktop.ui.cards import Card, CardPage
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.check_card import CheckCard
from hrd_desktop.ui.security.key_file_card import KeyFileCard
from hrd_desktop.ui.security.lock_card import LockCard
from hrd_desktop.ui.security.panic_card import PanicCard
from hrd_desktop.ui.security.reserve_card import ReserveCard
from hrd_desktop.ui.security.shares_card import SharesCard
from hrd_desktop.ui.security.slots_card import SlotsCard
from hrd_desktop.ui.security.triggers_card import TriggersCard


class SecuritySection(CardPage):
    """``job_started`` carries a job for the bar; ``bundle_check_wanted`` asks for a bundle to be checked."""

    job_started = Signal(object)
    bundle_check_wanted = Signal()

    def __init__(
        self,
        operations: Operations,
        preferences: Preferences,
        vault: str,
        random: Callable[[int], bytes],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.set_title(self.tr("Security"))
        self._preferences = preferences
        self.add(
            SlotsCard(
                operations,
                random,
                self.tr("What opens this vault"),
                self.tr(
                    "Up to four passphrases and recovery codes. One that was removed or changed no longer "
                    "opens this folder; an older copy of the folder it still opens."
                ),
                self,
            )
        )
        self.add(
            SharesCard(
                operations,
                random,
                self.tr("Shares"),
                self.tr(
                    "A way in for when you forget the passphrase or cannot act: several people have a "
                    "page of words "
                    "each, and some of them together open the vault. A set takes one of the four places "
                    "above. It does not protect you from people who put enough pages together without you, "
                    "and a set that was removed still opens older copies."
                ),
                self,
            )
        )
        reserve = ReserveCard(operations, random, self.tr("Reserve"), self)
        reserve.job_started.connect(self.job_started)
        self.add(reserve)
        if preferences.file is not None:
            self.add(KeyFileCard(operations, preferences.file, self.tr("Key file"), self))
        self.backup = BackupCard(operations, random, self)
        self.backup.job_started.connect(self.job_started)
        self.add(self.backup)
        self.add(LockCard(operations, preferences, self))
        check = CheckCard(
            operations,
            self.tr("Check the vault"),
            self.tr(
                "Reads every file again and compares it with what was recorded when it came in, "
                "and follows every custody log from its first event to its last. It does not tell whether "
                "somebody took a copy, and it says nothing of your backups."
            ),
            self,
        )
        check.job_started.connect(self.job_started)
        check.bundle_wanted.connect(self.bundle_check_wanted)
        self.add(check)
        panic = PanicCard(operations, preferences, vault, self.tr("Panic"), self)
        panic.job_started.connect(self.job_started)
        self.add(panic)
        self.add(TriggersCard(operations, preferences, self.tr("What sets panic off by itself"), self))
        self.add(self._make_looks_card())

    def _make_looks_card(self) -> Card:
        card = Card(self.tr("Looks"), "", self)
        theme = QComboBox(card)
        theme.setAccessibleName(self.tr("Theme"))
        for key, text in (
            ("system", self.tr("As the system has it")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            theme.addItem(text, key)
        theme.setCurrentIndex(max(0, theme.findData(self._preferences.settings.theme)))
        theme.activated.connect(lambda: self._preferences.change(theme=str(theme.currentData())))
        card.add_row(self.tr("Theme"), theme)
        language = QComboBox(card)
        language.setAccessibleName(self.tr("Language"))
        language.addItem("English", "en")
        card.add_row(self.tr("Language"), language)
        return card
