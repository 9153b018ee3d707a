"""What is being typed into a dialog comes back after a lock, like that of any other form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from hrd_desktop.ui.draft_keeper import DraftKeeper
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.typed_fields import connect_typed, put_value, value_of


class DialogDraft(QObject):
    """Of one dialog, from when it opens until it is closed; a lock only hides it.

    ``where`` is what the dialog is about, as values that JSON knows. Never give it a field for a secret.
    """

    def __init__(
        self,
        operations: Operations,
        kind: str,
        where: Mapping[str, Any],
        fields: Mapping[str, QWidget],
        dialog: QDialog,
    ) -> None:
        super().__init__(dialog)
        self._where = dict(where)
        self._fields = dict(fields)
        self._keeper = DraftKeeper(operations, kind, self._state, self)
        for field in self._fields.values():
            connect_typed(field, self._keeper.touch)
        dialog.finished.connect(self._keeper.drop)

    def put(self, state: Mapping[str, Any]) -> None:
        """Fill the fields with what ``state`` holds; from now on it is this dialog's to keep or to drop."""
        for name, value in state["fields"].items():
            if name in self._fields:
                put_value(self._fields[name], value)
        self._keeper.keep()

    def drop(self) -> None:
        """What was typed has done its work, although the dialog is still open."""
        self._keeper.drop()

    def _state(self) -> dict[str, Any]:
        return {**self._where, "fields": {name: value_of(field) for name, field in self._fields.items()}}
