"""The small parts of the pane: rows that flow, chips, switches, editors."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.decoded import Disclosure, FieldName
from hrd_desktop.domain.decoded import Field as FoundField
from hrd_desktop.services.fields import FIELD_NAMES, likely_precision
from hrd_desktop.ui.detail.calm_box import CalmComboBox
from hrd_desktop.ui.detail.chips import Chips
from hrd_desktop.ui.detail.editors import LineEditor, TextEditor, zone_names
from hrd_desktop.ui.detail.flow import FlowLayout
from hrd_desktop.ui.detail.found_words import group_word, name_word, value_word
from hrd_desktop.ui.detail.record_words import choices_of, field_word, reason_word
from hrd_desktop.ui.detail.tags_editor import TagsEditor
from hrd_desktop.ui.text import isolated


def test_what_flows_goes_on_in_the_next_row_and_mirrors(qtbot: QtBot, application: QApplication) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, 10)
    boxes = [QWidget(holder) for _ in range(3)]
    for box in boxes:
        box.setFixedSize(100, 20)
        flow.addWidget(box)
    holder.resize(230, 100)
    holder.show()
    assert [box.pos() for box in boxes] == [QPoint(0, 0), QPoint(110, 0), QPoint(0, 30)]
    assert flow.heightForWidth(230) == 50
    assert flow.heightForWidth(1000) == 20
    holder.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    flow.invalidate()
    flow.activate()
    assert [box.x() for box in boxes] == [130, 20, 130]


def test_chips_show_any_text_and_name_what_pressing_does(qtbot: QtBot, application: QApplication) -> None:
    chips = Chips("Take off {name}")
    qtbot.addWidget(chips)
    removed: list[int] = []
    chips.removed.connect(removed.append)
    chips.show_texts([isolated("a & b"), "x" * 200])
    buttons = [button for button in chips.findChildren(QToolButton) if not button.isHidden()]
    assert buttons[0].accessibleName() == "Take off \u2068a & b\u2069"
    assert buttons[0].text() == "\u2068a && b\u2069"
    assert buttons[1].sizeHint().width() < 320
    buttons[1].click()
    assert removed == [1]


def test_a_wheel_passing_over_a_box_changes_nothing(qtbot: QtBot, application: QApplication) -> None:
    box = CalmComboBox()
    qtbot.addWidget(box)
    box.addItems(["one", "two"])
    box.show()
    event = _wheel_down(box)
    QApplication.sendEvent(box, event)
    assert box.currentText() == "one"
    assert not event.isAccepted()


def test_an_editor_gives_back_exactly_what_it_cannot_show(qtbot: QtBot, application: QApplication) -> None:
    line = LineEditor("Title")
    qtbot.addWidget(line)
    edits: list[int] = []
    line.edited.connect(lambda: edits.append(1))
    line.set_text("two\nlines")
    assert (line.text(), line.is_changed, edits) == ("two\nlines", False, [])
    line.enter("one line")
    assert (line.text(), line.is_changed, edits) == ("one line", True, [1])
    text = TextEditor("Note")
    qtbot.addWidget(text)
    text.set_text("a\r\nb\u2028c")
    assert (text.text(), text.is_changed) == ("a\r\nb\u2028c", False)


def test_a_problem_is_said_to_those_who_cannot_see_it(qtbot: QtBot, application: QApplication) -> None:
    line = LineEditor("Latitude", "Degrees")
    qtbot.addWidget(line)
    assert (line.line.accessibleName(), line.line.accessibleDescription()) == ("Latitude", "Degrees")
    line.set_problem("Not a number.")
    assert line.line.accessibleDescription() == "Not a number."
    line.set_problem("")
    assert line.line.accessibleDescription() == "Degrees"


def test_a_tag_that_cannot_be_one_stays_in_the_line(qtbot: QtBot, application: QApplication) -> None:
    tags = TagsEditor()
    qtbot.addWidget(tags)
    tags.set_tags(["Water"], ["Water", "Gate"])
    tags.line.setText("x" * 201)
    assert not tags.take_written()
    assert tags.line.text()
    tags.line.setText("WATER, new")
    assert tags.take_written()
    assert tags.tags() == ("Water", "new")
    assert (tags.added(), tags.removed()) == (("new",), ())
    tags.chips.removed.emit(0)
    assert (tags.added(), tags.removed()) == (("new",), ("Water",))


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2026", "unknown-month-and-day"),
        ("2026-03", "unknown-day"),
        ("2026-03-14", "day"),
        ("2026-03-14 09:30", "minute"),
        ("2026-03-14T09:30:05", "exact"),
        ("202", ""),
        ("", ""),
    ],
)
def test_the_form_of_a_time_tells_its_precision(text: str, precision: str) -> None:
    assert likely_precision(text) == precision


def test_every_field_choice_and_fact_has_words(application: QApplication) -> None:
    assert all(field_word(name) != name for name in FIELD_NAMES)
    assert dict(choices_of("reliability"))["unknown"] == "Not known"
    assert all(name_word(FoundField(name, "1")) for name in FieldName)
    assert all(group_word(disclosure) for disclosure in Disclosure)
    assert value_word(FoundField(FieldName.CREATED, "2026-03-14T09:30:05Z")) == "2026-03-14 09:30:05Z"
    assert value_word(FoundField(FieldName.TITLE, "The T")) == "The T"
    assert reason_word("review_on", "date: YYYY-MM-DD") == "Write it as 2026-03-14."
    assert reason_word("kind", "choices: a b") == "Choose one of the list."
    assert reason_word("kind", "something new") == "This value does not fit here."


def test_zones_can_be_chosen_by_offset_and_by_name() -> None:
    names = zone_names()
    assert {"+00:00", "-12:00", "+14:00"} <= set(names)
    assert all(name.isascii() for name in names)


def _wheel_down(widget: QWidget) -> QWheelEvent:
    middle = QPointF(widget.rect().center())
    return QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
