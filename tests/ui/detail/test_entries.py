"""The lists to read: a sound model, rows as high as their words, plain text only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.detail.entries import EntriesModel, EntriesView, Entry, EntryStyle

SECTION = Entry(EntryStyle.SECTION, "Where it was made", "An export of this file carries this.")
FACT = Entry(EntryStyle.FACT, "Latitude", "\u206843.4674°\u2069")
EVENT = Entry(EntryStyle.EVENT, "Imported", "first line\nsecond line")


def test_the_model_keeps_qt_s_rules(application: QApplication) -> None:
    model = EntriesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for entries in ((SECTION, FACT, EVENT), (), (EVENT,)):
        model.show_entries(entries)
        assert model.rowCount() == len(entries)
    assert model.rowCount(model.index(0)) == 0
    assert tester.model() is model


def test_a_screen_reader_hears_all_of_an_entry(application: QApplication) -> None:
    model = EntriesModel()
    model.show_entries((EVENT, Entry(EntryStyle.SECTION, "Other facts")))
    read = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert read == ["Imported\nfirst line\nsecond line", "Other facts"]


def test_the_same_entries_again_do_not_move_the_list(qtbot: QtBot, application: QApplication) -> None:
    model = EntriesModel()
    model.show_entries((SECTION, FACT))
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.show_entries([SECTION, FACT])
    assert resets == []
    model.show_entries([FACT])
    assert resets == [1]


def test_a_row_is_as_high_as_its_words_in_the_width_there_is(qtbot: QtBot, application: QApplication) -> None:
    model = EntriesModel()
    view = EntriesView(model)
    qtbot.addWidget(view)
    long = Entry(EntryStyle.FACT, "Comment", "word " * 200)
    hexadecimal = Entry(EntryStyle.FACT, "SHA-256", "0" * 64)
    model.show_entries((FACT, long, hexadecimal))

    def heights(width: int) -> list[int]:
        view.resize(width, 400)
        view.show()
        view.doItemsLayout()
        return [view.visualRect(model.index(row)).height() for row in range(3)]

    wide, narrow = heights(900), heights(300)
    assert wide[0] == narrow[0]
    assert narrow[1] > 2 * wide[1] > 2 * wide[0]
    # A word that has no place to break is broken, not cut off.
    assert narrow[2] > narrow[0]


def test_copying_takes_the_value_without_the_marks_of_direction(
    qtbot: QtBot, application: QApplication
) -> None:
    model = EntriesModel()
    view = EntriesView(model)
    qtbot.addWidget(view)
    model.show_entries((SECTION, FACT))
    view.setCurrentIndex(model.index(1))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "43.4674°"
    QApplication.clipboard().clear()


def test_it_is_drawn_in_both_directions(qtbot: QtBot, application: QApplication) -> None:
    model = EntriesModel()
    view = EntriesView(model)
    qtbot.addWidget(view)
    view.resize(400, 200)
    model.show_entries((FACT,))
    view.show()
    left = view.viewport().grab().toImage()
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    right = view.viewport().grab().toImage()
    ground = left.pixelColor(left.width() - 2, left.height() - 2)

    def first_ink(image: object) -> int:
        return next(
            x
            for x in range(left.width())
            for y in range(40)
            if image.pixelColor(x, y) != ground  # type: ignore[attr-defined]  # a QImage
        )

    # The name begins at the leading edge; mirrored, the value ends well before the other one.
    assert first_ink(left) < 40 < first_ink(right)
