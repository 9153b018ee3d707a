"""The list of items: any length, rows in the background, nothing stale, nothing lost by a change."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.session import Session
from hrd_desktop.ui.evidence.model import (
    BLOCK,
    GRID_IMAGE,
    KEPT_ROWS,
    LINE_IMAGE,
    LINE_PICTURE,
    ROW,
    ItemModel,
)
from hrd_desktop.ui.operations import Operations
from tests.unit.services.many_items import insert_items

MANY = 100_000


class Held(QObject):
    """Takes the calls of a model like ``Operations`` and answers them when it is told to."""

    failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.asked: list[tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = []

    def read(self, work: Any, done: Any, failed: Any = None) -> None:
        self.asked.append((work, done, failed))

    def numbers(self) -> list[list[int]]:
        return [work.keywords["numbers"] for work, _, _ in self.asked]

    def answer(self, position: int = 0) -> None:
        work, done, _ = self.asked.pop(position)
        done(work(self._session))

    def refuse(self) -> None:
        self.asked.pop(0)[2](SheafError())


@pytest.fixture
def held(application: QApplication, vault_session: Session) -> Held:
    insert_items(vault_session, 3)
    return Held(vault_session)


@pytest.fixture
def model(held: Held) -> ItemModel:
    made = ItemModel(held)  # type: ignore[arg-type]  # the part of Operations that it uses
    made.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]  # lives as long as the model
        made, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return made


def titles(model: ItemModel) -> list[str | None]:
    return [model.index(row).data() for row in range(model.rowCount())]


def test_a_row_is_asked_for_when_it_is_looked_at(model: ItemModel, held: Held, qtbot: QtBot) -> None:
    model.show_numbers([3, 2, 1])
    assert model.index(0).data(ROW) is None
    qtbot.waitUntil(lambda: bool(held.asked))
    assert held.numbers() == [[3, 2, 1]]
    with qtbot.waitSignals([model.rows_arrived, model.dataChanged]):
        held.answer()
    assert titles(model) == ["Exhibit 3", "Exhibit 2", "Exhibit 1"]
    assert "E0003" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert held.asked == []


def test_a_hundred_thousand_rows_ask_for_what_is_in_sight(model: ItemModel, held: Held, qtbot: QtBot) -> None:
    model.show_numbers(range(MANY, 0, -1))
    assert model.rowCount() == MANY
    # What is scrolled past is not asked for: the last of many looks is.
    for row in range(0, MANY, 1_000):
        model.index(row).data()
    qtbot.waitUntil(lambda: len(held.asked) == 2)
    first_of_last = MANY - (MANY - 1_000) // BLOCK * BLOCK
    assert held.numbers()[0][0] == first_of_last
    while held.asked:
        held.answer()
    assert all(len(numbers) <= BLOCK for numbers in held.numbers())


def test_what_is_gone_is_not_asked_for_again(model: ItemModel, held: Held, qtbot: QtBot) -> None:
    model.show_numbers([99, 3])
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))
    held.answer()
    assert titles(model) == [None, "Exhibit 3"]
    qtbot.wait(20)
    assert held.asked == []


def test_a_failure_is_told_and_not_repeated_by_every_paint(
    model: ItemModel, held: Held, qtbot: QtBot
) -> None:
    model.show_numbers([3])
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))
    with qtbot.waitSignal(held.failed):
        held.refuse()
    titles(model)
    qtbot.wait(20)
    assert held.asked == []
    model.show_numbers([3])
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))


def test_an_answer_to_other_words_is_dropped(model: ItemModel, held: Held, qtbot: QtBot) -> None:
    model.show_numbers([3, 2, 1], "exhib")
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))
    model.show_numbers([3, 2, 1], "exhibit")
    titles(model)
    qtbot.waitUntil(lambda: len(held.asked) == 2)
    held.answer()
    assert titles(model) == [None, None, None]
    held.answer()
    assert model.index(0).data(ROW).title_marks == ((0, 7),)


def test_a_refresh_shows_the_old_row_until_the_new_one_is_there(
    model: ItemModel, held: Held, qtbot: QtBot
) -> None:
    model.show_numbers([3, 2, 1])
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))
    held.answer()
    model.refresh()
    assert titles(model)[0] == "Exhibit 3"
    qtbot.waitUntil(lambda: bool(held.asked))
    assert held.numbers() == [[3, 2, 1]]


def test_no_more_rows_are_kept_than_allowed(held: Held, vault_session: Session, qtbot: QtBot) -> None:
    insert_items(vault_session, KEPT_ROWS + 100)
    model = ItemModel(held)  # type: ignore[arg-type]  # the part of Operations that it uses
    count = KEPT_ROWS + 103
    model.show_numbers(range(count, 0, -1))
    for first in range(0, count, BLOCK):
        model.index(first).data()
        qtbot.waitUntil(lambda: bool(held.asked))
        held.answer()
    kept = [number for number in range(1, count + 1) if model.find_row(number) is not None]
    assert len(kept) == KEPT_ROWS
    assert kept[0] == 1 and kept[-1] == KEPT_ROWS


def test_pictures_are_made_for_the_screen(
    model: ItemModel, held: Held, vault_session: Session, qtbot: QtBot
) -> None:
    wide = io.BytesIO()
    Image.new("RGB", (256, 64), (200, 30, 30)).save(wide, "JPEG")

    def put(vault: Any) -> None:
        with vault.derived.transaction():
            vault.derived.put_thumbnail(
                vault.records.items.find_by_number(3).id, wide.getvalue(), "image/jpeg"
            )
            vault.derived.put_thumbnail(vault.records.items.find_by_number(2).id, b"broken", "image/jpeg")

    vault_session.change(put)
    model.set_pixel_ratio(2.0)
    model.show_numbers([3, 2])
    titles(model)
    qtbot.waitUntil(lambda: bool(held.asked))
    held.answer()
    line, grid = model.index(0).data(LINE_IMAGE), model.index(0).data(GRID_IMAGE)
    assert (line.width(), line.height()) == (2 * LINE_PICTURE, 2 * LINE_PICTURE)
    assert (grid.width(), grid.height()) == (256, 64)
    assert line.devicePixelRatio() == grid.devicePixelRatio() == 2.0
    assert model.index(1).data(LINE_IMAGE) is None


LISTS = st.sets(st.integers(1, 60)).map(lambda numbers: sorted(numbers, reverse=True))


@given(st.lists(LISTS, min_size=2, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_change_keeps_what_stays(model: ItemModel, held: Held, lists: list[list[int]]) -> None:
    """Persistent indexes (a selection) follow their item, and go when it goes."""
    model.show_numbers(lists[0])
    for fresh in lists[1:]:
        before = [model.number_at(row) for row in range(model.rowCount())]
        marked = [(number, QPersistentModelIndex(model.index(row))) for row, number in enumerate(before)]
        was_reset: list[None] = []
        connection = model.modelReset.connect(lambda was=was_reset: was.append(None))
        model.show_numbers(fresh)
        model.disconnect(connection)
        assert [model.number_at(row) for row in range(model.rowCount())] == fresh
        for row, number in enumerate(fresh):
            assert model.row_of(number) == row
        assert model.row_of(61) is None and model.row_of(0) is None
        if not was_reset:
            for number, index in marked:
                assert index.isValid() is (number in fresh)
                if index.isValid():
                    assert model.number_at(index.row()) == number


def test_rows_have_no_children(model: ItemModel) -> None:
    model.show_numbers([3])
    assert model.rowCount(model.index(0)) == 0
    assert model.data(QModelIndex()) is None
    assert model.index(0).data(Qt.ItemDataRole.EditRole) is None


def test_with_real_operations(operations: Operations, vault_session: Session, qtbot: QtBot) -> None:
    insert_items(vault_session, 120)
    model = ItemModel(operations)
    model.show_numbers(range(120, 0, -1))
    model.index(0).data()
    qtbot.waitUntil(lambda: model.find_row(120) is not None)
    model.index(119).data()
    qtbot.waitUntil(lambda: model.find_row(1) is not None)
    assert model.find_row(60) is None
