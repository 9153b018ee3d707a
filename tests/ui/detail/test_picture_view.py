"""The view of pictures: what is drawn where, at which scale, and what the keys do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.decoded import Pixels
from hrd_desktop.ui.detail.picture_view import Fit, PictureView, image_of

RED, GREEN, BLUE, WHITE = (QColor(name) for name in ("#ff0000", "#00ff00", "#0000ff", "#ffffff"))


def quarters(width: int, height: int) -> QImage:
    """Red, green above; blue, white below."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    for left, top, colour in ((0, 0, RED), (1, 0, GREEN), (0, 1, BLUE), (1, 1, WHITE)):
        for x in range(left * width // 2, (left + 1) * width // 2):
            for y in range(top * height // 2, (top + 1) * height // 2):
                image.setPixelColor(x, y, colour)
    return image


@pytest.fixture
def view(qtbot: QtBot, application: QApplication) -> PictureView:
    made = PictureView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def colour_at(view: PictureView, across: float, down: float) -> QColor:
    """The colour drawn at this share of the viewport."""
    drawn = view.viewport().grab().toImage()
    return drawn.pixelColor(int(drawn.width() * across), int(drawn.height() * down))


def test_pixels_become_an_image_of_their_own() -> None:
    rgba = bytearray(b"\xff\x00\x00\xff\x00\xff\x00\xff")
    image = image_of(Pixels(2, 1, 8, bytes(rgba)))
    del rgba
    assert (image.pixelColor(0, 0), image.pixelColor(1, 0)) == (RED, GREEN)
    assert image.size() == QSize(2, 1)


def test_a_large_picture_is_fitted_and_a_small_one_is_not_blown_up(view: PictureView) -> None:
    view.show_picture(quarters(80, 60), QSize(800, 600))
    assert view.fit is Fit.WHOLE
    assert view.scale == pytest.approx(0.5)
    assert (colour_at(view, 0.1, 0.1), colour_at(view, 0.9, 0.9)) == (RED, WHITE)
    view.show_picture(quarters(40, 30), QSize(40, 30))
    assert view.scale == pytest.approx(1.0)


def test_turning_turns_what_is_drawn_and_never_the_size_asked_for(view: PictureView, qtbot: QtBot) -> None:
    view.show_picture(quarters(60, 60), QSize(600, 600))
    view.turn(1)
    assert view.quarter_turns == 1
    # Clockwise: what was below on the left is now above on the left.
    assert colour_at(view, 0.3, 0.2) == BLUE
    assert colour_at(view, 0.7, 0.2) == RED
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert view.quarter_turns == 0
    qtbot.keyClick(view, Qt.Key.Key_L)
    assert view.quarter_turns == 3
    assert view.full_size.toSize() == QSize(600, 600)


def test_the_keys_zoom_and_fit(view: PictureView, qtbot: QtBot) -> None:
    view.show_picture(quarters(80, 60), QSize(800, 600))
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.scale == pytest.approx(0.625)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.scale == pytest.approx(0.5)
    qtbot.keyClick(view, Qt.Key.Key_1)
    assert view.scale == 1.0
    assert view.horizontalScrollBar().maximum() > 0
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.fit is Fit.WHOLE
    assert view.horizontalScrollBar().maximum() == 0


def test_the_place_under_the_pointer_stays_there(view: PictureView) -> None:
    view.show_picture(quarters(80, 60), QSize(800, 600))
    place = QPointF(100, 75)
    event = QWheelEvent(
        place,
        QPointF(view.viewport().mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
    assert view.scale == pytest.approx(0.625)
    # The pointer was a quarter in and down, and still is: 0.25 of 500 and of 375, less the pointer's place.
    assert view.horizontalScrollBar().value() == pytest.approx(25, abs=1)
    assert view.verticalScrollBar().value() == pytest.approx(18.75, abs=1)


def test_more_pixels_are_asked_for_when_they_would_be_seen(view: PictureView, qtbot: QtBot) -> None:
    view.show_picture(quarters(80, 60), QSize(800, 600))
    with qtbot.waitSignal(view.detail_wanted, check_params_cb=lambda width: width == 800):
        view.show_actual_size()
    sharp = quarters(800, 600)
    sharp.fill(GREEN)
    view.add_detail(sharp)
    assert colour_at(view, 0.1, 0.1) == GREEN
    # Of the whole, the small image is enough and the sharp one would only flicker.
    view.fit_whole()
    view.add_detail(quarters(400, 300))
    assert colour_at(view, 0.1, 0.1) == RED


def test_pages_go_on_past_their_ends(qtbot: QtBot, application: QApplication) -> None:
    view = PictureView(wheel_zooms=False)
    qtbot.addWidget(view)
    view.resize(400, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.fit_width()
    view.show_picture(quarters(100, 140), QSize(1000, 1400))
    assert view.fit is Fit.WIDTH
    went: list[int] = []
    view.passed_end.connect(went.append)
    qtbot.keyClick(view, Qt.Key.Key_PageUp)
    assert went == [-1]
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert went == [-1, 1]


def test_nothing_is_left_after_clearing(view: PictureView) -> None:
    view.show_picture(quarters(80, 60), QSize(800, 600))
    view.clear()
    assert not view.has_picture
    assert colour_at(view, 0.5, 0.5) not in (RED, GREEN, BLUE, WHITE)
