"""Which screen follows which: first run, unlock, the vault, and out again."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.settings import SettingsFailedError
from hrd_desktop.domain.errors.vault import WipedError, WrongCredentialError
from hrd_desktop.services.lock import blur_times
from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.services.triggers import POWER_OFF
from hrd_desktop.services.wipe_all import finish_begun_wipe
from hrd_desktop.ui.abandon import Abandon
from hrd_desktop.ui.application import apply_theme
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.capture_guard import CaptureGuard
from hrd_desktop.ui.capture_systems import CaptureSystem
from hrd_desktop.ui.dialogs import tell
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.lock_timer import LockTimer
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.panic_chord import PanicChord
from hrd_desktop.ui.system_locks import SystemLocks
from hrd_desktop.ui.tray import Tray
from hrd_desktop.ui.triggers.armed import ArmedTriggers
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.ways_out import WaysOut

# What only an open vault and the making of one need is loaded when it is needed, or before, by ``load_rest``.
if TYPE_CHECKING:
    from hrd_desktop.services.answer_time import AnswerTime
    from hrd_desktop.services.session import Session
    from hrd_desktop.services.shares import Share
    from hrd_desktop.ui.first_run.wizard import FirstRun, NewVault


class Program(QObject):
    """Wires the screens of one window. Nothing is read or written on the thread that paints.

    ``entered``: a vault is open and shown.
    """

    entered = Signal()

    def __init__(
        self,
        application: QApplication,
        window: MainWindow,
        leaving: Leaving,
        settings_file: SettingsFile | None,
        *,
        random: Callable[[int], bytes],
        clock: Clock,
        parameters: str = "default",
        capture: CaptureSystem | None = None,
    ) -> None:
        super().__init__(application)
        self._application = application
        self._window = window
        self._leaving = leaving
        self._settings_file = settings_file
        self._settings = settings_file.load() if settings_file is not None else Settings()
        self._random = random
        self._clock = clock
        self._parameters = parameters
        self._background = Background(self)
        self._timer = LockTimer(application, parent=self)
        self._timer.set_minutes(self._settings.lock_after_minutes)
        self._out = WaysOut(window, leaving, lambda: self._settings, self)
        self._out.begun.connect(self._out_begun)
        self._timer.expired.connect(lambda: self._out.lock_for("idle"))
        self._system = SystemLocks(self)
        self._system.lock_wanted.connect(self._out.lock_for)
        self._chord = PanicChord(application, parent=self)
        self._chord.pressed.connect(self._out.panic_begins)
        self._chord.released.connect(self._out.panic_let_go)
        self._chord.completed.connect(self._out.panic_completed)
        self._armed = ArmedTriggers(application, clock.now_utc, self)
        self._armed.deed_wanted.connect(self._out.do)
        self._armed.hide_wanted.connect(self._out.hide)
        self._armed.false_alarm.connect(self._out.false_alarm)
        self._tray = Tray(window, self._out, self)
        self._capture = CaptureGuard(application, capture, self)
        self._capture.want(self._settings.hide_from_capture)
        window.closing.connect(leaving.close)
        window.lock_wanted.connect(self.lock)
        apply_theme(application, self._settings.theme)

    def heed_system(self, environment: Mapping[str, str]) -> None:
        """Lock when the system locks its screen or goes to sleep."""
        self._system.listen(environment)

    def load_rest(self) -> None:
        """Load, in the background, what an open vault needs; the first screen is up without it."""
        threading.Thread(target=import_module, args=("hrd_desktop.ui.opened",), daemon=True).start()

    # -- before a vault is open ---------------------------------------------------------------

    def start(self, vault: str, *, new: bool) -> None:
        """Show the first screen: for ``vault``, an absolute path, or for what the settings know."""
        if new:
            self._show_first_run(new_path=vault)
            return
        self._armed.apply(self._settings.triggers)
        self._tray.show(self._settings.tray)
        known = self._settings.with_vault(vault).vaults if vault else self._settings.vaults
        if not known:
            self._show_first_run()
            return
        screen = self._show_unlock(known)
        self._look_at(known[0], screen)

    def _look_at(self, vault: str, screen: UnlockScreen) -> None:
        """Finish a wipe that was begun, and blur the times that the process before this one left."""
        now_ns = to_microseconds(self._clock.now_utc()) * 1000

        def look() -> bool:
            finished = finish_begun_wipe(vault, os.environ) is not None
            if not finished:
                blur_times(vault, now_ns)
            return finished

        def seen(finished: bool) -> None:
            if finished:
                screen.refuse(describe(WipedError())[0])

        self._background.run(look, seen)

    def _show_unlock(self, vaults: tuple[str, ...]) -> UnlockScreen:
        panic = self._make_panic() if self._settings.panic_while_locked else None
        screen = UnlockScreen(panic)
        screen.show_vaults(vaults)
        screen.unlock_wanted.connect(partial(self._unlock, screen))
        screen.vault_chosen.connect(partial(self._choose, screen))
        screen.shares_wanted.connect(partial(self._ask_for_shares, screen))
        screen.rescue_wanted.connect(partial(self._ask_to_rescue, screen))
        screen.restore_wanted.connect(lambda: self._ask_to_restore(partial(self._choose, screen)))
        screen.new_vault_wanted.connect(lambda: self._show_first_run(back=True))
        self._leaving.enter(vaults[0] if vaults else "", None)
        self._window.show_screen(screen)
        screen.start()
        return screen

    def _choose(self, screen: UnlockScreen, vault: str) -> None:
        known = tuple(path for path in self._settings.vaults if path != vault)
        screen.show_vaults((vault, *known))
        self._leaving.enter(vault, None)
        screen.start()

    def _show_first_run(self, *, new_path: str = "", back: bool = False) -> None:
        from hrd_desktop.ui.first_run.wizard import FirstRun

        screen = FirstRun(
            self._random, os.path.expanduser("~"), new_path=new_path, can_go_back=back, parent=None
        )
        screen.create_wanted.connect(partial(self._create, screen))
        screen.example_wanted.connect(partial(self._make_example, screen))
        screen.open_wanted.connect(self._show_unlock_first)
        screen.restore_wanted.connect(lambda: self._ask_to_restore(self._show_unlock_first))
        screen.cancelled.connect(lambda: self._show_unlock(self._settings.vaults))
        self._window.show_screen(screen)

    def _unlock(self, screen: UnlockScreen, vault: str, text: str, key_file: str) -> None:
        def opened(answer: AnswerTime) -> Session:
            from hrd_desktop.services.unlock_with import unlock_with_text

            session = unlock_with_text(vault, text, key_file, self._random, self._clock, answer)
            self._note_key_file(session, key_file)
            return session

        self._open(screen, vault, opened)

    def _note_key_file(self, session: Session, key_file: str) -> None:
        """Where one of the two was moved, a wipe finds them from now on. Not on the thread that paints."""
        if not key_file or self._settings_file is None:
            return
        from hrd_desktop.services.key_file_place import follow_key_file

        # A record that cannot be kept now is no reason not to open the vault.
        with contextlib.suppress(SettingsFailedError):
            follow_key_file(session, key_file, self._settings_file)

    def _unlock_with_shares(self, screen: UnlockScreen, vault: str, shares: list[Share]) -> None:
        entered = tuple(shares)

        def opened(answer: AnswerTime) -> Session:
            from hrd_desktop.services.unlock_with import unlock_with_shares

            return unlock_with_shares(vault, entered, self._random, self._clock, answer)

        self._open(screen, vault, opened)

    def _ask_for_shares(self, screen: UnlockScreen, vault: str) -> None:
        from hrd_desktop.ui.shares.entry import EnterSharesDialog

        dialog = EnterSharesDialog(
            self._window,
            self.tr("Open with shares"),
            self.tr(
                "Each share is checked as it comes in. Where enough of one set are in, they open the vault."
            ),
            self.tr("Unlock with these shares"),
        )
        dialog.decided.connect(partial(self._unlock_with_shares, screen, vault))
        dialog.open()

    def _ask_to_rescue(self, screen: UnlockScreen, vault: str) -> None:
        from hrd_desktop.ui.rescue.dialog import RescueDialog

        dialog = RescueDialog(self._window, vault, random=self._random, clock=self._clock)
        dialog.open_wanted.connect(partial(self._choose, screen))
        dialog.open()

    def _ask_to_restore(self, open_it: Callable[[str], object]) -> None:
        from hrd_desktop.ui.backup.restore_dialog import RestoreDialog

        home = os.path.expanduser("~")
        dialog = RestoreDialog(self._window, "", home, random=self._random, clock=self._clock)
        dialog.open_wanted.connect(open_it)
        dialog.open()

    def _show_unlock_first(self, path: str) -> None:
        """The unlock screen with this vault chosen, before those that are known."""
        self._show_unlock((path, *self._settings.vaults))

    def _open(self, screen: UnlockScreen, vault: str, opened: Callable[[AnswerTime], Session]) -> None:
        def work() -> Session:
            # Here and not on the thread that paints, in case the passphrase was typed faster than it loads.
            from hrd_desktop.ui.opened import answering

            return answering(vault, opened)

        def failed(error: SheafError) -> None:
            happened, _, do = describe(error)
            # Of a wrong passphrase nothing more is said than that it is wrong.
            wrong = isinstance(error, WrongCredentialError)
            screen.refuse(happened, "" if wrong else do)
            if wrong:
                self._count_failure()

        def done(session: Session) -> None:
            screen.forget()
            self._enter(vault, session)

        screen.set_busy(True)
        self._background.run(work, done, failed)

    def _count_failure(self) -> None:
        """One more failed unlock; counted in the settings before anything is done about it."""
        file = self._settings_file
        if file is None or not self._settings.triggers.failed_unlocks:
            return
        fired: list[bool] = []

        def count(settings: Settings) -> Settings:
            triggers, last = settings.triggers.after_failed_unlock()
            fired.append(last)
            return replace(settings, triggers=triggers)

        def counted(settings: Settings) -> None:
            self._settings = replace(self._settings, triggers=settings.triggers)
            if fired[-1]:
                self._out.do(POWER_OFF)

        # Where the count cannot be kept, the attempt is as good as any other.
        self._background.run(lambda: file.update(count), counted, lambda error: None)

    def _create(self, screen: FirstRun, wanted: NewVault) -> None:
        def work() -> Session:
            from hrd_desktop.ui.opened import make_vault

            return make_vault(
                wanted.path,
                wanted.passphrase,
                wanted.recovery_code,
                parameters=self._parameters,
                reserve_bytes=wanted.reserve_bytes,
                random=self._random,
                clock=self._clock,
            )

        def failed(error: SheafError) -> None:
            screen.set_busy(False)
            tell(self._window, error)

        def done(session: Session) -> None:
            screen.forget()
            self._settings = replace(self._settings, lock_after_minutes=wanted.lock_after_minutes)
            self._enter(wanted.path, session, wanted.backup_path)

        screen.set_busy(True)
        self._background.run(work, done, failed)

    def _make_example(self, screen: FirstRun) -> None:
        def work() -> tuple[str, Session]:
            from hrd_desktop.services.example import make_example
            from hrd_desktop.services.example_name import example_path

            path = example_path(os.path.expanduser("~"))
            return path, make_example(path, self._random, self._clock)

        def done(made: tuple[str, Session]) -> None:
            self._enter(*made)

        def failed(error: SheafError) -> None:
            screen.set_busy(False)
            tell(self._window, error)

        screen.set_busy(True)
        self._background.run(work, done, failed)

    def _remove_example(self) -> None:
        from hrd_desktop.services.example import remove_example

        def remove(vault: str) -> None:
            remove_example(vault, self._random)
            if self._settings_file is not None:
                with contextlib.suppress(SheafError):
                    self._settings_file.update(lambda settings: settings.without_vault(vault))

        self._leaving.lock_and_remove(self.tr("The example is removed."), remove)

    # -- while it is open ---------------------------------------------------------------------

    def _enter(self, vault: str, session: Session, backup_path: str = "") -> None:
        from hrd_desktop.ui.opened import show_opened

        settings = self._settings.with_vault(vault)
        settings = replace(settings, triggers=settings.triggers.after_unlock(self._clock.now_utc()))
        # Before the button of panic is made, which says how many vaults it destroys.
        self._settings = settings
        opened = show_opened(
            session,
            vault,
            settings,
            self._settings_file,
            self._window.holder,
            self._make_panic(),
            self._random,
            self,
        )
        opened.operations.failed.connect(lambda error: tell(self._window, error))
        preferences, workspace = opened.preferences, opened.workspace
        preferences.changed.connect(self._apply)
        preferences.save()
        self._leaving.enter(vault, opened.operations)
        workspace.lock_wanted.connect(self.lock)
        workspace.example.removal_asked.connect(self._remove_example)
        self._out.open(workspace)
        self._window.show_screen(workspace)
        workspace.start()
        self._apply(preferences.settings)
        self._armed.set_locked(False)
        self._timer.start()
        if backup_path:
            opened.sections.begin_backup(backup_path)
        if not self._settings.memory_told:
            from hrd_desktop.ui.security.lock_card import tell_memory

            tell_memory(opened.operations, preferences, workspace.tell_once)
        self.entered.emit()

    def _apply(self, settings: Settings) -> None:
        if settings.theme != self._settings.theme:
            apply_theme(self._application, settings.theme)
        self._settings = settings
        self._timer.set_minutes(settings.lock_after_minutes)
        self._armed.apply(settings.triggers)
        self._tray.show(settings.tray)
        self._capture.want(settings.hide_from_capture)

    # -- and out again ------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock at once; does nothing where nothing is open."""
        self._out.lock_now()

    def _make_panic(self) -> PanicButton:
        button = PanicButton(vaults=len(self._settings.vaults))
        button.pressed_down.connect(self._out.panic_begins)
        button.let_go.connect(self._out.panic_let_go)
        button.completed.connect(self._out.panic_completed)
        return button

    def _out_begun(self) -> None:
        self._timer.stop()
        self._background.forget()
        for making in self._window.findChildren(Abandon):
            making.wanted.emit()
