"""What a wipe did, shown for twenty seconds and stored nowhere. Only for owners who asked for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from hrd_desktop.services.wipe_report import FAILED, NOT_FOUND, OUT_OF_REACH, OVERWRITTEN
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label, translated
from hrd_desktop.ui.theme.tokens import Size, Space, Type

SHOWN_S = 20


def step_words(step: str) -> str:
    """The name of a step of a wipe."""
    names = {
        "key-slots": translated("panic_report", "Keys"),
        "key-slots-again": translated("panic_report", "Keys, once more and read back"),
        "holder": translated("panic_report", "Other programs that had the vault open"),
        "objects": translated("panic_report", "Encrypted items"),
        "databases": translated("panic_report", "Records and search index"),
        "journals": translated("panic_report", "Journals of the records"),
        "share": translated("panic_report", "Key files made by the program, which copies need as well"),
        "settings": translated("panic_report", "Settings of this program"),
        "files": translated("panic_report", "Files removed"),
        "folder": translated("panic_report", "The folder of the vault"),
        "older-copies": translated("panic_report", "Older copies of the vault, wherever they are"),
        "backups": translated("panic_report", "Backups"),
        "bundles": translated("panic_report", "Bundles that were given away"),
        "flash-storage": translated("panic_report", "Blocks that a flash disk has put aside by itself"),
        "file-system": translated("panic_report", "A file system that does not write in place"),
        "synced-folder": translated("panic_report", "Copies made by a synchronising program"),
        "other-vault": translated(
            "panic_report", "A remembered vault that was not found where it used to be"
        ),
        "vault": translated("panic_report", "Files of a vault without a key file that could be one"),
        "place": translated(
            "panic_report", "A place that this account may not look into; a vault may be there"
        ),
        "report": translated("panic_report", "The report itself: what was done is not known"),
    }
    return names.get(step, isolated(step))


class PanicReport(QWidget):
    """Runs the rest of the wipe as a program of its own, shows what it says, then calls ``end``."""

    def __init__(
        self, command: Sequence[str], end: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._command = list(command)
        self._end = end
        self._left_s = SHOWN_S
        self._background = Background(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.L)
        outer.setSpacing(Space.M)
        self._headline = sized(
            plain_label(
                self.tr("Your passphrase and recovery code may still open older copies. Keep them secret."),
                self,
                wrap=True,
            ),
            Type.HEADLINE,
            bold=True,
        )
        outer.addWidget(self._headline)
        self._failed = plain_label(
            self.tr("Something was not done. It is listed first, and what it names may still be there."),
            self,
            tone="warning",
            wrap=True,
        )
        self._failed.setMaximumWidth(2 * Size.FORM_WIDTH)
        self._failed.hide()
        outer.addWidget(self._failed)
        self._lines = plain_label(self.tr("The keys are overwritten. Removing the rest…"), self, wrap=True)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._lines)
        self._lines.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll.setMaximumWidth(2 * Size.FORM_WIDTH)
        outer.addWidget(scroll, 1)
        self._rest = plain_label("", self, tone="muted")
        outer.addWidget(self._rest)
        close = QPushButton(self.tr("Close now"), self)
        close.setAccessibleName(self.tr("Close now"))
        close.clicked.connect(self._end)
        outer.addWidget(close, 0, Qt.AlignmentFlag.AlignLeading)
        close.setFocus()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)

    @property
    def is_complete(self) -> bool:
        """Whether the wipe has ended and its steps are shown."""
        return self._timer.isActive()

    def start(self) -> None:
        """Run the command; the twenty seconds begin when it has ended."""

        def work() -> list[dict[str, Any]]:
            # With the environment of this process, which says where the settings are; a child of the usual
            # kind would not know. Its own session: closing this window does not stop it.
            printed = subprocess.run(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
                check=False,
            ).stdout
            try:
                steps = json.loads(printed)["steps"]
            except (ValueError, KeyError, TypeError):
                return [{"step": "report", "result": FAILED, "detail": ""}]
            return list(steps)

        self._background.run(work, self._show)

    def _show(self, steps: list[dict[str, Any]]) -> None:
        order = (FAILED, OVERWRITTEN, OUT_OF_REACH, NOT_FOUND)
        heads = {
            FAILED: self.tr("NOT DONE"),
            OVERWRITTEN: self.tr("Done"),
            OUT_OF_REACH: self.tr("Out of reach, and untouched"),
            NOT_FOUND: self.tr("Not there"),
        }
        lines: list[str] = []
        for result in order:
            found = [step for step in steps if step["result"] == result]
            if found:
                lines.append(heads[result])
                lines += ["    " + self._line(step) for step in found]
                lines.append("")
        self._lines.setText("\n".join(lines))
        self._failed.setVisible(any(step["result"] == FAILED for step in steps))
        self._timer.start()
        self._tick()

    def _line(self, step: dict[str, Any]) -> str:
        name = step_words(str(step["step"]))
        if int(step.get("vault", 1)) > 1:
            # Vaults are counted and not named: whoever reads along must not learn a name.
            name = filled(self.tr("Vault {number}: {name}"), number=number_text(step["vault"]), name=name)
        detail = str(step["detail"])
        return filled("{name}: {detail}", name=name, detail=isolated(detail)) if detail else name

    def _tick(self) -> None:
        if self._left_s <= 0:
            self._timer.stop()
            self._end()
            return
        self._rest.setText(
            filled(self.tr("This closes in {seconds} seconds."), seconds=number_text(self._left_s))
        )
        self._left_s -= 1
