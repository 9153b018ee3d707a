"""What can be done with selected items: tags, cases, the bin and back, destroying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case, ItemState
from hrd_desktop.services.browse import load_ids
from hrd_desktop.services.bulk import destroy_items, move_items, register_items, tag_items
from hrd_desktop.services.cases import find_or_add_case
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import TakeBack, back_to_tags, out_of_case
from hrd_desktop.ui.dialogs import confirm, tell
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text

#: What a job did: how many items, and what takes it back.
Outcome = tuple[int, TakeBack | None]
Work = Callable[[Session, Progress, CancelToken], Outcome]


class ItemActions(QObject):
    """Acts on items by number. ``started`` carries each job; the steps are told what was done."""

    started = Signal(object)

    def __init__(self, operations: Operations, window: QWidget) -> None:
        super().__init__(window)
        self._operations = operations
        self._window = window

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

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Outcome:
            ids = load_ids(session, numbers)
            destroy_items(session, ids, progress=progress, cancel=cancel)
            return len(ids), None

        self._operations.steps.forget()
        one, many = self.tr("The item is destroyed."), self.tr("{count} items are destroyed.")
        self._run(self.tr("Destroying"), work, (one, many, one))

    def tag(self, numbers: Sequence[int], add: Sequence[str], remove: Sequence[str]) -> None:
        """Add tags to items and take others off."""

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Outcome:
            ids = load_ids(session, numbers)
            before = tag_items(session, ids, add=add, remove=remove, progress=progress, cancel=cancel)
            return len(before), back_to_tags(before)

        said = (
            self.tr("The tags of the item were changed."),
            self.tr("The tags of {count} items were changed."),
            self.tr("The tags were already so."),
        )
        self._run(self.tr("Changing tags"), work, said, self.tr("The tags are as they were."))

    def add_to_case(self, numbers: Sequence[int], case: Case | str) -> None:
        """Register items in a case, or in a new one with this reference."""
        reference = case if isinstance(case, str) else case.reference

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Outcome:
            # Exhibit numbers are given in the order in which the items came in.
            ids = load_ids(session, sorted(numbers))
            chosen = find_or_add_case(session, reference)
            added = register_items(session, ids, chosen.id, progress=progress, cancel=cancel)
            return len(added), out_of_case(added, chosen.id)

        # A case has a log from its first day, so one that was opened for this is not taken away again.
        undone_of_new = self.tr("Taken out of {case} again. The case stays open, and empty.")
        undone_of_old = self.tr("Taken out of {case} again. Their exhibit numbers stay used.")
        one, many, none, undone = (
            filled(sentence, case=isolated(reference))
            for sentence in (
                self.tr("Added to {case}."),
                self.tr("{count} items were added to {case}."),
                self.tr("Already in {case}."),
                undone_of_new if isinstance(case, str) else undone_of_old,
            )
        )
        self._run(self.tr("Adding to the case"), work, (one, many, none), undone)

    # -- inside -------------------------------------------------------------------------------

    def _move(
        self, numbers: Sequence[int], state: ItemState, title: str, said: tuple[str, str], undone: str
    ) -> None:
        other = ItemState.KEPT if state is ItemState.BINNED else ItemState.BINNED

        def work(session: Session, progress: Progress, cancel: CancelToken) -> Outcome:
            ids = load_ids(session, numbers)
            moved = move_items(session, ids, state, progress=progress, cancel=cancel)

            def back(session: Session, progress: Progress, cancel: CancelToken) -> object:
                return move_items(session, moved, other, progress=progress, cancel=cancel)

            return len(moved), back

        self._run(title, work, (*said, self.tr("Nothing was moved.")), undone)

    def _run(self, title: str, work: Work, said: tuple[str, str, str], undone: str = "") -> None:
        """``said``: of one item, of many, of none."""
        one, many, none = said

        def done(outcome: Outcome) -> None:
            count, back = outcome
            sentence = none if count == 0 else one if count == 1 else filled(many, count=number_text(count))
            self._operations.steps.did(sentence, back if count else None, undone)

        job = Job(title, self)
        job.succeeded.connect(done)
        job.failed.connect(lambda error: tell(self._window, error))
        job.ended.connect(job.deleteLater)
        job.start(self._operations, work, changes=True)
        self.started.emit(job)
