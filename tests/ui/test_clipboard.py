"""The clipboard holds what was copied for ten seconds, marked as not to be kept, while it is still ours."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication

from hrd_desktop.ui.clipboard import KEPT_MS, MARKS, ClipboardGuard

BOTH = [QClipboard.Mode.Clipboard, QClipboard.Mode.Selection]


class FakeClipboard(QObject):
    """Both selections of an X server; without a display Qt has one that cannot lose its owner."""

    changed = Signal(QClipboard.Mode)

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[QClipboard.Mode, QMimeData | None] = dict.fromkeys(BOTH)
        self.ours = dict.fromkeys(BOTH, False)

    def supportsSelection(self) -> bool:
        return True

    def ownsClipboard(self) -> bool:
        return self.ours[BOTH[0]]

    def ownsSelection(self) -> bool:
        return self.ours[BOTH[1]]

    def mimeData(self, mode: QClipboard.Mode) -> QMimeData | None:
        return self.data[mode]

    def setMimeData(self, data: QMimeData, mode: QClipboard.Mode) -> None:
        self.data[mode], self.ours[mode] = data, True
        self.changed.emit(mode)

    def clear(self, mode: QClipboard.Mode) -> None:
        self.data[mode], self.ours[mode] = None, False
        self.changed.emit(mode)

    def copy(self, text: str, mode: QClipboard.Mode, *, by_us: bool = True) -> None:
        made = QMimeData()
        made.setText(text)
        made.setHtml(f"<b>{text}</b>")
        self.data[mode], self.ours[mode] = made, by_us
        self.changed.emit(mode)

    def text(self, mode: QClipboard.Mode) -> str:
        data = self.data[mode]
        return data.text() if data is not None else ""


@pytest.fixture
def clipboard(application: QApplication) -> FakeClipboard:
    return FakeClipboard()


@pytest.fixture
def guard(clipboard: FakeClipboard) -> ClipboardGuard:
    return ClipboardGuard(clipboard=clipboard)  # type: ignore[arg-type]  # the part of it that is used


@pytest.mark.parametrize("mode", BOTH)
def test_what_a_field_copies_is_marked_and_plain(
    clipboard: FakeClipboard, guard: ClipboardGuard, mode: QClipboard.Mode
) -> None:
    clipboard.copy("a name", mode)
    found = clipboard.data[mode]
    assert found is not None
    assert found.text() == "a name"
    assert not found.hasHtml()
    assert {name: found.data(name).data() for name in MARKS} == MARKS


@pytest.mark.parametrize("mode", BOTH)
def test_it_is_taken_back_when_the_time_is_over(
    clipboard: FakeClipboard, guard: ClipboardGuard, mode: QClipboard.Mode
) -> None:
    clipboard.copy("a name", mode)
    timer = guard._timers[mode]
    assert timer.isActive()
    assert timer.interval() == KEPT_MS == 10_000
    timer.timeout.emit()
    assert clipboard.text(mode) == ""
    assert not timer.isActive()


@pytest.mark.parametrize("mode", BOTH)
def test_what_somebody_else_put_there_is_left(
    clipboard: FakeClipboard, guard: ClipboardGuard, mode: QClipboard.Mode
) -> None:
    clipboard.copy("a name", mode)
    clipboard.copy("somebody else's", mode, by_us=False)
    assert not guard._timers[mode].isActive()
    guard._timers[mode].timeout.emit()
    guard.clear()
    assert clipboard.text(mode) == "somebody else's"
    found = clipboard.data[mode]
    assert found is not None
    assert not any(found.hasFormat(name) for name in MARKS)


def test_a_lock_takes_back_both(clipboard: FakeClipboard, guard: ClipboardGuard) -> None:
    for mode in BOTH:
        clipboard.copy("a name", mode)
    guard.clear()
    assert [clipboard.text(mode) for mode in BOTH] == ["", ""]


def test_a_second_copy_has_its_own_ten_seconds(clipboard: FakeClipboard, guard: ClipboardGuard) -> None:
    clipboard.copy("first", BOTH[0])
    guard._timers[BOTH[0]].setInterval(1)
    clipboard.copy("second", BOTH[0])
    assert guard._timers[BOTH[0]].isActive()
    assert clipboard.text(BOTH[0]) == "second"
