"""Marking the sentences of messages for translation."""

from __future__ import annotations


def said(sentence: str) -> str:
    """Marks a sentence for translation, as QT_TR_NOOP does; it is translated when it is shown."""
    return sentence
