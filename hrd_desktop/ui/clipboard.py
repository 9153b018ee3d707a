"""What this program puts on the clipboard: marked as not to be kept, and taken back after ten seconds.

Covers the clipboard and, on X11, the primary selection; and every way there, a field's own menu included.
Another program that was given the text meanwhile has it, and a clipboard manager that does not heed the marks
keeps it: no program can take that back.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

KEPT_MS = 10_000
#: Heeded by KDE and those who follow it, by Windows (two) and by macOS; unknown marks are ignored elsewhere.
MARKS = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': bytes(4),
    "application/x-nspasteboard-concealed-type": b"",
}
_OURS = "x-kde-passwordManagerHint"
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class ClipboardGuard(QObject):
    """Watches both selections; ``clear`` takes back at once what is still ours."""

    def __init__(self, parent: QObject | None = None, clipboard: QClipboard | None = None) -> None:
        super().__init__(parent)
        self._clipboard = clipboard or QGuiApplication.clipboard()
        self._timers = {mode: self._make_timer(mode) for mode in _MODES if self._has(mode)}
        self._clipboard.changed.connect(self._changed)

    def clear(self) -> None:
        """Take back what this program put there, where nobody else has put something since."""
        for mode in self._timers:
            self._clear(mode)

    def _make_timer(self, mode: QClipboard.Mode) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(KEPT_MS)
        timer.timeout.connect(lambda: self._clear(mode))
        return timer

    def _has(self, mode: QClipboard.Mode) -> bool:
        return mode is not QClipboard.Mode.Selection or self._clipboard.supportsSelection()

    def _owns(self, mode: QClipboard.Mode) -> bool:
        if mode is QClipboard.Mode.Selection:
            return self._clipboard.ownsSelection()
        return self._clipboard.ownsClipboard()

    def _changed(self, mode: QClipboard.Mode) -> None:
        if mode not in self._timers:
            return
        if not self._owns(mode):
            # Somebody else's: nothing of ours is there any more.
            self._timers[mode].stop()
            return
        found = self._clipboard.mimeData(mode)
        if not found.formats() or found.hasFormat(_OURS):
            return
        # Put there by a field of Qt's own, without the marks: once more, with them and as plain text alone.
        marked = QMimeData()
        marked.setText(found.text())
        for name, value in MARKS.items():
            marked.setData(name, QByteArray(value))
        self._timers[mode].start()
        self._clipboard.setMimeData(marked, mode)

    def _clear(self, mode: QClipboard.Mode) -> None:
        self._timers[mode].stop()
        if self._owns(mode):
            self._clipboard.clear(mode)
