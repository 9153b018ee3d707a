"""A rescue as the window runs it: with what a person typed, stopped by a button, and undone by a panic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.shares import Share
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.rescue import RescueReport
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.rescue import Rescue
from hrd_desktop.services.rescue_source import overwrite_new
from hrd_desktop.services.shares import credential_of


@dataclass(frozen=True, repr=False)
class WhatOpens:
    """A text, with a key file or without, or shares."""

    text: str = ""
    key_file: str | None = None
    shares: tuple[Share, ...] = ()

    def credential(self) -> Credential:
        """What they make. Raises what is wrong with what was typed."""
        if self.shares:
            return credential_of(self.shares)
        return load_credential(self.text, self.key_file)


class RunningRescue:
    """One rescue, run in the background. ``cancel`` and ``abandon`` from any thread."""

    def __init__(
        self,
        vault: str,
        target: str,
        opens: WhatOpens,
        *,
        random: Callable[[int], bytes],
        clock: Clock,
        new_id: Callable[[], UUID],
        progress: Progress,
        cancel: CancelToken,
    ) -> None:
        self._vault = vault
        self._target = target
        self._opens = opens
        self._random = random
        self._clock = clock
        self._new_id = new_id
        self._progress = progress
        self._cancel = cancel
        self._rescue: Rescue | None = None

    def run(self) -> RescueReport:
        """Raises what ``Rescue.run`` raises, and what is wrong with what was typed."""
        self._rescue = Rescue(
            self._vault,
            self._target,
            self._opens.credential(),
            random=self._random,
            clock=self._clock,
            new_id=self._new_id,
            progress=self._progress,
            cancel=self._cancel,
        )
        return self._rescue.run()

    def cancel(self) -> None:
        """Stop at the next place; nothing stays at the new one."""
        self._cancel.cancel()

    def abandon(self) -> None:
        """Overwrite the keys of what is being made, at once: the process may be about to end."""
        self._cancel.cancel()
        if self._rescue is not None:
            overwrite_new(self._rescue.building, self._random)
