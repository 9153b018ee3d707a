"""Nothing of the window is destroyed, or told anything after its end, by another thread."""

from __future__ import annotations

import gc
import threading
import weakref
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from hrd_desktop.services.session import Session
from hrd_desktop.ui.background import Background
from hrd_desktop.ui.calls import Call, Door
from hrd_desktop.ui.garbage import MainThreadGarbage
from hrd_desktop.ui.operations import Operations


class _View(QLabel):
    """Something of the window that stands in a cycle, as most of it does."""

    def __init__(self, ended_in: list[int]) -> None:
        super().__init__("view")
        self.itself = self
        self.destroyed.connect(
            lambda: ended_in.append(threading.get_ident()), Qt.ConnectionType.DirectConnection
        )


def _make_much() -> None:
    """Enough for Python to look through every generation."""
    kept: list[object] = []
    for _ in range(200):
        kept.append([[] for _ in range(1_000)])


def test_a_thread_of_the_vault_collects_no_view(
    garbage: MainThreadGarbage, application: QApplication
) -> None:
    ended_in: list[int] = []
    view = _View(ended_in)
    del view
    worker = threading.Thread(target=_make_much)
    worker.start()
    worker.join()
    assert ended_in == []
    gc.collect()
    assert ended_in == [threading.get_ident()]


def test_the_main_thread_collects_by_itself(
    garbage: MainThreadGarbage, application: QApplication, qtbot: QtBot
) -> None:
    ended_in: list[int] = []
    view = _View(ended_in)
    del view
    kept: list[list[int]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: bool(ended_in), timeout=10_000)
    assert ended_in == [threading.get_ident()]
    assert kept


def test_what_was_delivered_is_held_by_no_worker() -> None:
    view = threading.Event()
    seen = weakref.ref(view)
    call = Call(partial(str, view), partial(_nothing, view), partial(_nothing, view))
    worker = threading.Thread(target=call.run)
    worker.start()
    worker.join()
    call.take()()
    del view
    # ``call`` is what a worker may still hold.
    assert seen() is None
    call.run()


def test_a_mistake_is_raised_where_it_is_reported() -> None:
    call = Call(lambda: 1 // 0, _nothing, _nothing)
    call.run()
    with pytest.raises(ZeroDivisionError):
        call.take()()


def _nothing(*_: object) -> None:
    return None


class _Owner(QObject):
    told = Signal(object)


@pytest.mark.parametrize("how", ["deleted", "collected", "with its parent"])
def test_a_door_is_closed_before_its_owner_goes(application: QApplication, how: str) -> None:
    parent = QObject()
    owner = _Owner(parent if how == "with its parent" else None)
    door = Door(owner, owner.told)
    heard: list[object] = []
    owner.told.connect(heard.append)
    door.tell(1)
    if how == "deleted":
        delete(owner)
    elif how == "collected":
        del owner
    else:
        parent.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    door.tell(2)
    assert heard == [1]


def test_an_answer_to_a_page_that_is_gone_is_dropped(application: QApplication, qtbot: QtBot) -> None:
    """The strength of a passphrase is judged while somebody goes back a page."""
    may_end, heard = threading.Event(), []
    page = QObject()
    background = Background(page)
    background.run(may_end.wait, heard.append)
    pool, door = background._pool, background._door
    delete(page)
    may_end.set()
    pool.shutdown(wait=True)
    QApplication.processEvents()
    assert heard == []
    assert door._signal is None


def test_answers_after_a_lock_are_dropped_and_let_go_of(
    operations: Operations, vault_session: Session
) -> None:
    may_end, heard = threading.Event(), []
    view = QTimer()
    seen = weakref.ref(view)

    def work(session: Session, view: QTimer) -> bool:
        return may_end.wait()

    operations.read(partial(work, view=view), heard.append)
    del view
    operations.forget()
    may_end.set()
    operations._pool.shutdown(wait=True)
    assert seen() is not None, "a worker let go of it"
    QApplication.processEvents()
    assert heard == []
    assert seen() is None
