"""The rows of small buttons beneath a preview: enlarge, fit, turn, pages."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from hrd_desktop.ui.detail.picture_view import Fit, PictureView
from hrd_desktop.ui.text import filled, isolated, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space


def small_button(parent: QWidget, name: str, *, icon_name: str = "", text: str = "") -> QToolButton:
    """A quiet button; ``name`` is its tooltip and what a screen reader says."""
    button = QToolButton(parent)
    button.setProperty("role", "quiet")
    # Rows of these stand in a narrow pane; the border that tells focus must not make them jump.
    button.setStyleSheet(
        f"QToolButton {{ padding: {Space.XS}px; }} QToolButton:focus {{ padding: {Space.XS - 1}px; }}"
    )
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon_name:
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(Size.ICON, Size.ICON))
    else:
        button.setText(text)
    return button


class ZoomControls(QWidget):
    """Drives a ``PictureView``. ``by_width`` offers *fit the width* instead of *actual size*, for pages."""

    def __init__(self, view: PictureView, parent: QWidget | None = None, *, by_width: bool = False) -> None:
        super().__init__(parent)
        self._view = view
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        self.smaller = small_button(self, self.tr("Smaller"), icon_name="zoom-out")
        self.smaller.clicked.connect(view.zoom_out)
        self.larger = small_button(self, self.tr("Larger"), icon_name="zoom-in")
        self.larger.clicked.connect(view.zoom_in)
        self.whole = small_button(self, self.tr("Fit the whole in the view"), icon_name="fit")
        self.whole.setCheckable(True)
        self.whole.clicked.connect(view.fit_whole)
        if by_width:
            self.exact = small_button(self, self.tr("Fit the width"), text=self.tr("Width"))
            self.exact.clicked.connect(view.fit_width)
        else:
            self.exact = small_button(self, self.tr("Actual size, 100 %"), text=isolated("100 %"))
            self.exact.clicked.connect(view.show_actual_size)
        self.exact.setCheckable(True)
        self.turn_right = small_button(self, self.tr("Turn the view clockwise"), icon_name="rotate")
        self.turn_right.clicked.connect(lambda: view.turn(1))
        self._percent: QLabel | None = None
        row.addWidget(self.smaller)
        if not by_width:
            self._percent = plain_label(parent=self, tone="muted")
            self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("1000 %"))
            self._percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
            row.addWidget(self._percent)
        for button in (self.larger, self.whole, self.exact, self.turn_right):
            row.addWidget(button)
        view.scale_changed.connect(self._show_scale)

    def _show_scale(self, scale: float) -> None:
        self.whole.setChecked(self._view.fit is Fit.WHOLE)
        if self._percent is None:
            self.exact.setChecked(self._view.fit is Fit.WIDTH)
            return
        self.exact.setChecked(abs(scale - 1.0) < 0.001)
        percent = f"{scale * 100:.0f}" if scale >= 0.1 else f"{scale * 100:.1f}"
        self._percent.setText(isolated(f"{percent} %") if self._view.has_picture else "")


class PageControls(QWidget):
    """Which page is shown, from 0. ``page_chosen`` carries the one that the user asks for."""

    page_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        self.before = small_button(self, self.tr("Page before"), icon_name="chevron-back")
        self.before.clicked.connect(lambda: self.go(-1))
        self.number = QLineEdit(self)
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.number.setFixedWidth(self.fontMetrics().horizontalAdvance("0000") + 2 * Space.M)
        self.number.setAccessibleName(self.tr("Page"))
        self.number.editingFinished.connect(self._take_written)
        self.count = plain_label(parent=self, tone="muted")
        self.after = small_button(self, self.tr("Page after"), icon_name="chevron")
        self.after.clicked.connect(lambda: self.go(1))
        for widget in (self.before, self.number, self.count, self.after):
            row.addWidget(widget)
        self.show_page(0, 0)

    def show_page(self, page: int, pages: int) -> None:
        """Show that ``page`` is seen, of ``pages``; 0 where the document does not tell."""
        self._page, self._pages = page, max(1, pages)
        self.number.setText(str(page + 1))
        self.count.setText(filled(self.tr("of {pages}"), pages=isolated(str(self._pages))))
        self.before.setEnabled(page > 0)
        self.after.setEnabled(page + 1 < pages)

    def go(self, direction: int) -> None:
        """One page on or back, where there is one."""
        self._choose(self._page + direction)

    def _take_written(self) -> None:
        untrusted_number = self.number.text().strip()
        if untrusted_number.isdecimal() and len(untrusted_number) < 10:
            self._choose(int(untrusted_number) - 1)
        # What is no page gives way to the one that is shown.
        self.number.setText(str(self._page + 1))

    def _choose(self, page: int) -> None:
        if page != self._page and 0 <= page < self._pages:
            self.page_chosen.emit(page)
