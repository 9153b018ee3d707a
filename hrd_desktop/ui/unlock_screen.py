"""The first screen: one field for the passphrase, and little else."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.services.example_name import PASSPHRASE as EXAMPLE_PASSPHRASE
from hrd_desktop.services.example_name import is_example_path
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.dialogs import choose_file, choose_folder, sized
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import icon, pixmap
from hrd_desktop.ui.theme.tokens import Size, Space, Type

_CARD_WIDTH = Size.FORM_WIDTH
#: Below this height of the screen its name is left out.
_LOW = 440


def vault_name(path: str) -> str:
    """The last part of a vault's path, safe to show."""
    return isolated(os.path.basename(path.rstrip(os.sep)) or path)


class UnlockScreen(QWidget):
    """Emits what was typed; does nothing with it. ``key_file`` is a path or the empty text."""

    unlock_wanted = Signal(str, str, str)
    vault_chosen = Signal(str)
    new_vault_wanted = Signal()
    shares_wanted = Signal(str)
    rescue_wanted = Signal(str)
    restore_wanted = Signal()

    def __init__(self, panic_button: PanicButton | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("screen")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._key_file = ""
        outer = self._outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        outer.addWidget(self._make_middle(), 1)
        foot = QHBoxLayout()
        if panic_button is not None:
            panic_button.setParent(self)
            foot.addWidget(panic_button, 0, Qt.AlignmentFlag.AlignBottom)
        # On two lines where the window is narrow or the letters are large.
        others = FlowLayout(spacing=Space.S, from_end=True)
        foot.addLayout(others, 1)
        for text, name, signal in (
            (self.tr("Open another vault…"), "folder", self._choose_vault),
            (self.tr("New vault…"), "add", self.new_vault_wanted.emit),
            (self.tr("Restore a backup…"), "restore", self.restore_wanted.emit),
        ):
            button = QPushButton(icon(name), text, self)
            button.setProperty("role", "quiet")
            button.setAccessibleName(text)
            button.clicked.connect(signal)
            others.addWidget(button)
        outer.addLayout(foot)

    def show_vaults(self, paths: Sequence[str]) -> None:
        """The vaults to choose from, the first one chosen."""
        self._vaults.blockSignals(True)
        self._vaults.clear()
        for path in paths:
            self._vaults.addItem(icon("evidence"), vault_name(path), path)
            self._vaults.setItemData(self._vaults.count() - 1, isolated(path), Qt.ItemDataRole.ToolTipRole)
        self._vaults.blockSignals(False)
        self._vaults.setVisible(len(paths) > 1)
        self._name.setVisible(len(paths) <= 1)
        self._name.setText(vault_name(paths[0]) if paths else "")
        self._name.setToolTip(isolated(paths[0]) if paths else "")
        self._hint.setVisible(bool(paths) and is_example_path(paths[0]))

    @property
    def vault(self) -> str:
        """The path of the vault that is chosen; empty where there is none."""
        return str(self._vaults.currentData() or "")

    def set_busy(self, busy: bool) -> None:
        """While the key is made, nothing can be pressed, and the bar moves."""
        for widget in (
            self._field, self._unlock, self._vaults, self._key_file_button, self._shares_button
        ):  # fmt: skip
            widget.setEnabled(not busy)
        self._bar.setVisible(busy)
        self._unlock.setText(self.tr("Unlocking…") if busy else self.tr("Unlock"))
        if busy:
            self._said.hide()

    def refuse(self, words: str, more: str = "") -> None:
        """Say why it did not open; what was typed is ready to be typed over."""
        self.set_busy(False)
        self._said.setText("\n".join(part for part in (words, more) if part))
        self._said.show()
        self._field.select_all()
        self._field.setFocus()
        # In a low window: as soon as there is room for the words, which is after this turn.
        QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(self._unlock))

    def forget(self) -> None:
        """Nothing that was typed stays in the fields."""
        self._field.clear()
        self._set_key_file("")

    def submit(self, text: str) -> None:
        """Type a passphrase and press the button."""
        self._field.set_text(text)
        self._submit()

    @property
    def message(self) -> str:
        """What it says of the last attempt; empty where it says nothing."""
        return self._said.text() if self._said.isVisible() else ""

    def start(self) -> None:
        """Ready to type."""
        self._field.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        """In a low window the room goes to what is typed and said."""
        super().resizeEvent(event)
        low = event.size().height() < _LOW
        self._head.setVisible(not low)
        edge = Space.S if low else Space.XL
        self._outer.setContentsMargins(Space.XL, edge, Space.XL, edge)

    def _make_middle(self) -> QWidget:
        """The card, which scrolls where the window is lower than it: squeezed, its lines would overlap."""
        scroll = self._scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(scroll.viewport())
        inside.setObjectName("screen")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._make_card(), 1000)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        scroll.setWidget(inside)
        return scroll

    def _make_card(self) -> QWidget:
        card = QWidget(self)
        card.setMaximumWidth(_CARD_WIDTH)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)

        self._head = QWidget(card)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, Space.M)
        head.setSpacing(Space.M)
        mark = QLabel(card)
        mark.setPixmap(pixmap("sheaf", 40, self.devicePixelRatioF(), "accent"))
        head.addWidget(mark)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(sized(plain_label(VISIBLE_NAME, card), Type.HEADLINE, bold=True))
        self._name = plain_label("", card, tone="muted")
        titles.addWidget(self._name)
        head.addLayout(titles, 1)
        column.addWidget(self._head)

        self._vaults = QComboBox(card)
        self._vaults.setAccessibleName(self.tr("Vault"))
        self._vaults.currentIndexChanged.connect(lambda: self.vault_chosen.emit(self.vault))
        column.addWidget(self._vaults)

        label = plain_label(self.tr("Passphrase or recovery code"), card)
        column.addWidget(label)
        # Promised as it is to screen readers and scripts; not translated.
        self._field = PassphraseField("Passphrase", card)
        label.setBuddy(self._field)
        self._field.submitted.connect(self._submit)
        column.addWidget(self._field)

        hint = filled(self.tr("This is the example. Its passphrase is “{word}”."), word=EXAMPLE_PASSPHRASE)
        self._hint = plain_label(hint, card, tone="notice", wrap=True)
        self._hint.hide()
        column.addWidget(self._hint)

        column.addLayout(self._make_key_file_row(card))

        self._said = plain_label("", card, tone="warning", wrap=True)
        self._said.setAccessibleName(self.tr("Message"))
        self._said.hide()
        column.addWidget(self._said)

        self._bar = QProgressBar(card)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Unlocking"))
        self._bar.hide()
        # The bar keeps its place: nothing jumps when it comes.
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)

        self._unlock = QPushButton(self.tr("Unlock"), card)
        self._unlock.setAccessibleName("Unlock")
        self._unlock.setProperty("role", "primary")
        self._unlock.clicked.connect(self._submit)
        column.addWidget(self._unlock)
        column.addWidget(self._bar)
        return card

    def _make_key_file_row(self, card: QWidget) -> FlowLayout:
        row = FlowLayout(spacing=Space.S)
        self._key_file_button = QPushButton(icon("key"), self.tr("Use a key file…"), card)
        self._key_file_button.setProperty("role", "quiet")
        self._key_file_button.setAccessibleName(self.tr("Use a key file…"))
        self._key_file_button.clicked.connect(self._choose_key_file)
        self._key_file_name = plain_label("", card)
        self._no_key_file = QToolButton(card)
        self._no_key_file.setIcon(icon("close"))
        self._no_key_file.setIconSize(QSize(16, 16))
        self._no_key_file.setProperty("role", "quiet")
        self._no_key_file.setAccessibleName(self.tr("Without the key file"))
        self._no_key_file.setToolTip(self.tr("Without the key file"))
        self._no_key_file.clicked.connect(lambda: self._set_key_file(""))
        self._shares_button = QPushButton(icon("contacts"), self.tr("Use shares…"), card)
        self._shares_button.setProperty("role", "quiet")
        self._shares_button.setAccessibleName(self.tr("Use shares…"))
        self._shares_button.clicked.connect(lambda: self.shares_wanted.emit(self.vault))
        self._rescue_button = QPushButton(icon("help"), self.tr("It does not open…"), card)
        self._rescue_button.setProperty("role", "quiet")
        self._rescue_button.setAccessibleName(self.tr("It does not open…"))
        self._rescue_button.clicked.connect(lambda: self.rescue_wanted.emit(self.vault))
        row.addWidget(self._key_file_button)
        row.addWidget(self._key_file_name)
        row.addWidget(self._no_key_file)
        row.addWidget(self._shares_button)
        row.addWidget(self._rescue_button)
        self._set_key_file("")
        return row

    def _set_key_file(self, path: str) -> None:
        self._key_file = path
        self._key_file_name.setText(vault_name(path) if path else "")
        self._key_file_name.setVisible(bool(path))
        self._no_key_file.setVisible(bool(path))

    def _submit(self) -> None:
        if self._unlock.isEnabled() and self._field.text:
            self.unlock_wanted.emit(self.vault, self._field.text, self._key_file)

    def _choose_key_file(self) -> None:
        choose_file(self, self.tr("Choose the key file"), self._set_key_file)

    def _choose_vault(self) -> None:
        choose_folder(self, self.tr("Choose the folder of the vault"), self.vault_chosen.emit)
