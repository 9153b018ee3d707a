"""What can be done with selected items: tags, cases, the bin and back, destroying; and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case, ItemState
from hrd_desktop.services.browse import load_ids
from hrd_desktop.services.bulk import destroy_items, move_items, register_items, tag_items
from hrd_desktop.services.cases import find_or_add_case
from hrd_desktop.services.session import Session
from hrd_desktop.ui.dialogs import confirm, tell
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text

#: Steps that can be undone; each holds ids only, and all are gone with the lock.
_UNDO_STEPS = 50

Work = Callable[[Session, Progress, CancelToken], list[UUID]]


class ItemActions(QObject):
    """Acts on items by number.

    ``started`` carries each job; ``happened`` a sentence and whether what happened can be undone.
    """

    started = Signal(object)
    happened = Signal(str, bool)

    def __init__(self, operations: Operations, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._window = window
        self._undo: list[tuple[str, Work]] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._undo)

    def undo(self) -> None:
        """Take the last step back."""
        if not self._undo:
            return
        text, work = self._undo.pop()
        self._run(text, work, lambda changed: self.happened.emit(text, False))

    # -- actions ------------------------------------------------------------------------------

    def delete(self, numbers: Sequence[int]) -> None:
        """Move items to the bin."""
        one, many = self.tr("The item is in the bin."), self.tr("{count} items are in the bin.")
        back = self.tr("Taken out of the bin again.")
        self._move(numbers, ItemState.BINNED, self.tr("Moving to the bin"), (one, many), back)

    def restore(self, numbers: Sequence[int]) -> None:
        """Take items out of the bin."""
        one = self.tr("The item is out of the bin.")
        many = self.tr("{count} items are out of the bin.")
        back = self.tr("Put into the bin again.")
        self._move(numbers, ItemState.KEPT, self.tr("Taking out of the bin"), (one, many), back)

    def ask_destroy(self, numbers: Sequence[int]) -> None:
        """Destroy items, after one clear question."""
        count = len(numbers)
        one = self.tr("Destroy this item for good?")
        many = filled(self.tr("Destroy {count} items for good?"), count=number_text(count))
        text = self.tr(
            "The key of each item is overwritten, so that nobody can open it again, neither you nor this"
            " program. The custody log keeps that it was destroyed.\n\nThis cannot be undone. Copies in"
            " backups, in bundles and outside the vault are not reached."
        )
        confirm(
            self._window,
            one if count == 1 else many,
            text,
            self.tr("Destroy"),
            partial(self.destroy, list(numbers)),
            danger=True,
        )

    def destroy(self, numbers: Sequence[int]) -> None:
        """Destroy items. Steps before it cannot be undone any more."""

        def work(session: Session, progress: Progress, cancel: CancelToken) -> list[UUID]:
            ids = load_ids(session, numbers)
            destroy_items(session, ids, progress=progress, cancel=cancel)
            return ids

        self._undo.clear()
        one, many = self.tr("The item is destroyed."), self.tr("{count} items are destroyed.")
        self._run(
            self.tr("Destroying"),
            work,
            lambda gone: self.happened.emit(_counted(one, many, len(gone)), False),
        )

    def tag(self, numbers: Sequence[int], add: Sequence[str], remove: Sequence[str]) -> None:
        """Add tags to items and take others off."""

        def work(session: Session, progress: Progress, cancel: CancelToken) -> list[UUID]:
            ids = load_ids(session, numbers)
            return tag_items(session, ids, add=add, remove=remove, progress=progress, cancel=cancel)

        one, many = (
            self.tr("The tags of the item were changed."),
            self.tr("The tags of {count} items were changed."),
        )
        none = self.tr("The tags were already so.")
        self._run(
            self.tr("Changing tags"),
            work,
            lambda changed: self.happened.emit(_counted(one, many, len(changed)) if changed else none, False),
        )

    def add_to_case(self, numbers: Sequence[int], case: Case | str) -> None:
        """Register items in a case, or in a new one with this reference."""
        reference = case if isinstance(case, str) else case.reference

        def work(session: Session, progress: Progress, cancel: CancelToken) -> list[UUID]:
            # Exhibit numbers are given in the order in which the items came in.
            ids = load_ids(session, sorted(numbers))
            chosen = find_or_add_case(session, reference)
            return register_items(session, ids, chosen.id, progress=progress, cancel=cancel)

        one, many = self.tr("Added to {case}."), self.tr("{count} items were added to {case}.")
        none = self.tr("Already in {case}.")

        def done(added: list[UUID]) -> None:
            sentence = _counted(one, many, len(added)) if added else none
            self.happened.emit(filled(sentence, case=isolated(reference)), False)

        self._run(self.tr("Adding to the case"), work, done)

    # -- inside -------------------------------------------------------------------------------

    def _move(
        self, numbers: Sequence[int], state: ItemState, title: str, said: tuple[str, str], back: str
    ) -> None:
        def work(session: Session, progress: Progress, cancel: CancelToken) -> list[UUID]:
            return move_items(session, load_ids(session, numbers), state, progress=progress, cancel=cancel)

        def done(moved: list[UUID]) -> None:
            other = ItemState.KEPT if state is ItemState.BINNED else ItemState.BINNED

            def again(session: Session, progress: Progress, cancel: CancelToken) -> list[UUID]:
                return move_items(session, moved, other, progress=progress, cancel=cancel)

            if moved:
                self._undo = [*self._undo[-_UNDO_STEPS + 1 :], (back, again)]
            self.happened.emit(_counted(*said, len(moved)), bool(moved))

        self._run(title, work, done)

    def _run(self, title: str, work: Work, done: Callable[[list[UUID]], Any]) -> None:
        job = Job(title, self)
        job.succeeded.connect(done)
        job.failed.connect(lambda error: tell(self._window, error))
        job.ended.connect(job.deleteLater)
        job.start(self._operations, work, changes=True)
        self.started.emit(job)


def _counted(one: str, many: str, count: int) -> str:
    return one if count == 1 else filled(many, count=number_text(count))
