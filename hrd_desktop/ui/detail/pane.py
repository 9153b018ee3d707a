"""The right-hand pane: the preview of one item, and beneath it its record, its findings and its custody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.records import FieldValueError, NotFoundError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item
from hrd_desktop.services.bulk import register_items
from hrd_desktop.services.item_form import ItemForm, load_item_form
from hrd_desktop.services.remembered import load_remembered, remember
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import TakeBack, edit_item, out_of_case
from hrd_desktop.ui.custody.item_custody import ItemCustody
from hrd_desktop.ui.detail.custody_entries import custody_entries
from hrd_desktop.ui.detail.entries import EntriesModel, EntriesView
from hrd_desktop.ui.detail.found_entries import found_entries
from hrd_desktop.ui.detail.header import DetailHeader
from hrd_desktop.ui.detail.item_drafts import ItemDrafts, drafts_of, state_of
from hrd_desktop.ui.detail.message_page import MessagePage
from hrd_desktop.ui.detail.preview import Preview
from hrd_desktop.ui.detail.record_form import RecordChange, RecordForm
from hrd_desktop.ui.dialogs import tell
from hrd_desktop.ui.draft_keeper import DraftKeeper
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.tokens import Space

_NAME = "detail"
_REMEMBER_MS = 1_000
_LARGEST_PX = 10_000


class DetailPane(QWidget):
    """Shows one item at a time.

    ``item_changed`` comes after this pane has changed the item. ``item_wanted`` carries the id of another
    item that the user asks for here, ``case_custody_wanted`` that of a case whose custody is asked for. What
    is entered and not saved is kept, item by item, until it is saved or reverted, after a lock too.
    """

    item_changed = Signal()
    item_wanted = Signal(object)
    case_custody_wanted = Signal(object)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._item_id: UUID | None = None
        self._question = 0
        self._shown: Item | None = None
        self._drafts: ItemDrafts = {}
        self.found = EntriesModel(self)
        self.custody = EntriesModel(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_unsaved_row())
        self._stack = QStackedWidget(self)
        layout.addWidget(self._stack, 1)
        self._message = MessagePage(self._stack)
        self._stack.addWidget(self._message)
        operations.changed.connect(self.refresh)
        self._remember = QTimer(self)
        self._remember.setSingleShot(True)
        self._remember.setInterval(_REMEMBER_MS)
        self._remember.timeout.connect(self._save_layout)
        self._show_nothing()
        self.keeper = DraftKeeper(operations, "item", lambda: state_of(self._all_drafts()), self)
        self.keeper.find(self._take_drafts)
        # The list beside this pane is painted and answers first.
        self._stages = Stages(self)
        self._stages.add(self._make_item_page, self._make_custody, self._make_form)
        self._stages.start()

    # -- what is shown --------------------------------------------------------------------------

    @Slot(object)
    def show_item(self, item_id: UUID | None) -> None:
        """Show this item, or the empty state. From now on nothing of another one is on the screen."""
        if item_id == self._item_id:
            return
        self._keep_draft()
        self._item_id = item_id
        self._shown = None
        self._clear()
        self._show_unsaved()
        if item_id is None:
            self._question += 1
            self._show_nothing()
        else:
            # The message page is blank until the record is there.
            self._message.say()
            self._stack.setCurrentWidget(self._message)
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Ask again for what is shown; what was entered meanwhile stays."""
        item_id = self._item_id
        if item_id is None:
            return
        self._question += 1
        question = self._question
        self._operations.read(
            lambda session: load_item_form(session, item_id),
            lambda form: self._show_form(question, form),
            lambda error: self._refuse(question, error),
        )

    @property
    def form(self) -> RecordForm:
        """The record of the item, to be edited."""
        self._stages.finish()
        return self._form

    @property
    def has_unsaved(self) -> bool:
        """Whether anything that was entered, here or before, is not saved."""
        return bool(self._all_drafts())

    def forget(self) -> None:
        """Let go of everything, entered or shown: the vault is being locked."""
        self._stages.stop()
        self._shown = None
        self._drafts.clear()
        self._clear()
        if self._stages.is_done:
            self.preview.forget()
        self.show_item(None)

    # -- inside ---------------------------------------------------------------------------------

    def _clear(self) -> None:
        """Show nothing of any item; before everything is made, nothing is shown yet."""
        if self._stages.is_done:
            self.header.clear()
            self.preview.clear()
            self._form.clear()
            self.found.show_entries(())
            self._item_custody.show_logs((), ())

    def _make_item_page(self) -> None:
        # From the outside in: moving a finished form to another parent would style all of it once more.
        page = QWidget(self._stack)
        self._stack.addWidget(page)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        self.splitter = QSplitter(Qt.Orientation.Vertical, page)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(Space.XS)
        self.preview = Preview(self._operations, self.splitter)
        self.header = DetailHeader(self.preview.switch, page)
        layout.addWidget(self.header)
        layout.addWidget(self.splitter, 1)
        self.tabs = QTabWidget(self.splitter)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Details"))
        self._record_tab = self._make_tab(self.tr("Record"))
        found = EntriesView(self.found, self._make_tab(self.tr("Found in the file")))
        found.setAccessibleName(self.tr("What was found in the file"))
        self._put_in(found)
        self._custody_tab = self._make_tab(self.tr("Custody"))
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.splitterMoved.connect(lambda position, index: self._remember.start())
        self._operations.read(lambda session: load_remembered(session, _NAME), self._restore_layout)

    def _make_custody(self) -> None:
        self._item_custody = ItemCustody(self._operations, self.custody, self._custody_tab)
        self._put_in(self._item_custody)
        self._item_custody.case_wanted.connect(self.case_custody_wanted)

    def _make_form(self) -> None:
        self._form = RecordForm(self._stages, self._record_tab)
        self._put_in(self._form)
        self._stages.add(self._connect_form)

    def _connect_form(self) -> None:
        self._form.save_asked.connect(self._save)
        self._form.case_chosen.connect(self._register)
        self._form.changed.connect(self._changed)
        self._form.typed.connect(self.keeper.touch)

    def _make_tab(self, name: str) -> QWidget:
        page = QWidget(self.tabs)
        self.tabs.addTab(page, name)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        return page

    @staticmethod
    def _put_in(widget: QWidget) -> None:
        """Into the layout of the tab that it was made in."""
        parent = widget.parentWidget()
        holder = parent.layout() if parent is not None else None
        if holder is not None:
            holder.addWidget(widget)

    def _make_unsaved_row(self) -> QWidget:
        self._unsaved = QWidget(self)
        row = QHBoxLayout(self._unsaved)
        row.setContentsMargins(Space.L, Space.S, Space.L, 0)
        row.setSpacing(Space.S)
        self._unsaved_words = plain_label(parent=self._unsaved, tone="warning", wrap=True)
        row.addWidget(self._unsaved_words, 1)
        go_back = QPushButton(self.tr("Go back"), self._unsaved)
        go_back.setAccessibleName(self.tr("Go back to the item with unsaved changes"))
        go_back.clicked.connect(self._go_back)
        row.addWidget(go_back)
        self._unsaved.hide()
        return self._unsaved

    def _show_nothing(self) -> None:
        self._message.say(
            "evidence",
            self.tr("Nothing is selected."),
            self.tr("Choose an item in the list: it is shown here with its record and its custody log."),
        )
        self._stack.setCurrentWidget(self._message)

    def _show_form(self, question: int, form: ItemForm) -> None:
        if question != self._question:
            return
        if not self._stages.is_done:
            self._stages.add(lambda: self._show_form(question, form))
            return
        item = form.view.item
        self._shown = item
        kept = self._drafts.pop(item.id, None)
        self.header.show_item(item)
        self.form.show_form(form, kept[1] if kept is not None else None)
        self.found.show_entries(found_entries(item, form.view.found, form.derived_from))
        self._item_custody.show_logs(form.logs, custody_entries(form.view.custody))
        self._stack.setCurrentIndex(1)
        self.preview.refresh(item)
        self._show_unsaved()

    def _refuse(self, question: int, error: SheafError) -> None:
        if question != self._question:
            return
        if isinstance(error, NotFoundError) and self._item_id is not None:
            # Destroyed or taken out meanwhile; what was entered for it has nowhere to go.
            self._drafts.pop(self._item_id, None)
            self._settle()
        self._shown = None
        self._clear()
        happened, safe, do = describe(error)
        self._message.say("warning", happened, f"{safe} {do}".strip())
        self._stack.setCurrentWidget(self._message)
        self._show_unsaved()

    def _save_layout(self) -> None:
        preview, details = self.splitter.sizes()
        values: dict[str, object] = {"preview": preview, "details": details}
        # Read, not change: it is nobody's record, and no view has to ask again.
        self._operations.read(lambda session: remember(session, _NAME, values), lambda nothing: None)

    def _restore_layout(self, values: dict[str, object]) -> None:
        preview, details = values.get("preview"), values.get("details")
        if isinstance(preview, int) and isinstance(details, int) and min(preview, details) > 0:
            self.splitter.setSizes([min(preview, _LARGEST_PX), min(details, _LARGEST_PX)])

    # -- changing -------------------------------------------------------------------------------

    def _save(self, change: RecordChange) -> None:
        def work(session: Session) -> TakeBack | None:
            return edit_item(
                session,
                change.item_id,
                change.values,
                add_tags=change.added_tags,
                remove_tags=change.removed_tags,
                people=change.people,
                reason=change.reason,
            )

        def done(back: TakeBack | None) -> None:
            self._saved(change)
            sentence = self.tr("The record is saved.")
            self._operations.steps.did(sentence, back, self.tr("The record is as it was before."))

        self._operations.change(work, done, self._not_saved)

    def _saved(self, change: RecordChange) -> None:
        self.form.accept(change)
        kept = self._drafts.get(change.item_id)
        if kept is not None and kept[1].values == change.values:
            # Another item was chosen while this one was being saved.
            del self._drafts[change.item_id]
            self._show_unsaved()
            self._settle()
        self.item_changed.emit()

    def _not_saved(self, error: SheafError) -> None:
        if isinstance(error, FieldValueError) and str(error.fields["field"]) in self.form.editors:
            self.form.show_problem(str(error.fields["field"]), str(error.fields["reason"]))
        else:
            tell(self, error)

    def _register(self, case_id: UUID) -> None:
        item_id = self._item_id
        if item_id is None:
            return

        def work(session: Session) -> TakeBack | None:
            added = register_items(session, [item_id], case_id, progress=NoProgress(), cancel=CancelToken())
            return out_of_case(added, case_id) if added else None

        def done(back: TakeBack | None) -> None:
            self.item_changed.emit()
            undone = self.tr("Taken out of the case again. The exhibit number stays used.")
            self._operations.steps.did(self.tr("Registered in the case."), back, undone)

        self._operations.change(work, done, self._not_saved)

    # -- what is not saved ----------------------------------------------------------------------

    def _all_drafts(self) -> ItemDrafts:
        """What was entered here and before."""
        draft = self.form.draft() if self._shown is not None else None
        if draft is None or self._shown is None:
            return self._drafts
        return {**self._drafts, self._shown.id: (self._shown.reference, draft)}

    def _keep_draft(self) -> None:
        self._drafts = self._all_drafts()

    def _take_drafts(self, state: dict[str, Any]) -> None:
        """These were not saved when the vault was locked."""
        self._drafts = {**drafts_of(state), **self._drafts}
        if self._item_id in self._drafts:
            self.refresh()
        self._show_unsaved()

    def _changed(self, changed: bool) -> None:
        self._show_unsaved()
        if not changed:
            self._settle()

    def _settle(self) -> None:
        """Saved or taken back; what was entered elsewhere stays in the vault."""
        if self._all_drafts():
            self.keeper.touch()
        else:
            self.keeper.drop()

    def _show_unsaved(self) -> None:
        others = [reference for item_id, (reference, _) in self._drafts.items() if item_id != self._item_id]
        self._unsaved_words.setText(
            filled(
                self.tr("Changes that are not saved: {items}"),
                items=", ".join(isolated(reference) for reference in others),
            )
        )
        self._unsaved.setVisible(bool(others))

    def _go_back(self) -> None:
        for item_id in self._drafts:
            if item_id != self._item_id:
                self.show_item(item_id)
                self.item_wanted.emit(item_id)
                return
