"""The sections of the window at its side, and panic apart from them at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.icons import icon, pixmap
from hrd_desktop.ui.theme.tokens import Size, Space, Type


class Navigation(QWidget):
    """Emits ``chosen`` with the key of a section."""

    chosen = Signal(str)

    def __init__(self, panic_button: PanicButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._panic = panic_button
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.L, Space.M, Space.M)
        column.setSpacing(Space.XS)
        self._sections = QWidget(self)
        self._column = QVBoxLayout(self._sections)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._column.addWidget(self._make_head())
        self._column.addSpacing(Space.M)
        column.addWidget(self._sections)
        column.addStretch(1)
        column.addWidget(panic_button)
        # How much a wipe would cost stands beside what does it.
        self._backup_age = sized(plain_label("", self, tone="muted", wrap=True), Type.SMALL)
        self._backup_age.hide()
        column.addWidget(self._backup_age)

    def add(self, key: str, name: str, text: str, icon_name: str) -> None:
        """One more section; ``name`` is the accessible one, ``text`` what is shown."""
        button = QToolButton(self._sections)
        button.setText(text)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(Size.ICON, Size.ICON))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setProperty("role", "quiet")
        button.setAccessibleName(name)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        # Panic comes after the sections for whoever goes by the Tab key.
        QWidget.setTabOrder(button, self._panic)
        self._column.addWidget(button)
        self._buttons[key] = button

    def set_compact(self, compact: bool) -> None:
        """Signs without words, for a window that has no room for them; panic keeps saying what it does."""
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly if compact else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        for button in self._buttons.values():
            button.setToolButtonStyle(style)
            button.setToolTip(button.text() if compact else "")
        self._name.setVisible(not compact)
        self._panic.set_compact(compact)

    def mark(self, key: str) -> None:
        """Show which section is open."""
        self._buttons[key].setChecked(True)

    def show_backup_age(self, words: str) -> None:
        """Say beneath panic how old the newest checked backup is."""
        self._backup_age.setText(words)
        self._backup_age.setVisible(bool(words))

    def blank(self) -> None:
        """Nothing but panic can be pressed any more."""
        self._sections.setEnabled(False)
        self._backup_age.hide()

    def _make_head(self) -> QWidget:
        head = QWidget(self._sections)
        row = QVBoxLayout(head)
        row.setContentsMargins(Space.M, 0, 0, 0)
        row.setSpacing(Space.XS)
        mark = QLabel(head)
        mark.setPixmap(pixmap("sheaf", 28, self.devicePixelRatioF(), "accent"))
        row.addWidget(mark)
        self._name = sized(plain_label(VISIBLE_NAME, head), Type.TITLE, bold=True)
        row.addWidget(self._name, 0, Qt.AlignmentFlag.AlignLeading)
        return head
