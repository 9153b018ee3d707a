"""The small parts that every view is made of: icons, texts, jobs, dialogs, messages."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain import errors
from hrd_desktop.domain.errors.base import Cancelled, SheafError
from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.resources import resource_folder
from hrd_desktop.services.session import Session
from hrd_desktop.ui.dialogs import confirm, tell
from hrd_desktop.ui.jobs import Job, JobState
from hrd_desktop.ui.message_words import find_words
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, plain_label, size_text
from hrd_desktop.ui.theme import style
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import DARK
from tests.ui.driving import button


def inked(image: QImage) -> set[str]:
    """The colours of the fully opaque points."""
    colours = set()
    for x in range(image.width()):
        for y in range(image.height()):
            colour = image.pixelColor(x, y)
            if colour.alpha() == 255:
                colours.add(colour.name())
    return colours


def drawn(name: str) -> QImage:
    return icon(name).pixmap(QSize(48, 48)).toImage()


def side_of_its_point(image: QImage) -> str:
    """On which side of its middle a picture has ink at half its height."""
    row = [image.pixelColor(x, image.height() // 2).alpha() for x in range(image.width())]
    middle = len(row) // 2
    return "left" if sum(row[:middle]) > sum(row[middle:]) else "right"


def test_every_icon_is_drawn_in_the_colour_of_the_theme(application: QApplication) -> None:
    names = sorted(path.stem for path in (resource_folder() / "icons").glob("*.svg"))
    assert len(names) > 50
    for name in names:
        assert len(inked(drawn(name))) == 1, name
    light = inked(drawn("lock"))
    style.apply(application, DARK)
    assert inked(drawn("lock")) == {DARK.text} != light


def test_what_points_along_the_line_turns_round_with_it(application: QApplication) -> None:
    left_to_right = drawn("chevron"), drawn("lock")
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert drawn("chevron") != left_to_right[0]
    assert side_of_its_point(drawn("chevron")) == "left" != side_of_its_point(left_to_right[0])
    assert drawn("lock") == left_to_right[1]


def test_an_unknown_icon_is_a_mistake_seen_at_once(application: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_a_name_cannot_turn_its_sentence_round() -> None:
    shown = filled("Import of {name} is done.", name=isolated("a\u202egpj.exe\n"))
    assert shown == "Import of \u2068a\\u202egpj.exe\\x0a\u2069 is done."
    assert plain_label("<b>x</b>").textFormat() is Qt.TextFormat.PlainText


def test_sizes_are_those_of_file_managers() -> None:
    assert [size_text(size).strip("\u2068\u2069") for size in (0, 999, 1000, 2_500_000)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "2.5 MB",
    ]


def every_error() -> Iterator[type[SheafError]]:
    for module in pkgutil.iter_modules(errors.__path__, errors.__name__ + "."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, SheafError):
                yield value


def test_every_error_of_the_vault_has_words_of_its_own() -> None:
    unknown = find_words(SheafError())
    for kind in every_error():
        if kind.__module__.endswith(".vault") and kind.code not in ("derived-damaged", "records-older"):
            error = kind.__new__(kind)
            SheafError.__init__(error)
            assert find_words(error) != unknown, kind.code
            assert describe(error)[0].endswith("."), kind.code


def test_the_copy_of_an_error_has_its_code_and_nothing_else_of_it(
    application: QApplication, qtbot: QtBot
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = tell(parent, DiskFailedError(errno=5, step="write"))
    button = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == "Copy")
    button.click()
    assert "disk-failed errno=5 step=write" in QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()


def test_what_destroys_is_not_what_return_does(application: QApplication, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    done: list[bool] = []
    dialog = confirm(parent, "Destroy?", "For good.", "Destroy", lambda: done.append(True), danger=True)
    qtbot.waitExposed(dialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert done == []
    dialog = confirm(parent, "Go on?", "", "Go on", lambda: done.append(True))
    button = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName() == "Go on")
    button.click()
    assert done == [True]


def test_a_job_tells_its_progress_and_its_end(operations: Operations, qtbot: QtBot) -> None:
    go_on = threading.Event()

    def work(session: Session, progress: Progress, cancel: CancelToken) -> UUID:
        progress.begin(2, 100)
        progress.advance(40)
        progress.finish_item()
        go_on.wait(60)
        progress.advance(60)
        progress.finish_item()
        progress.end()
        return UUID(int=7)

    job = Job("Import")
    seen: list[JobState] = []
    job.advanced.connect(seen.append)
    with qtbot.waitSignal(job.advanced, timeout=10_000):
        job.start(operations, work, changes=True)
    assert (seen[-1].done_bytes, seen[-1].fraction) == (40, 0.4)
    with (
        qtbot.waitSignal(job.succeeded, timeout=10_000) as succeeded,
        qtbot.waitSignal(operations.changed, timeout=10_000),
    ):
        go_on.set()
    assert succeeded.args == [UUID(int=7)]
    assert (seen[-1].done_items, seen[-1].fraction) == (2, 1.0)


def test_a_cancelled_job_stops_and_says_so(operations: Operations, qtbot: QtBot) -> None:
    def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
        while True:
            cancel.raise_if_cancelled()
            threading.Event().wait(0.005)

    job = Job("Import")
    with qtbot.waitSignals([job.stopped, job.ended], timeout=10_000):
        job.start(operations, work, changes=False)
        job.cancel()
    assert job.cancelled


def test_a_job_that_fails_carries_its_error(operations: Operations, qtbot: QtBot) -> None:
    def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
        raise DiskFullError()

    job = Job("Import")
    with qtbot.waitSignal(job.failed, timeout=10_000) as failed:
        job.start(operations, work, changes=False)
    assert isinstance(failed.args[0], DiskFullError)


def test_after_a_lock_a_job_is_cancelled_and_heard_of_no_more(operations: Operations, qtbot: QtBot) -> None:
    cancelled = threading.Event()

    def work(session: Session, progress: Progress, cancel: CancelToken) -> None:
        try:
            while True:
                cancel.raise_if_cancelled()
                threading.Event().wait(0.005)
        except Cancelled:
            cancelled.set()
            raise

    job = Job("Import")
    heard: list[str] = []
    job.stopped.connect(lambda: heard.append("stopped"))
    job.start(operations, work, changes=True)
    operations.forget()
    qtbot.waitUntil(cancelled.is_set, timeout=10_000)
    qtbot.wait(50)
    assert heard == []


def test_what_does_not_fit_into_a_dialog_is_read_page_by_page_from_its_buttons(
    application: QApplication, qtbot: QtBot
) -> None:
    dialog = confirm(None, "A question?", "Words. " * 400, "Do it", lambda: None)
    qtbot.addWidget(dialog)
    dialog.setFixedSize(500, 360)
    bar = dialog._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    button(dialog, "Cancel").setFocus()
    QTest.keyClick(button(dialog, "Cancel"), Qt.Key.Key_PageDown)
    assert bar.value() > 0
    QTest.keyClick(button(dialog, "Cancel"), Qt.Key.Key_PageUp)
    assert bar.value() == 0
