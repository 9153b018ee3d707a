"""What every way of looking at an item has in common."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.records import Item
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.detail.previewing import SharedPreviewer


class Look(QWidget):
    """One way of looking at an item.

    ``shown`` comes when there is something to see. ``failed`` carries the error when there will be nothing.
    ``noticed`` carries a sentence about what is seen, or an empty text.
    """

    shown = Signal()
    failed = Signal(object)
    noticed = Signal(str)

    def __init__(self, reads: LatestRead, previewer: SharedPreviewer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._previewer = previewer

    @abstractmethod
    def look_at(self, item: Item) -> None:
        """Show ``item``; nothing of another one is visible from now on."""

    @abstractmethod
    def clear(self) -> None:
        """Forget everything that was shown."""
