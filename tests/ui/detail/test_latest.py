"""Only the newest question is answered, one is asked at a time, and none is lost."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.decode import DecoderStopped, FileNotUnderstood
from hrd_desktop.services.session import Session
from hrd_desktop.ui.detail.latest import LatestRead
from hrd_desktop.ui.operations import Operations


def test_an_answer_to_an_older_question_is_never_delivered(qtbot: QtBot, operations: Operations) -> None:
    begun, go_on = threading.Event(), threading.Event()
    answers: list[str] = []
    asked: list[str] = []
    reads = LatestRead(operations, go_on.set)

    def slow(session: Session) -> str:
        begun.set()
        go_on.wait()
        return "first"

    def second(session: Session) -> str:
        asked.append("second")
        return "second"

    def third(session: Session) -> str:
        asked.append("third")
        return "third"

    reads.ask(slow, answers.append, _unexpected)
    begun.wait()
    reads.ask(second, answers.append, _unexpected)
    reads.ask(third, answers.append, _unexpected)
    # Nobody lets the first go on but the stop that comes when patience is lost.
    qtbot.waitUntil(lambda: answers == ["third"])
    assert asked == ["third"]
    assert not reads.is_busy


def test_what_is_dropped_is_not_delivered_and_the_next_is_asked(qtbot: QtBot, operations: Operations) -> None:
    go_on = threading.Event()
    answers: list[str] = []
    busy: list[bool] = []
    reads = LatestRead(operations, lambda: None)
    reads.busy_changed.connect(busy.append)

    def slow(session: Session) -> str:
        go_on.wait()
        return "dropped"

    reads.ask(slow, answers.append, _unexpected)
    reads.drop()
    assert not reads.is_busy
    reads.ask(lambda session: "wanted", answers.append, _unexpected)
    go_on.set()
    qtbot.waitUntil(lambda: not reads.is_busy)
    assert answers == ["wanted"]
    assert busy == [True, False, True, False]


def test_a_failure_is_delivered(qtbot: QtBot, operations: Operations) -> None:
    failures: list[SheafError] = []
    reads = LatestRead(operations, lambda: None)

    def failing(session: Session) -> str:
        raise FileNotUnderstood()

    reads.ask(failing, _unexpected, failures.append)
    qtbot.waitUntil(lambda: len(failures) == 1)
    assert failures[0].code == "decode-damaged"


def test_a_stop_that_hits_the_wrong_question_is_made_good(qtbot: QtBot, operations: Operations) -> None:
    tries: list[int] = []
    answers: list[str] = []
    reads = LatestRead(operations, lambda: None)

    def stopped_once(session: Session) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise DecoderStopped()
        return "there"

    reads.ask(stopped_once, answers.append, _unexpected)
    qtbot.waitUntil(lambda: answers == ["there"])
    assert len(tries) == 2


def test_it_is_not_asked_for_ever(qtbot: QtBot, operations: Operations) -> None:
    tries: list[int] = []
    failures: list[SheafError] = []
    reads = LatestRead(operations, lambda: None)

    def always_stopped(session: Session) -> str:
        tries.append(1)
        raise DecoderStopped()

    reads.ask(always_stopped, _unexpected, failures.append)
    qtbot.waitUntil(lambda: len(failures) == 1)
    assert len(tries) == 3


def _unexpected(result: object) -> None:
    raise AssertionError("not expected")
