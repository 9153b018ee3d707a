"""When the vault locks by itself, and what of memory may reach the disk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from hrd_desktop.services.memory_on_disk import CLEAR, MemoryOnDisk, look_at_swap
from hrd_desktop.ui.capture_guard import CaptureGuard
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.first_run.lock_page import MinutesBox
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.text import set_tone, translated
from hrd_desktop.ui.tray import Tray


def memory_words(found: MemoryOnDisk) -> str:
    """What is known of swap and hibernation, and no more."""
    if not found.known:
        return translated(
            "lock_card", "Whether this system writes memory to the disk unencrypted cannot be seen here."
        )
    if not found.swap:
        return translated("lock_card", "This system writes no memory to the disk: there is no swap in use.")
    if found.swap == CLEAR:
        return translated(
            "lock_card",
            "This system may write memory to the disk unencrypted (swap, hibernation). While a vault is "
            "open, its keys can end up there and stay. Encrypt the swap area, or turn it off.",
        )
    if found.may_leak:
        return translated(
            "lock_card",
            "This system may write memory to the disk (swap, hibernation), and whether that is encrypted "
            "cannot be seen from here. While a vault is open, its keys can end up there and stay.",
        )
    return translated(
        "lock_card", "What this system writes of memory to the disk (swap, hibernation) is encrypted."
    )


def tell_memory(operations: Operations, preferences: Preferences, tell: Callable[[str], object]) -> None:
    """Say once, where it is so, that memory may reach the disk."""

    def found(memory: MemoryOnDisk) -> None:
        if memory.may_leak:
            tell(memory_words(memory))
            preferences.change(memory_told=True)

    operations.read(lambda session: look_at_swap(), found)


class LockCard(Card):
    """The minutes, the tray, screenshots, and the state of swap."""

    def __init__(
        self, operations: Operations, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(translated("LockCard", "Locking"), "", parent)
        minutes = MinutesBox(self)
        minutes.set_minutes(preferences.settings.lock_after_minutes)
        minutes.activated.connect(lambda: preferences.change(lock_after_minutes=minutes.minutes))
        self.add_row(self.tr("Lock when nobody touches the computer for"), minutes)
        self.add_truth(
            self.tr(
                "Locking ends the program and starts it anew, so that nothing of the vault stays in its "
                "memory. It also locks when the screen locks, the lid closes, the user changes or the "
                "computer sleeps, and the time asleep counts."
            ),
            self.tr(
                "It cannot take back what was on the screen, what other programs copied, or what the system "
                "wrote of memory to the disk."
            ),
        )
        self._memory = self.add_words("", tone="notice")
        tray = self.add_check(
            self.tr("A menu beside the clock, with Lock and Panic"), on=preferences.settings.tray
        )
        tray.setEnabled(Tray.is_possible() or preferences.settings.tray)
        tray.clicked.connect(lambda on: preferences.change(tray=on))
        self.add_truth(
            self.tr("It is there while this program runs, whichever window is in front."),
            self.tr("It is seen by whoever sees the screen; its name and picture are neutral.")
            if Tray.is_possible()
            else self.tr("This desktop has no place for such a menu."),
        )
        self._add_capture(preferences)
        operations.read(lambda session: look_at_swap(), self._show_memory)

    def _add_capture(self, preferences: Preferences) -> None:
        """The switch, where the system has something to switch; else that it has not."""
        guard = CaptureGuard.find(QCoreApplication.instance())
        if guard is None or not guard.is_possible:
            self.add_words(
                self.tr("This system offers nothing that keeps a window out of screenshots and recordings.")
            )
            return
        box = self.add_check(
            self.tr("Keep these windows out of screenshots and recordings"),
            on=preferences.settings.hide_from_capture,
        )
        self.add_truth(
            self.tr("Where a window of this program is, screenshots and shared screens show none, or black."),
            self.tr("It does not stop a camera, nor a program that is made to get around it."),
        )
        refused = self.add_words(
            self.tr("The system refused it for a window that was shown: do not count on it here."),
            tone="warning",
        )
        refused.setVisible(guard.refused)

        def change(on: bool) -> None:
            preferences.change(hide_from_capture=on)
            refused.setVisible(guard.refused)

        box.clicked.connect(change)

    def _show_memory(self, found: MemoryOnDisk) -> None:
        set_tone(self._memory, "warning" if found.may_leak else "notice")
        self._memory.setText(memory_words(found))
