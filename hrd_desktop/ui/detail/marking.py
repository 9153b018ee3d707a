"""The mark of a sentence that is translated only when it is shown."""

from __future__ import annotations


def QT_TRANSLATE_NOOP(context: str, sentence: str) -> str:  # noqa: N802  # the name that lupdate looks for
    """``sentence`` unchanged. Qt's own function does the same but is typed as giving any object."""
    return sentence
