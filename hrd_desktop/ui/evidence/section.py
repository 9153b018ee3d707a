"""The evidence section: cases and tags, the list, and beside it whatever shows one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Case, ItemKind, ItemState
from hrd_desktop.services.browse import Browse, find_number, find_numbers
from hrd_desktop.services.overview import Overview, load_overview
from hrd_desktop.services.saved_searches import SavedSearch, remove_search
from hrd_desktop.ui.check.dialog import CheckDialog
from hrd_desktop.ui.dialogs import tell
from hrd_desktop.ui.evidence.actions import ItemActions
from hrd_desktop.ui.evidence.bulk_questions import BulkQuestions
from hrd_desktop.ui.evidence.choosing import choose_to_import
from hrd_desktop.ui.evidence.drop_zone import DropZone
from hrd_desktop.ui.evidence.empty import emptiness_of
from hrd_desktop.ui.evidence.export_question import ExportQuestion
from hrd_desktop.ui.evidence.import_flow import ImportFlow, LookInto, Taken
from hrd_desktop.ui.evidence.list_pane import ListPane
from hrd_desktop.ui.evidence.model import ItemModel
from hrd_desktop.ui.evidence.newest import Newest
from hrd_desktop.ui.evidence.pane_memory import PaneMemory
from hrd_desktop.ui.evidence.paths import paths_in
from hrd_desktop.ui.evidence.search_question import SearchQuestion
from hrd_desktop.ui.evidence.sidebar import Entry, Sidebar
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panes import Panes
from hrd_desktop.ui.text import isolated
from hrd_desktop.ui.theme.icons import icon

#: Hits that are shown before the rest of them is counted.
_FIRST_HITS = 200
#: A pause after which the rest is counted: a count that takes long must not be in the way of the next key.
_REST_MS = 250
#: A key held down walks through the list faster than a preview can follow.
_SETTLE_MS = 60
_NAME = "evidence"
#: The width that the panes need to be of use: cases and tags, the list, one item.
_NEEDS = (150, 300, 260)


class EvidenceSection(DropZone):
    """Evidence: find it, take it in, act on it.

    ``item_chosen`` carries the UUID of the current item or None; ``job_started`` each job that is worth a
    bar, ``short_job_started`` each that is worth one only when it takes long; ``words_shown`` the words of a
    search that was chosen beside the list, for the search field.
    """

    item_chosen = Signal(object)
    job_started = Signal(object)
    short_job_started = Signal(object)
    words_shown = Signal(str)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Evidence page"))
        self._operations = operations
        self._browse = Browse()
        self._saved: SavedSearch | None = None
        self._overview: Overview | None = None
        self._numbers: Newest[list[int]] = Newest(operations)
        self._counts: Newest[Overview] = Newest(operations)
        self._places: Newest[int | None] = Newest(operations)
        self._count: int | None = None
        self._shown_id: UUID | None = None
        self._wanted: int | None = None
        self.model = ItemModel(operations, self)
        self.panes = Panes(self)
        self.splitter = self.panes.splitter
        self.panes.add(self._beside(), self.tr("Cases and tags"), _NEEDS[0])
        self.pane = ListPane(self.model, self.splitter)
        self.panes.add(self.pane, self.tr("List of items"), _NEEDS[1])
        self.panes.turn_to(1)
        self.splitter.setSizes([190, 430])
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.actions_ = ItemActions(operations, self)
        self.questions = BulkQuestions(operations, self.actions_, lambda: self._overview, self)
        self.export_question = ExportQuestion(operations, self)
        self._search_question = SearchQuestion(operations, self)
        self._search_question.kept.connect(self._kept)
        self.imports = ImportFlow(operations, self)
        self.looks = LookInto(operations, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.panes)
        self._settle = self._timer(_SETTLE_MS, self._show_current)
        self._rest = self._timer(_REST_MS, self._ask_all)
        self._connect()
        self._memory = PaneMemory(operations, _NAME, self.splitter, self.pane, self)
        self.refresh()
        self.looks.start()

    # -- what others call -----------------------------------------------------------------------

    def put_detail(self, detail: QWidget) -> None:
        """Put what shows one item, made with ``splitter`` as its parent, beside the list."""
        self.panes.add(detail, self.tr("Chosen item"), _NEEDS[2])
        self.splitter.setSizes([190, 430, 380])
        self.splitter.setStretchFactor(2, 1)

    def search(self, words: str) -> None:
        """Show what holds these words, within what is listed now."""
        if words != self._browse.words:
            self._saved = None
            self._show(replace(self._browse, words=words))

    def refresh(self) -> None:
        """Ask again for counts and for what is listed."""
        self._counts.ask(load_overview, self._show_overview)
        self._ask()

    def show_browse(self, browse: Browse) -> None:
        """List this: a case, a tag, the bin, a search."""
        self._saved = None
        self._show(browse)
        self.words_shown.emit(browse.words)

    def show_item(self, item_id: UUID) -> None:
        """Make this item the current one, in the list of all evidence when it is not in this one."""
        current = self.pane.list.current_number()
        self._shown_id = None

        def show(number: int | None) -> None:
            # Who chose another one meanwhile wants that one.
            if self.pane.list.current_number() == current:
                self._show_number(number)

        self._places.ask(lambda session: find_number(session, item_id), show)

    def import_paths(self, paths: list[bytes]) -> None:
        """Take files and folders in, into the case that is shown, if one is."""
        self.imports.take(paths, self._browse.case)

    def choose_import(self) -> None:
        """Ask which files to take in."""
        choose_to_import(self, self.import_paths, folder=False)

    def choose_import_folder(self) -> None:
        """Ask which folder to take in, with all that is in it."""
        choose_to_import(self, self.import_paths, folder=True)

    def paste(self) -> None:
        """Take in the files on the clipboard."""
        paths = paths_in(QGuiApplication.clipboard().mimeData())
        if paths:
            self.import_paths(paths)
        else:
            self._operations.steps.say(self.tr("There are no files on the clipboard."))

    def ask_export(self) -> None:
        """Ask what is to leave: what is selected, the case that is shown, or all that is listed."""
        selected, listed = self.pane.list.selected_numbers(), self.listed_numbers()
        if self._browse.state is ItemState.BINNED or not listed:
            self._operations.steps.say(self.tr("There is nothing here that could be exported."))
            return
        self.export_question.ask(selected, self.case_shown(), listed)

    def go_on_with_search(self, state: Mapping[str, Any]) -> None:
        """Show the search that was being kept when the vault was locked, and ask for its name again."""
        browse = self._search_question.go_on(state)
        if browse is not None:
            self.show_browse(browse)

    def ask_check(self) -> None:
        """Check a bundle that somebody gave us."""
        CheckDialog(self._operations, self).open()

    def case_shown(self) -> Case | None:
        """The case that is listed, or None."""
        cases = self._overview.cases if self._overview is not None else ()
        return next((case for case in cases if case.id == self._browse.case), None)

    def listed_numbers(self) -> list[int]:
        """Everything that is listed now."""
        return list(self.model.numbers)

    # -- wiring ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        pane, actions = self.pane, self.actions_
        self._operations.changed.connect(self.refresh)
        # What changed is put into the index now, so that the next search need not wait for it.
        self._operations.changed.connect(self.looks.start)
        self.model.rows_arrived.connect(self._show_current)
        self.sidebar.chosen.connect(self._choose)
        self.sidebar.removal_asked.connect(self._remove_search)
        pane.heading.kind_chosen.connect(self._choose_kind)
        pane.heading.save_asked.connect(lambda: self._search_question.ask(self._browse))
        pane.list.opened.connect(lambda number: self.panes.turn_to(2))
        pane.list.current_changed.connect(lambda number: self._settle.start())
        pane.list.clicked.connect(self._tell_again)
        pane.empty.import_asked.connect(self.choose_import)
        pane.empty.folder_asked.connect(self.choose_import_folder)
        pane.empty.clear_asked.connect(self._clear)
        pane.tag_asked.connect(lambda: self.questions.ask_tags(pane.list.selected_numbers()))
        pane.case_asked.connect(lambda: self.questions.ask_case(pane.list.selected_numbers()))
        pane.export_asked.connect(self.ask_export)
        pane.delete_asked.connect(lambda: actions.delete(pane.list.selected_numbers()))
        pane.restore_asked.connect(lambda: actions.restore(pane.list.selected_numbers()))
        pane.destroy_asked.connect(lambda: actions.ask_destroy(pane.list.selected_numbers()))
        actions.started.connect(self.short_job_started)
        self.imports.started.connect(self.job_started)
        self.imports.finished.connect(self._taken)
        self.imports.failed.connect(lambda error: tell(self, error))
        self.looks.progressed.connect(self.model.refresh)
        self.looks.ended.connect(self._looked)
        self.looks.failed.connect(self._not_looked_into)
        self.paths_dropped.connect(self.import_paths)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Paste), self.paste),
            (QKeySequence("Ctrl+Shift+I"), self.choose_import_folder),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _beside(self) -> QWidget:
        beside = QWidget(self.splitter)
        self.sidebar = Sidebar(beside)
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sidebar, 1)
        check = QPushButton(icon("check"), self.tr("Check a bundle"), beside)
        check.setProperty("role", "quiet")
        check.setAccessibleName(self.tr("Check a bundle"))
        check.setToolTip(self.tr("Check a bundle that somebody gave you"))
        check.clicked.connect(self.ask_check)
        column.addWidget(check)
        return beside

    def _timer(self, interval_ms: int, act: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(act)
        return timer

    # -- what is listed -------------------------------------------------------------------------

    def _show(self, browse: Browse) -> None:
        self._browse = browse
        self.sidebar.show_chosen(replace(browse, words="", kind=None), self._saved)
        self.pane.show_bin(browse.state is ItemState.BINNED)
        self._ask()

    def _ask(self) -> None:
        browse = self._browse
        self._rest.stop()
        self._show_heading()
        if browse.words.strip():
            first = partial(find_numbers, browse=browse, hits=_FIRST_HITS)
            self._numbers.ask(first, partial(self._show_first, browse))
        else:
            self._ask_all()

    def _ask_all(self) -> None:
        browse = self._browse
        self._numbers.ask(partial(find_numbers, browse=browse), partial(self._show_all, browse))

    def _show_first(self, browse: Browse, numbers: list[int]) -> None:
        """The newest hits are on the screen before the rest is counted."""
        if numbers:
            self._count = None
            self._list(browse, numbers)
        self._rest.start()

    def _show_all(self, browse: Browse, numbers: list[int]) -> None:
        self._count = len(numbers)
        self._list(browse, numbers)

    def _list(self, browse: Browse, numbers: list[int]) -> None:
        self.model.set_pixel_ratio(self.devicePixelRatioF())
        self.model.show_numbers(numbers, browse.words)
        if numbers:
            self.pane.show_list()
        else:
            kept, waiting = (self._overview.kept, self._overview.waiting) if self._overview else (0, 0)
            self.pane.show_empty(emptiness_of(browse, kept, waiting))
        self._show_heading()
        if self._wanted is not None and self.pane.list.select_number(self._wanted):
            self._wanted = None
        self._settle.start()

    def _show_overview(self, overview: Overview) -> None:
        self._overview = overview
        self.sidebar.show_overview(overview)
        self.sidebar.show_chosen(replace(self._browse, words="", kind=None), self._saved)
        self._show_heading()
        if self._count == 0:
            self.pane.show_empty(emptiness_of(self._browse, overview.kept, overview.waiting))

    def _show_heading(self) -> None:
        browse = self._browse
        can_save = self._saved is None and bool(browse.words.strip() or browse.kind is not None)
        self.pane.heading.show_listed(self._title(), self._count, browse.kind, can_save=can_save)

    def _title(self) -> str:
        browse, case = self._browse, self.case_shown()
        if self._saved is not None:
            return shown(self._saved.name)
        if case is not None:
            return shown(f"{case.reference} · {case.title}" if case.title else case.reference)
        if browse.tag is not None:
            return shown(browse.tag)
        if browse.state is ItemState.BINNED:
            return self.tr("Bin")
        return self.tr("Not in any case") if browse.inbox else self.tr("All evidence")

    def _choose(self, entry: Entry) -> None:
        if entry.browse is None:
            return
        self.panes.turn_to(1)
        self._saved = entry.saved
        if entry.saved is None:
            # The words stay: a search is narrowed by what is chosen at the side.
            self._show(replace(entry.browse, words=self._browse.words, kind=self._browse.kind))
        else:
            self._show(entry.browse)
            self.words_shown.emit(entry.browse.words)

    def _choose_kind(self, kind: ItemKind | None) -> None:
        self._saved = None
        self._show(replace(self._browse, kind=kind))

    def _clear(self) -> None:
        self._saved = None
        self._show(Browse(state=self._browse.state, case=self._browse.case, tag=self._browse.tag))
        self.words_shown.emit("")

    def _show_number(self, number: int | None) -> None:
        if number is None:
            return
        current = self.pane.list.current_number() == number
        if self.pane.list.select_number(number):
            if current:
                self._tell_again()
            return
        self._wanted = number
        self.show_browse(Browse())

    # -- the current item -----------------------------------------------------------------------

    def _show_current(self) -> None:
        """Tell whoever shows one item; one that has not arrived is told when it does."""
        if self._places.busy:
            return
        number = self.pane.list.current_number()
        if number is None or not self.model.rowCount():
            wanted = None
        else:
            row = self.model.find_row(number)
            if row is None:
                return
            wanted = row.item_id
        if wanted != self._shown_id:
            self._shown_id = wanted
            self.item_chosen.emit(wanted)

    def _tell_again(self) -> None:
        """Tell of the current item although it did not change: beside the list another one may be shown."""
        self._shown_id = None
        self._show_current()

    # -- asking before acting -------------------------------------------------------------------

    def _kept(self, saved: SavedSearch) -> None:
        self._saved = saved
        self._show_heading()

    def _remove_search(self, saved: SavedSearch) -> None:
        self._operations.change(lambda session: remove_search(session, saved.id))

    # -- what happened --------------------------------------------------------------------------

    def _taken(self, taken: Taken) -> None:
        self.pane.report.show_taken(taken)

    def _looked(self, count: int) -> None:
        if count:
            self.refresh()

    def _not_looked_into(self, error: SheafError) -> None:
        self._operations.steps.say(isolated(describe(error)[0]))

    # -- what Qt calls --------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  # Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.model.set_pixel_ratio(self.devicePixelRatioF())
