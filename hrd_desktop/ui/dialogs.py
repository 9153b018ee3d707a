"""The one pattern of dialogs: a headline, what it means, and buttons that say what they do.

Every dialog is opened, never executed: no nested event loop can stand in the way of a lock. Dialogs are the
program's own and not the system's, which keep lists of what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDir, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.ui.messages import describe, quotable
from hrd_desktop.ui.text import plain_label, translated
from hrd_desktop.ui.theme.icons import icon, pixmap
from hrd_desktop.ui.theme.tokens import Size, Space, Type

_PLACES_WIDTH = 200


def sized(label: QLabel, factor: float, *, bold: bool = False) -> QLabel:
    """The same label with its font larger or smaller by a factor of ``tokens.Type``."""
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setBold(bold)
    label.setFont(font)
    return label


def headline(text: str, parent: QWidget | None = None) -> QLabel:
    """The title of a screen or of a dialog."""
    return sized(plain_label(text, parent, wrap=True), Type.TITLE, bold=True)


class PlainDialog(QDialog):
    """An icon, a headline, what belongs below it, and a row of buttons at the end.

    ``body`` takes further widgets. Deletes itself when it is closed.
    """

    def __init__(
        self, parent: QWidget | None, title: str, *, icon_name: str = "", tone: str = "accent"
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(Size.FORM_WIDTH)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        outer.setSpacing(Space.XL)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        outer.addLayout(row, 1)
        if icon_name:
            picture = QLabel(self)
            picture.setPixmap(pixmap(icon_name, 32, self.devicePixelRatioF(), tone))
            row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        # What a small screen or large letters leave no room for can be scrolled to; the buttons stay.
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = QWidget(scroll)
        self.body = QVBoxLayout(self._inner)
        # Room for the frames of focus at the edge of the scrolled part.
        self.body.setContentsMargins(2, 2, 2, 2)
        self.body.setSpacing(Space.M)
        scroll.setWidget(self._inner)
        row.addWidget(scroll, 1)
        self._scroll = scroll
        self.body.addWidget(headline(title, self))
        self.buttons = QDialogButtonBox(self)
        outer.addWidget(self.buttons)

    def add_text(self, text: str, *, tone: str = "") -> QLabel:
        """A paragraph that can be selected and copied."""
        label = plain_label(text, self, tone=tone, wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(label)
        return label

    def add_button(
        self, text: str, role: QDialogButtonBox.ButtonRole, *, look: str = "", icon_name: str = ""
    ) -> QPushButton:
        """A button that says what it does; ``look`` is ``primary``, ``danger`` or ``quiet``."""
        # The look first: the box polishes what it is given, and a property set later would not be seen.
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        if look:
            button.setProperty("role", look)
        self.buttons.addButton(button, role)
        button.setAutoDefault(look == "primary")
        button.setDefault(look == "primary")
        return button

    def bring_into_view(self, *widgets: QWidget) -> None:
        """Scroll to these, the last one surely, once what was just shown or written has its size."""

        def scroll() -> None:
            for widget in widgets:
                self._scroll.ensureWidgetVisible(widget)

        QTimer.singleShot(0, self, scroll)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  # Qt's name
        super().showEvent(event)
        # Qt gives it two thirds of a screen at the most, which is not enough on a small one.
        screen, hint = self.screen().availableGeometry(), self.sizeHint()
        high = min(hint.height(), screen.height() - 2 * Space.XXL)
        wide = min(hint.width(), screen.width())
        if self.height() < high or self.width() < wide:
            self.resize(max(self.width(), wide), max(self.height(), high))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """From the buttons as well, what does not fit is read page by page."""
        pages = {
            Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
            Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
        }
        page = pages.get(Qt.Key(event.key()))
        if page is not None:
            self._scroll.verticalScrollBar().triggerAction(page)
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802  # Qt's name
        """High enough for its wrapped text, which Qt's own hint is not."""
        hint, scrolled, body = super().sizeHint(), self._scroll.sizeHint(), self.body.sizeHint()
        around = hint - scrolled
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        width = max(around.width() + body.width() + bar, Size.FORM_WIDTH)
        inside = width - around.width()
        height = self.body.heightForWidth(inside) if self.body.hasHeightForWidth() else body.height()
        # Where the buttons are wider or the sign is higher than what is scrolled, the hint knows that.
        return QSize(max(width, self.buttons.sizeHint().width()), around.height() + height)


def tell(parent: QWidget | None, error: SheafError) -> PlainDialog:
    """Say what happened, whether the data is safe and what to do now; *Copy* has no names and no paths."""
    happened, safe, do = describe(error)
    dialog = PlainDialog(parent, happened, icon_name="warning", tone="warning")
    for sentence in (safe, do):
        if sentence:
            dialog.add_text(sentence)
    code = dialog.add_text(translated("dialogs", "Code: {code}", code=quotable(error)), tone="muted")
    sized(code, Type.SMALL)
    copy = dialog.add_button(translated("dialogs", "Copy"), QDialogButtonBox.ButtonRole.ActionRole)
    copy.clicked.connect(
        lambda: QGuiApplication.clipboard().setText(f"{happened}\n{safe}\n{do}\n{quotable(error)}")
    )
    close = dialog.add_button(
        translated("dialogs", "Close"), QDialogButtonBox.ButtonRole.RejectRole, look="primary"
    )
    close.clicked.connect(dialog.close)
    close.setFocus()
    dialog.open()
    return dialog


def inform(parent: QWidget | None, title: str, text: str = "", *, icon_name: str = "info") -> PlainDialog:
    """Say something that needs no decision."""
    dialog = PlainDialog(parent, title, icon_name=icon_name)
    if text:
        dialog.add_text(text)
    close = dialog.add_button(
        translated("dialogs", "Close"), QDialogButtonBox.ButtonRole.RejectRole, look="primary"
    )
    close.clicked.connect(dialog.close)
    dialog.open()
    return dialog


def confirm(
    parent: QWidget | None,
    title: str,
    text: str,
    action: str,
    confirmed: Callable[[], Any],
    *,
    danger: bool = False,
) -> PlainDialog:
    """Ask before ``confirmed`` is called. ``action`` says what the button does; Escape does nothing."""
    dialog = PlainDialog(
        parent, title, icon_name="warning" if danger else "help", tone="danger" if danger else "accent"
    )
    if text:
        dialog.add_text(text)
    cancel = dialog.add_button(translated("dialogs", "Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
    cancel.clicked.connect(dialog.reject)
    do = dialog.add_button(
        action, QDialogButtonBox.ButtonRole.AcceptRole, look="danger" if danger else "primary"
    )
    do.clicked.connect(dialog.accept)
    dialog.accepted.connect(confirmed)
    if danger:
        # What destroys is never what Return does; without a default, Qt makes the accepting button one.
        cancel.setAutoDefault(True)
        cancel.setDefault(True)
        cancel.setFocus()
    else:
        do.setFocus()
    dialog.open()
    return dialog


def choose_files(parent: QWidget | None, title: str, chosen: Callable[[list[str]], Any]) -> QFileDialog:
    """Ask for files that are there."""
    return _choose(parent, title, QFileDialog.FileMode.ExistingFiles, chosen)


def choose_folder(parent: QWidget | None, title: str, chosen: Callable[[str], Any]) -> QFileDialog:
    """Ask for a folder that is there."""
    return _choose(parent, title, QFileDialog.FileMode.Directory, lambda paths: chosen(paths[0]))


def choose_file(parent: QWidget | None, title: str, chosen: Callable[[str], Any]) -> QFileDialog:
    """Ask for one file that is there."""
    return _choose(parent, title, QFileDialog.FileMode.ExistingFile, lambda paths: chosen(paths[0]))


def choose_new_file(
    parent: QWidget | None, title: str, name: str, chosen: Callable[[str], Any]
) -> QFileDialog:
    """Ask for the place of a new file; ``name`` is proposed. Nothing is overwritten by those who write it."""
    dialog = _choose(
        parent, title, QFileDialog.FileMode.AnyFile, lambda paths: chosen(paths[0]), opened=False
    )
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.selectFile(name)
    dialog.open()
    return dialog


def _give_room(dialog: QFileDialog) -> None:
    """Qt gives the places at the side and the names of files too little room to be read."""
    for splitter in dialog.findChildren(QSplitter):
        splitter.setSizes([_PLACES_WIDTH, 860 - _PLACES_WIDTH])
    for header in dialog.findChildren(QHeaderView):
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)


def _give_icons(dialog: QFileDialog) -> None:
    """The icons of the other screens in the place of Qt's, some of which are black on dark too."""
    back, forward = "chevron-back", "chevron"
    if dialog.isRightToLeft():
        back, forward = forward, back
    for name, picture in (
        ("backButton", back),
        ("forwardButton", forward),
        ("toParentButton", "chevron-up"),
        ("newFolderButton", "add"),
        ("listModeButton", "grid"),
        ("detailModeButton", "list"),
    ):
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icon(picture))
            button.setIconSize(QSize(16, 16))


def _choose(
    parent: QWidget | None,
    title: str,
    mode: QFileDialog.FileMode,
    chosen: Callable[[list[str]], Any],
    *,
    opened: bool = True,
) -> QFileDialog:
    dialog = QFileDialog(parent, title, QDir.homePath())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly, mode is QFileDialog.FileMode.Directory)
    # Icons and kinds of files come from the system's own database of them, by name alone; no file is opened.
    dialog.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons)
    dialog.setFileMode(mode)
    dialog.resize(860, 560)
    _give_room(dialog)
    _give_icons(dialog)

    def accepted() -> None:
        paths = dialog.selectedFiles()
        if paths:
            chosen(paths)

    dialog.accepted.connect(accepted)
    if opened:
        dialog.open()
    return dialog
