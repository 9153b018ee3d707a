"""New vaults by the hundred: made once, copied for each test, their passphrase stretched once."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path
from unittest.mock import patch

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters, stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.create import create
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock


class Mould:
    """Gives copies of one new, empty vault for each passphrase; such copies share their vault id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Path] = {}

    def cast(self, passphrase: str, root: Path) -> Path:
        """Put a new vault with a cheap key derivation at ``root``."""
        if passphrase not in self._made:
            made = self._folder / str(len(self._made))
            create(
                str(made),
                credential_from_text(passphrase),
                parameters=MINIMUM,
                recovery_code=None,
                reserve_bytes=0,
                random=os.urandom,
                clock=SystemClock(),
            )
            self._made[passphrase] = made
        shutil.copytree(self._made[passphrase], root)
        return root

    @staticmethod
    def open(passphrase: str, root: Path) -> Session:
        """Open such a copy as the program does, but for a wait that was waited once."""
        with patch("hrd_desktop.services.unlock.stretch", stretch_once):
            return unlock(str(root), credential_from_text(passphrase), random=os.urandom, clock=SystemClock())


@functools.cache
def stretch_once(secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
    """The same bytes as :func:`stretch`, without the wait when asked again."""
    return stretch(secret, salt, parameters)
