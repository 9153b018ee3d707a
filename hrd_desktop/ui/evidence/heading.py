"""Above the list: what is listed and how many, the filter by type, keeping the search, lines or tiles."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.records import ItemKind
from hrd_desktop.ui.dialogs import sized
from hrd_desktop.ui.evidence.kinds import kind_icon, kind_name
from hrd_desktop.ui.text import filled, number_text, plain_label
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Space, Type


class ListHeading(QWidget):
    """Emits what was chosen: ``kind_chosen`` with a kind or None, ``grid_chosen`` with whether as tiles."""

    kind_chosen = Signal(object)
    grid_chosen = Signal(bool)
    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._title = sized(plain_label(parent=self), Type.TITLE, bold=True)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._count = sized(plain_label(parent=self, tone="muted"), Type.SMALL)
        words.addWidget(self._title)
        words.addWidget(self._count)
        row.addLayout(words, 1)
        self._save = QToolButton(self)
        self._save.setText(self.tr("Keep"))
        self._save.setToolTip(self.tr("Keep this search at the side"))
        self._save.setAccessibleName(self.tr("Keep this search"))
        self._save.clicked.connect(self.save_asked)
        row.addWidget(self._save)
        self._kinds = QComboBox(self)
        self._kinds.setAccessibleName(self.tr("Type"))
        self.setFocusProxy(self._kinds)
        self._kinds.setToolTip(self.tr("Show one type only"))
        self._kinds.addItem(icon("filter"), self.tr("All types"), None)
        for kind in ItemKind:
            self._kinds.addItem(icon(kind_icon(kind)), kind_name(kind), kind.value)
        self._kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._kinds.setMinimumContentsLength(9)
        self._kinds.activated.connect(self._chosen)
        row.addWidget(self._kinds)
        views = QButtonGroup(self)
        self._lines = self._view("list", self.tr("Show as a list"), views)
        self._tiles = self._view("grid", self.tr("Show as a grid"), views)
        self._lines.setChecked(True)
        self._tiles.toggled.connect(self.grid_chosen)
        row.addWidget(self._lines)
        row.addWidget(self._tiles)

    def show_as_grid(self, grid: bool) -> None:
        """Check the button of this way to show the list."""
        (self._tiles if grid else self._lines).setChecked(True)

    def show_listed(self, title: str, count: int | None, kind: ItemKind | None, *, can_save: bool) -> None:
        """Say what is listed; ``count`` None while it is being counted."""
        self._full = title
        self._title.setToolTip(title)
        self._fit()
        sentence = self.tr("1 item") if count == 1 else self.tr("{count} items")
        self._count.setText(
            self.tr("Counting") if count is None else filled(sentence, count=number_text(count))
        )
        self._kinds.setCurrentIndex(max(0, self._kinds.findData(kind.value if kind is not None else None)))
        self._save.setVisible(can_save)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  # Qt's name
        super().resizeEvent(event)
        # The layout has not given its widths yet when this is called.
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        metrics = self._title.fontMetrics()
        self._title.setText(
            metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, max(40, self._title.width()))
        )

    def _chosen(self, index: int) -> None:
        value = self._kinds.itemData(index)
        self.kind_chosen.emit(None if value is None else ItemKind(value))

    def _view(self, icon_name: str, name: str, group: QButtonGroup) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setCheckable(True)
        button.setProperty("role", "quiet")
        button.setAccessibleName(name)
        button.setToolTip(name)
        group.addButton(button)
        return button
