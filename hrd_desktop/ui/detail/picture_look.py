"""Pictures and pages: asks for as many pixels as the screen can show, and for more when they are enlarged."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.decode import DecodeError
from hrd_desktop.domain.records import Item
from hrd_desktop.services.session import Session
from hrd_desktop.ui.detail.controls import PageControls, ZoomControls
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.detail.looks import Look
from hrd_desktop.ui.detail.picture_view import PictureView, image_of
from hrd_desktop.ui.detail.previewing import SharedPreviewer
from hrd_desktop.ui.theme.tokens import Space

#: Edges that are asked for. Few, so that a window that is pulled larger does not ask at every step.
LEVELS_PX = (512, 1024, 2048, 4096, 8192)

#: How wide a page is in the view's own units; a page has no pixels of its own.
PAGE_WIDTH = 1000


def level_for(edge_px: float) -> int:
    """The smallest level that is enough, or the largest."""
    return next((level for level in LEVELS_PX if level >= edge_px), LEVELS_PX[-1])


@dataclass(frozen=True, repr=False)
class Shot:
    """An image that came from the decoder, and what is known of the picture it shows."""

    image: QImage
    size: QSize
    complete: bool = True
    pages: int = 1


class _DrawnLook(Look):
    """A ``PictureView`` with its controls; what to ask the decoder for is left to its kinds."""

    def __init__(
        self,
        reads: LatestRead,
        previewer: SharedPreviewer,
        parent: QWidget | None,
        *,
        wheel_zooms: bool = True,
    ) -> None:
        super().__init__(reads, previewer, parent)
        view = self.view = PictureView(self, wheel_zooms=wheel_zooms)
        self._item: Item | None = None
        self._level_px = 0
        self._is_sharpest = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(view, 1)
        self.controls = QHBoxLayout()
        self.controls.setContentsMargins(Space.S, 0, Space.S, 0)
        self.controls.setSpacing(Space.XS)
        layout.addLayout(self.controls)
        view.detail_wanted.connect(self._sharpen)

    def look_at(self, item: Item) -> None:
        self.clear()
        self._item = item
        self._first()

    def clear(self) -> None:
        self._item = None
        self._level_px = 0
        self._is_sharpest = False
        self.view.clear()

    def _first(self) -> None:
        view = self.view.maximumViewportSize()
        self._ask(level_for(max(view.width(), view.height()) * self.devicePixelRatioF()))

    @abstractmethod
    def _ask(self, level_px: int) -> None:
        """Ask the decoder for an image of this level."""

    def _level_of_width(self, width_px: int) -> int:
        """The level that gives an image of this width, unturned."""
        return level_for(width_px)

    def _sharpen(self, width_px: int) -> None:
        wanted = self._level_of_width(width_px)
        if self._item is None or self._reads.is_busy or self._is_sharpest or wanted <= self._level_px:
            return
        self._ask(wanted)

    def _refused(self, level_px: int, error: SheafError) -> None:
        if self.view.has_picture and isinstance(error, DecodeError):
            # What is on the screen stays; only more pixels of it cannot be had.
            self._is_sharpest = True
            self.noticed.emit(self.tr("This file cannot be drawn larger than this; it only looks larger."))
        else:
            self.failed.emit(error)


class PictureLook(_DrawnLook):
    """A picture."""

    def __init__(self, reads: LatestRead, previewer: SharedPreviewer, parent: QWidget | None = None) -> None:
        super().__init__(reads, previewer, parent)
        view = self.view
        view.setAccessibleName(self.tr("Picture"))
        view.setAccessibleDescription(
            self.tr("Plus and minus zoom, 0 fits, 1 shows actual size, R and L turn the view.")
        )
        self.controls.addStretch(1)
        self.controls.addWidget(ZoomControls(view, self))
        self.controls.addStretch(1)

    def _ask(self, level_px: int) -> None:
        item = self._item
        if item is None:
            return
        previewer, first = self._previewer, not self.view.has_picture

        def draw(session: Session) -> Shot:
            pixels = previewer.of(session).picture(item.id, level_px)
            image = image_of(pixels)
            return Shot(
                image,
                _full_size(session, previewer, item, image, level_px) if first else QSize(),
                pixels.complete,
            )

        def drawn(shot: Shot) -> None:
            self._level_px = level_px
            self._is_sharpest = (
                max(shot.image.width(), shot.image.height()) < level_px or level_px == LEVELS_PX[-1]
            )
            if first:
                self.view.show_picture(shot.image, shot.size)
                self.shown.emit()
            else:
                self.view.add_detail(shot.image)
            self.noticed.emit(
                ""
                if shot.complete
                else self.tr("This file is damaged: it breaks off, and the rest of the picture is not there.")
            )

        self._reads.ask(draw, drawn, lambda error: self._refused(level_px, error))

    def _level_of_width(self, width_px: int) -> int:
        size = self.view.full_size
        longest = max(size.width(), size.height())
        return level_for(width_px * longest / max(1.0, size.width()))


def _full_size(
    session: Session, previewer: SharedPreviewer, item: Item, image: QImage, level_px: int
) -> QSize:
    """The picture's own size: that of the image, unless the image was made smaller and the file says more."""
    if max(image.width(), image.height()) < level_px:
        return image.size()
    try:
        said = previewer.of(session).picture_size(item.id)
    except DecodeError:
        said = None
    if said is None:
        return image.size()
    width, height = said
    fits = abs(width * image.height() - height * image.width()) <= 2 * max(width, height)
    # A size that has another shape than what was drawn is not believed.
    return QSize(width, height) if fits and width >= image.width() else image.size()


class PdfLook(_DrawnLook):
    """A PDF, one page at a time."""

    def __init__(self, reads: LatestRead, previewer: SharedPreviewer, parent: QWidget | None = None) -> None:
        super().__init__(reads, previewer, parent, wheel_zooms=False)
        view = self.view
        self._page = 0
        self._pages = 0
        view.setAccessibleName(self.tr("Page of the document"))
        view.setAccessibleDescription(
            self.tr(
                "Page Up and Page Down go through the pages, plus and minus zoom, 0 fits, W fits the width."
            )
        )
        self.pages = PageControls(self)
        self.pages.page_chosen.connect(self._turn_to)
        view.passed_end.connect(self.pages.go)
        self.controls.addWidget(self.pages)
        self.controls.addStretch(1)
        self.controls.addWidget(ZoomControls(view, self, by_width=True))

    def look_at(self, item: Item) -> None:
        self._page = self._pages = 0
        self.pages.show_page(0, 0)
        super().look_at(item)

    def clear(self) -> None:
        super().clear()
        self.view.fit_width()

    def _turn_to(self, page: int) -> None:
        self._page = page
        self.pages.show_page(page, self._pages)
        self._level_px = 0
        self._is_sharpest = False
        self._first()

    def _ask(self, level_px: int) -> None:
        item = self._item
        if item is None:
            return
        previewer, page, known = self._previewer, self._page, self._pages
        first = self._level_px == 0

        def draw(session: Session) -> Shot:
            looking = previewer.of(session)
            image = image_of(looking.pdf_page(item.id, page, level_px))
            pages = known or looking.pdf_page_count(item.id)
            height = round(PAGE_WIDTH * image.height() / image.width())
            return Shot(image, QSize(PAGE_WIDTH, max(1, height)), pages=pages)

        def drawn(shot: Shot) -> None:
            self._level_px = level_px
            self._is_sharpest = shot.image.width() < level_px or level_px == LEVELS_PX[-1]
            self._pages = shot.pages
            self.pages.show_page(page, shot.pages)
            if first:
                self.view.show_picture(shot.image, shot.size)
                self.shown.emit()
            else:
                self.view.add_detail(shot.image)
            self.noticed.emit("")

        self._reads.ask(draw, drawn, lambda error: self._refused(level_px, error))

    def _refused(self, level_px: int, error: SheafError) -> None:
        if self._level_px == 0:
            # Another page than the one on the screen was asked for: the old one must not pass for it.
            self.view.clear()
        super()._refused(level_px, error)
