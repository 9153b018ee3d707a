"""A first day with the window, as a person has it: real keys, a real display, and a screen reader's names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import PASSPHRASE, Place
from tests.e2e.window.desk import Desk, missing_tools, open_desk
from tests.e2e.window.window import Window

#: How long a hold has to be, and a little more for a machine that is busy.
_HOLD_S = 2.4
_NO_CODE = "I want no recovery code: if I forget the passphrase, all is lost"
_TITLE = "Petition against the dam"


@pytest.fixture
def desk(bare: Place) -> Iterator[Desk]:
    """A display and an accessibility bus for one test."""
    if lacking := missing_tools():
        pytest.skip(f"not on this machine: {lacking}")
    with open_desk(bare.folder / "desk", bare.environment) as made:
        yield made


def test_from_nothing_to_a_vault_and_to_nothing_again(bare: Place, desk: Desk, project: Path) -> None:
    sample = bare.originals / "sample"
    shutil.copytree(project / "resources" / "sample" / "evidence", sample)
    files = [path for path in sample.rglob("*") if path.is_file()]
    parting = bare.folder / "stick"
    parting.mkdir()
    window = Window(desk, "--new", bare.vault, log=bare.folder / "said")
    try:
        _first_run(window)
        _import(window, sample, len(files))
        _find_and_edit(window)
        _add_contact(window)
        _export(window, parting, len(files))
        _lock_and_come_back(window)
        _panic(window)
        assert window.said == ""
    finally:
        window.end()
    assert not bare.vault.exists()
    # What is the user's own is still there.
    assert all(path.is_file() for path in files)
    assert any(parting.iterdir())


def _first_run(window: Window) -> None:
    window.wait("Next")
    window.take_keyboard()
    window.press("Next")
    window.press("My own passphrase")
    window.type_into("Passphrase", PASSPHRASE)
    window.type_into("Passphrase again", PASSPHRASE)
    window.press("Next")
    window.press(_NO_CODE)
    window.press("Next")
    window.wait("Later: I will choose in Security")
    window.press("Next")
    window.press("Create vault")
    window.wait("Lock")


def _import(window: Window, folder: Path, files: int) -> None:
    window.press("Choose a folder")
    window.choose(folder)
    window.wait_for_rows("Items", lambda rows: len(rows) == files)
    assert any(row.startswith("IMG_0412") for row in window.rows("Items"))


def _find_and_edit(window: Window) -> None:
    window.take_keyboard()
    window.keys("ctrl+f")
    window.wait("Search", states=["focused"])
    window.type("petition")
    window.wait_for_rows("Items", lambda rows: any(row.startswith("petition,") for row in rows))
    window.keys("ctrl+a", "BackSpace")
    window.wait_for_rows("Items", lambda rows: len(rows) > 3)
    window.focus("Items")
    # The oldest, which is the last: the first one of the folder.
    window.keys("End")
    window.wait(contains="petition", role="label")
    for name in ("Preview", "Record", "Custody"):
        window.wait(name)
    window.type_into("Title", _TITLE)
    window.press("Save")
    window.wait_for_rows("Items", lambda rows: rows[-1].startswith(_TITLE))


def _add_contact(window: Window) -> None:
    window.press("Contacts")
    window.press("Add contact")
    window.type_into("Alias", "Kestrel")
    window.press("Save contact")
    window.wait_for_rows("Contacts list", lambda rows: any("Kestrel" in row for row in rows))


def _export(window: Window, folder: Path, files: int) -> None:
    window.press("Evidence")
    window.take_keyboard()
    window.focus("Items")
    window.keys("ctrl+a")
    window.wait(contains=f"{files}\u2069 selected")
    window.keys("ctrl+shift+e")
    window.wait("What leaves")
    window.press("Next")
    window.press("Plain folder: not encrypted")
    window.press("Choose the folder for the bundle")
    window.choose(folder)
    window.press("Write the bundle")
    # It is written, read back and checked.
    window.press("Close")
    assert [each.is_dir() for each in folder.iterdir()] == [True]


def _lock_and_come_back(window: Window) -> None:
    window.lock()
    window.unlock(PASSPHRASE)
    window.wait_for_rows("Items", lambda rows: any(row.startswith(_TITLE) for row in rows))


def _panic(window: Window) -> None:
    window.hold("Panic", _HOLD_S)
    assert window.wait_for_end() == 0
