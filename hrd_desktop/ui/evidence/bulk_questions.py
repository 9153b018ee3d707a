"""What is asked before many items are changed at once: which tags, which case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from hrd_desktop.services.overview import Overview
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.evidence.actions import ItemActions
from hrd_desktop.ui.evidence.case_dialog import CaseDialog
from hrd_desktop.ui.evidence.tag_dialog import TagDialog
from hrd_desktop.ui.operations import Operations

#: Of the drafts of the two questions.
TAGS_DRAFT, CASE_DRAFT = "tags", "add-to-case"


class BulkQuestions(QObject):
    """``overview`` gives the tags and cases there are, or None while they are not known."""

    def __init__(
        self,
        operations: Operations,
        actions: ItemActions,
        overview: Callable[[], Overview | None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._operations = operations
        self._actions = actions
        self._overview = overview
        self._window = window

    def ask_tags(self, numbers: Sequence[int]) -> DialogDraft:
        """Ask which tags these items get and lose."""
        overview = self._overview()
        dialog = TagDialog(len(numbers), overview.tags if overview is not None else (), self._window)
        dialog.chosen.connect(lambda add, remove: self._actions.tag(numbers, add, remove))
        fields: dict[str, QWidget] = {"add": dialog.add, "remove": dialog.remove}
        kept = DialogDraft(self._operations, TAGS_DRAFT, {"numbers": list(numbers)}, fields, dialog)
        dialog.open()
        return kept

    def ask_case(self, numbers: Sequence[int]) -> DialogDraft:
        """Ask for the case that these items are added to."""
        overview = self._overview()
        dialog = CaseDialog(len(numbers), overview.cases if overview is not None else (), self._window)
        dialog.case_chosen.connect(lambda case: self._actions.add_to_case(numbers, case))
        dialog.new_case_named.connect(lambda reference: self._actions.add_to_case(numbers, reference))
        fields: dict[str, QWidget] = {"reference": dialog.reference}
        kept = DialogDraft(self._operations, CASE_DRAFT, {"numbers": list(numbers)}, fields, dialog)
        dialog.open()
        return kept

    def go_on_with_tags(self, state: Mapping[str, Any]) -> None:
        """Ask again with what was entered before the vault was locked."""
        self.ask_tags(state["numbers"]).put(state)

    def go_on_with_case(self, state: Mapping[str, Any]) -> None:
        """Ask again with what was entered before the vault was locked."""
        self.ask_case(state["numbers"]).put(state)
