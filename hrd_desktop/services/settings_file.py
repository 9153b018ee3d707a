"""The one cleartext file outside a vault: what must be known before one is unlocked.

It names the vaults of this user and nothing in them. A wipe removes it. What it holds is bounded and checked
when it is read: a damaged or foreign file is the same as none.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from hrd_desktop.domain.errors.settings import SettingsFailedError
from hrd_desktop.services.remembered_vaults import KEPT_VAULTS, read_settings_file, vaults_named_in
from hrd_desktop.services.share_records import KEPT_SHARES, Share, shares_named_in
from hrd_desktop.services.triggers import Triggers, triggers_from
from hrd_desktop.storage.disk import fsync_folder
from hrd_desktop.storage.settings_place import settings_file

THEMES = ("system", "light", "dark")
LANGUAGES = ("en",)
LOCK_AFTER_MINUTES = (1, 2, 5, 10, 15, 30, 60)
DEFAULT_LOCK_AFTER_MINUTES = 5


@dataclass(frozen=True, repr=False)
class Settings:
    """What the file holds. ``vaults`` are absolute paths, the one used last first.

    ``panic_while_locked``: the panic button is on the unlock screen too. ``panic_report``: what a wipe did is
    shown for twenty seconds before the window closes. ``triggers``: what sets panic off by itself.
    ``hide_from_capture``: windows are kept out of screenshots, where the system can do that.
    ``tray``: a menu beside the clock. ``memory_told``: that memory may reach the disk was said once.
    ``shares``: key files that the program made, which a wipe deletes.
    """

    language: str = "en"
    theme: str = "system"
    vaults: tuple[str, ...] = ()
    lock_after_minutes: int = DEFAULT_LOCK_AFTER_MINUTES
    panic_while_locked: bool = False
    panic_report: bool = False
    triggers: Triggers = field(default_factory=Triggers)
    tray: bool = False
    hide_from_capture: bool = True
    memory_told: bool = False
    shares: tuple[Share, ...] = ()

    def with_share(self, share: Share) -> Settings:
        """The same with a key file that was made."""
        return replace(self, shares=(share, *self.shares)[:KEPT_SHARES])

    def with_shares(self, shares: tuple[Share, ...]) -> Settings:
        """The same with these key files and no others."""
        return replace(self, shares=shares)

    def without_share(self, share: Share) -> Settings:
        """The same without it, wherever the file lay when it was written down."""
        return replace(self, shares=tuple(known for known in self.shares if known[2] != share[2]))

    def with_vault(self, path: str) -> Settings:
        """The same with ``path`` as the vault used last."""
        rest = tuple(known for known in self.vaults if known != path)
        return replace(self, vaults=(path, *rest)[:KEPT_VAULTS])

    def without_vault(self, path: str) -> Settings:
        """The same without ``path``."""
        return replace(self, vaults=tuple(known for known in self.vaults if known != path))


class SettingsFile:
    """Reads and writes the file at one path, for any thread."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._guard = threading.RLock()

    def load(self) -> Settings:
        """What the file says, and the defaults where it says nothing that can be used."""
        return _settings_from(read_settings_file(self.path))

    def save(self, settings: Settings) -> None:
        """Write all of it to a new file, 0600, and put that in the place of the old one.

        Raises SettingsFailedError; then the old file is still there, whole.
        """
        with self._guard:
            self._save(settings)

    def _save(self, settings: Settings) -> None:
        folder = os.path.dirname(self.path)
        temporary = self.path + ".new"
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            fd = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600
            )
            with os.fdopen(fd, "wb") as file:
                file.write(json.dumps(asdict(settings), ensure_ascii=True, indent=2).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
            fsync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise SettingsFailedError(errno=error.errno) from None

    def update(self, change: Callable[[Settings], Settings]) -> Settings:
        """Load, change, save. Raises SettingsFailedError. Returns what is now in the file."""
        with self._guard:
            before = self.load()
            after = change(before)
            if after != before:
                self.save(after)
            return after


def find_settings_file(environment: Mapping[str, str]) -> SettingsFile | None:
    """The file of this user; None for one who has no home."""
    try:
        return SettingsFile(settings_file(environment))
    except KeyError:
        return None


def _settings_from(untrusted: dict[str, object]) -> Settings:
    default = Settings()
    minutes = untrusted.get("lock_after_minutes")
    return Settings(
        language=_one_of(LANGUAGES, untrusted.get("language"), default.language),
        theme=_one_of(THEMES, untrusted.get("theme"), default.theme),
        vaults=vaults_named_in(untrusted),
        lock_after_minutes=minutes
        if type(minutes) is int and minutes in LOCK_AFTER_MINUTES
        else default.lock_after_minutes,
        panic_while_locked=untrusted.get("panic_while_locked") is True,
        panic_report=untrusted.get("panic_report") is True,
        triggers=triggers_from(untrusted.get("triggers")),
        tray=untrusted.get("tray") is True,
        hide_from_capture=untrusted.get("hide_from_capture") is not False,
        memory_told=untrusted.get("memory_told") is True,
        shares=shares_named_in(untrusted),
    )


def _one_of(known: tuple[str, ...], untrusted: object, default: str) -> str:
    return untrusted if isinstance(untrusted, str) and untrusted in known else default
