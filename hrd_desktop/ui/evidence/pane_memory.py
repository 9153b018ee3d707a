"""The sizes of the panes, and whether items are tiles, as the user left them; kept inside the vault."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSplitter

from hrd_desktop.services.remembered import load_remembered, remember
from hrd_desktop.ui.evidence.list_pane import ListPane
from hrd_desktop.ui.operations import Operations

_AFTER_MS = 1_000
_WIDEST = 10_000


class PaneMemory(QObject):
    """Restores what was remembered under ``name``, and remembers every change a moment later."""

    def __init__(
        self, operations: Operations, name: str, splitter: QSplitter, pane: ListPane, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._name = name
        self._splitter = splitter
        self._pane = pane
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER_MS)
        self._timer.timeout.connect(self._save)
        splitter.splitterMoved.connect(lambda position, index: self._timer.start())
        pane.heading.grid_chosen.connect(self._show_as_grid)
        operations.read(lambda session: load_remembered(session, name), self._restore)

    def _show_as_grid(self, grid: bool) -> None:
        self._pane.list.show_as_grid(grid)
        self._timer.start()

    def _save(self) -> None:
        values: dict[str, object] = {"grid": self._pane.list.as_grid}
        sizes = self._splitter.sizes()
        if 0 not in sizes:
            # A window without room for all of them says nothing about how wide they are wanted.
            values.update({f"pane_{index}": size for index, size in enumerate(sizes)})
        name = self._name
        # No change that any view has to hear of.
        self._operations.read(lambda session: remember(session, name, values), lambda nothing: None)

    def _restore(self, values: dict[str, object]) -> None:
        if values.get("grid") is True:
            self._pane.heading.show_as_grid(True)
        sizes = [values.get(f"pane_{index}") for index in range(self._splitter.count())]
        kept = [size for size in sizes if isinstance(size, int) and 0 < size < _WIDEST]
        if len(kept) == self._splitter.count():
            self._splitter.setSizes(kept)
        self._timer.stop()
