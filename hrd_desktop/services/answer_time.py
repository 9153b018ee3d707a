"""Giving the answer to a credential at a time that does not depend on what it opened.

In a vault with a reserve one passphrase may open the one compartment, another the other, a third one refresh
the reserve, a fourth nothing. What each of them takes after the key derivation differs; so the answer waits
for the next multiple of a fixed time from there on. Method: docs/spec/vault-format.md, section 7.6.
"""

from __future__ import annotations

import time
from collections.abc import Callable

#: Enough for opening, reading and closing a small vault on a slow disk; what takes longer takes a multiple.
STEP_S = 0.4
_AWAKE_S = 0.0005


class AnswerTime:
    """Measures from ``begin``, which is called when the key derivation has ended."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        step_s: float = STEP_S,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._step_s = step_s
        self._began: float | None = None

    def begin(self) -> None:
        """The key derivation has ended; from here on paths differ."""
        self._began = self._monotonic()

    def wait(self) -> None:
        """Wait for the next multiple; at once where nothing was begun (a vault without a reserve)."""
        if self._began is None:
            return
        passed_s = self._monotonic() - self._began
        due = self._began + passed_s + self._step_s - passed_s % self._step_s
        self._sleep(max(0.0, due - self._monotonic() - _AWAKE_S))
        while self._monotonic() < due:
            # A sleep ends late by as much as the system likes; the last moments are waited for awake.
            continue
