"""One contact: its name and buttons above, its form, its consents and its cases below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.contacts import Contact, ContactDraft
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.contacts import ContactFieldError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.find_contacts import load_contact_by_id
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import (
    TakeBack,
    change_contact,
    remove_contact,
    without_contacts,
)
from hrd_desktop.ui.contacts.consents import ConsentsPane
from hrd_desktop.ui.contacts.fields import Notice, show_name, tool_button
from hrd_desktop.ui.contacts.form import ContactForm
from hrd_desktop.ui.contacts.parts import PartsPane
from hrd_desktop.ui.contacts.words import unsafe_count
from hrd_desktop.ui.dialogs import confirm, headline
from hrd_desktop.ui.draft_keeper import DraftKeeper
from hrd_desktop.ui.list_and_one import TheOne, ask_to_leave
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import filled, isolated, number_text
from hrd_desktop.ui.theme.tokens import Space


class ContactDetail(TheOne):
    """Shows and edits one contact, or a new one.

    ``saved`` carries its id; ``gone`` comes when there is nothing to show any more. It is made in steps of
    ``stages`` and must not be used before they are taken.
    """

    saved = Signal(object)
    case_chosen = Signal(object)

    def __init__(self, operations: Operations, stages: Stages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._contact: Contact | None = None
        self._contact_id: UUID | None = None
        self._dirty = False
        self._busy = False
        self._restored: dict[str, Any] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.L, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(self._make_head())
        self.danger = Notice("danger", "warning", parent=self)
        self.danger.setContentsMargins(Space.L, 0, Space.L, 0)
        column.addWidget(self.danger)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Parts of the contact"))
        # Made where they will stand: a finished form that is moved is styled once more.
        inside = self.tabs.findChild(QStackedWidget) or self.tabs
        column.addWidget(self.tabs, 1)
        self.keeper = DraftKeeper(operations, "contact", self._state, self)
        self.form = ContactForm(operations, stages, inside)
        self.tabs.addTab(self.form, self.tr("Details"))
        stages.add(lambda: self._make_consents(inside), lambda: self._make_parts(inside), self._connect)

    def _make_consents(self, parent: QWidget) -> None:
        self.consents = ConsentsPane(self._operations, parent)
        self.consents.counted.connect(lambda count: self._count(1, self.tr("Consent"), count))
        self.tabs.addTab(self.consents, self.tr("Consent"))

    def _make_parts(self, parent: QWidget) -> None:
        self.parts = PartsPane(self._operations, parent)
        self.parts.counted.connect(lambda count: self._count(2, self.tr("Cases"), count))
        self.parts.case_chosen.connect(self.case_chosen)
        self.tabs.addTab(self.parts, self.tr("Cases"))

    def _connect(self) -> None:
        self.form.edited.connect(self._edited)
        self.form.typing.connect(self._typing)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        save.activated.connect(self.save_button.click)
        self._operations.changed.connect(self._reload)

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, 0, Space.L, 0)
        row.setSpacing(Space.S)
        self.title = headline("", self)
        row.addWidget(self.title, 1)
        self.delete_button = tool_button(self.tr("Delete contact"), "bin", self, with_text=False)
        self.delete_button.setProperty("role", "quiet")
        self.delete_button.clicked.connect(self._ask_to_delete)
        row.addWidget(self.delete_button)
        self.discard_button = QPushButton(self.tr("Discard changes"), self)
        self.discard_button.setAccessibleName(self.discard_button.text())
        self.discard_button.clicked.connect(self.discard)
        row.addWidget(self.discard_button)
        self.save_button = QPushButton(self.tr("Save contact"), self)
        self.save_button.setAccessibleName(self.save_button.text())
        self.save_button.setProperty("role", "primary")
        self.save_button.clicked.connect(self._save_pressed)
        row.addWidget(self.save_button)
        return row

    # -- what is shown ----------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""
        return self._dirty

    @property
    def shown_id(self) -> UUID | None:
        """The contact that is shown; None for a new one."""
        return self._contact_id

    def show_new(self) -> None:
        """Begin a new contact."""
        self._contact_id = None
        self._show(None)
        self.tabs.setCurrentWidget(self.form)
        self.form.alias.setFocus()

    def show_one(self, contact_id: UUID) -> None:
        """Show this contact as soon as it has been read. What was entered before is dropped."""
        self._contact_id = contact_id
        self._dirty = False
        self._reload()
        self.consents.show_contact(contact_id)
        self.parts.show_contact(contact_id)

    def _reload(self) -> None:
        """Read the contact again, unless that would take away what the user is typing."""
        contact_id = self._contact_id
        if contact_id is None or self._dirty:
            return

        def done(contact: Contact) -> None:
            if contact_id == self._contact_id and not self._dirty and contact != self._contact:
                self._show(contact)

        def failed(error: SheafError) -> None:
            if not isinstance(error, NotFoundError):
                self._operations.failed.emit(error)
            elif contact_id == self._contact_id:
                self._take_leave()

        self._operations.read(lambda session: load_contact_by_id(session, contact_id), done, failed)

    def _take_leave(self) -> None:
        """The contact is no more; what was typed about it before the lock goes with it."""
        if self._restored is not None:
            self._restored = None
            self.keeper.drop()
        self.gone.emit()

    def _show(self, contact: Contact | None) -> None:
        self._contact = contact
        self.form.show_contact(contact if contact is not None else ContactDraft(alias=""))
        self._set_dirty(dirty=False)
        restored, self._restored = self._restored, None
        if restored is not None:
            self.form.put_state(restored)
        new = contact is None
        show_name(self.title, self.tr("New contact") if contact is None else contact.alias)
        self.delete_button.setVisible(not new)
        for index in (1, 2):
            self.tabs.setTabEnabled(index, not new)
        if contact is None:
            self.consents.show_contact(None)
            self.parts.show_contact(None)
        count = 0 if contact is None else unsafe_count(contact)
        if count == 1:
            self.danger.say(self.tr("One channel of this contact is not safe to use."))
        elif count:
            words = self.tr("{count} channels of this contact are not safe to use.")
            self.danger.say(filled(words, count=number_text(count)))
        else:
            self.danger.say("")

    def _count(self, tab: int, words: str, count: int) -> None:
        if count:
            words = filled(self.tr("{tab} ({count})"), tab=words, count=number_text(count))
        self.tabs.setTabText(tab, words)

    def _edited(self) -> None:
        self._set_dirty(dirty=True)
        self.keeper.touch()

    def _typing(self) -> None:
        if self._dirty or self.form.channels.state_of_dialog() is not None:
            self.keeper.touch()
        else:
            self.keeper.drop()

    def _state(self) -> dict[str, Any]:
        contact_id = None if self._contact_id is None else str(self._contact_id)
        return {"id": contact_id, "form": self.form.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with what was typed before the vault was locked."""
        self._dirty = False
        if state["id"] is None:
            self.show_new()
            self.form.put_state(state["form"])
        else:
            self._restored = state["form"]
            self._contact = None
            self.show_one(UUID(state["id"]))

    def _set_dirty(self, *, dirty: bool) -> None:
        self._dirty = dirty
        self.save_button.setEnabled(dirty and not self._busy)
        self.discard_button.setVisible(dirty)

    # -- changes ----------------------------------------------------------------------------

    def _save_pressed(self) -> None:
        self.save()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was entered, then call ``then``; what does not fit is said beside its field instead."""
        draft = self.form.read()
        if draft is None:
            self.tabs.setCurrentWidget(self.form)
            return
        contact_id = self._contact_id
        self._busy = True
        self._set_dirty(dirty=True)

        def work(session: Session) -> tuple[Contact, TakeBack]:
            if contact_id is None:
                added = add_contact(session, draft)
                return added, without_contacts([added.id])
            return change_contact(session, contact_id, draft)

        def done(saved: tuple[Contact, TakeBack]) -> None:
            contact, back = saved
            self._busy = False
            if contact_id is None:
                said, undone = self.tr("The contact is added."), self.tr("The contact is taken out again.")
            else:
                said, undone = self.tr("The contact is saved."), self.tr("The contact is as it was before.")
            self._operations.steps.did(said, back, undone)
            if contact_id != self._contact_id:
                return
            self.keeper.drop()
            new = contact_id is None
            self._contact_id = contact.id
            self._show(contact)
            if new:
                self.consents.show_contact(contact.id)
                self.parts.show_contact(contact.id)
            self.saved.emit(contact.id)
            if then is not None:
                then()

        def failed(error: SheafError) -> None:
            self._busy = False
            self._set_dirty(dirty=self._dirty)
            if isinstance(error, ContactFieldError):
                self.form.show_error(error)
            else:
                self._operations.failed.emit(error)

        self._operations.change(work, done, failed)

    def discard(self) -> None:
        """Go back to what is in the vault."""
        self.keeper.drop()
        if self._contact is None:
            self._set_dirty(dirty=False)
            self.gone.emit()
        else:
            self._show(self._contact)
            self._reload()

    def leave(self, then: Callable[[], object]) -> None:
        """Call ``then`` at once, or after asking what is to become of unsaved changes."""
        if not self._dirty:
            then()
            return

        def dropped() -> None:
            self.keeper.drop()
            self._set_dirty(dirty=False)
            then()

        ask_to_leave(
            self,
            self.tr("Save the changes to this contact?"),
            self.tr("Save contact"),
            drop=dropped,
            save=lambda: self.save(then),
        )

    def _ask_to_delete(self) -> None:
        contact = self._contact
        if contact is None:
            return
        contact_id = contact.id

        def delete() -> None:
            self._dirty = False
            self.keeper.drop()
            self._operations.change(lambda session: remove_contact(session, contact_id), deleted)

        def deleted(back: TakeBack) -> None:
            self.gone.emit()
            said, undone = self.tr("The contact is deleted."), self.tr("The contact is back.")
            self._operations.steps.did(said, back, undone)

        confirm(
            self,
            filled(self.tr("Delete {alias}?"), alias=isolated(contact.alias)),
            self.tr(
                "The contact is deleted with its consents, its parts in cases and its marks on evidence."
                " You can undo this until the vault is locked. Copies in backups stay until those are"
                " deleted."
            ),
            self.tr("Delete contact"),
            delete,
            danger=True,
        )
