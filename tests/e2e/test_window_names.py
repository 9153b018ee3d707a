"""Every control of every screen says what it is, and the promised names are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import PASSPHRASE, Place
from tests.e2e.window.desk import Desk, missing_tools, open_desk
from tests.e2e.window.unnamed import unnamed
from tests.e2e.window.window import Window


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A display and an accessibility bus for one test."""
    if lacking := missing_tools():
        pytest.skip(f"not on this machine: {lacking}")
    with open_desk(tmp_path / "desk", Place(tmp_path).environment) as made:
        yield made


def _names(window: Window) -> set[str]:
    """What is shown now, once every control that takes the keyboard was seen to have a name."""
    tree = window.tree()
    assert unnamed(tree) == []
    return {each["name"] for each in tree}


def test_the_pages_of_the_first_run(bare: Place, desk: Desk) -> None:
    window = Window(desk, "--new", bare.vault, log=bare.folder / "said")
    try:
        window.wait("Name of the folder")
        _names(window)
        window.press("Next")
        window.press("My own passphrase")
        window.wait("Passphrase", role="password text")
        _names(window)
        window.take_keyboard()
        window.type_into("Passphrase", PASSPHRASE)
        window.type_into("Passphrase again", PASSPHRASE)
        window.press("Next")
        window.wait("Recovery code", role="text")
        _names(window)
        window.press("I want no recovery code: if I forget the passphrase, all is lost")
        window.press("Next")
        window.wait("Later: I will choose in Security")
        _names(window)
        window.press("Next")
        window.wait("Create vault")
        _names(window)
    finally:
        window.end()


def test_the_sections_of_an_open_vault(place: Place, desk: Desk, project: Path) -> None:
    shutil.copy(project / "resources" / "sample" / "evidence" / "photos" / "IMG_0412.jpg", place.originals)
    place.take(place.originals)
    window = Window(desk, place.vault, log=place.folder / "said")
    try:
        window.wait("Unlock")
        assert {"Passphrase", "Unlock"} <= _names(window)
        window.unlock(PASSPHRASE)
        window.wait_for_rows("Items", lambda rows: len(rows) == 1)
        window.take_keyboard()
        window.focus("Items")
        window.wait("Title", role="text")
        sections = ("Evidence", "Contacts", "Cases", "Security", "Help")
        promised = {"Import", "Export", "Search", "Lock", "Panic", *sections}
        assert promised | {"Items", "Preview", "Record", "Custody"} <= _names(window)
        for section in sections:
            window.press(section)
            window.wait(section, states=["checked"])
            assert promised <= _names(window)
        window.press("Contacts")
        window.press("Add contact")
        window.wait("Alias", role="text")
        _names(window)
        assert window.said == ""
    finally:
        window.end()
