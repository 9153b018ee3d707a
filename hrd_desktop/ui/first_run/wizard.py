"""The pages of the first run in their order, and the way forth and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.services.example_name import PASSPHRASE as EXAMPLE_PASSPHRASE
from hrd_desktop.ui.dialogs import choose_folder
from hrd_desktop.ui.first_run.backup_page import BackupPage
from hrd_desktop.ui.first_run.lock_page import LockPage
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.first_run.passphrase_page import PassphrasePage
from hrd_desktop.ui.first_run.place_page import PlacePage
from hrd_desktop.ui.first_run.recovery_page import RecoveryPage
from hrd_desktop.ui.first_run.start_page import StartPage
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.tokens import Size, Space

_WIDTH = Size.FORM_WIDTH + 100
_HEIGHT = 560


@dataclass(frozen=True, repr=False)
class NewVault:
    """What was decided.

    ``recovery_code`` is 20 bytes or None; ``reserve_bytes`` is 0 for no reserve; ``backup_path`` is empty for
    later.
    """

    path: str
    passphrase: str
    recovery_code: bytes | None
    lock_after_minutes: int
    reserve_bytes: int = 0
    backup_path: str = ""


class FirstRun(QWidget):
    """Emits ``create_wanted`` with a NewVault, or ``open_wanted`` with a folder, or ``restore_wanted``.

    ``example_wanted``: none of these, but a look round in the example. ``cancelled`` leads back.
    """

    create_wanted = Signal(object)
    open_wanted = Signal(str)
    example_wanted = Signal()
    restore_wanted = Signal()
    cancelled = Signal()

    def __init__(
        self,
        random: Callable[[int], bytes],
        home: str,
        *,
        new_path: str = "",
        can_go_back: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._can_go_back = can_go_back
        self._busy = False
        self._start = StartPage(EXAMPLE_PASSPHRASE, self)
        self._place = PlacePage(home, self)
        self._passphrase = PassphrasePage(random, self)
        self._recovery = RecoveryPage(random, self)
        self._backup = BackupPage(lambda: self._place.path, self)
        self._lock = LockPage(self)
        self._pages: list[Page] = [
            self._start,
            self._place,
            self._passphrase,
            self._recovery,
            self._backup,
            self._lock,
        ]
        self._stack = QStackedWidget(self)
        for page in self._pages:
            self._stack.addWidget(page)
            page.readiness_changed.connect(self._show_buttons)
        self._start.create_chosen.connect(self._next)
        self._start.open_chosen.connect(self._choose_existing)
        self._start.example_chosen.connect(self.example_wanted)
        self._start.restore_chosen.connect(self.restore_wanted)
        self._build()
        if new_path:
            self._place.set_path(new_path)
        self._go(1 if new_path or can_go_back else 0)

    def set_busy(self, busy: bool) -> None:
        """While the vault is made, nothing can be pressed."""
        self._busy = busy
        self._start.set_busy(busy)
        self._lock.set_busy(busy)
        self._show_buttons()

    def forget(self) -> None:
        """Nothing secret stays in the fields."""
        for page in self._pages:
            page.forget()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        # What was hidden when its page was chosen could not take the focus.
        self._pages[self._number].enter()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._forth.isEnabled():
            if self._forth.isVisible():
                self._next()
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inside = QWidget(self)
        centre = QHBoxLayout(inside)
        centre.setContentsMargins(Space.XL, Space.XXL, Space.XL, Space.XL)
        card = QFrame(inside)
        card.setProperty("surface", True)
        card.setMinimumHeight(_HEIGHT)
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(card)
        column.setContentsMargins(Space.XXL, Space.XL, Space.XXL, Space.XL)
        column.setSpacing(Space.L)
        centre.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self._step = plain_label("", inside, tone="muted")
        column.addWidget(self._step)
        self._stack.setFixedWidth(_WIDTH)
        column.addWidget(self._stack, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self._back = QPushButton(self.tr("Back"), inside)
        self._back.setAccessibleName(self.tr("Back"))
        self._back.clicked.connect(self._go_back)
        self._forth = QPushButton(self.tr("Next"), inside)
        self._forth.setProperty("role", "primary")
        self._forth.clicked.connect(self._next)
        row.addWidget(self._back)
        row.addStretch(1)
        row.addWidget(self._forth)
        column.addLayout(row)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        # It follows the fields; by itself it would be a stop without a name on the way between them.
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        outer.addWidget(scroll)

    @property
    def _number(self) -> int:
        return self._stack.currentIndex()

    def _go(self, number: int) -> None:
        self._stack.setCurrentIndex(number)
        self._pages[number].enter()
        self._show_buttons()

    def _next(self) -> None:
        if self._number < len(self._pages) - 1:
            self._go(self._number + 1)
            return
        code = self._recovery.code
        self.create_wanted.emit(
            NewVault(
                self._place.path,
                self._passphrase.passphrase,
                code.code if code is not None else None,
                self._lock.minutes,
                self._place.reserve_bytes,
                self._backup.path,
            )
        )

    def _go_back(self) -> None:
        if self._number <= 1 and self._can_go_back:
            self.cancelled.emit()
        else:
            self._go(max(0, self._number - 1))

    def _choose_existing(self) -> None:
        choose_folder(self, self.tr("Choose the folder of the vault"), self.open_wanted.emit)

    def _show_buttons(self) -> None:
        last = self._number == len(self._pages) - 1
        self._forth.setVisible(self._number > 0)
        self._back.setVisible(self._number > 0)
        self._back.setEnabled(not self._busy)
        self._forth.setText(self.tr("Create vault") if last else self.tr("Next"))
        self._forth.setAccessibleName("Create vault" if last else self.tr("Next"))
        self._forth.setEnabled(not self._busy and self._pages[self._number].is_ready())
        self._step.setVisible(self._number > 0)
        self._step.setText(
            filled(
                self.tr("Step {number} of {count}"),
                number=number_text(self._number),
                count=number_text(len(self._pages) - 1),
            )
        )
