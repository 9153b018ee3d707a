"""What marks the example on every screen, with the one step that removes it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.ui.bar import Bar
from hrd_desktop.ui.dialogs import confirm


class ExampleBar(Bar):
    """Hidden unless the open vault is an example. ``removal_asked`` comes after one question."""

    removal_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("notice", parent)
        self.add_button(self.tr("Remove the example"), self._ask, "danger")

    def mark(self, is_example: bool) -> None:
        """Say what the open vault is, if it is the example."""
        words = self.tr(
            "This is the example: all of it is invented. Anybody can open it, so put nothing real into it."
        )
        self.say(words if is_example else "")

    def _ask(self) -> None:
        confirm(
            self.window(),
            self.tr("Remove the example?"),
            self.tr("The whole vault goes, with everything that you put into it yourself."),
            self.tr("Remove the example"),
            self.removal_asked.emit,
            danger=True,
        )
