"""Python's collection of cycles, on the main thread only.

Left to itself, Python collects in whichever thread happens to have made the most objects. Views of the window
stand in cycles (a signal connected to a lambda that knows its view is one), and Qt's objects may not be
destroyed by another thread than their own: that crashes, rarely and anywhere. So nothing is collected
automatically, and a timer of the main thread does it by Python's own thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 250
_OLDEST = 2
#: A collection of everything is the slow one, and what it finds is no longer wanted by anybody.
_OLDEST_EVERY = 120


class MainThreadGarbage(QObject):
    """For the life of this process. ``settle`` exempts what is loaded by now from every later collection."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect what Python would have collected by now."""
        self._looks += 1
        counts, thresholds = gc.get_count(), gc.get_threshold()
        if counts[_OLDEST] > thresholds[_OLDEST] and self._looks >= _OLDEST_EVERY:
            self._looks = 0
            gc.collect(_OLDEST)
        elif counts[1] > thresholds[1]:
            gc.collect(1)
        elif counts[0] > thresholds[0]:
            gc.collect(0)

    def settle(self) -> None:
        """What is loaded stays as long as the process; each look through it takes a tenth of a second."""
        gc.collect(1)
        gc.freeze()
