"""What stands in the place of a list without items: why it is empty, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hrd_desktop.domain.records import ItemState
from hrd_desktop.services.browse import Browse
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon, pixmap
from hrd_desktop.ui.theme.tokens import Size, Space, Type


@dataclass(frozen=True, repr=False)
class Emptiness:
    """What to say. ``action`` is ``import``, ``clear`` or empty."""

    icon_name: str
    title: str
    text: str
    action: str = ""


class EmptyState(QWidget):
    """Emits ``import_asked``, ``folder_asked`` or ``clear_asked`` when its button is pressed."""

    import_asked = Signal()
    folder_asked = Signal()
    clear_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.M)
        column.addStretch(2)
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._picture)
        self._title = sized(plain_label(parent=self, wrap=True), Type.TITLE, bold=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._title)
        self._text = plain_label(parent=self, tone="muted", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setMaximumWidth(Size.FORM_WIDTH)
        # In a row of its own: aligned by itself it would not get the height that its wrapped lines need.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._text, 100)
        middle.addStretch(1)
        column.addLayout(middle)
        self._import = QPushButton(self.tr("Choose files to import"), self)
        self._import.setIcon(icon("import"))
        self._import.clicked.connect(self.import_asked)
        self._folder = QPushButton(self.tr("Choose a folder"), self)
        self._folder.setIcon(icon("folder"))
        self._folder.clicked.connect(self.folder_asked)
        self._clear = QPushButton(self.tr("Clear search and filters"), self)
        self._clear.clicked.connect(self.clear_asked)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch(1)
        for button in (self._import, self._folder, self._clear):
            button.setAccessibleName(button.text())
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def show_emptiness(self, shown: Emptiness) -> None:
        """Say this."""
        self._picture.setPixmap(pixmap(shown.icon_name, 48, self.devicePixelRatioF(), "muted"))
        self._title.setText(shown.title)
        self._text.setText(shown.text)
        for button in (self._import, self._folder):
            button.setVisible(shown.action == "import")
        self._clear.setVisible(shown.action == "clear")


def emptiness_of(browse: Browse, kept: int, waiting: int) -> Emptiness:
    """Why a list of this is empty; ``kept`` items are in the vault, ``waiting`` have not been looked into."""
    translate = QCoreApplication.translate
    if browse.words.strip():
        text = translate("EmptyState", "Try fewer words, or the beginning of a word.")
        if waiting:
            still = translate(
                "EmptyState", "{count} files are still being looked into; their text comes later."
            )
            text = f"{text}\n{filled(still, count=number_text(waiting))}"
        title = filled(
            translate("EmptyState", "Nothing holds “{words}”"), words=isolated(browse.words.strip())
        )
        return Emptiness("search", title, text, "clear")
    if browse.state is ItemState.BINNED:
        return Emptiness(
            "bin",
            translate("EmptyState", "The bin is empty"),
            translate(
                "EmptyState", "What you delete stays here, encrypted, until you destroy it or take it back."
            ),
        )
    if not kept:
        return Emptiness(
            "evidence",
            translate("EmptyState", "No evidence yet"),
            translate(
                "EmptyState",
                "Drop files or folders here, paste them, or choose them. They are copied into the vault byte"
                " for byte; the originals stay where they are, unchanged.",
            ),
            "import",
        )
    if browse.kind is not None:
        return Emptiness(
            "filter",
            translate("EmptyState", "Nothing of this type here"),
            translate("EmptyState", "Choose another type above, or all types."),
            "clear",
        )
    if browse.case is not None:
        return Emptiness(
            "cases",
            translate("EmptyState", "Nothing in this case yet"),
            translate(
                "EmptyState",
                "Drop files here to import them into this case, or select items elsewhere and add them"
                " to it.",
            ),
            "import",
        )
    return Emptiness(
        "check",
        translate("EmptyState", "Nothing here"),
        translate("EmptyState", "Choose another list at the side, or clear the filters."),
        "clear",
    )
