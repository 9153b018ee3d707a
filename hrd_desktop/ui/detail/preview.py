"""The upper half of the pane: the item itself, in whichever way it can be looked at."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.records import Item
from hrd_desktop.services.preview import PreviewKind, preview_kinds
from hrd_desktop.ui.detail.bytes_look import BytesLook
from hrd_desktop.ui.detail.controls import small_button
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.detail.looks import Look
from hrd_desktop.ui.detail.message_page import MessagePage
from hrd_desktop.ui.detail.picture_look import PdfLook, PictureLook
from hrd_desktop.ui.detail.previewing import SharedPreviewer
from hrd_desktop.ui.detail.text_look import TextLook
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import plain_label
from hrd_desktop.ui.theme.tokens import Space

#: What takes less time than this is shown without a word before it.
_WORDLESS_MS = 400


class Preview(QWidget):
    """Shows one item at a time; from ``show_item`` on nothing of the item before is on the screen."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Preview"))
        self._previewer = SharedPreviewer()
        self._reads = LatestRead(operations, self._previewer.stop, self)
        self.destroyed.connect(self._previewer.close)
        self._item: Item | None = None
        self._kind = PreviewKind.BYTES
        self._seen: set[UUID] = set()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WORDLESS_MS)

        #: The ways to look at the item; whoever places the preview places this above it.
        self.switch = self._make_switch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        self._notice = plain_label(parent=self, tone="warning", wrap=True)
        self._notice.hide()
        layout.addWidget(self._notice)
        self._stack = QStackedWidget(self)
        layout.addWidget(self._stack, 1)

        self._blank = MessagePage(self._stack)
        self._wait.timeout.connect(lambda: self._blank.say("", self.tr("Opening the file…")))
        self._failure = MessagePage(self._stack)
        self._veil = MessagePage(self._stack)
        self._veil_button = self._veil.add_button(self.tr("Show it"))
        self._veil_button.clicked.connect(self._lift_veil)
        self._bytes_button = self._failure.add_button(self.tr("Show its bytes"))
        self._bytes_button.clicked.connect(lambda: self._choose(PreviewKind.BYTES))
        self._looks: dict[PreviewKind, Look] = {
            PreviewKind.PICTURE: PictureLook(self._reads, self._previewer, self._stack),
            PreviewKind.PDF: PdfLook(self._reads, self._previewer, self._stack),
            PreviewKind.TEXT: TextLook(self._reads, self._previewer, self._stack),
            PreviewKind.BYTES: BytesLook(self._reads, self._previewer, self._stack),
        }
        for page in (self._blank, self._failure, self._veil, *self._looks.values()):
            self._stack.addWidget(page)
        for kind, look in self._looks.items():
            look.shown.connect(lambda kind=kind: self._show_look(kind))
            look.failed.connect(self._fail)
            look.noticed.connect(self._set_notice)

    # -- what is shown --------------------------------------------------------------------------

    def show_item(self, item: Item) -> None:
        """Show ``item`` in its first way; one that is marked distressing only after a click."""
        self.clear()
        self._item = item
        self._kind = preview_kinds(item.media_type)[0]
        if item.details.distressing and item.id not in self._seen:
            self._veil.say(
                "eye-off",
                self.tr("This item is marked distressing."),
                self.tr("Nothing of it is shown until you ask for it."),
            )
            self._stack.setCurrentWidget(self._veil)
        else:
            self._look()

    def clear(self) -> None:
        """Show nothing, and forget what was shown."""
        self._item = None
        self._reads.drop()
        self._wait.stop()
        for look in self._looks.values():
            look.clear()
        self._set_notice("")
        self._blank.say()
        self._stack.setCurrentWidget(self._blank)
        for button in self._switch.values():
            button.hide()

    def forget(self) -> None:
        """As ``clear``, and no item is known to have been looked at."""
        self._seen.clear()
        self.clear()

    def refresh(self, item: Item) -> None:
        """The record of the item on the screen has changed; its bytes never do."""
        if self._item is None or item.id != self._item.id:
            self.show_item(item)
        elif item.details.distressing and not self._item.details.distressing:
            # Whoever has just marked it is looking at it.
            self._seen.add(item.id)
        self._item = item

    @property
    def kind(self) -> PreviewKind:
        """The way the item is looked at now."""
        return self._kind

    def look_of(self, kind: PreviewKind) -> Look:
        """The widget that shows items in this way."""
        return self._looks[kind]

    # -- inside ---------------------------------------------------------------------------------

    def _make_switch(self) -> QWidget:
        switch = QWidget(self)
        row = QHBoxLayout(switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        names = {
            PreviewKind.PICTURE: self.tr("Picture"),
            PreviewKind.PDF: self.tr("Pages"),
            PreviewKind.TEXT: self.tr("Text"),
            PreviewKind.BYTES: self.tr("Bytes"),
        }
        group = QButtonGroup(switch)
        self._switch: dict[PreviewKind, QToolButton] = {}
        for kind, name in names.items():
            button = small_button(switch, name, text=name)
            button.setCheckable(True)
            button.hide()
            button.clicked.connect(lambda checked, kind=kind: self._choose(kind))
            group.addButton(button)
            row.addWidget(button)
            self._switch[kind] = button
        return switch

    def _choose(self, kind: PreviewKind) -> None:
        self._kind = kind
        if self._item is not None and self._stack.currentWidget() is not self._veil:
            self._look()

    def _lift_veil(self) -> None:
        if self._item is not None:
            self._seen.add(self._item.id)
            self._look()

    def _look(self) -> None:
        item = self._item
        if item is None:
            return
        for look in self._looks.values():
            look.clear()
        kinds = preview_kinds(item.media_type)
        for kind, button in self._switch.items():
            button.setVisible(kind in kinds and len(kinds) > 1)
        self._switch[self._kind].setChecked(True)
        self._set_notice("")
        self._blank.say()
        self._stack.setCurrentWidget(self._blank)
        self._wait.start()
        look = self._looks[self._kind]
        # A widget that was never laid out does not know how many pixels it can show.
        look.resize(self._stack.size())
        layout = look.layout()
        if layout is not None:
            layout.activate()
        look.look_at(item)

    def _show_look(self, kind: PreviewKind) -> None:
        if kind is self._kind:
            self._wait.stop()
            self._stack.setCurrentWidget(self._looks[kind])

    def _fail(self, error: SheafError) -> None:
        self._wait.stop()
        happened, safe, do = describe(error)
        self._failure.say("warning", happened, f"{safe} {do}".strip())
        self._bytes_button.setVisible(self._kind is not PreviewKind.BYTES)
        self._set_notice("")
        self._stack.setCurrentWidget(self._failure)

    def _set_notice(self, sentence: str) -> None:
        item = self._item
        if not sentence and item is not None and item.media_type.startswith(("audio/", "video/")):
            sentence = self.tr("Sound and video are not played here. These are the bytes of the file.")
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))
