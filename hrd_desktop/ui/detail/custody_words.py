"""What the actions of a custody log are called."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hrd_desktop.ui.detail.marking import QT_TRANSLATE_NOOP

_CONTEXT = "custody"

_ACTIONS: dict[str, str] = {
    "collected": QT_TRANSLATE_NOOP("custody", "Collected"),
    "received": QT_TRANSLATE_NOOP("custody", "Received"),
    "imported": QT_TRANSLATE_NOOP("custody", "Imported"),
    "verified": QT_TRANSLATE_NOOP("custody", "Checked: unchanged"),
    "integrity-failed": QT_TRANSLATE_NOOP("custody", "Check failed"),
    "edited": QT_TRANSLATE_NOOP("custody", "Record edited"),
    "derived": QT_TRANSLATE_NOOP("custody", "Another item was made from it"),
    "redacted": QT_TRANSLATE_NOOP("custody", "A redacted copy was made"),
    "exported": QT_TRANSLATE_NOOP("custody", "Exported"),
    "transferred": QT_TRANSLATE_NOOP("custody", "Handed over"),
    "registered-in": QT_TRANSLATE_NOOP("custody", "Registered in a case"),
    "removed-from": QT_TRANSLATE_NOOP("custody", "Taken out of a case"),
    "continued": QT_TRANSLATE_NOOP("custody", "The log was continued under a new key"),
    "sealed": QT_TRANSLATE_NOOP("custody", "Sealed"),
    "destroyed": QT_TRANSLATE_NOOP("custody", "Destroyed"),
}


def action_word(action: str) -> str:
    """What happened, in words; an action of a newer version keeps its own name."""
    return QCoreApplication.translate(_CONTEXT, _ACTIONS.get(action, action))
