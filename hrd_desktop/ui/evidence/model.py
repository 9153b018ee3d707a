"""The list of items: it holds numbers, and rows only of what is or was lately in sight."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.browse import BrowseRow, load_rows
from hrd_desktop.services.session import Session
from hrd_desktop.ui.evidence.kinds import spoken_row
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.theme.tokens import Size

#: Rows that are asked for together.
BLOCK: Final = 50
#: Rows that are kept; with their pictures, some 80 MiB at one device pixel for one.
KEPT_ROWS: Final = 800
#: Blocks that wait to be asked for: more than a large screen shows; what was scrolled past is dropped.
_WAITING: Final = 8
_AT_ONCE: Final = 2
#: A change in more places than this is shown as a new list.
_MOST_RUNS: Final = 100
#: And one of more rows than this is not even compared row by row: that would hold the main thread.
_MOST_COMPARED: Final = 20_000

#: Edge of the picture in a line of the list, in device-independent pixels.
LINE_PICTURE: Final = Size.ROW - 12

ROW = Qt.ItemDataRole.UserRole + 1
LINE_IMAGE = Qt.ItemDataRole.UserRole + 2
GRID_IMAGE = Qt.ItemDataRole.UserRole + 3

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, repr=False)
class _Shown:
    row: BrowseRow
    line: QImage | None
    grid: QImage | None
    version: int


class ItemModel(QStringListModel):
    """Items by number, the newest first. Rows arrive in the background; until then a line has no data.

    Qt's own list of (empty) texts counts the rows: a view asks for their number once for each row when it
    lays them out, and a hundred thousand calls into Python would hold the main thread for a second.
    """

    rows_arrived = Signal()

    def __init__(self, operations: Operations, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._numbers: list[int] = []
        self._next_numbers: list[int] = []
        self._words = ""
        self._ratio = 1.0
        self._shown: OrderedDict[int, _Shown] = OrderedDict()
        self._gone: set[int] = set()
        self._asked: set[int] = set()
        self._on_the_way = 0
        self._wanted: dict[int, None] = {}
        self._question = 0
        self._version = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._send)
        # Connected before any view, so that the numbers are those of the rows when a view hears of a change.
        self.modelReset.connect(self._take_next)
        self.rowsInserted.connect(self._take_next)
        self.rowsRemoved.connect(self._take_next)

    # -- what is shown ------------------------------------------------------------------------

    def show_numbers(self, numbers: Sequence[int], words: str = "") -> None:
        """Show these items, the newest first; ``words`` are marked in them. Rows are asked for anew."""
        fresh = list(numbers)
        self._version += 1
        self._gone.clear()
        self._wanted.clear()
        if words != self._words:
            self._words = words
            self._start_over(fresh)
            return
        self._asked.clear()
        self._question += 1
        if fresh == self._numbers:
            self._repaint()
            return
        runs = _changes(self._numbers, fresh)
        if runs is None:
            self._reset(fresh)
            return
        self._apply(*runs, fresh)
        self._repaint()

    def refresh(self) -> None:
        """Ask again for the rows in sight; what is shown stays until the answer comes."""
        self._version += 1
        self._repaint()

    def set_pixel_ratio(self, ratio: float) -> None:
        """Pictures are made for screens with this many pixels for one."""
        if ratio != self._ratio:
            self._ratio = ratio
            self._start_over(self._numbers)

    @property
    def numbers(self) -> list[int]:
        """Every item that is listed; not to be changed."""
        return self._numbers

    def number_at(self, row: int) -> int:
        """The number of the item in this row."""
        return self._numbers[row]

    def row_of(self, number: int) -> int | None:
        """The row of this item, or None."""
        row = bisect_left(self._numbers, -number, key=lambda other: -other)
        return row if row < len(self._numbers) and self._numbers[row] == number else None

    def find_row(self, number: int) -> BrowseRow | None:
        """What is known of this item, or None until it has arrived."""
        shown = self._shown.get(number)
        return shown.row if shown is not None else None

    # -- as Qt asks for it --------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._numbers):
            return None
        if role not in _ROLES:
            return None
        number = self._numbers[index.row()]
        shown = self._shown.get(number)
        if shown is None or shown.version != self._version:
            self._want(index.row(), number)
        if shown is None:
            return None
        self._shown.move_to_end(number)
        if role == ROW:
            return shown.row
        if role == LINE_IMAGE:
            return shown.line
        if role == GRID_IMAGE:
            return shown.grid
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_row(shown.row)
        return shown.row.title if role == Qt.ItemDataRole.DisplayRole else shown.row.original_name

    # -- asking -------------------------------------------------------------------------------

    def _want(self, row: int, number: int) -> None:
        if number in self._asked or number in self._gone:
            return
        block = row // BLOCK
        self._wanted.pop(block, None)
        self._wanted[block] = None
        if not self._timer.isActive():
            self._timer.start()

    def _send(self) -> None:
        while len(self._wanted) > _WAITING:
            del self._wanted[next(iter(self._wanted))]
        while self._wanted and self._on_the_way < _AT_ONCE:
            block, _ = self._wanted.popitem()
            numbers = [
                number
                for number in self._numbers[block * BLOCK : (block + 1) * BLOCK]
                if number not in self._asked and not self._is_fresh(number)
            ]
            if numbers:
                self._ask(numbers)

    def _is_fresh(self, number: int) -> bool:
        shown = self._shown.get(number)
        return shown is not None and shown.version == self._version

    def _ask(self, numbers: list[int]) -> None:
        self._asked.update(numbers)
        self._on_the_way += 1
        self._operations.read(
            partial(_load, numbers=numbers, words=self._words, ratio=self._ratio, version=self._version),
            partial(self._arrived, self._question, numbers),
            partial(self._not_arrived, self._question, numbers),
        )

    def _arrived(self, question: int, numbers: list[int], loaded: list[_Shown]) -> None:
        self._on_the_way -= 1
        if question == self._question:
            self._asked.difference_update(numbers)
            self._gone.update(set(numbers) - {shown.row.number for shown in loaded})
            for shown in loaded:
                self._shown[shown.row.number] = shown
                self._shown.move_to_end(shown.row.number)
            while len(self._shown) > KEPT_ROWS:
                self._shown.popitem(last=False)
            self._repaint(numbers)
            self.rows_arrived.emit()
        self._send()

    def _not_arrived(self, question: int, numbers: list[int], error: SheafError) -> None:
        self._on_the_way -= 1
        if question == self._question:
            # Not asked for again by every repaint; the next change of the list tries anew.
            self._asked.difference_update(numbers)
            self._gone.update(numbers)
        self._operations.failed.emit(error)
        self._send()

    # -- changing -----------------------------------------------------------------------------

    def _start_over(self, numbers: list[int]) -> None:
        self._question += 1
        self._asked.clear()
        self._wanted.clear()
        self._shown.clear()
        self._reset(numbers)

    def _reset(self, numbers: list[int]) -> None:
        self._next_numbers = numbers
        self.setStringList([""] * len(numbers))

    def _apply(self, removed: list[tuple[int, int]], added: list[tuple[int, int]], fresh: list[int]) -> None:
        for first, last in reversed(removed):
            for number in self._numbers[first : last + 1]:
                self._shown.pop(number, None)
            self._next_numbers = self._numbers[:first] + self._numbers[last + 1 :]
            self.removeRows(first, last - first + 1)
        for first, last in added:
            self._next_numbers = self._numbers[:first] + fresh[first : last + 1] + self._numbers[first:]
            self.insertRows(first, last - first + 1)

    def _take_next(self) -> None:
        self._numbers = self._next_numbers

    def _repaint(self, numbers: Sequence[int] = ()) -> None:
        if not self._numbers:
            return
        first, last = 0, len(self._numbers) - 1
        if numbers:
            rows = [row for number in (numbers[0], numbers[-1]) if (row := self.row_of(number)) is not None]
            if len(rows) == 2:
                first, last = rows
        self.dataChanged.emit(self.index(first), self.index(last))


_ROLES = frozenset(
    int(role)
    for role in (
        ROW,
        LINE_IMAGE,
        GRID_IMAGE,
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
)


def _load(session: Session, *, numbers: list[int], words: str, ratio: float, version: int) -> list[_Shown]:
    """In the background: the rows, and their pictures at the sizes in which they are painted."""
    loaded = []
    for row in load_rows(session, numbers, words):
        # The JPEG was written by this program from plain pixels and kept under authentication.
        picture = QImage()
        if row.thumbnail is not None:
            picture.loadFromData(row.thumbnail, "JPG")
        line = grid = None
        if not picture.isNull():
            line = _scaled(picture, LINE_PICTURE, ratio, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            grid = _scaled(picture, Size.THUMBNAIL, ratio, Qt.AspectRatioMode.KeepAspectRatio)
        loaded.append(_Shown(row, line, grid, version))
    return loaded


def _scaled(picture: QImage, edge: int, ratio: float, mode: Qt.AspectRatioMode) -> QImage:
    pixels = round(edge * ratio)
    size = picture.size()
    if mode is Qt.AspectRatioMode.KeepAspectRatioByExpanding or max(size.width(), size.height()) > pixels:
        picture = picture.scaled(QSize(pixels, pixels), mode, Qt.TransformationMode.SmoothTransformation)
    if mode is Qt.AspectRatioMode.KeepAspectRatioByExpanding:
        # Of a tall page the top is what is recognised.
        left, top = (picture.width() - pixels) // 2, (picture.height() - pixels) // 4
        picture = picture.copy(left, top, pixels, pixels)
    # The form in which it is painted, so that painting does not convert it each time.
    picture = picture.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    return picture


def _changes(old: list[int], fresh: list[int]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
    """(rows removed from ``old``, rows of ``fresh`` added) as runs; None when there are too many."""
    if not old or not fresh:
        return None
    start = _same(min(len(old), len(fresh)), lambda count: old[:count] == fresh[:count])
    left = min(len(old), len(fresh)) - start
    end = _same(left, lambda count: old[len(old) - count :] == fresh[len(fresh) - count :])
    before, after = old[start : len(old) - end], fresh[start : len(fresh) - end]
    if len(before) + len(after) > _MOST_COMPARED:
        return None
    gone, come = set(before).difference(after), set(after).difference(before)
    removed = _runs([start + row for row, number in enumerate(before) if number in gone])
    added = _runs([start + row for row, number in enumerate(after) if number in come])
    return None if len(removed) + len(added) > _MOST_RUNS else (removed, added)


def _same(most: int, holds: Callable[[int], bool]) -> int:
    """The largest count for which ``holds``; what holds for one count holds for every smaller one."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
