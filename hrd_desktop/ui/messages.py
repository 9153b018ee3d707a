"""What each failure means to a person: what happened, whether the data is safe, what to do now."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.ui.message_words import CONTEXT, find_words


def describe(error: SheafError) -> tuple[str, str, str]:
    """What happened, whether the data is safe, and what to do now; the last two may be empty."""
    happened, safe, do = (
        QCoreApplication.translate(CONTEXT, sentence) if sentence else "" for sentence in find_words(error)
    )
    return happened, safe, do


def quotable(error: SheafError) -> str:
    """The code and the fields: identifiers and numbers, never a name or a path."""
    return str(error)
