"""Steps that are taken one a turn."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.stages import Stages


def test_other_turns_come_between_the_steps(application: QApplication, qtbot: QtBot) -> None:
    owner, told = QObject(), []
    stages = Stages(owner)
    stages.add(lambda: told.append("first"), lambda: told.append("second"))
    between = QTimer(owner)
    between.timeout.connect(lambda: told.append("between"))
    between.start(0)
    stages.start()
    qtbot.waitUntil(lambda: "second" in told, timeout=10_000)
    assert "between" in told[told.index("first") : told.index("second")]


def test_finish_takes_what_is_left_and_what_that_adds(application: QApplication) -> None:
    owner, told = QObject(), []
    stages = Stages(owner)
    stages.add(lambda: stages.add(lambda: told.append("added")), lambda: told.append("last"))
    stages.take()
    assert (told, stages.is_done) == ([], False)
    stages.finish()
    assert (told, stages.is_done) == (["last", "added"], True)


def test_nothing_is_taken_after_stop(application: QApplication, qtbot: QtBot) -> None:
    owner, told = QObject(), []
    stages = Stages(owner)
    stages.add(lambda: told.append("one"))
    stages.start()
    stages.stop()
    qtbot.wait(20)
    assert told == []
