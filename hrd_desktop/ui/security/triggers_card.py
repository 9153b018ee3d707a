"""What sets panic off by itself: each armed by itself, and seen as armed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget

from hrd_desktop.services.before_wiping import BeforeWiping, before_wiping
from hrd_desktop.services.triggers import CLOSE, DAYS, FAILED_UNLOCKS, LOCK, POWER_OFF, WIPE, Triggers
from hrd_desktop.services.usb_sticks import list_sticks, words_of
from hrd_desktop.ui.cards import Card
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.arm_wipe_dialog import ArmWipeDialog
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import filled, isolated, number_text, set_tone
from hrd_desktop.ui.triggers.hot_key import KEYS
from hrd_desktop.ui.triggers.power_off import ask_whether_allowed


class TriggersCard(Card):
    """Everything takes effect at once; a wipe only after ``ArmWipeDialog``.

    Its rows are steps of ``stages``.
    """

    def __init__(
        self,
        operations: Operations,
        preferences: Preferences,
        title: str,
        stages: Stages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, "", parent)
        self._operations = operations
        self._preferences = preferences
        self.add_words(
            self.tr(
                "Nothing is armed unless it is armed here. Armed triggers work while this program runs, on "
                "the unlock screen too, and whoever can read your files can see that they are armed."
            )
        )
        self._armed = self.add_words("", tone="notice")
        self._power = self.add_words(
            self.tr(
                "On this computer the program is not allowed to switch off without a question. Where that "
                "is chosen, the vault is locked and closed, and the computer stays on."
            ),
            tone="warning",
        )
        self._power.hide()
        stages.add(self._add_stick, self._add_key, self._add_counted, self._show)
        ask_whether_allowed(os.environ, lambda may: self._power.setVisible(not may), self)

    @property
    def _triggers(self) -> Triggers:
        return self._preferences.settings.triggers

    # -- making -----------------------------------------------------------------------------------

    def _add_stick(self) -> None:
        self._stick = QComboBox(self)
        self._stick.setAccessibleName(self.tr("USB stick"))
        self._stick_deed = self._deed_box(self.tr("When the stick is pulled out"))
        self.add_row(self.tr("USB stick"), self._stick)
        self.add_row(self.tr("When it is pulled out"), self._stick_deed)
        self.add_truth(
            self.tr("Tie the stick to your wrist: when the computer is taken from you, the stick comes out."),
            self.tr(
                "It does nothing while this program is not running, while the stick is not plugged in, or "
                "when the power is cut first."
            ),
        )
        self._fill_sticks()
        self._stick.activated.connect(self._choose_stick)
        self._stick_deed.activated.connect(
            lambda: self._choose_deed(
                self._stick_deed, self.tr("When the chosen stick is pulled out."), self._arm_stick
            )
        )

    def _add_key(self) -> None:
        self._key_deed = self._deed_box(filled(self.tr("When {keys} is pressed"), keys=KEYS))
        self.add_row(filled(self.tr("When {keys} is pressed"), keys=isolated(KEYS)), self._key_deed)
        self.add_truth(
            self.tr("One press, on every screen of this program, does what is chosen at once."),
            self.tr(
                "It is not heard while another program has the keyboard; for that, let your desktop run "
                "hrd-vault panic at a key."
            ),
        )
        self._key_deed.activated.connect(
            lambda: self._choose_deed(
                self._key_deed, filled(self.tr("When {keys} is pressed."), keys=isolated(KEYS)), self._arm_key
            )
        )

    def _add_counted(self) -> None:
        self._failed = self._number_box(
            self.tr("Switch off after failed unlocks"),
            FAILED_UNLOCKS,
            self.tr("{number} failed unlocks in this window"),
        )
        self.add_row(self.tr("Switch off after failed unlocks"), self._failed)
        self._days = self._number_box(
            self.tr("Switch off after days without an unlock"),
            DAYS,
            self.tr("{number} days without an unlock"),
        )
        self.add_row(self.tr("Switch off after days without an unlock"), self._days)
        self.add_truth(
            self.tr("A computer that is off has no keys in memory, of the disk's encryption either."),
            self.tr(
                "They never destroy anything: they stop nobody who has copied the disk, and would destroy "
                "the evidence of somebody who is held and cannot unlock."
            ),
        )
        self._failed.activated.connect(
            lambda: self._change(failed_unlocks=int(self._failed.currentData()), failed_so_far=0)
        )
        self._days.activated.connect(self._choose_days)

    def _deed_box(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        for deed, text in (
            ("", self.tr("Not armed")),
            (LOCK, self.tr("Lock")),
            (CLOSE, self.tr("Lock and close")),
            (POWER_OFF, self.tr("Lock and switch the computer off")),
            (WIPE, self.tr("Destroy every vault")),
        ):
            box.addItem(text, deed)
        return box

    def _number_box(self, name: str, numbers: tuple[int, ...], words: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        for number in numbers:
            box.addItem(filled(words, number=number_text(number)) if number else self.tr("Not armed"), number)
        return box

    def _fill_sticks(self) -> None:
        self._stick.clear()
        found = {stick.name: stick.words for stick in list_sticks()}
        chosen = self._triggers.usb_device
        if chosen and chosen not in found:
            found[chosen] = filled(self.tr("{stick} (not plugged in)"), stick=isolated(words_of(chosen)))
        if not found:
            self._stick.addItem(self.tr("No stick is plugged in"), "")
        for name, words in found.items():
            self._stick.addItem(words, name)
        self._stick.setCurrentIndex(max(0, self._stick.findData(chosen)))
        self._stick_deed.setEnabled(bool(found))

    # -- choosing ---------------------------------------------------------------------------------

    def _choose_stick(self) -> None:
        # Another stick: what was armed was armed for the one before.
        self._change(usb_device=str(self._stick.currentData()), usb_deed="")

    def _arm_stick(self, deed: str) -> None:
        self._change(usb_device=str(self._stick.currentData()), usb_deed=deed)

    def _arm_key(self, deed: str) -> None:
        self._change(key_deed=deed)

    def _choose_deed(self, box: QComboBox, trigger: str, arm: Callable[[str], None]) -> None:
        deed = str(box.currentData())
        if deed != WIPE:
            arm(deed)
            return
        # Not armed before the passphrase was typed: the box shows what is armed.
        self._show()

        def ask(before: BeforeWiping) -> None:
            dialog = ArmWipeDialog(self.window(), self._operations, trigger, before)
            dialog.armed.connect(lambda: arm(WIPE))
            dialog.open()

        self._operations.read(before_wiping, ask)

    def _choose_days(self) -> None:
        days = int(self._days.currentData())
        triggers = replace(self._triggers, days=days)
        self._operations.read(
            lambda session: session.clock.now_utc(),
            lambda now: self._put(triggers.after_unlock(now)),
        )

    def _change(self, **values: Any) -> None:
        self._put(replace(self._triggers, **values))

    def _put(self, triggers: Triggers) -> None:
        self._preferences.change(triggers=triggers)
        self._show()

    # -- showing ----------------------------------------------------------------------------------

    def _show(self) -> None:
        triggers = self._triggers
        self._stick_deed.setCurrentIndex(self._stick_deed.findData(triggers.usb_deed))
        self._key_deed.setCurrentIndex(self._key_deed.findData(triggers.key_deed))
        self._failed.setCurrentIndex(self._failed.findData(triggers.failed_unlocks))
        self._days.setCurrentIndex(self._days.findData(triggers.days))
        armed = [
            name
            for name, on in (
                (self.tr("the stick"), bool(triggers.usb_deed)),
                (self.tr("the key"), bool(triggers.key_deed)),
                (self.tr("failed unlocks"), bool(triggers.failed_unlocks)),
                (self.tr("days without an unlock"), bool(triggers.days)),
            )
            if on
        ]
        words = [
            filled(self.tr("Armed: {names}."), names=", ".join(armed))
            if armed
            else self.tr("Nothing is armed.")
        ]
        if triggers.any_wipes:
            words.append(self.tr("One of them destroys every vault that this program remembers."))
        set_tone(self._armed, "warning" if triggers.any_wipes else "notice")
        self._armed.setText(" ".join(words))
