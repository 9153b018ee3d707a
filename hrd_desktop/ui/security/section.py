"""The security section: cards for what opens the vault, locking, panic, checking and looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
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

#: As many cards as a screen shows at first.
_SEEN_FIRST = 2


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
        self._to_come: list[Callable[[], QWidget | None]] = [
            self._make_slots_card,
            self._make_shares_card,
            self._make_reserve_card,
            self._make_key_file_card,
            lambda: self.backup,
            lambda: LockCard(operations, preferences, self),
            self._make_check_card,
            self._make_panic_card,
            lambda: TriggersCard(operations, preferences, self.tr("What sets panic off by itself"), self),
            self._make_looks_card,
        ]
        self._turns = QTimer(self)
        self._turns.setInterval(0)
        self._turns.timeout.connect(self._add_next)
        for _ in range(_SEEN_FIRST):
            self._add_next()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Cards further down come one a turn: all of them at once take longer than an eye blinks."""
        super().showEvent(event)
        if self._to_come:
            self._turns.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Nothing more is made for a section that nobody sees, or after a lock."""
        super().hideEvent(event)
        self._turns.stop()

    @property
    def is_whole(self) -> bool:
        """Whether every card is there."""
        return not self._to_come

    def _add_next(self) -> None:
        card = self._to_come.pop(0)()
        if card is not None:
            self.add(card)
            card.show()
        if not self._to_come:
            self._turns.stop()

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
