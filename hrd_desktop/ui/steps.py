"""What was done to the open vault since it was unlocked, and what takes each step back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from hrd_desktop.services.taking_back import TakeBack

#: The oldest are forgotten beyond this many.
_MOST = 100


@dataclass(frozen=True, repr=False)
class Step:
    """One thing done. ``undone`` is what is said once ``back`` has taken it back."""

    undone: str
    back: TakeBack


class Steps(QObject):
    """Kept in memory only: all of it is gone with the lock.

    ``said`` carries a sentence about what happened, and whether it can be taken back.
    """

    said = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: list[Step] = []

    def say(self, sentence: str) -> None:
        """Say what happened, or why nothing did."""
        self.said.emit(sentence, False)

    def did(self, sentence: str, back: TakeBack | None, undone: str) -> None:
        """Say what was done; ``back`` (None when nothing changed) takes it back."""
        if back is not None:
            self._steps = [*self._steps[-_MOST + 1 :], Step(undone, back)]
        self.said.emit(sentence, back is not None)

    def take_last(self) -> Step | None:
        """The last step, which is not kept any longer; or None."""
        return self._steps.pop() if self._steps else None

    def forget(self) -> None:
        """Nothing before this can be taken back any more."""
        self._steps.clear()
