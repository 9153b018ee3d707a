"""Questions that overtake each other."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.session import Session
from hrd_desktop.ui.evidence.newest import Newest
from hrd_desktop.ui.operations import Operations


def test_only_the_newest_of_many_is_answered(operations: Operations, qtbot: QtBot) -> None:
    newest: Newest[int] = Newest(operations)
    go, ran, answers = threading.Event(), [], []

    def work(number: int) -> int:
        assert go.wait(30)
        ran.append(number)
        return number

    for number in range(5):
        newest.ask(lambda session, number=number: work(number), answers.append)
    assert newest.busy
    go.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [4]
    assert ran == [0, 4], "what was overtaken while it waited is not even asked"
    assert not newest.busy


def test_a_failure_of_the_newest_is_told_and_that_of_an_older_is_not(
    operations: Operations, qtbot: QtBot
) -> None:
    newest: Newest[int] = Newest(operations)
    go, answers, failures = threading.Event(), [], []
    operations.failed.connect(failures.append)

    def fails(session: Session) -> int:
        assert go.wait(30)
        raise SheafError()

    newest.ask(fails, answers.append)
    newest.ask(lambda session: 7, answers.append)
    go.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert (answers, failures) == ([7], [])
    newest.ask(fails, answers.append)
    qtbot.waitUntil(lambda: bool(failures))
    mine: list[SheafError] = []
    newest.ask(fails, answers.append, mine.append)
    qtbot.waitUntil(lambda: bool(mine))
    assert (len(failures), answers) == (1, [7])
