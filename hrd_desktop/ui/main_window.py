"""The one window. It shows one screen at a time and knows nothing of vaults."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.ui.application_events import ApplicationEvents
from hrd_desktop.ui.blank_screen import BlankScreen

_FIRST_SIZE = (1180, 760)
#: A screen of 1024 by 768 points whose contents are shown twice as large.
_SMALLEST = (500, 360)
_HAS_LOCK_KEY = "hasLockKey"

#: Where ``repaint`` alone puts the picture on the screen. Elsewhere only the event loop does, which first
#: does all that waits in it: parts of a page that are still being made, answers that have come.
_SHOWS_AT_ONCE = ("xcb", "windows", "offscreen")


class MainWindow(QMainWindow):
    """Titled with the neutral name and never with anything else."""

    closing = Signal()
    lock_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(VISIBLE_NAME)
        self.setAcceptDrops(False)
        self._stack = QStackedWidget(self)
        self._blank = BlankScreen(self)
        self._stack.addWidget(self._blank)
        self.setCentralWidget(self._stack)
        self.setMinimumSize(*_SMALLEST)
        self.resize(*_FIRST_SIZE)
        self._add_lock_key(self)
        application = QApplication.instance()
        if application is not None:
            ApplicationEvents.of(application).watch((QEvent.Type.Show,), self._see)

    @property
    def holder(self) -> QWidget:
        """The widget that every screen stands in."""
        return self._stack

    def show_screen(self, screen: QWidget) -> None:
        """Show ``screen``; the one before is thrown away."""
        before = self._stack.currentWidget()
        self._stack.addWidget(screen)
        self._stack.setCurrentWidget(screen)
        if before is not None and before is not self._blank and before is not screen:
            self._stack.removeWidget(before)
            before.deleteLater()

    def blank(self, words: str) -> None:
        """Take everything off the screen, other windows of the program too, and see that it is painted."""
        self._stack.setCurrentWidget(self._blank)
        self._blank.say(words)
        self.show_now()

    def show_now(self) -> None:
        """Put away every dialog and menu, and paint this window before anything else happens.

        Wherever that is possible without letting events be processed: a part of a page that waits to be made
        would be made first, and take longer than a lock may.
        """
        for widget in QApplication.topLevelWidgets():
            if widget is not self:
                widget.hide()
        layout = self._stack.layout()
        if layout is not None:
            # Now, and not when the event about it comes: the page has its size before it is painted.
            layout.activate()
        self.repaint()
        if QGuiApplication.platformName() not in _SHOWS_AT_ONCE:
            QGuiApplication.sync()

    def place(self) -> str:
        """Where the window is, for the process that comes after this one: ``x,y,width,height``."""
        rect = self.geometry()
        return f"{rect.x()},{rect.y()},{rect.width()},{rect.height()}"

    def set_place(self, untrusted_place: str) -> None:
        """Go where ``place`` says, as far as a screen is there; anything else is ignored."""
        try:
            x, y, width, height = (int(part) for part in untrusted_place.split(","))
        except ValueError:
            return
        rect = QRect(x, y, width, height)
        if any(screen.availableGeometry().intersects(rect) for screen in QGuiApplication.screens()):
            self.setGeometry(rect.intersected(QRect(-20000, -20000, 40000, 40000)))

    def _see(self, watched: QObject, event: QEvent) -> bool:
        # A modal dialog shuts off every shortcut of other windows, so each gets this one of its own.
        if isinstance(watched, QDialog) and watched.property(_HAS_LOCK_KEY) is None:
            watched.setProperty(_HAS_LOCK_KEY, True)
            self._add_lock_key(watched)
        return False

    def _add_lock_key(self, window: QObject) -> None:
        QShortcut(QKeySequence("Ctrl+L"), window).activated.connect(self.lock_wanted)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        # Whoever listens ends the process; a window alone does not close a vault.
        event.ignore()
        self.closing.emit()
