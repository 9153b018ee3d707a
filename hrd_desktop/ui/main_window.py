"""The one window. It shows one screen at a time and knows nothing of vaults."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.ui.blank_screen import BlankScreen

_FIRST_SIZE = (1180, 760)
_SMALLEST = (760, 560)


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
        lock = QShortcut(QKeySequence("Ctrl+L"), self)
        # Of the whole application, so that a dialog does not swallow it.
        lock.setContext(Qt.ShortcutContext.ApplicationShortcut)
        lock.activated.connect(self.lock_wanted)

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
        """Put away every dialog and menu, and paint this window before anything else happens."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self:
                widget.hide()
        self.repaint()
        handle = self.windowHandle()
        if handle is not None:
            handle.requestUpdate()
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

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        # Whoever listens ends the process; a window alone does not close a vault.
        event.ignore()
        self.closing.emit()
