"""What is shown of files of every sort, and that nothing of another item ever is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.records import Item
from hrd_desktop.services.preview import TEXT_CHARS, PreviewKind, preview_kinds
from hrd_desktop.ui.detail.bytes_look import BytesLook, hexadecimal
from hrd_desktop.ui.detail.picture_look import PdfLook, PictureLook, level_for
from hrd_desktop.ui.detail.preview import Preview
from hrd_desktop.ui.detail.text_look import LONGEST_LINE, TextLook, wrapped
from hrd_desktop.ui.operations import Operations
from tests.ui.detail.conftest import Take
from tests.unit.decode.made_files import docx, exif_jpeg, pdf, picture, wav


@pytest.fixture
def preview(qtbot: QtBot, operations: Operations) -> Preview:
    made = Preview(operations)
    qtbot.addWidget(made)
    made.resize(420, 360)
    with qtbot.waitExposed(made):
        made.show()
    return made


def page(preview: Preview) -> QWidget | None:
    """The page that is on the screen."""
    return preview._stack.currentWidget()


def wait_for(qtbot: QtBot, preview: Preview, kind: PreviewKind) -> None:
    qtbot.waitUntil(lambda: page(preview) is preview.look_of(kind), timeout=20_000)


def colour_at(look: PictureLook | PdfLook, across: float, down: float) -> QColor:
    drawn = look.view.viewport().grab().toImage()
    return drawn.pixelColor(int(drawn.width() * across), int(drawn.height() * down))


def test_a_picture_is_shown_upright_with_its_full_size(qtbot: QtBot, preview: Preview, take: Take) -> None:
    item = take({"turned.jpg": exif_jpeg()})["turned.jpg"]
    preview.show_item(item)
    wait_for(qtbot, preview, PreviewKind.PICTURE)
    look = preview.look_of(PreviewKind.PICTURE)
    assert isinstance(look, PictureLook)
    # Stored 40 by 30 with orientation 6: turned clockwise, red on the left comes to lie above.
    assert look.view.full_size.toSize().toTuple() == (30, 40)
    assert colour_at(look, 0.5, 0.47).red() > 150
    assert colour_at(look, 0.5, 0.53).blue() > 150


def test_a_large_picture_is_asked_for_again_when_it_is_enlarged(
    qtbot: QtBot, preview: Preview, take: Take
) -> None:
    item = take({"wide.png": picture("PNG", (1500, 900))})["wide.png"]
    preview.show_item(item)
    wait_for(qtbot, preview, PreviewKind.PICTURE)
    look = preview.look_of(PreviewKind.PICTURE)
    assert isinstance(look, PictureLook)
    assert look.view.full_size.toSize().toTuple() == (1500, 900)
    assert max(image.width() for image in look.view._images) <= 512
    look.view.show_actual_size()
    qtbot.waitUntil(lambda: max(image.width() for image in look.view._images) == 1500, timeout=20_000)
    assert look.view.scale == 1.0


def test_a_picture_that_breaks_off_says_so_and_shows_what_there_is(
    qtbot: QtBot, preview: Preview, take: Take
) -> None:
    whole = picture("JPEG", (600, 600), quality=95)
    preview.show_item(take({"half.jpg": whole[: len(whole) * 2 // 3]})["half.jpg"])
    wait_for(qtbot, preview, PreviewKind.PICTURE)
    assert "breaks off" in preview._notice.text()
    assert preview._notice.isVisible()


def test_what_cannot_be_understood_says_so_and_offers_its_bytes(
    qtbot: QtBot, preview: Preview, take: Take
) -> None:
    preview.show_item(take({"broken.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 60})["broken.png"])
    qtbot.waitUntil(lambda: page(preview) is preview._failure, timeout=20_000)
    assert preview._failure.headline.text() == "This file is damaged, or not what it claims to be."
    preview._bytes_button.click()
    wait_for(qtbot, preview, PreviewKind.BYTES)
    look = preview.look_of(PreviewKind.BYTES)
    assert isinstance(look, BytesLook)
    assert look.text.toPlainText().startswith("00000000  89 50 4e 47 0d 0a 1a 0a")


def test_a_pdf_has_pages_and_text(qtbot: QtBot, preview: Preview, take: Take) -> None:
    preview.show_item(take({"letter.pdf": pdf("Hello page", pages=3)})["letter.pdf"])
    wait_for(qtbot, preview, PreviewKind.PDF)
    look = preview.look_of(PreviewKind.PDF)
    assert isinstance(look, PdfLook)
    assert (look.pages.number.text(), look.pages.count.text()) == ("1", "of \u20683\u2069")
    look.pages.after.click()
    qtbot.waitUntil(lambda: not preview._reads.is_busy, timeout=20_000)
    assert look.pages.number.text() == "2"
    assert look.view.has_picture
    qtbot.keyClick(look.view, Qt.Key.Key_0)
    qtbot.keyClick(look.view, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: not preview._reads.is_busy, timeout=20_000)
    assert look.pages.number.text() == "3"
    assert not look.pages.after.isEnabled()
    for written, page_shown in (("9", "3"), ("one", "3"), ("1", "1")):
        look.pages.number.setText(written)
        look.pages.number.editingFinished.emit()
        qtbot.waitUntil(lambda: not preview._reads.is_busy, timeout=20_000)
        assert look.pages.number.text() == page_shown
    preview._switch[PreviewKind.TEXT].click()
    wait_for(qtbot, preview, PreviewKind.TEXT)
    text = preview.look_of(PreviewKind.TEXT)
    assert isinstance(text, TextLook)
    assert "Hello page" in text.text.toPlainText()


def test_text_stays_text_and_runs_its_own_way(qtbot: QtBot, preview: Preview, take: Take) -> None:
    content = "<b>not bold</b>\nالسلام عليكم\n"
    items = take({"note.txt": content.encode(), "office.docx": docx()})
    preview.show_item(items["note.txt"])
    wait_for(qtbot, preview, PreviewKind.TEXT)
    look = preview.look_of(PreviewKind.TEXT)
    assert isinstance(look, TextLook)
    assert look.text.toPlainText() == content
    assert look.text.isReadOnly()
    preview.show_item(items["office.docx"])
    wait_for(qtbot, preview, PreviewKind.TEXT)
    assert "Hello" in look.text.toPlainText()


def test_a_long_text_is_bounded_and_says_so(qtbot: QtBot, preview: Preview, take: Take) -> None:
    preview.show_item(take({"long.txt": b"abc " * (TEXT_CHARS // 2)})["long.txt"])
    wait_for(qtbot, preview, PreviewKind.TEXT)
    look = preview.look_of(PreviewKind.TEXT)
    assert isinstance(look, TextLook)
    lines = look.text.toPlainText().split("\n")
    assert sum(len(line) for line in lines) == TEXT_CHARS
    assert max(len(line) for line in lines) <= LONGEST_LINE
    assert "Only the first" in preview._notice.text()


def test_bytes_of_any_file_a_part_at_a_time(qtbot: QtBot, preview: Preview, take: Take) -> None:
    content = bytes(range(256)) * 100
    preview.show_item(take({"unknown.bin": content})["unknown.bin"])
    wait_for(qtbot, preview, PreviewKind.BYTES)
    look = preview.look_of(PreviewKind.BYTES)
    assert isinstance(look, BytesLook)
    shown = look.text.toPlainText()
    assert not look.before.isEnabled()
    while look.after.isEnabled():
        place = look.place.text()
        look.after.click()
        qtbot.waitUntil(lambda place=place: look.place.text() != place)
        shown += "\n" + look.text.toPlainText()
    numbers = bytes.fromhex("".join(line[10:58] for line in shown.split("\n")))
    assert numbers == content


def test_an_empty_file_and_a_sound_say_what_they_are(qtbot: QtBot, preview: Preview, take: Take) -> None:
    items = take({"empty.dat": b"", "voice.wav": wav()})
    preview.show_item(items["empty.dat"])
    wait_for(qtbot, preview, PreviewKind.BYTES)
    look = preview.look_of(PreviewKind.BYTES)
    assert isinstance(look, BytesLook)
    assert look.place.text() == "This file is empty."
    preview.show_item(items["voice.wav"])
    wait_for(qtbot, preview, PreviewKind.BYTES)
    assert "not played here" in preview._notice.text()


def test_a_distressing_item_is_shown_only_after_a_click(qtbot: QtBot, preview: Preview, take: Take) -> None:
    items = take({"hard.png": picture("PNG"), "other.txt": b"words"})
    hard = items["hard.png"]
    hard = replace(hard, details=replace(hard.details, distressing=True))
    look = preview.look_of(PreviewKind.PICTURE)
    assert isinstance(look, PictureLook)
    preview.show_item(hard)
    assert page(preview) is preview._veil
    assert not preview._reads.is_busy
    assert not any(button.isVisible() for button in preview._switch.values())
    preview._veil_button.click()
    wait_for(qtbot, preview, PreviewKind.PICTURE)
    # Once asked for it is known what comes, until the lock.
    preview.show_item(items["other.txt"])
    wait_for(qtbot, preview, PreviewKind.TEXT)
    preview.show_item(hard)
    wait_for(qtbot, preview, PreviewKind.PICTURE)


def test_going_quickly_from_item_to_item_never_shows_an_old_one(
    qtbot: QtBot, preview: Preview, take: Take
) -> None:
    files = {f"{number}.png": picture("PNG", (40 + number, 30)) for number in range(6)}
    by_name = take(files)
    wrong: list[str] = []
    wanted: list[Item] = []
    look = preview.look_of(PreviewKind.PICTURE)
    assert isinstance(look, PictureLook)

    def check() -> None:
        size = look.view.full_size.toSize().width()
        if look.view.has_picture and size != 40 + int(wanted[-1].original_name[0]):
            wrong.append(wanted[-1].original_name)

    look.shown.connect(check)
    for name in [*files, "2.png", "0.png", "5.png"]:
        wanted.append(by_name[name])
        preview.show_item(by_name[name])
        assert not look.view.has_picture
        qtbot.wait(7)
    wait_for(qtbot, preview, PreviewKind.PICTURE)
    assert wrong == []
    assert look.view.full_size.toSize().width() == 45


def test_levels_are_few_and_enough() -> None:
    assert [level_for(edge) for edge in (1, 512, 513, 4000, 99_999)] == [512, 512, 1024, 4096, 8192]


def test_wrapping_adds_nothing_but_line_ends() -> None:
    text = "x" * (3 * LONGEST_LINE) + "\n" + "y" * LONGEST_LINE + "\nz"
    lines = wrapped(text).split("\n")
    assert [len(line) for line in lines] == [LONGEST_LINE] * 4 + [1]


def test_hexadecimal_rows_keep_their_columns_to_the_last_byte() -> None:
    rows = hexadecimal(b"0123456789abcdef" + b"\x00~\x7f", 0x10).split("\n")
    assert rows[0] == "00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef"
    assert rows[1] == "00000020  00 7e 7f" + " " * 42 + ".~."


def test_every_kind_can_be_looked_at_as_bytes() -> None:
    assert preview_kinds("image/jpeg") == (PreviewKind.PICTURE, PreviewKind.BYTES)
    assert preview_kinds("application/pdf") == (PreviewKind.PDF, PreviewKind.TEXT, PreviewKind.BYTES)
    assert preview_kinds("image/svg+xml") == (PreviewKind.TEXT, PreviewKind.BYTES)
    assert preview_kinds("video/mp4") == (PreviewKind.BYTES,)
