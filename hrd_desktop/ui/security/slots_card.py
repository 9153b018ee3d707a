"""What opens the vault: at most four passphrases and recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, FLAG_REFRESH_RESERVE, SlotKind, SlotRecord
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.reserve import ReserveView, look_at_reserve
from hrd_desktop.services.session import Session
from hrd_desktop.services.slots import (
    add_passphrase,
    add_recovery_code,
    change_passphrase,
    list_slots,
    rekey_vault,
    remove_slot,
)
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.dialogs import confirm, tell
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.security.credential_dialogs import NewPassphraseDialog, NewRecoveryCodeDialog, RekeyDialog
from hrd_desktop.ui.security.seen_dialog import BOTH, COPY, PASSPHRASE, SeenDialog
from hrd_desktop.ui.side_by_side import SideBySide
from hrd_desktop.ui.text import date_text, filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import pixmap
from hrd_desktop.ui.theme.tokens import Size, Space


class SlotsCard(Card):
    """Lists the slots and changes them, in the background and after asking for what that needs."""

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
        self._slots: tuple[SlotRecord, ...] = ()
        self._opened_with = 0
        self._has_reserve = False
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.S)
        self.body.addLayout(self._rows)
        self.add_busy(self.tr("Changing the key files…"))
        self._add = self.button(self.tr("Add a passphrase…"), "add")
        self._add.clicked.connect(self._ask_to_add)
        self._add_code = self.button(self.tr("Add a recovery code…"), "add")
        self._add_code.clicked.connect(self._ask_to_add_code)
        self.add_buttons(self._add, self._add_code)
        self._rekey = self.button(self.tr("Did somebody see it?…"), "key")
        self._rekey.clicked.connect(self._ask_what_was_seen)
        self.add_buttons(self._rekey)
        operations.changed.connect(self.refresh)
        operations.read(look_at_reserve, self._know_reserve)
        self.refresh()

    def refresh(self) -> None:
        """Ask for the slots again."""
        self._operations.read(list_slots, self._show)

    def _show(self, found: tuple[tuple[SlotRecord, ...], int]) -> None:
        if found == (self._slots, self._opened_with):
            return
        self._slots, self._opened_with = found
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        used = [slot for slot in self._slots if slot.used]
        for slot in used:
            self._rows.addWidget(self._row(slot, removable=len(used) > 1))
        free = len(used) < len(self._slots)
        self._add.setEnabled(free)
        self._add_code.setEnabled(free)

    def _know_reserve(self, view: ReserveView) -> None:
        self._has_reserve = view.size_bytes is not None

    def _row(self, slot: SlotRecord, *, removable: bool) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        picture = QLabel(row)
        picture.setPixmap(pixmap("key", Size.ICON, self.devicePixelRatioF(), "accent"))
        line.addWidget(picture)
        words = QWidget(row)
        lines = QVBoxLayout(words)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(plain_label(self._name(slot), words, wrap=True))
        lines.addWidget(plain_label(self._more(slot), words, tone="muted", wrap=True))
        if slot.kind == SlotKind.SHARES:
            # Made, proved and removed as a set, in the card below.
            line.addWidget(words, 1)
            return row
        acts = QWidget(row)
        pair = QHBoxLayout(acts)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(Space.M)
        change = QPushButton(self.tr("Change…"), acts)
        change.setAccessibleName(filled(self.tr("Change {name}"), name=self._name(slot)))
        change.clicked.connect(lambda: self._ask_to_change(slot))
        remove = QPushButton(self.tr("Remove…"), acts)
        remove.setProperty("role", "danger")
        remove.setAccessibleName(filled(self.tr("Remove {name}"), name=self._name(slot)))
        remove.setEnabled(removable)
        remove.clicked.connect(lambda: self._ask_to_remove(slot))
        pair.addWidget(change)
        pair.addWidget(remove)
        line.addLayout(SideBySide(words, acts), 1)
        return row

    def _name(self, slot: SlotRecord) -> str:
        kind = {
            SlotKind.PASSPHRASE: self.tr("Passphrase"),
            SlotKind.RECOVERY_CODE: self.tr("Recovery code"),
            SlotKind.SHARES: self.tr("Shares"),
        }[SlotKind(slot.kind)]
        return filled("{kind}: {label}", kind=kind, label=isolated(slot.label)) if slot.label else kind

    def _more(self, slot: SlotRecord) -> str:
        parts = [filled(self.tr("made {date}"), date=date_text(from_microseconds(slot.made_us)))]
        if slot.flags & FLAG_KEY_FILE:
            parts.append(self.tr("with a key file"))
        if slot.flags & FLAG_REFRESH_RESERVE:
            parts.append(self.tr("overwrites the reserve"))
        if slot.number == self._opened_with:
            parts.append(self.tr("used to open the vault now"))
        return " · ".join(parts)

    def _ask_to_add(self) -> None:
        dialog = NewPassphraseDialog(
            self.window(),
            self.tr("Add a passphrase"),
            self.tr("Add the passphrase"),
            self._random,
            with_label=True,
            refresh_offered=self._has_reserve,
        )

        def add(text: str, label: str) -> None:
            refreshes = dialog.refreshes_reserve
            self._change(
                lambda session: add_passphrase(
                    session, load_credential(text, None), label, refreshes_reserve=refreshes
                )
            )

        dialog.decided.connect(add)
        dialog.open()

    def _ask_to_add_code(self) -> None:
        dialog = NewRecoveryCodeDialog(self.window(), self._random)
        dialog.decided.connect(
            lambda code, label: self._change(lambda session: add_recovery_code(session, bytes(code), label))
        )
        dialog.open()

    def _ask_to_change(self, slot: SlotRecord, then: Callable[[], object] = lambda: None) -> None:
        dialog = NewPassphraseDialog(
            self.window(),
            filled(self.tr("Change {name}"), name=self._name(slot)),
            self.tr("Change it"),
            self._random,
            with_label=False,
            refresh_offered=self._has_reserve,
            refreshes_reserve=bool(slot.flags & FLAG_REFRESH_RESERVE),
        )

        def change(text: str, _: str) -> None:
            refreshes = dialog.refreshes_reserve
            self._change(
                lambda session: change_passphrase(
                    session, slot.number, load_credential(text, None), refreshes_reserve=refreshes
                ),
                then,
            )

        dialog.decided.connect(change)
        dialog.open()

    def _ask_to_remove(self, slot: SlotRecord) -> None:
        confirm(
            self.window(),
            filled(self.tr("Remove {name}?"), name=self._name(slot)),
            self.tr("It will no longer open this vault. It still opens older copies of the vault."),
            self.tr("Remove"),
            lambda: self._change(lambda session: remove_slot(session, slot.number)),
            danger=True,
        )

    def _ask_what_was_seen(self) -> None:
        dialog = SeenDialog(self.window())

        def go_on(what: str) -> None:
            if what in (PASSPHRASE, COPY, BOTH):
                self._with_slots(lambda: self._help_after(what))

        dialog.decided.connect(go_on)
        dialog.open()

    def _help_after(self, what: str) -> None:
        own = next(slot for slot in self._slots if slot.number == self._opened_with)
        if what == COPY or own.kind == SlotKind.SHARES:
            # A set of shares is not changed: the new key leaves it out.
            self._ask_to_rekey()
        elif what == PASSPHRASE:
            self._ask_to_change(own)
        else:
            self._ask_to_change(own, lambda: self._with_slots(self._ask_to_rekey))

    def _with_slots(self, ask: Callable[[], object]) -> None:
        """Ask once it is known how the slots are now: who is not named would be left out of a new key."""

        def known(found: tuple[tuple[SlotRecord, ...], int]) -> None:
            self._show(found)
            ask()

        self._operations.read(list_slots, known)

    def _ask_to_rekey(self) -> None:
        others = [
            filled("{name} ({more})", name=self._name(slot), more=self._more(slot))
            for slot in self._slots
            if slot.used and slot.number != self._opened_with and slot.kind != SlotKind.SHARES
        ]
        dialog = RekeyDialog(self.window(), others)
        if any(slot.used and slot.kind == SlotKind.SHARES for slot in self._slots):
            dialog.add_text(
                self.tr("Sets of shares are out as well. Make new ones afterwards."), tone="warning"
            )
        dialog.decided.connect(
            lambda texts: self._change(
                lambda session: rekey_vault(session, [load_credential(text, None) for text in texts])
            )
        )
        dialog.open()

    def _change(self, work: Callable[[Session], Any], then: Callable[[], object] = lambda: None) -> None:
        self.set_busy(True)

        def done(_: object) -> None:
            self.set_busy(False)
            then()

        def failed(error: SheafError) -> None:
            self.set_busy(False)
            tell(self.window(), error)

        self._operations.change(work, done, failed)

    def set_busy(self, busy: bool) -> None:
        """Afterwards the slots are asked for again."""
        super().set_busy(busy)
        if not busy:
            # What may be pressed depends on the slots; shown again with the next answer.
            self._slots = ()
            self.refresh()
