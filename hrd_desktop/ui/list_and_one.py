"""A section of two panes: a list at the leading side, and the one that is chosen in it beside it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QStackedWidget, QWidget

from hrd_desktop.ui.contacts.empty_state import EmptyState
from hrd_desktop.ui.contacts.fields import Notice
from hrd_desktop.ui.dialogs import PlainDialog
from hrd_desktop.ui.draft_keeper import DraftKeeper
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panes import Panes
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import translated

_CONTEXT = "ListAndOne"
_LIST_WIDTH = 340
_ONE_WIDTH = 680
#: The width that the panes need to be of use.
_NEEDS = (240, 360)


class OneOf(QWidget):
    """The list. ``chosen`` carries an id; ``unfinished`` offers what was typed before a lock."""

    chosen = Signal(object)
    unfinished: Notice

    @abstractmethod
    def choose(self, chosen_id: UUID | None) -> None:
        """Mark this one as chosen, or none."""


class TheOne(QWidget):
    """What shows and edits the one that is chosen. ``gone`` comes when there is nothing to show any more."""

    gone = Signal()
    keeper: DraftKeeper

    @property
    @abstractmethod
    def shown_id(self) -> UUID | None:
        """The one that is shown; None for a new one."""

    @property
    @abstractmethod
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""

    @abstractmethod
    def show_one(self, one_id: UUID) -> None:
        """Show this one as soon as it has been read. What was entered before is dropped."""

    @abstractmethod
    def leave(self, then: Callable[[], object]) -> None:
        """Call ``then`` at once, or after asking what is to become of unsaved changes."""

    @abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Go on with what was typed before the vault was locked."""


L = TypeVar("L", bound=OneOf)
O = TypeVar("O", bound=TheOne)  # noqa: E741  # the one beside the list L


class ListAndOne(QWidget, Generic[L, O]):
    """A subclass calls ``fill`` once, and makes the one in ``make_one``, in a turn after the list's."""

    list: L

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.operations = operations
        self.panes = Panes(self)
        self.pages = QStackedWidget(self.panes.splitter)
        self.stages = Stages(self)
        self._draft_words = ""
        self._unfinished: dict[str, Any] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.panes)

    def fill(self, made: L, names: tuple[str, str], nothing: tuple[str, str, str], draft_words: str) -> None:
        """Put in the list; ``names`` are those of the panes, for narrow windows.

        ``nothing`` is the picture, the headline and the words while nothing is chosen; ``draft_words`` say
        that something was not saved when the vault was locked.
        """
        self.list = made
        self._draft_words = draft_words
        self.nothing = EmptyState(*nothing, self.pages)
        self.pages.addWidget(self.nothing)
        self.panes.add(made, names[0], _NEEDS[0])
        self.panes.add(self.pages, names[1], _NEEDS[1])
        splitter = self.panes.splitter
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_LIST_WIDTH, _ONE_WIDTH])
        self.setFocusProxy(made)
        self.list.chosen.connect(self.show_one)
        self.list.unfinished.pressed.connect(self._restore)
        # The list is painted and answers first.
        self.stages.add(self._put_one)
        self.stages.start()

    @abstractmethod
    def make_one(self) -> O:
        """Make it in ``pages``, in steps of ``stages``."""

    def connect_one(self, one: O) -> None:
        """Connect what is more than common to all, once every step was taken."""

    @property
    def detail(self) -> O:
        """The one beside the list."""
        self.stages.finish()
        return self._one

    @property
    def unsaved(self) -> bool:
        """Whether something was entered that is not in the vault."""
        return self.stages.is_done and self.detail.unsaved

    def show_one(self, one_id: UUID, then: Callable[[], object] | None = None) -> None:
        """Show this one, and call ``then``, once it is settled what becomes of unsaved changes to another."""
        if self.detail.shown_id == one_id and self.pages.currentWidget() is self.detail:
            self.list.choose(one_id)
            if then is not None:
                then()
            return

        def show() -> None:
            self.list.choose(one_id)
            self.turn_to_one()
            self.detail.show_one(one_id)
            if then is not None:
                then()

        # While it is asked, the list shows what is being edited.
        self.list.choose(self.detail.shown_id if self.detail.unsaved else one_id)
        self.detail.leave(show)

    def turn_to_one(self) -> None:
        """Bring the one into sight."""
        self.panes.turn_to(1)
        self.pages.setCurrentWidget(self.detail)

    # -- inside ---------------------------------------------------------------------------------

    def _put_one(self) -> None:
        self._one = self.make_one()
        self.pages.addWidget(self._one)
        self.stages.add(self._connect)

    def _connect(self) -> None:
        self._one.gone.connect(self._show_nothing)
        self.connect_one(self._one)
        self._one.keeper.find(self._offer)

    def _offer(self, state: dict[str, Any]) -> None:
        """Something was typed and not saved when the vault was locked."""
        if not self.detail.unsaved:
            self._unfinished = state
            self.list.unfinished.say(self._draft_words)

    def _restore(self) -> None:
        state = self._unfinished
        self.list.unfinished.say("")
        if state is None:
            return

        def show() -> None:
            self.pages.setCurrentWidget(self.detail)
            self.list.choose(None if state["id"] is None else UUID(state["id"]))
            self.detail.restore(state)

        self.detail.leave(show)

    def _show_nothing(self) -> None:
        self.list.choose(None)
        self.panes.turn_to(0)
        self.pages.setCurrentWidget(self.nothing)


def ask_to_leave(
    parent: QWidget, title: str, save_words: str, *, drop: Callable[[], object], save: Callable[[], object]
) -> None:
    """Ask what is to become of unsaved changes; to keep editing does nothing."""
    dialog = PlainDialog(parent, title, icon_name="help")
    dialog.add_text(translated(_CONTEXT, "What you entered is not in the vault yet."))
    keep = dialog.add_button(translated(_CONTEXT, "Keep editing"), QDialogButtonBox.ButtonRole.RejectRole)
    keep.clicked.connect(dialog.reject)
    dropping = dialog.add_button(
        translated(_CONTEXT, "Discard changes"), QDialogButtonBox.ButtonRole.DestructiveRole
    )
    saving = dialog.add_button(save_words, QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
    for button, act in ((dropping, drop), (saving, save)):
        button.clicked.connect(dialog.accept)
        button.clicked.connect(lambda _=False, act=act: act())
    saving.setFocus()
    dialog.open()
