"""The section on the screen, over a real small vault, and files to take in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.undoing import Undoing


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a picture, a text and, deeper, a second text."""
    folder = tmp_path / "camera"
    (folder / "deeper").mkdir(parents=True)
    Image.new("RGB", (300, 200), (40, 90, 160)).save(folder / "bridge.jpg", "JPEG")
    (folder / "note.txt").write_text("Seen near the quarry at night.\n", encoding="utf-8")
    (folder / "deeper" / "letter.txt").write_text("A letter about the market.\n", encoding="utf-8")
    return folder


@pytest.fixture
def section(operations: Operations, qtbot: QtBot) -> Iterator[EvidenceSection]:
    """The section, shown and settled."""
    made = EvidenceSection(operations)
    qtbot.addWidget(made)
    made.resize(900, 600)
    operations.steps.said.connect(
        lambda sentence: made.setProperty("said", [*(made.property("said") or []), sentence])
    )
    made.show()
    settled(made, qtbot)
    yield made
    # What is looked into now ends before the vault is closed under it.
    operations.forget()


@pytest.fixture
def undoing(operations: Operations) -> Iterator[Undoing]:
    """What Ctrl+Z does."""
    made = Undoing(operations)
    yield made


def settled(section: EvidenceSection, qtbot: QtBot) -> None:
    """Wait until nothing is on its way."""
    qtbot.waitUntil(
        lambda: (
            not section.looks.running
            and section.imports.job is None
            and not section._numbers.busy
            and not section._rest.isActive()
            and not section._counts.busy
        ),
        timeout=60_000,
    )


def dialog_of(section: EvidenceSection, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    """The dialog of this kind that is open."""
    found: list[QDialog] = []

    def is_open() -> bool:
        found[:] = [dialog for dialog in section.findChildren(kind) if dialog.isVisible()]
        return bool(found)

    qtbot.waitUntil(is_open)
    return found[0]


def import_files(section: EvidenceSection, paths: list[Path], qtbot: QtBot) -> None:
    """Take these in and wait until they have been looked into."""
    with qtbot.waitSignal(section.imports.finished, timeout=60_000):
        section.import_paths([bytes(path) for path in paths])
    settled(section, qtbot)
