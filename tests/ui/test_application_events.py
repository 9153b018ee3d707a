"""One filter for all who watch the events of the application."""

from __future__ import annotations

import gc
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from hrd_desktop.ui.application_events import ApplicationEvents

_KIND = QEvent.Type.User


class Watching(QObject):
    def __init__(self, *, takes: bool = False) -> None:
        super().__init__()
        self.takes = takes
        self.seen: list[QEvent.Type] = []

    def see(self, watched: QObject, event: QEvent) -> bool:
        self.seen.append(event.type())
        return self.takes


class Target(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.got = 0

    def event(self, event: QEvent) -> bool:
        self.got += event.type() == _KIND
        return True


def test_a_watcher_sees_the_types_it_named(application: QApplication) -> None:
    events, watching, target = ApplicationEvents.of(application), Watching(), Target()
    assert ApplicationEvents.of(application) is events
    events.watch((_KIND,), watching.see)
    events.watch((_KIND,), watching.see)
    for kind in (_KIND, QEvent.Type.Show, _KIND):
        application.sendEvent(target, QEvent(kind))
    assert (watching.seen, target.got) == ([_KIND, _KIND], 2)
    events.forget(watching.see)
    application.sendEvent(target, QEvent(_KIND))
    assert (len(watching.seen), target.got) == (2, 3)


def test_who_came_last_is_asked_first_and_may_take_the_event(application: QApplication) -> None:
    events, target = ApplicationEvents.of(application), Target()
    first, last = Watching(), Watching(takes=True)
    events.watch((_KIND,), first.see)
    events.watch((_KIND,), last.see)
    application.sendEvent(target, QEvent(_KIND))
    assert (len(last.seen), first.seen, target.got) == (1, [], 0)
    last.takes = False
    application.sendEvent(target, QEvent(_KIND))
    assert (len(last.seen), len(first.seen), target.got) == (2, 1, 1)


def test_what_is_gone_is_not_asked(application: QApplication) -> None:
    events, destroyed, dropped, target = ApplicationEvents.of(application), Watching(), Watching(), Target()
    events.watch((_KIND,), destroyed.see)
    events.watch((_KIND,), dropped.see)
    delete(destroyed)
    del dropped
    gc.collect()
    application.sendEvent(target, QEvent(_KIND))
    assert (destroyed.seen, target.got) == ([], 1)


def test_nobody_else_filters_the_application(project: Path) -> None:
    filters = [
        path.name
        for path in (project / "hrd_desktop").rglob("*.py")
        if "application.installEventFilter" in path.read_text(encoding="utf-8")
    ]
    assert filters == ["application_events.py"]
