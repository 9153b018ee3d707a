"""The reserve: what it is, making a compartment in it, refreshing it; from inside one, how much is left.

The card is the same in every vault with a reserve, used or not.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.reserve import ReserveView, Room, look_at_reserve, make_compartment, refresh_reserve
from hrd_desktop.services.session import Session
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import confirm, inform, tell
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.credential_dialogs import NewPassphraseDialog
from hrd_desktop.ui.text import filled, number_text, size_text


class ReserveCard(Card):
    """``job_started`` carries the refreshing of the reserve for the bar."""

    job_started = Signal(object)

    def __init__(
        self,
        operations: Operations,
        random: Callable[[int], bytes],
        title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, "", parent)
        self._operations = operations
        self._random = random
        self._state = self.add_words("", tone="")
        self._does = self.add_words("")
        self._does_not = self.add_words("", tone="warning")
        self._make = self.button(self.tr("Make a second compartment in it…"), "add")
        self._make.clicked.connect(self._ask_to_make)
        self._refresh = self.button(self.tr("Overwrite it now…"), "destroy")
        self._refresh.clicked.connect(self._ask_to_refresh)
        self.add_buttons(self._make, self._refresh)
        self.add_busy(self.tr("Preparing the reserve…"))
        self._show_buttons(False)
        operations.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Ask again how things stand."""
        self._operations.read(look_at_reserve, self._show)

    def _show(self, view: ReserveView) -> None:
        if view.room is not None:
            self._show_room(view.room)
            return
        self._show_buttons(view.size_bytes is not None)
        self._does_not.setVisible(view.size_bytes is not None)
        if view.size_bytes is None:
            self._state.setText(self.tr("This vault was made without a reserve."))
            self._does.setText(
                self.tr(
                    "So it has no second compartment, and whoever looks into it can see that. A reserve can "
                    "only be set aside when a vault is made."
                )
            )
            return
        state = filled(
            self.tr("{size} are set aside and filled with random bytes."), size=size_text(view.size_bytes)
        )
        if view.refreshing:
            state += " " + self.tr("It is being overwritten; that goes on while the vault is open.")
        self._state.setText(state)
        self._does.setText(
            self.tr(
                "A second compartment with a passphrase of its own can live in it, and from here it cannot "
                "be told whether one does: every vault with a reserve looks like this."
            )
        )
        self._does_not.setText(
            self.tr(
                "It holds against somebody who makes you open the vault and looks around. It does not hold "
                "against a forensic examination of the disk, or against two images taken at different times."
            )
        )

    def _show_room(self, room: Room) -> None:
        self._show_buttons(False)
        self._does_not.hide()
        self._state.setText(
            filled(
                self.tr("{left} of {size} are left here. The largest file that still fits has {largest}."),
                left=size_text(room.left_bytes),
                size=size_text(room.size_bytes),
                largest=size_text(room.largest_bytes),
            )
        )
        self._does.setText(
            filled(
                self.tr(
                    "What was opened lives in a space of fixed size and never grows: what does not fit is "
                    "refused. Of the space for records {records} % are free, of that for search and "
                    "previews {derived} %."
                ),
                records=number_text(round(100 * room.records_left)),
                derived=number_text(round(100 * room.derived_left)),
            )
        )

    def _show_buttons(self, shown: bool) -> None:
        self._make.setVisible(shown)
        self._refresh.setVisible(shown)

    def _ask_to_make(self) -> None:
        confirm(
            self.window(),
            self.tr("Make a second compartment?"),
            self.tr(
                "If there is one in the reserve already, it is destroyed for good: nobody can see whether "
                "there is. Plan first what this vault will show to whoever makes you open it; the help "
                "says how."
            ),
            self.tr("Go on"),
            self._ask_for_passphrase,
            danger=True,
        )

    def _ask_for_passphrase(self) -> None:
        dialog = NewPassphraseDialog(
            self.window(),
            self.tr("The passphrase of the second compartment"),
            self.tr("Make it"),
            self._random,
            with_label=False,
        )
        dialog.decided.connect(lambda text, _: self._start_making(text))
        dialog.open()

    def _start_making(self, text: str) -> None:
        def work(session: Session) -> None:
            make_compartment(session, load_credential(text, None), None)

        def done(_: None) -> None:
            self.set_busy(False)
            inform(
                self.window(),
                self.tr("It is made"),
                self.tr(
                    "Lock, then open the vault with the new passphrase. A recovery code for it is added "
                    "there, in Security."
                ),
                icon_name="check",
            )

        self.set_busy(True)
        self._operations.change(work, done, self._failed)

    def _ask_to_refresh(self) -> None:
        confirm(
            self.window(),
            self.tr("Overwrite the reserve?"),
            self.tr("A second compartment in it, if there is one, is destroyed for good."),
            self.tr("Overwrite it"),
            self._start_refreshing,
            danger=True,
        )

    def _start_refreshing(self) -> None:
        def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
            refresh_reserve(session, progress=progress, cancel=cancel)

        job = Job(self.tr("Overwriting the reserve"), self)
        job.failed.connect(self._failed)
        job.ended.connect(lambda: self.set_busy(False))
        self._make.setEnabled(False)
        self._refresh.setEnabled(False)
        self.job_started.emit(job)
        job.start(self._operations, work, changes=True)

    def _failed(self, error: SheafError) -> None:
        self.set_busy(False)
        tell(self.window(), error)
