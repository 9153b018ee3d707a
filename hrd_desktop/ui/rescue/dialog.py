"""Rescuing a vault: where the new one is to be, what opens the old one, how far it is, what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.domain.rescue import RescueReport
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.rescue_start import RunningRescue, WhatOpens
from hrd_desktop.services.shares import Share
from hrd_desktop.ui.first_run.place_page import PlacePage
from hrd_desktop.ui.making import MakingDialog
from hrd_desktop.ui.rescue.words import headline_of, lost_text, paragraphs, unreadable_text
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.what_opens import WhatOpensForm


class RescueDialog(MakingDialog):
    """Reads the damaged vault and makes a new one."""

    def __init__(
        self, parent: QWidget | None, vault: str, *, random: Callable[[int], bytes], clock: Clock
    ) -> None:
        super().__init__(parent, self.tr("Rescue a vault"), lost_title=self.tr("Lost"))
        self._vault = vault
        self._random = random
        self._clock = clock
        self._asking = self._make_asking()
        self._go = self.add_button(self.tr("Rescue"), QDialogButtonBox.ButtonRole.ActionRole, look="primary")
        self._go.clicked.connect(self._on_go)
        self.finished.connect(self._form.forget)
        self.show_page(self._asking)
        self._place.enter()
        self._form.field.setFocus()

    def show_page(self, page: QWidget) -> None:
        super().show_page(page)
        self._go.setVisible(page is self._asking)
        self._on_change()

    def _make_asking(self) -> QWidget:
        page, column = self.add_page()
        column.addWidget(
            plain_label(
                filled(
                    self.tr(
                        "For when {vault} does not open, or something of it is missing. A new vault is "
                        "made of all that "
                        "is still there. The damaged one is only read, so you can try this at any time; "
                        "if you have a "
                        "backup, compare with it before you rely on the rescue."
                    ),
                    vault=isolated(os.path.basename(self._vault.rstrip(os.sep)) or self._vault),
                ),
                page,
                tone="muted",
                wrap=True,
            )
        )
        self._form = WhatOpensForm(
            self.tr("Passphrase or recovery code of the damaged vault"),
            self.tr("Rescue with these shares"),
            page,
        )
        self._form.changed.connect(self._on_change)
        self._form.submitted.connect(self._on_go)
        self._form.shares_entered.connect(self._start_with_shares)
        column.addWidget(self._form)
        self._place = PlacePage(os.path.dirname(self._vault.rstrip(os.sep)) or os.sep, page)
        self._place.without_reserve()
        self._place.hide_title()
        self._place.set_path(self._vault.rstrip(os.sep) + "-" + self.tr("rescued"))
        self._place.readiness_changed.connect(self._on_change)
        column.addWidget(self._place)
        column.addStretch(1)
        return page

    def _on_change(self) -> None:
        ready = self._place.is_ready()
        self._go.setEnabled(ready and self._form.is_filled)
        self._form.shares_button.setEnabled(ready)

    def _on_go(self) -> None:
        if self._go.isEnabled():
            self._start(self._form.opens)

    def _start_with_shares(self, shares: list[Share]) -> None:
        self._start(WhatOpens(shares=tuple(shares)))

    def _start(self, opens: WhatOpens) -> None:
        running = RunningRescue(
            self._vault,
            self._place.path,
            opens,
            random=self._random,
            clock=self._clock,
            new_id=lambda: new_uuid(self._random),
            progress=self.new_heard(),
            cancel=CancelToken(),
        )
        self.make(self._place.path, running, running.run, self._done)

    def _done(self, report: RescueReport) -> None:
        self._form.forget()
        lines = [lost_text(lost) for lost in report.lost]
        lines += [unreadable_text(name) for name in report.unreadable]
        self.show_found(headline_of(report), paragraphs(report), lines)

    def refuse(self, error: SheafError) -> None:
        super().refuse(error)
        self._form.again()
