"""Which of the controls that a screen reader comes across would be read out without a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: On Linux the name of a box of choices is the choice (QAccessibleComboBox); its label is a relation.
_NAMED_BY_LABEL = ("combo box", "spin button")


def unnamed(controls: Iterable[dict[str, Any]]) -> list[str]:
    """Every control that takes the keyboard and does not say what it is."""
    return [
        f"{each['role']} at {each['place']}"
        for each in controls
        if each["focusable"]
        and not (each["name"] and (each["role"] not in _NAMED_BY_LABEL or _says_what(each)))
    ]


def _says_what(control: dict[str, Any]) -> bool:
    return any(control["labelled_by"]) or bool(control["description"])
