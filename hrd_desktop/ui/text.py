"""Words on the screen: sentences that can be translated, and how names, sizes and times stand in them.

What comes from a file or a user is isolated from the direction of the text around it (Unicode UAX 9, FSI and
PDI) and its control characters are made visible, so that no name can turn a sentence round.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QLabel, QWidget

from hrd_desktop.domain.names import shown

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"


def translated(context: str, sentence: str, **values: object) -> str:
    """``sentence`` in the language of the interface, with ``{name}`` replaced by each of ``values``.

    For modules without a QObject at hand; the tools find it by ``QCoreApplication.translate``'s signature.
    """
    return filled(QCoreApplication.translate(context, sentence), **values)


def filled(sentence: str, **values: object) -> str:
    """``sentence`` with ``{name}`` replaced. A translation that lacks a placeholder still shows the rest."""
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", str(value))
    return sentence


def isolated(untrusted_text: str) -> str:
    """``untrusted_text`` so that neither its direction nor its control characters reach what is around it."""
    return f"{_FIRST_STRONG_ISOLATE}{shown(untrusted_text)}{_POP_ISOLATE}"


def plain_label(
    text: str = "", parent: QWidget | None = None, *, tone: str = "", wrap: bool = False
) -> QLabel:
    """A label that never reads its text as markup."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if tone:
        label.setProperty("tone", tone)
    return label


def size_text(size_bytes: int) -> str:
    """A size as people read it: ``3.4 MB``, powers of 1000, as file managers and cameras count."""
    return isolated(
        QLocale().formattedDataSize(size_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
        if size_bytes >= 1000
        else f"{QLocale().toString(size_bytes)} B"
    )


def number_text(number: int) -> str:
    """A whole number with the grouping of the interface's language."""
    return isolated(QLocale().toString(number))


def time_text(moment: datetime) -> str:
    """An aware time on this computer's clock, to the minute: ``2026-11-22 09:00``, the same everywhere."""
    return isolated(moment.astimezone().strftime("%Y-%m-%d %H:%M"))


def date_text(moment: datetime) -> str:
    """The day of an aware time on this computer's clock: ``2026-11-22``."""
    return isolated(moment.astimezone().strftime("%Y-%m-%d"))


def set_tone(label: QLabel, tone: str) -> None:
    """Show a label in another tone of the style sheet, which looks at it again only when it is told."""
    label.setProperty("tone", tone)
    label.style().unpolish(label)
    label.style().polish(label)
