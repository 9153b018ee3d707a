"""Refreshing the reserve in the background, after the answer to the passphrase that asked for it.

Method: docs/spec/vault-format.md, section 7.5.
"""

from __future__ import annotations

import threading

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import DiskFailedError
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.storage.reserve_refresh import (
    begin_refresh,
    load_reserve,
    note_part,
    parts_of,
    refresh_file,
)
from hrd_desktop.storage.vault import Vault

#: So long after the vault was opened nothing is done, so that no answer waits for it.
DELAY_S = 0.5


class ReserveRefresher:
    """One thread that overwrites the slots, then the files. Ended early, the next unlock goes on."""

    def __init__(self, vault: Vault, lane: VaultLane, delay_s: float = DELAY_S) -> None:
        self._vault = vault
        self._lane = lane
        self._delay_s = delay_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reserve", daemon=True)

    def start(self) -> None:
        """Begin, after the delay."""
        self._thread.start()

    def close(self) -> None:
        """End it soon: at the latest now the slots are overwritten; what is left is done another time."""
        self._ending.set()
        self._thread.join()

    def wait(self) -> None:
        """Wait until all of it is done."""
        self._thread.join()

    def _run(self) -> None:
        self._ending.wait(self._delay_s)
        try:
            number = self._lane.call(lambda: begin_refresh(self._vault, anew=False))
            parts = self._lane.call(lambda: parts_of(self._vault.layout, load_reserve(self._vault)))
            while number <= len(parts) and self._may_go_on():
                path = parts[number - 1]
                if not refresh_file(self._vault.layout, path, self._vault.random, self._may_go_on):
                    return
                done = number
                self._lane.call(lambda done=done: note_part(self._vault, done, len(parts)))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
                number += 1
        except DiskFailedError:
            self._vault.read_only = True
        except SheafError:
            # A full disk, a lock, a wipe: the setting still says how far it has come.
            return

    def _may_go_on(self) -> bool:
        return not self._ending.is_set() and not self._vault.read_only
