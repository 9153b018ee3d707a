"""How a panic reaches whatever is making a vault: its keys must not outlive the ones that were wiped."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Abandon(QObject):
    """A child of whoever makes a vault. ``wanted``: overwrite what was made of its keys, now."""

    wanted = Signal()
