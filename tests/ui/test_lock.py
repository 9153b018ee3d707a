"""Locking: nothing on the screen, nothing open, another process; and nothing that can stand in its way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.errors.vault import VaultInUseError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.lock import blur_times, close_soon
from hrd_desktop.services.session import Session
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.ui.dialogs import confirm
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.lock_timer import LockTimer
from hrd_desktop.ui.operations import Operations
from tests.ui.driving import PASSPHRASE, Started, button


def is_free(vault: Path) -> bool:
    """Whether nobody has the vault open."""
    lock = VaultLock()
    try:
        lock.acquire(VaultLayout(str(vault)))
    except VaultInUseError:
        return False
    lock.release()
    return True


def shown_texts(root: QWidget) -> str:
    """Every text of every visible widget."""
    return " ".join(
        str(value)
        for widget in [root, *root.findChildren(QWidget)]
        if widget.isVisible()
        for value in (widget.property("text"), widget.property("plainText"), widget.toolTip())
        if value
    )


@pytest.mark.parametrize("way", ["button", "key"])
def test_lock_blanks_closes_and_becomes_another_process(
    started: Started, vault_path: Path, qtbot: QtBot, way: str
) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    assert not is_free(vault_path)
    if way == "button":
        button(started.window, "Lock").click()
    else:
        qtbot.keyClick(started.window.focusWidget(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert started.replaced_by == [
        [
            *(sys.executable, "-I", "-m", "hrd_desktop", "--place", started.window.place()),
            *("--", str(vault_path)),
        ]
    ]
    assert is_free(vault_path)
    assert shown_texts(started.window).strip() == "Locked"


def test_a_dialog_and_a_question_do_not_stand_in_the_way(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    dialog = confirm(started.window, "Secret question?", "Secret words.", "Do it", lambda: None)
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert started.replaced_by
    assert not dialog.isVisible()


def test_a_job_that_runs_does_not_hold_a_lock_up(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    operations = started.leaving._operations
    assert operations is not None
    began, stopped = threading.Event(), threading.Event()

    def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
        began.set()
        try:
            while not cancel.cancelled:
                session.read(lambda vault: vault.records.items.count())
        finally:
            stopped.set()

    Job("Import").start(operations, work, changes=True)
    qtbot.waitUntil(began.is_set, timeout=30_000)
    started.program.lock()
    assert started.replaced_by
    assert stopped.wait(30)
    assert is_free(vault_path)


def test_closing_the_window_closes_the_vault_and_ends(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    started.window.close()
    assert started.ended_with == [0]
    assert started.replaced_by == []
    assert is_free(vault_path)


def test_an_answer_from_before_the_lock_reaches_no_view(operations: Operations, qtbot: QtBot) -> None:
    go_on = threading.Event()
    answers: list[int] = []
    operations.read(lambda session: go_on.wait(30), lambda answer: answers.append(1))
    operations.forget()
    go_on.set()
    qtbot.wait(100)
    assert answers == []


def test_a_session_that_hangs_is_left_within_the_bound(vault_session: Session) -> None:
    hang = threading.Event()
    threading.Thread(target=lambda: vault_session.read(lambda vault: hang.wait(60)), daemon=True).start()
    assert close_soon(vault_session) is False
    hang.set()


def test_times_are_blurred_only_where_a_vault_is_closed(
    vault_path: Path, vault_session: Session, tmp_path: Path
) -> None:
    blur_times(str(vault_path), 1_000_000_000)
    assert (vault_path / "keyslots.a").stat().st_mtime_ns != 1_000_000_000
    vault_session.close()
    blur_times(str(vault_path), 1_000_000_000)
    assert {path.stat().st_mtime_ns for path in vault_path.rglob("*")} == {1_000_000_000}
    blur_times(str(tmp_path), 1_000_000_000)
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


# -- nobody there ---------------------------------------------------------------------------------


class Time:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def touch(application: QApplication, widget: QWidget, x: int) -> None:
    """A movement of the mouse, as the system sends it."""
    QTest.mouseMove(widget.windowHandle(), QPoint(x, 5))
    application.processEvents()


def test_it_locks_after_the_minutes_without_a_touch(application: QApplication) -> None:
    clock = Time()
    timer = LockTimer(application, clock)
    timer.set_minutes(2)
    expired: list[bool] = []
    timer.expired.connect(lambda: expired.append(True))
    timer.start()
    clock.now = 119
    timer.look()
    assert expired == []
    clock.now = 120
    timer.look()
    timer.look()
    assert expired == [True]


def test_a_touch_starts_the_time_again(application: QApplication, qtbot: QtBot) -> None:
    clock = Time()
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    timer = LockTimer(application, clock)
    timer.set_minutes(1)
    expired: list[bool] = []
    timer.expired.connect(lambda: expired.append(True))
    timer.start()
    clock.now = 59
    touch(application, widget, 5)
    clock.now = 118
    timer.look()
    assert expired == []
    # The first touch after a sleep is too late to keep the vault open.
    clock.now = 5000
    touch(application, widget, 9)
    assert expired == [True]


def test_what_the_program_does_by_itself_is_no_touch(application: QApplication, qtbot: QtBot) -> None:
    clock = Time()
    widget = QWidget()
    qtbot.addWidget(widget)
    timer = LockTimer(application, clock)
    timer.set_minutes(1)
    expired: list[bool] = []
    timer.expired.connect(lambda: expired.append(True))
    timer.start()
    clock.now = 59
    point = QPointF(1, 1)
    own = QMouseEvent(
        QEvent.Type.MouseMove,
        *(point, point),
        *(Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier),
    )
    QApplication.sendEvent(widget, own)
    clock.now = 61
    timer.look()
    assert expired == [True]


def test_an_idle_vault_is_locked(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    started.program._timer.expired.emit()
    assert started.replaced_by


# -- the real process -----------------------------------------------------------------------------

#: Unlocks a vault and locks it again, in a program of its own whose process is really replaced.
DRIVER = """
import os, subprocess, sys
from PySide6.QtCore import QTimer
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.ui.application import make_application
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.process_lock import end_process, replace_process, silence_streams
from hrd_desktop.ui.program import Program
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace

application = make_application(os.environ)
window = MainWindow()
leaving = Leaving(window, replace=replace_process, end=end_process, silence=silence_streams)
program = Program(application, window, leaving, None, random=os.urandom, clock=SystemClock())
program.start(sys.argv[1], new=False)
window.show()
screen = window.findChild(UnlockScreen)
screen._field.set_text(sys.argv[2])
screen._submit()
child = subprocess.Popen(["sleep", "600"])
leak = os.open("/dev/null", os.O_RDONLY)
os.set_inheritable(leak, True)

def look():
    if window.findChild(Workspace):
        print(child.pid, leak, flush=True)
        program.lock()

timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
application.exec()
"""


def command_line(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]


def wait_for(what: object, limit_s: float = 60) -> None:
    """Wait until ``what()`` is true; a hang guard and no assertion on speed."""
    assert callable(what)
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_process_is_replaced_with_nothing_handed_on(
    project: Path, tmp_home: Path, vault_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(project), "QT_QPA_PLATFORM": "offscreen"}
    program = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(vault_path), PASSPHRASE],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert program.stdout is not None
        child, _ = (int(word) for word in program.stdout.readline().split())
        wait_for(lambda: "hrd_desktop" in command_line(program.pid))
        words = command_line(program.pid)
        assert words[1:4] == ["-I", "-m", "hrd_desktop"]
        assert words[-1] == str(vault_path)
        assert PASSPHRASE not in words
        assert os.readlink(f"/proc/{program.pid}/cwd") == "/"
        assert not Path(f"/proc/{child}").exists()
        open_files = {
            name: os.readlink(f"/proc/{program.pid}/fd/{name}")
            for name in os.listdir(f"/proc/{program.pid}/fd")
        }
        assert not any(str(vault_path) in place for place in open_files.values())
        wait_for(lambda: is_free(vault_path))
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
        assert program.stdout is not None
        program.stdout.close()
