"""Asking what is to leave, and what was typed about it before a lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.records import Case
from hrd_desktop.services.cases import list_cases
from hrd_desktop.ui.dialog_draft import DialogDraft
from hrd_desktop.ui.export.dialog import ExportDialog, scopes_for
from hrd_desktop.ui.operations import Operations

EXPORT_DRAFT = "export"


class ExportQuestion(QObject):
    """Opens the dialog."""

    def __init__(self, operations: Operations, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._window = window

    def ask(self, selected: Sequence[int] | None, case: Case | None, listed: Sequence[int]) -> DialogDraft:
        """Ask about what is selected, the case that is shown, or all that is listed."""
        dialog = ExportDialog(self._operations, scopes_for(selected, case, listed), self._window)
        where = {
            "selected": spans_of(selected or ()),
            "case": str(case.id) if case is not None else None,
            "listed": spans_of(listed) if case is None else [],
        }
        kept = DialogDraft(self._operations, EXPORT_DRAFT, where, dialog.typed_fields(), dialog)
        dialog.exported.connect(kept.drop)
        dialog.open()
        return kept

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Ask again about the same items, with what was typed; what lets more leave is decided anew."""
        self._operations.read(list_cases, partial(self._ask_again, state))

    def _ask_again(self, state: Mapping[str, Any], cases: Sequence[Case]) -> None:
        wanted = UUID(state["case"]) if state["case"] is not None else None
        case = next((each for each in cases if each.id == wanted), None)
        self.ask(numbers_of(state["selected"]), case, numbers_of(state["listed"])).put(state)


def spans_of(numbers: Iterable[int]) -> list[list[int]]:
    """The same numbers as first and last of each run: a list may have a hundred thousand."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans


def numbers_of(spans: Iterable[Sequence[int]]) -> list[int]:
    """The numbers in these runs."""
    return [number for first, last in spans for number in range(first, last + 1)]
