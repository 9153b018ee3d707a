"""Making a set of shares: how many, for whom, and then each on a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.share_pages import write_share_page
from hrd_desktop.services.shares import (
    FEWEST_NEEDED,
    MOST_SHARES,
    NewShares,
    Share,
    add_share_set,
    ensure_slot_is_free,
    make_shares,
)
from hrd_desktop.ui.dialogs import PlainDialog, choose_new_file, sized, tell
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.shares.paper import ShareWords, heading, share_pdf
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space, Type

_NAME_LENGTH = 200
_USUAL = (2, 3)
#: More rows of names than these scroll.
_ROWS_SEEN = 4


class MakeSharesDialog(PlainDialog):
    """Asks, makes the set, and shows each share once. ``made``: there is a new set, not proved yet."""

    made = Signal()

    def __init__(self, parent: QWidget, operations: Operations, random: Callable[[int], bytes]) -> None:
        super().__init__(parent, self.tr("Make shares"), icon_name="key")
        self._operations = operations
        self._random = random
        self._new: NewShares | None = None
        self._place = 0
        self._pages: list[ShareWords] = []
        self._names: list[QLineEdit] = []
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._make_asking())
        self.body.addWidget(self._stack)
        self._cancel = self.add_button(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self._cancel.clicked.connect(self.reject)
        self._back = self.add_button(self.tr("Back"), QDialogButtonBox.ButtonRole.ActionRole)
        self._back.clicked.connect(lambda: self._turn(-1))
        self._back.hide()
        self._go = self.add_button(
            self.tr("Make the shares"), QDialogButtonBox.ButtonRole.ActionRole, look="primary"
        )
        self._go.clicked.connect(self._on_go)
        self.finished.connect(self._forget)
        self._show_names()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        # Only now are the fonts those of the screen, and with them the height of the wrapped text.
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """As large as what is in it; Qt's own way stops at two thirds of the screen."""
        self.resize(self.sizeHint())

    # -- how many, and for whom -----------------------------------------------------------------

    def _make_asking(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(
            plain_label(
                self.tr(
                    "Several people get a page of words each. Some of them together open the vault "
                    "without your "
                    "passphrase; fewer learn nothing. Choose the numbers so that one or two may be lost, "
                    "and so that nobody can press enough of the holders at once."
                ),
                page,
                tone="muted",
                wrap=True,
            )
        )
        self._needed, self._count = self._spin(page, _USUAL[0]), self._spin(page, _USUAL[1])
        for text, box in (
            (self.tr("Shares that open the vault together"), self._needed),
            (self.tr("Shares to be made"), self._count),
        ):
            row = QHBoxLayout()
            label = plain_label(text, page)
            label.setBuddy(box)
            box.setAccessibleName(text)
            row.addWidget(label, 1)
            row.addWidget(box)
            column.addLayout(row)
        self._count.valueChanged.connect(self._on_count)
        column.addWidget(plain_label(self.tr("Who is to have each (noted only inside the vault)"), page))
        holder = QWidget(page)
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.S)
        self._holders = QScrollArea(page)
        self._holders.setWidgetResizable(True)
        self._holders.setFrameShape(QFrame.Shape.NoFrame)
        self._holders.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._holders.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder.setObjectName("screen")
        self._holders.setWidget(holder)
        column.addWidget(self._holders)
        column.addStretch(1)
        return page

    def _spin(self, parent: QWidget, value: int) -> QSpinBox:
        box = QSpinBox(parent)
        box.setRange(FEWEST_NEEDED, MOST_SHARES)
        box.setValue(value)
        # The style sheet's room around the text does not reach into a box with arrows.
        box.lineEdit().setTextMargins(Space.S, 0, 0, 0)
        return box

    def _on_count(self, count: int) -> None:
        self._needed.setMaximum(count)
        self._show_names()

    def _show_names(self) -> None:
        """As many fields as shares; what was typed stays."""
        while len(self._names) < self._count.value():
            place = len(self._names)
            field = QLineEdit(self)
            field.setMaxLength(_NAME_LENGTH)
            text = filled(self.tr("Share {number}"), number=number_text(place + 1))
            field.setAccessibleName(filled(self.tr("Who has share {number}"), number=number_text(place + 1)))
            field.setPlaceholderText(text)
            self._grid.addWidget(field, place // 2, place % 2)
            self._names.append(field)
        for place, field in enumerate(self._names):
            field.setVisible(place < self._count.value())
        self._needed.setMaximum(self._count.value())
        rows = min(_ROWS_SEEN, -(-self._count.value() // 2))
        self._holders.setFixedHeight(rows * (self._names[0].sizeHint().height() + Space.S) + Space.S)
        # When the fields that came or went are counted in.
        QTimer.singleShot(0, self, self._fit)

    # -- making ---------------------------------------------------------------------------------

    def _on_go(self) -> None:
        if self._new is None:
            self._make()
        elif self._place + 1 < len(self._pages):
            self._turn(1)
        else:
            self.accept()

    def _make(self) -> None:
        new = make_shares(self._needed.value(), self._count.value(), self._random)
        names = [field.text() for field in self._names[: self._count.value()]]
        self._go.setEnabled(False)
        self._stack.setEnabled(False)

        def failed(error: SheafError) -> None:
            self._go.setEnabled(True)
            self._stack.setEnabled(True)
            tell(self, error)

        def work(session):  # type: ignore[no-untyped-def]  # a Session, which this module need not know
            ensure_slot_is_free(session)
            return add_share_set(session, new, names)

        self._operations.change(work, lambda _: self._show_shares(new, names), failed)

    def _show_shares(self, new: NewShares, names: list[str]) -> None:
        self._new = new
        for share, name in zip(new.shares, names, strict=True):
            self._stack.addWidget(self._share_page(share, name))
        self._stack.setEnabled(True)
        self._go.setEnabled(True)
        # The set is there: there is nothing to cancel any more.
        self._cancel.hide()
        self._place = -1
        self._turn(1)
        self.made.emit()

    # -- a page for each share --------------------------------------------------------------------

    def _share_page(self, share: Share, name: str) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(sized(plain_label(heading(share), page), Type.TITLE, bold=True))
        if name.strip():
            column.addWidget(
                plain_label(filled(self.tr("For {name}"), name=isolated(name)), page, tone="muted")
            )
        words = ShareWords(share, page)
        self._pages.append(words)
        column.addWidget(words)
        column.addWidget(
            plain_label(
                self.tr(
                    "Write it down by hand, or save a page and print it from a computer that you trust. "
                    "It is not "
                    "shown again. A file can be found later even if it was deleted; paper cannot be "
                    "copied unseen."
                ),
                page,
                tone="muted",
                wrap=True,
            )
        )
        save = QPushButton(icon("export"), self.tr("Save this page as a PDF…"), page)
        save.setAccessibleName(self.tr("Save this page as a PDF…"))
        save.clicked.connect(partial(self._save, share))
        row = QHBoxLayout()
        row.addWidget(save)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return page

    def _turn(self, step: int) -> None:
        self._place += step
        self._stack.setCurrentIndex(self._place + 1)
        self._back.setVisible(self._place > 0)
        last = self._place + 1 == len(self._pages)
        text = self.tr("All are written down") if last else self.tr("Next share")
        self._go.setText(text)
        self._go.setAccessibleName(text)
        self._fit()

    def _save(self, share: Share) -> None:
        choose_new_file(
            self,
            self.tr("Save the page of one share"),
            filled("share-{number}.pdf", number=share.number),
            partial(self._write, share),
        )

    def _write(self, share: Share, path: str) -> None:
        page = share_pdf(share)
        self._operations.read(lambda _: write_share_page(path, page), lambda _: None, partial(tell, self))

    def _forget(self) -> None:
        for page in self._pages:
            page.forget()
        self._new = None
