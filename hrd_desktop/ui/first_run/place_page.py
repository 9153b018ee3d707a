"""Where the vault is to lie."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.dialogs import choose_folder
from hrd_desktop.ui.first_run.page import Page
from hrd_desktop.ui.text import filled, isolated, plain_label, size_text
from hrd_desktop.ui.theme.tokens import Space

_PROPOSED_NAME = "Archive"
#: What is offered; a reserve is filled when the vault is made, which takes a second for each GiB or so.
RESERVES_BYTES = (64 << 20, 256 << 20, 1 << 30, 4 << 30, 16 << 30)


class PlacePage(Page):
    """A folder and a name for the new one in it."""

    def __init__(self, home: str, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Where should the vault be?"),
            self.tr("A vault is a folder. Whoever sees it can see that there is one, but not what is in it."),
            parent,
        )
        self._background = Background(self)
        self._folder = home
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        self._name = QLineEdit(_PROPOSED_NAME, self)
        self._name.setAccessibleName(self.tr("Name of the folder"))
        self._name.setMaxLength(200)
        self._name.textChanged.connect(self._on_change)
        label = plain_label(self.tr("Name of the folder"), self)
        label.setBuddy(self._name)
        choose = QPushButton(self.tr("Choose another place…"), self)
        choose.setAccessibleName(self.tr("Choose another place…"))
        choose.clicked.connect(self._choose)
        row.addWidget(self._name, 1)
        row.addWidget(choose)
        self.body.addWidget(label)
        self.body.addLayout(row)
        self._place = plain_label("", self, tone="muted", wrap=True)
        self.body.addWidget(self._place)
        self._warning = plain_label("", self, tone="warning", wrap=True)
        self._warning.hide()
        self.body.addWidget(self._warning)
        self._taken = False
        self._reserve = self._make_reserve_row()
        self._on_change()

    @property
    def reserve_bytes(self) -> int:
        """How much is to be set aside; 0 for nothing."""
        return int(self._reserve.currentData())

    def without_reserve(self) -> None:
        """Where the vault is made of another one, there is nothing to set aside."""
        self._reserve_rows.hide()

    @property
    def path(self) -> str:
        """The path of the vault to be."""
        return os.path.join(self._folder, self._name.text().strip())

    def set_path(self, path: str) -> None:
        """Propose ``path``, an absolute one."""
        self._folder, name = os.path.split(path.rstrip(os.sep))
        self._name.setText(name)
        self._on_change()

    def is_ready(self) -> bool:
        name = self._name.text().strip()
        return bool(name) and os.sep not in name and name not in (".", "..") and not self._taken

    def enter(self) -> None:
        self._name.setFocus()
        self._on_change()

    def _make_reserve_row(self) -> QComboBox:
        self._reserve_rows = QWidget(self)
        column = QVBoxLayout(self._reserve_rows)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.M)
        box = QComboBox(self._reserve_rows)
        box.setAccessibleName(self.tr("Space to set aside in it"))
        box.addItem(self.tr("Nothing"), 0)
        for size_bytes in RESERVES_BYTES:
            box.addItem(size_text(size_bytes), size_bytes)
        label = plain_label(self.tr("Space to set aside in it (a reserve)"), self._reserve_rows)
        label.setBuddy(box)
        column.addWidget(label)
        column.addWidget(box)
        column.addWidget(
            plain_label(
                self.tr(
                    "A second compartment with its own passphrase can be made in it later, and nobody who "
                    "looks at the vault can see whether there is one. It does not hide from a forensic "
                    "examination. It is chosen now or never."
                ),
                self._reserve_rows,
                tone="muted",
                wrap=True,
            )
        )
        self.body.addWidget(self._reserve_rows)
        return box

    def _choose(self) -> None:
        choose_folder(self, self.tr("Choose where the vault is to be"), self._set_folder)

    def _set_folder(self, folder: str) -> None:
        self._folder = folder
        self._on_change()

    def _on_change(self) -> None:
        path = self.path
        self._place.setText(filled(self.tr("The vault will be at {path}"), path=isolated(path)))

        def look() -> tuple[bool, str | None]:
            taken = os.path.lexists(path) and not (os.path.isdir(path) and not os.listdir(path))
            return taken, synced_folder_name(path)

        def seen(found: tuple[bool, str | None]) -> None:
            self._taken, program = found
            if self._taken:
                self._warn(self.tr("Something of this name is already there. Choose another name."))
            elif program is not None:
                self._warn(
                    filled(
                        self.tr(
                            "{program} copies this folder to other computers. The copies stay encrypted, "
                            "but no panic button reaches them. A folder outside it is safer."
                        ),
                        program=isolated(program),
                    )
                )
            else:
                self._warning.hide()
            self.readiness_changed.emit()

        self._background.run(look, seen)
        self.readiness_changed.emit()

    def _warn(self, words: str) -> None:
        self._warning.setText(words)
        self._warning.show()
