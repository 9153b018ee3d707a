"""What is seen of an open vault: sections at the side, a bar above, the open section, and running jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.ui.backup.banner import BackupBanner
from hrd_desktop.ui.bar import Bar
from hrd_desktop.ui.blank_screen import BlankScreen
from hrd_desktop.ui.example_bar import ExampleBar
from hrd_desktop.ui.job_bar import JobBar
from hrd_desktop.ui.navigation import Navigation
from hrd_desktop.ui.notice import Notice
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.search_line import SearchLine
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space
from hrd_desktop.ui.unfinished import UnfinishedBar

_SEARCH_PAUSE_MS = 120
_SEARCH_WIDTH = 420
#: A window narrower than this shows signs without their words at its side and above.
_COMPACT_BELOW = 860


@dataclass(frozen=True)
class SectionPlan:
    """A section that can be opened. ``name`` is the accessible one.

    ``make`` runs when it is first shown. It is given the widget that the section will stand in: what is made
    elsewhere and put in its place afterwards is styled twice, and that holds the main thread.
    """

    key: str
    name: str
    text: str
    icon_name: str
    make: Callable[[QWidget], QWidget]


class Workspace(QWidget):
    """Holds the sections; knows nothing of what is in them."""

    lock_wanted = Signal()
    blank_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    searched = Signal(str)
    results_wanted = Signal()
    undo_wanted = Signal()

    def __init__(
        self,
        plans: Sequence[SectionPlan],
        panic_button: PanicButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.jobs = JobBar(self)
        self.jobs.blank_wanted.connect(self.blank_wanted)
        self.notice = Notice(self)
        self.notice.undo_asked.connect(self.undo_wanted)
        self._plans = {plan.key: plan for plan in plans}
        self._made: dict[str, QWidget] = {}
        self._blank = BlankScreen(self)
        self._opened = ""
        self._compact = False
        self._texts: dict[QPushButton, str] = {}
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._blank)
        self._navigation = Navigation(panic_button, self)
        self._bar = self._make_bar()
        self._banner = BackupBanner(self)
        self._banner.opened.connect(lambda: self.open("security"))

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._navigation)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._banner)
        self._standing = Bar("warning", self)
        self._standing.add_button(self.tr("Understood"), self._standing.hide)
        column.addWidget(self._standing)
        self.example = ExampleBar(self)
        column.addWidget(self.example)
        self.unfinished = UnfinishedBar(self)
        column.addWidget(self.unfinished)
        column.addWidget(self._stack, 1)
        column.addWidget(self.notice)
        column.addWidget(self.jobs)
        row.addLayout(column, 1)

        for plan in plans:
            self._navigation.add(plan.key, plan.name, plan.text, plan.icon_name)
        self._navigation.chosen.connect(self.open)
        for number, plan in enumerate(plans, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda key=plan.key: self.open(key))

    def open(self, key: str) -> QWidget:
        """Show a section; it is made the first time. Returns it."""
        if key not in self._made:
            section = self._made[key] = self._plans[key].make(self._stack)
            self._stack.addWidget(section)
        self._navigation.mark(key)
        self._stack.setCurrentWidget(self._made[key])
        self._opened = key
        return self._made[key]

    def open_first(self) -> None:
        """Show the first section."""
        self.open(next(iter(self._plans)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        compact = event.size().width() < _COMPACT_BELOW
        if compact is not self._compact:
            self._compact = compact
            self._navigation.set_compact(compact)
            for button, text in self._texts.items():
                button.setText("" if compact else text)
                button.setToolTip(text if compact else "")
            self._lock.setToolTip(self.tr("Lock now (Ctrl+L)"))

    def start(self) -> None:
        """Ready to type, once it is shown. The focus is never on panic by itself."""
        self._search.setFocus()

    def tell_once(self, words: str) -> None:
        """Say something above the section until it is closed; nobody has to answer."""
        self._standing.say(words)

    def show_words(self, words: str) -> None:
        """Words that a section searches for by itself; they are not told again."""
        if words != self._search.text():
            self._search.blockSignals(True)
            self._search.setText(words)
            self._search.blockSignals(False)

    def show_example(self, is_example: bool) -> None:
        """Mark the vault as an example, if it is one."""
        if self._stack.currentWidget() is not self._blank:
            self.example.mark(is_example)

    def show_backup_age(self, age: str, reminder: str) -> None:
        """``age`` stands beside panic; ``reminder`` above the sections, and may be empty."""
        if self._stack.currentWidget() is not self._blank:
            self._navigation.show_backup_age(age)
            self._banner.say(reminder)

    @property
    def opened(self) -> str:
        """The key of the section that is shown."""
        return self._opened

    def blank(self, words: str) -> None:
        """Take everything off the screen but the panic button. There is no way back."""
        self._stack.setCurrentWidget(self._blank)
        self._blank.say(words)
        self._bar.hide()
        self._banner.hide()
        self._standing.hide()
        self.example.hide()
        self.unfinished.say("")
        self.jobs.hide()
        self.notice.say("", can_undo=False)
        self.notice.hide()
        self._navigation.blank()
        self._search_timer.stop()
        self._search.clear()
        for section in self._made.values():
            section.hide()

    def _make_bar(self) -> QWidget:
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.S, Space.M, Space.L, Space.M)
        row.setSpacing(Space.S)
        self._search = SearchLine(bar)
        self._search.down_pressed.connect(self.results_wanted)
        self._search.returnPressed.connect(self.results_wanted)
        self._search.setPlaceholderText(self.tr("Search titles, notes, tags, places and texts"))
        self._search.setAccessibleName("Search")
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.setMaximumWidth(_SEARCH_WIDTH)
        self._search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(_SEARCH_PAUSE_MS)
        self._search_timer.timeout.connect(lambda: self.searched.emit(self._search.text()))
        self._search.textChanged.connect(self._on_typed)
        row.addWidget(self._search, 1)
        row.addStretch(1)
        self._import = self._button("Import", self.tr("Import"), "import", self.import_wanted.emit)
        self._export = self._button("Export", self.tr("Export"), "export", self.export_wanted.emit)
        self._lock = self._button("Lock", self.tr("Lock"), "lock", self.lock_wanted.emit)
        self._lock.setToolTip(self.tr("Lock now (Ctrl+L)"))
        row.addWidget(self._import)
        row.addWidget(self._export)
        row.addSpacing(Space.M)
        row.addWidget(self._lock)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self._find),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.undo_wanted.emit),
            (QKeySequence("Ctrl+I"), self._import.click),
            (QKeySequence("Ctrl+E"), self._export.click),
        ):
            QShortcut(keys, self).activated.connect(act)
        return bar

    def _button(self, name: str, text: str, icon_name: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(icon(icon_name), text, self)
        button.setIconSize(QSize(Size.ICON, Size.ICON))
        button.setAccessibleName(name)
        button.clicked.connect(act)
        self._texts[button] = text
        return button

    def _on_typed(self) -> None:
        self._search_timer.start()

    def _find(self) -> None:
        if self._search.isVisible():
            self._search.setFocus()
            self._search.selectAll()
