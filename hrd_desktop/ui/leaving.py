"""The ways out of an open vault: lock, close, panic. Each of them ends in another process or in none.

Nothing here asks a question, and nothing waits for a job: what is open is taken off the screen first, then
the answers that are still to come are dropped, children die, and the session is closed within a bound.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject

from hrd_desktop.process.spawn import isolated_command
from hrd_desktop.services.lock import close_soon
from hrd_desktop.services.wipe import wipe_vault
from hrd_desktop.services.wipe_all import wipe_keys_of
from hrd_desktop.ui.clipboard import ClipboardGuard
from hrd_desktop.ui.triggers.power_off import MODULE as POWER_OFF

if TYPE_CHECKING:
    from hrd_desktop.services.session import Session
    from hrd_desktop.ui.operations import Operations

#: What the closing thread may take longer than its own bound.
_JOIN_S = 0.5


class Screen(Protocol):
    """What can be blanked and put away at once."""

    def blank(self, words: str) -> None: ...
    def place(self) -> str: ...
    def hide(self) -> None: ...


class Leaving(QObject):
    """Holds the open vault for as long as it is open. Every method may be called more than once.

    ``replace`` becomes another program and ``end`` ends this one; neither returns. ``silence`` cuts the
    standard streams off.
    """

    def __init__(
        self,
        screen: Screen,
        *,
        replace: Callable[[Sequence[str]], None],
        end: Callable[[int], None],
        silence: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._screen = screen
        self._replace = replace
        self._end = end
        self._silence = silence
        self._clipboard = ClipboardGuard(self)
        self._operations: Operations | None = None
        self._vault = ""
        self._others: tuple[str, ...] = ()
        self._closing: threading.Thread | None = None

    def enter(self, vault: str, operations: Operations | None) -> None:
        """From now on this vault is what is left; without ``operations`` it is one that is not open."""
        self._vault = vault
        self._operations = operations

    def cover(self, vaults: Sequence[str]) -> None:
        """A wipe takes these along: every vault that the program remembers."""
        self._others = tuple(vault for vault in vaults if vault != self._vault)

    @property
    def is_open(self) -> bool:
        """Whether a vault is open that has not begun to close."""
        return self._operations is not None

    @property
    def operations(self) -> Operations | None:
        """Calls to the vault that is open, for as long as it is."""
        return self._operations

    @property
    def has_vault(self) -> bool:
        """Whether there is a vault to be wiped, open or not."""
        return bool(self._vault)

    def begin(self, words: str | None) -> None:
        """Blank every view at once and begin to close. ``words`` are all that is seen.

        None: whoever calls has blanked the screen, and goes on showing something on it.
        """
        operations, self._operations = self._operations, None
        session = operations.forget() if operations is not None else None
        if words is not None:
            self._screen.blank(words)
        self._clipboard.clear()
        if operations is not None and session is not None:
            # This process ends by itself now; the watch would end it at a tombstone of its own making.
            session.stop_watching()
            # Asked when nothing is on the screen any more; the fields still hold what was typed.
            acts = operations.last_acts()
            self._closing = threading.Thread(
                target=close_soon, args=(session, acts), name="leave", daemon=True
            )
            self._closing.start()

    def lock(self, words: str) -> None:
        """Blank, close, and become a fresh process at the unlock screen."""
        self.begin(words)
        self.finish_lock()

    def finish_lock(self) -> None:
        """The second half of ``lock``, after ``begin``."""
        self.wait()
        command = isolated_command("hrd_desktop", "--place", self._screen.place())
        self._replace([*command, "--", self._vault] if self._vault else command)

    def lock_and_remove(self, words: str, remove: Callable[[str], object]) -> None:
        """Blank, close, call ``remove`` with the vault's path, and become a fresh process without it."""
        self.begin(words)
        self.wait()
        vault, self._vault = self._vault, ""
        remove(vault)
        self.finish_lock()

    def close(self) -> None:
        """Blank, close, and end."""
        self.begin("")
        self._screen.hide()
        self.wait()
        self._end(0)

    def power_off(self) -> None:
        """Blank, close, and become the program that switches the computer off."""
        self.begin("")
        self._screen.hide()
        self.wait()
        self._silence()
        self._replace(isolated_command(POWER_OFF))

    def wipe_keys(self) -> None:
        """Overwrite the keys of this vault and of every remembered one, now, in this process.

        Takes milliseconds and raises nothing. The command that follows does it again, and reports.
        """
        session = self._forget()
        if session is not None:
            # It would see the tombstone and end this process before that becomes the one that wipes the rest.
            session.stop_watching()
        wipe_vault(
            self._vault,
            random=os.urandom,
            clock_ns=time.monotonic_ns,
            settings_paths=(),
            keys_only=True,
        )
        wipe_keys_of(self._others, random=os.urandom)

    def wipe(self) -> None:
        """Overwrite the keys, put the window away, and become the program that wipes the rest."""
        try:
            self.wipe_keys()
        finally:
            # Whatever happened: the command begins with the keys once more.
            self._screen.blank("")
            self._screen.hide()
            self._clipboard.clear()
            self._silence()
            self._replace(self.wipe_command())

    def wipe_command(self, *options: str) -> list[str]:
        """The very command that a shortcut of the system would run."""
        return isolated_command("hrd_desktop.cli.entry", "panic", self._vault, "--yes", *options)

    def end(self) -> None:
        """End at once."""
        self._end(0)

    def _forget(self) -> Session | None:
        operations, self._operations = self._operations, None
        return operations.forget() if operations is not None else None

    def wait(self) -> None:
        """Wait until it is closed, within a bound."""
        if self._closing is not None:
            self._closing.join(_JOIN_S)
