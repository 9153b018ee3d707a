"""When the system locks the screen, the vault locks: over a real bus, in a program of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.system_locks import SystemLocks

LISTENER = """
import os, sys
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from hrd_desktop.ui.system_locks import SystemLocks

name, active = sys.argv[1], sys.argv[2] == "locks"
application = QCoreApplication([])
locks = SystemLocks()
locks.lock_wanted.connect(lambda: (print("lock", flush=True), application.quit()))
locks.listen(os.environ)
bus = QDBusConnection.sessionBus()

def send(on):
    message = QDBusMessage.createSignal("/" + name.replace(".", "/"), name, "ActiveChanged")
    message.setArguments([on])
    bus.send(message)

QTimer.singleShot(100, lambda: send(False))
if active:
    QTimer.singleShot(200, lambda: send(True))
QTimer.singleShot(60_000 if active else 700, application.quit)
application.exec()
print("end", flush=True)
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a session bus of its own")
@pytest.mark.parametrize("name", ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])
@pytest.mark.parametrize("what", ["locks", "unlocks"])
def test_the_screen_lock_is_heard(project: Path, tmp_home: Path, name: str, what: str) -> None:
    heard = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", LISTENER, name, what],
        env={**os.environ, "PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=120,
        check=True,
    )
    assert heard.stdout.split() == (["lock", "end"] if what == "locks" else ["end"])


def test_sleep_locks_and_waking_up_does_not(application: QApplication, qtbot: QtBot) -> None:
    locks = SystemLocks()
    heard: list[bool] = []
    locks.lock_wanted.connect(lambda: heard.append(True))
    locks.on_change(False)
    assert heard == []
    locks.on_change(True)
    locks.on_lock()
    assert heard == [True, True]


def test_a_bus_that_is_not_there_is_not_started(application: QApplication, tmp_home: Path) -> None:
    SystemLocks().listen({"XDG_RUNTIME_DIR": str(tmp_home / "run")})
    assert not [path for path in tmp_home.rglob("*") if path.is_file()]
