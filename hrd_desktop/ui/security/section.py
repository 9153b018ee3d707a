"""The security section: cards for what opens the vault, locking, panic, checking and looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from hrd_desktop.ui.backup.card import BackupCard
from hrd_desktop.ui.cards import Card, CardPage
from hrd_desktop.ui.custody.witness_card import WitnessCard
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
        self._operations = operations
        self._preferences = preferences
        self._vault = vault
        self._random = random
        self.backup = BackupCard(operations, random, self)
        self.backup.job_started.connect(self.job_started)
        self.backup.hide()
        self.add_made(
            self._make_slots_card,
            self._make_shares_card,
            self._make_reserve_card,
            self._make_key_file_card,
            lambda: self.backup,
            lambda: LockCard(operations, preferences, self),
            self._make_check_card,
            lambda: WitnessCard(self._operations, self),
            self._make_panic_card,
            self._make_triggers_card,
            self._make_looks_card,
        )

    def _make_slots_card(self) -> QWidget:
        return SlotsCard(
            self._operations,
            self._random,
            self.tr("What opens this vault"),
            self.tr(
                "Up to four passphrases and recovery codes. One that was removed or changed no longer "
                "opens this folder; an older copy of the folder it still opens."
            ),
            self,
        )

    def _make_shares_card(self) -> QWidget:
        return SharesCard(
            self._operations,
            self._random,
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

    def _make_reserve_card(self) -> QWidget:
        reserve = ReserveCard(self._operations, self._random, self.tr("Reserve"), self)
        reserve.job_started.connect(self.job_started)
        return reserve

    def _make_key_file_card(self) -> QWidget | None:
        if self._preferences.file is None:
            return None
        return KeyFileCard(self._operations, self._preferences.file, self.tr("Key file"), self)

    def _make_check_card(self) -> QWidget:
        check = CheckCard(
            self._operations,
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
        return check

    def _make_panic_card(self) -> QWidget:
        panic = PanicCard(self._operations, self._preferences, self._vault, self.tr("Panic"), self)
        panic.job_started.connect(self.job_started)
        return panic

    def _make_triggers_card(self) -> QWidget:
        title = self.tr("What sets panic off by itself")
        return TriggersCard(self._operations, self._preferences, title, self._stages, self)

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
