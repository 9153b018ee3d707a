"""Sets of shares: who has which, whether the set is proved, and making, proving and removing one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.share_sets import ShareSet
from hrd_desktop.services.shares import list_share_sets, prove_share_set, remove_share_set, set_holders
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.dialogs import confirm, inform
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.shares.entry import EnterSharesDialog
from hrd_desktop.ui.shares.holders_dialog import HoldersDialog
from hrd_desktop.ui.shares.make_dialog import MakeSharesDialog
from hrd_desktop.ui.text import date_text, filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import pixmap
from hrd_desktop.ui.theme.tokens import Size, Space


class SharesCard(Card):
    """Lists the sets and changes them, in the background."""

    def __init__(
        self,
        operations: Operations,
        random: Callable[[int], bytes],
        title: str,
        words: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, words, parent)
        self._operations = operations
        self._random = random
        self._sets: tuple[ShareSet, ...] | None = None
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.M)
        self.body.addLayout(self._rows)
        make = self.button(self.tr("Make shares…"), "add")
        make.clicked.connect(self._ask_to_make)
        self.add_buttons(make)
        operations.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Ask for the sets again."""
        self._operations.read(list_share_sets, self._show)

    def _show(self, sets: tuple[ShareSet, ...]) -> None:
        if sets == self._sets:
            return
        self._sets = sets
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for found in sets:
            self._rows.addWidget(self._row(found))

    def _row(self, found: ShareSet) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        picture = QLabel(row)
        tone = "accent" if found.proved_utc is not None else "warning"
        picture.setPixmap(pixmap("contacts", Size.ICON, self.devicePixelRatioF(), tone))
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(plain_label(self._name(found), row, wrap=True))
        if found.proved_utc is None:
            words.addWidget(
                plain_label(
                    self.tr("Not proved: nobody has opened this vault with it yet. Do not rely on it."),
                    row,
                    tone="warning",
                    wrap=True,
                )
            )
        else:
            proved = filled(
                self.tr("Proved on {date}: it opened this vault."), date=date_text(found.proved_utc)
            )
            words.addWidget(plain_label(proved, row, tone="muted", wrap=True))
        holders = [
            filled(self.tr("{number}: {name}"), number=number_text(place), name=isolated(name))
            for place, name in enumerate(found.holders, start=1)
            if name
        ]
        if holders:
            words.addWidget(plain_label(" · ".join(holders), row, tone="muted", wrap=True))
        prove = QPushButton(self.tr("Prove…"), row)
        prove.setAccessibleName(filled(self.tr("Prove {name}"), name=self._name(found)))
        prove.clicked.connect(self._ask_to_prove)
        edit = QPushButton(self.tr("Holders…"), row)
        edit.setAccessibleName(filled(self.tr("Who has the shares of {name}"), name=self._name(found)))
        edit.clicked.connect(partial(self._ask_holders, found))
        # Nothing is noted of a set that another program made, not even how many shares it has.
        edit.setVisible(bool(found.count))
        remove = QPushButton(self.tr("Remove…"), row)
        remove.setProperty("role", "danger")
        remove.setAccessibleName(filled(self.tr("Remove {name}"), name=self._name(found)))
        remove.clicked.connect(partial(self._ask_to_remove, found))
        buttons = FlowLayout(spacing=Space.S)
        for button in (prove, edit, remove):
            buttons.addWidget(button)
        words.addLayout(buttons)
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return row

    def _name(self, found: ShareSet) -> str:
        if not found.count:
            return self.tr("A set of which nothing is noted")
        return filled(
            self.tr("Any {needed} of {count} shares, set {set}"),
            needed=number_text(found.needed),
            count=number_text(found.count),
            set=isolated(str(found.set_id)),
        )

    def _ask_holders(self, found: ShareSet) -> None:
        dialog = HoldersDialog(self.window(), self._name(found), found.holders)
        dialog.decided.connect(
            lambda names: self._operations.change(
                lambda session: set_holders(session, found.slot_number, names)
            )
        )
        dialog.open()

    def _ask_to_make(self) -> None:
        MakeSharesDialog(self.window(), self._operations, self._random).open()

    def _ask_to_prove(self) -> None:
        dialog = EnterSharesDialog(
            self.window(),
            self.tr("Prove a set of shares"),
            self.tr(
                "Ask the holders for their shares and enter as many as are needed, from what they wrote "
                "down. Then "
                "it is certain that they open this vault."
            ),
            self.tr("Prove it"),
        )
        dialog.decided.connect(self._prove)
        dialog.open()

    def _prove(self, shares: list) -> None:  # type: ignore[type-arg]  # a signal carries a plain list
        entered = tuple(shares)

        def done(proved: ShareSet) -> None:
            inform(
                self.window(),
                self.tr("These shares open this vault"),
                self.tr("The set is proved. The holders can put their shares away again."),
                icon_name="check",
            )

        self._operations.change(lambda session: prove_share_set(session, entered), done)

    def _ask_to_remove(self, found: ShareSet) -> None:
        confirm(
            self.window(),
            filled(self.tr("Remove {name}?"), name=self._name(found)),
            self.tr("Its shares will no longer open this vault. They still open older copies of the vault."),
            self.tr("Remove"),
            lambda: self._operations.change(lambda session: remove_share_set(session, found.slot_number)),
            danger=True,
        )
