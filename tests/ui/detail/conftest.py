"""Small files of every sort, taken into a real vault, and the pane that shows them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.ui.detail.pane import DetailPane
from hrd_desktop.ui.operations import Operations

Take = Callable[[Mapping[str, bytes]], dict[str, Item]]


@pytest.fixture
def take(vault_session: Session, tmp_path: Path) -> Take:
    """Takes files in by name and content, looks into them, and gives the items by name."""

    def taken(files: Mapping[str, bytes]) -> dict[str, Item]:
        folder = tmp_path / "originals"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        report = Ingest(
            vault_session,
            IngestChoices(source="a neighbour"),
            work_lanes=1,
            progress=NoProgress(),
            cancel=CancelToken(),
            new_id=lambda: new_uuid(os.urandom),
        ).run([os.fsencode(folder / name) for name in files])
        derive_pending(vault_session, cancel=CancelToken())
        return {done.item.original_name: done.item for done in report.items}

    return taken


@pytest.fixture
def pane(qtbot: QtBot, operations: Operations) -> DetailPane:
    """The pane, on the screen."""
    made = DetailPane(operations)
    made.resize(460, 900)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made
