"""Everything that takes a vault off the screen, and what each of them ends in: lock, close, off, wipe.

Knows nothing of how a vault is opened. Whatever comes first wins; nothing here asks a question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hrd_desktop.services.settings_file import Settings
from hrd_desktop.services.triggers import CLOSE, LOCK, POWER_OFF, WIPE
from hrd_desktop.ui.lasting_blank import LastingBlank
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.panic_report import PanicReport

if TYPE_CHECKING:
    from hrd_desktop.ui.workspace import Workspace

#: Reasons to lock that a blank screen with running work puts off: nobody is there, and nothing is to be seen.
PUT_OFF = frozenset({"idle", "screen"})


class WaysOut(QObject):
    """``begun``: nothing of the vault is seen any more, and what counts or listens may stop."""

    begun = Signal()

    def __init__(
        self, window: MainWindow, leaving: Leaving, settings: Callable[[], Settings], parent: QObject | None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._leaving = leaving
        self._settings = settings
        self._workspace: Workspace | None = None
        self._panicking = False
        self._hidden_by_stick = False
        self._lasting = LastingBlank(window, leaving, self)
        self._lasting.over.connect(self.lock_now)

    def open(self, workspace: Workspace) -> None:
        """This is what is to be taken off the screen."""
        self._workspace = workspace
        workspace.blank_wanted.connect(lambda: self._lasting.begin(workspace))

    def lock_now(self) -> None:
        """Lock at once; does nothing where nothing is open."""
        self.lock_for("now")

    def lock_for(self, reason: str) -> None:
        """Lock for this reason; does nothing where nothing is open.

        While the screen is blank until running work ends, the reasons in ``PUT_OFF`` wait for that.
        """
        if self._leaving.is_open and not (self._lasting.active and reason in PUT_OFF):
            self._leaving.lock(self.tr("Locked"))

    # -- panic ----------------------------------------------------------------------------------

    def panic_begins(self) -> None:
        """The button is down, or the chord was pressed once: nothing is seen from here on."""
        if self._panicking or not self.may_panic:
            return
        self._panicking = True
        self.begun.emit()
        if self._workspace is not None:
            # The button stays where it is, under the finger.
            self._workspace.blank(self.tr("Locked."))
            self._window.show_now()
            self._leaving.begin(None)

    def panic_let_go(self) -> None:
        """It was only a press."""
        if self._panicking:
            self._panicking = False
            self._leaving.finish_lock()

    def panic_completed(self) -> None:
        """It was held, or pressed twice."""
        if self._panicking:
            self.wipe()

    @property
    def may_panic(self) -> bool:
        """Whether panic can be reached now: with a vault open, or where the owner allowed it while locked."""
        return self._workspace is not None or (
            self._settings().panic_while_locked and self._leaving.has_vault
        )

    def wipe(self) -> None:
        """Destroy this vault and every one that is remembered; the report is for who asked for it."""
        if not self._leaving.has_vault:
            return
        settings = self._settings()
        self._leaving.cover(settings.vaults)
        if not settings.panic_report:
            self._leaving.wipe()
            return
        self._leaving.wipe_keys()
        report = PanicReport(self._leaving.wipe_command("--json"), self._leaving.end)
        self._window.show_screen(report)
        self._window.show_now()
        report.start()

    # -- what is armed --------------------------------------------------------------------------

    def do(self, deed: str) -> None:
        """Do what a trigger was armed with, whether a vault is open or not."""
        self.begun.emit()
        if deed == WIPE:
            self.wipe()
        elif deed == POWER_OFF:
            self._leaving.power_off()
        elif deed == CLOSE:
            self._leaving.close()
        elif deed == LOCK:
            self.lock_now()

    def hide(self) -> None:
        """A chosen stick is gone: blank and close, before it is certain what follows."""
        if self._leaving.is_open:
            self._hidden_by_stick = True
            self.begun.emit()
            self._leaving.begin(self.tr("Locked"))

    def false_alarm(self) -> None:
        """It is back: what was closed stays closed, and that is all."""
        if self._hidden_by_stick:
            self._hidden_by_stick = False
            self._leaving.finish_lock()
