"""Windows kept out of screenshots: every one, before it is seen, also after the switch; calls are made up."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings
from hrd_desktop.ui.capture_guard import CaptureGuard
from hrd_desktop.ui.capture_systems import MacCapture, WindowsCapture, find_capture_system, heeds_sharing
from hrd_desktop.ui.objective_c import ObjectiveC
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.lock_card import LockCard
from tests.ui.mac_world import MacWorld


class Told:
    """A system that writes down what it is told of each window, and whether that was on the screen then."""

    def __init__(self) -> None:
        self.kept_out: dict[int, bool] = {}
        self.first: dict[int, tuple[bool, bool]] = {}
        self.does = True

    def keep_out(self, window: int, wanted: bool) -> bool:
        shown = any(
            each.isExposed() for each in QApplication.topLevelWindows() if int(each.winId()) == window
        )
        self.first.setdefault(window, (wanted, shown))
        self.kept_out[window] = wanted
        return self.does


@pytest.fixture
def told(application: QApplication) -> Iterator[Told]:
    system = Told()
    guard = CaptureGuard(application, system)
    guard.want(True)
    yield system
    delete(guard)


def number(widget: QWidget) -> int:
    handle = widget.windowHandle()
    assert isinstance(handle, QWindow)
    return int(handle.winId())


def test_every_window_is_kept_out_before_it_is_seen(told: Told, qtbot: QtBot) -> None:
    window = QWidget()
    dialog, menu = QDialog(window), QMenu(window)
    menu.addAction("x")
    for widget in (window, dialog, menu):
        qtbot.addWidget(widget)
        widget.show()
        assert told.first[number(widget)] == (True, False), type(widget).__name__
    qtbot.waitExposed(menu)
    assert told.kept_out == {number(widget): True for widget in (window, dialog, menu)}


def test_a_window_that_was_hidden_is_told_again(told: Told, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.hide()
    told.kept_out.clear()
    window.show()
    assert told.kept_out[number(window)] is True


def test_the_switch_reaches_those_that_are_there_hidden_or_to_come(
    told: Told, application: QApplication, qtbot: QtBot
) -> None:
    there, hidden, later = QWidget(), QWidget(), QWidget()
    for widget in (there, hidden):
        qtbot.addWidget(widget)
        widget.show()
    qtbot.addWidget(later)
    hidden.hide()
    guard = CaptureGuard.find(application)
    assert guard is not None
    guard.want(False)
    assert told.kept_out[number(there)] is False
    hidden.show()
    later.show()
    assert not any(told.kept_out[number(each)] for each in (there, hidden, later))
    guard.want(True)
    assert all(told.kept_out[number(each)] for each in (there, hidden, later))


def box_of(card: LockCard) -> QCheckBox | None:
    words = "Keep these windows out of screenshots and recordings"
    return next((box for box in card.findChildren(QCheckBox) if box.text() == words), None)


def words_of(card: LockCard) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in card.findChildren(QLabel) if not label.isHidden())


def test_the_switch_is_there_where_it_does_something(
    vault_session: Session, operations: Operations, told: Told, application: QApplication, qtbot: QtBot
) -> None:
    preferences = Preferences(Settings(), None, operations)
    guard = CaptureGuard.find(application)
    assert guard is not None
    preferences.changed.connect(lambda settings: guard.want(settings.hide_from_capture))
    card = LockCard(operations, preferences)
    qtbot.addWidget(card)
    card.show()
    box = box_of(card)
    assert box is not None
    assert box.isChecked()
    assert box.accessibleName() == box.text()
    assert "refused" not in words_of(card)
    told.does = False
    box.click()
    box.click()
    assert preferences.settings.hide_from_capture
    assert "refused" in words_of(card)


def test_where_nothing_can_be_done_that_is_said_instead(
    operations: Operations, application: QApplication, qtbot: QtBot
) -> None:
    assert find_capture_system() is None
    card = LockCard(operations, Preferences(Settings(), None, operations))
    qtbot.addWidget(card)
    assert box_of(card) is None
    assert "offers nothing that keeps a window out" in words_of(card)
    assert CaptureGuard.find(QCoreApplication.instance()) is None


class User32:
    """The one function, called through its C types."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int]] = []
        self.answer = 1
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32)
        self.SetWindowDisplayAffinity = kind(self._called)

    def _called(self, window: int, affinity: int) -> int:
        self.calls.append((window, affinity))
        return self.answer


def test_windows_is_told_by_its_numbers() -> None:
    library = User32()
    system = WindowsCapture(library)
    window = 0x7FFF_0000_1234
    assert system.keep_out(window, True)
    assert system.keep_out(window, False)
    assert library.calls == [(window, 0x11), (window, 0)]
    library.answer = 0
    assert not system.keep_out(window, True)


def test_macos_is_told_through_the_window_of_the_view() -> None:
    world = MacWorld()
    system = MacCapture(ObjectiveC(world, None))
    view = world.put("view")
    assert system.keep_out(view, True)
    assert system.keep_out(view, False)
    assert world.sent == [("view window", "setSharingType:", 0), ("view window", "setSharingType:", 1)]
    world.no_window = True
    assert not system.keep_out(view, True)


@pytest.mark.parametrize(
    ("version", "heeded"),
    [("10.15.7", True), ("14.6", True), ("15.0", False), ("26.1", False), ("10.16", False), ("", False)],
)
def test_macos_of_which_version_heeds_it(version: str, heeded: bool) -> None:
    assert heeds_sharing(version) is heeded
