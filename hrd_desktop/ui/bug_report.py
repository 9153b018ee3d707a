"""What happens to a mistake of ours: it is said to be one, with its place in the program and nothing else.

Nothing goes to standard error, which desktops keep in a log, and the text of an exception is never shown: it
may carry a name or a path.
"""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hrd_desktop.domain.version import TOOL
from hrd_desktop.ui.dialogs import PlainDialog

_PLACES = 6


def place_of(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The kind of the exception and the innermost places of our own code: ``KeyError ui/x.py:12 …``."""
    places = [
        f"{frame.filename.replace(chr(92), '/').partition('hrd_desktop/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(trace)
        if "hrd_desktop" in frame.filename
    ]
    return " ".join([kind.__name__, *places[-_PLACES:]])


class BugReport(QObject):
    """Takes over every hook through which Python and Qt would write to standard error."""

    _happened = Signal(str)

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._shown = False
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """For the rest of the life of this process."""

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self._happened.emit(place_of(kind, trace))

        def thread_hook(arguments: threading.ExceptHookArgs) -> None:
            self._happened.emit(place_of(arguments.exc_type, arguments.exc_traceback))

        sys.excepthook = hook
        threading.excepthook = thread_hook
        sys.unraisablehook = lambda arguments: None
        qInstallMessageHandler(_say_nothing)

    def _show(self, place: str) -> None:
        if self._shown:
            return
        self._shown = True
        dialog = PlainDialog(
            self._window, self.tr("The program made a mistake."), icon_name="warning", tone="warning"
        )
        dialog.add_text(self.tr("What was saved before is in the vault. Lock the vault and open it again."))
        dialog.add_text(f"{TOOL} · {place}", tone="muted")
        copy = dialog.add_button(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(f"{TOOL} {place}"))
        close = dialog.add_button(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole, look="primary")
        close.clicked.connect(dialog.close)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self._shown = False


def _say_nothing(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt names files in what it says."""
