"""Pages made of cards, one below the other: a headline, a few words, controls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.side_by_side import SideBySide
from hrd_desktop.ui.stages import Stages
from hrd_desktop.ui.text import plain_label, translated
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type
from hrd_desktop.ui.wrapping_check import WrappingCheckBox

_WIDTH = 720
#: As many cards as a screen shows at first.
_SEEN_FIRST = 2


class CardPage(QScrollArea):
    """A column of cards in the middle, which scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # In a window that is narrower than its cards, they can be scrolled to; nothing is out of reach.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        inside = QWidget(self)
        inside.setObjectName("screen")
        row = QHBoxLayout(inside)
        row.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XXL)
        holder = QWidget(inside)
        holder.setMaximumWidth(_WIDTH)
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.L)
        self._title = sized(plain_label("", holder), Type.HEADLINE, bold=True)
        self._column.addWidget(self._title)
        self._column.addStretch(1)
        row.addWidget(holder, 10)
        row.addStretch(1)
        self.setWidget(inside)
        self._stages = Stages(self)

    def set_title(self, title: str) -> None:
        """The headline above the cards."""
        self._title.setText(title)
        # The page itself takes the keyboard, to scroll; a screen reader says where it has come. The title
        # alone is the name of the button that leads here.
        self.setAccessibleName(translated("CardPage", "{title} page", title=title))

    def add(self, card: QWidget) -> None:
        """One more card, below the others."""
        self._column.insertWidget(self._column.count() - 1, card)

    def add_made(self, *makers: Callable[[], QWidget | None]) -> None:
        """What these make, below the others: the first cards now, the others one a turn once this is shown.

        All of them at once take longer than an eye blinks. A maker that gives None makes no card.
        """
        self._stages.add(*(partial(self._add_made, maker) for maker in makers))
        for _ in range(_SEEN_FIRST):
            self._stages.take()

    @property
    def is_whole(self) -> bool:
        """Whether every card is there."""
        return self._stages.is_done

    def finish(self) -> None:
        """Make at once what is still to come."""
        self._stages.finish()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        """Go on with the cards."""
        super().showEvent(event)
        self._stages.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  # Qt's name
        """Nothing more is made for a page that nobody sees, or after a lock."""
        super().hideEvent(event)
        self._stages.stop()

    def _add_made(self, maker: Callable[[], QWidget | None]) -> None:
        card = maker()
        if card is not None:
            self.add(card)
            card.show()


class Card(QFrame):
    """``body`` takes the controls."""

    def __init__(self, title: str, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        self.body.setSpacing(Space.M)
        self.body.addWidget(sized(plain_label(title, self, wrap=True), Type.TITLE, bold=True))
        if words:
            self.add_words(words)

    def add_words(self, words: str, *, tone: str = "muted") -> QLabel:
        """A paragraph."""
        label = plain_label(words, self, tone=tone, wrap=True)
        self.body.addWidget(label)
        return label

    def add_truth(self, does: str, does_not: str) -> None:
        """One sentence on what a setting does, and one on what it does not."""
        self.body.addWidget(plain_label(does, self, wrap=True))
        self.body.addWidget(plain_label(does_not, self, tone="muted", wrap=True))

    def add_row(self, label: str, control: QWidget, *, width: int = Size.FORM_WIDTH // 2) -> None:
        """A control with its name before it, or above it where the card is narrow."""
        name = plain_label(label, self, wrap=True)
        name.setBuddy(control)
        control.setMinimumWidth(width)
        self.body.addLayout(SideBySide(name, control))

    def add_check(self, text: str, *, on: bool) -> QCheckBox:
        """A switch; its words wrap."""
        box = WrappingCheckBox(text, self)
        box.setChecked(on)
        self.body.addWidget(box)
        return box

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Buttons side by side from the start of the line, on more lines where one is too short."""
        flow = FlowLayout(spacing=Space.S)
        for button in buttons:
            flow.addWidget(button)
        self.body.addLayout(flow)

    def add_busy(self, words: str) -> None:
        """What is said while ``set_busy`` holds; hidden till then."""
        self._busy_words = self.add_words(words, tone="notice")
        self._busy_words.hide()

    def set_busy(self, busy: bool) -> None:
        """While something is changed, nothing else on this card can be pressed."""
        self._busy_words.setVisible(busy)
        for button in self.findChildren(QPushButton):
            button.setEnabled(not busy)

    def button(self, text: str, icon_name: str = "", *, look: str = "") -> QPushButton:
        """A button that says what it does."""
        made = QPushButton(text, self)
        if icon_name:
            made.setIcon(icon(icon_name, "danger" if look == "danger" else "text"))
        made.setAccessibleName(text)
        if look:
            made.setProperty("role", look)
        return made
