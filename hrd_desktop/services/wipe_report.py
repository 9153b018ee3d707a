"""What a wipe did, step by step, and what no wipe can reach.

Part of the panic path: plain classes, since ``dataclasses`` takes as long to import as the keys take to
overwrite.
"""

from __future__ import annotations

import os

OVERWRITTEN = "overwritten"
NOT_FOUND = "not-found"
FAILED = "failed"
OUT_OF_REACH = "out-of-reach"


class Step:
    """One line of the report.

    ``step`` and ``result`` are stable codes. ``detail`` is a number of files, the name of one file inside the
    vault with the code of what went wrong, or the kind of a file system; never a name that the user gave.
    ``vault`` counts the vaults of one wipe from 1, the one that was named; 0 is none of them. ``ms`` is how
    long the step took, on the first line of it and None on further ones; it is no part of what happened.
    """

    __slots__ = ("detail", "ms", "result", "step", "vault")

    def __init__(
        self, step: str, result: str, detail: str = "", vault: int = 1, ms: float | None = None
    ) -> None:
        self.step = step
        self.result = result
        self.detail = detail
        self.vault = vault
        self.ms = ms

    def _what(self) -> tuple[str, str, str, int]:
        return (self.step, self.result, self.detail, self.vault)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self._what() == other._what()

    def __hash__(self) -> int:
        return hash(self._what())

    def __repr__(self) -> str:
        return "Step({!r}, {!r}, {!r}, {!r})".format(*self._what())

    def fields(self) -> dict[str, object]:
        """As promised for ``panic --json``."""
        return {
            "step": self.step,
            "result": self.result,
            "detail": self.detail,
            "vault": self.vault,
            "ms": self.ms,
        }


class WipeReport:
    """All steps in order.

    ``keys_overwritten_ms``: from the call until both key slot files were overwritten and on the device; None
    when there were none or one of them was not.
    """

    __slots__ = ("keys_overwritten_ms", "steps")

    def __init__(self, keys_overwritten_ms: float | None, steps: tuple[Step, ...]) -> None:
        self.keys_overwritten_ms = keys_overwritten_ms
        self.steps = steps

    @property
    def failed(self) -> bool:
        """Whether a step failed; out of reach is not failed."""
        return any(step.result == FAILED for step in self.steps)

    @property
    def found(self) -> bool:
        """Whether there was a vault at all."""
        return any(step.result in (OVERWRITTEN, FAILED) for step in self.steps)

    def fields(self) -> dict[str, object]:
        """As promised for ``panic --json``."""
        return {
            "keys_overwritten_ms": self.keys_overwritten_ms,
            "steps": [step.fields() for step in self.steps],
        }


class Tally:
    """Counts the files of one step and keeps those that failed, each with its reason."""

    __slots__ = ("_failures", "_root", "_step", "count")

    def __init__(self, step: str, root: str) -> None:
        self._step = step
        self._root = root
        self._failures: list[Step] = []
        self.count = 0

    def has_failures(self) -> bool:
        """Whether any file failed so far."""
        return bool(self._failures)

    def add_failure(self, path: str, reason: OSError | str) -> None:
        """Keep a failure under the file's name inside the vault (``.`` is all of it), or its last name."""
        if path == self._root:
            name = "."
        elif path.startswith(self._root + os.sep):
            name = path[len(self._root) + 1 :]
        else:
            name = os.path.basename(path)
        self._failures.append(Step(self._step, FAILED, f"{name}: {reason_code(reason)}"))

    def steps(self) -> list[Step]:
        """How many were overwritten, or that there were none, and one step for each failure."""
        if self.count:
            return [Step(self._step, OVERWRITTEN, str(self.count)), *self._failures]
        return self._failures or [Step(self._step, NOT_FOUND)]


def reason_code(reason: OSError | str) -> str:
    """``EIO`` and the like; the text of an OSError would carry a path."""
    if isinstance(reason, str):
        return reason
    import errno

    return errno.errorcode.get(reason.errno or 0, str(reason.errno))
