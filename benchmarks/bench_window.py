"""The window over a vault of many items: unlock to list, the longest turns of the main thread, thumbnails.

Runs the real program without a display (option ``--items``, 100,000 by default) in one process, on a vault of
its own. A turn is what the main thread does between two looks at its queue, in milliseconds of processor
time, which do not depend on what else the machine does; each step is named with its longest turn.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item
from hrd_desktop.services.create import create
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.services.unlock import unlock
from hrd_desktop.ui.application import make_application
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.ui.driving import PASSPHRASE, Started, make_started  # found beside this file, not installed
from tests.unit.services.many_items import insert_items, plain_item  # likewise

PHOTOGRAPHS = 40
PATIENCE_S = 300


class Turns(QObject):
    """Notes the longest turn of each step."""

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self._step = "starting"
        self._last = time.thread_time()
        self.longest_ms: dict[str, float] = {}
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def _beat(self) -> None:
        now = time.thread_time()
        turn = (now - self._last) * 1000
        self.longest_ms[self._step] = max(turn, self.longest_ms.get(self._step, 0.0))
        self._last = now

    def step(self, name: str, act: Callable[[], object], until: Callable[[], bool] | None = None) -> float:
        """Do this, and let the window come to rest. Returns the seconds until ``until`` held."""
        self._beat()
        self._step = name
        began = time.perf_counter()
        act()
        self._beat()
        while until is not None and not until():
            if time.perf_counter() - began > PATIENCE_S:
                raise SystemExit(f"{name}: nothing came")
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            self._beat()
        taken = time.perf_counter() - began
        end = time.perf_counter() + 0.4
        while time.perf_counter() < end:
            self._application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            self._beat()
            time.sleep(0.001)
        return taken


def tagged(number: int) -> Item:
    """An item with one tag of fifty."""
    return replace(plain_item(number), tags=(f"tag {number % 50}",))


def make_vault(root: Path, items: int, photographs: Path) -> None:
    """A vault with photographs that wait to be looked into, and many items without files."""
    credential, clock = credential_from_text(PASSPHRASE), SystemClock()
    create(
        str(root),
        credential,
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=0,
        random=os.urandom,
        clock=clock,
    )
    with unlock(str(root), credential, random=os.urandom, clock=clock) as session:
        insert_items(session, items, tagged)
        take(session, photographs)


def take(session: Session, photographs: Path) -> None:
    """Photographs of twelve million points, and how fast they become thumbnails."""
    photographs.mkdir()
    source = Image.effect_noise((1000, 750), 60).convert("RGB").resize((4000, 3000))
    for number in range(PHOTOGRAPHS):
        source.putpixel((number, 0), (number, 0, 0))
        source.save(photographs / f"IMG_{number:04}.jpg", quality=85)
    Ingest(
        session,
        IngestChoices(),
        work_lanes=2,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([bytes(photographs)])
    derive_pending(session, cancel=CancelToken(), only=new_uuid(session.random))
    began = time.perf_counter()
    done = derive_pending(session, cancel=CancelToken())
    print(f"thumbnails of 12-megapixel photographs: {done / (time.perf_counter() - began):.1f} a second")


def measure(application: QApplication, started: Started, vault: Path, items: int) -> None:
    """From the unlock screen through every section and back."""
    turns = Turns(application)
    turns.step("unlock screen", lambda: started.program.start(str(vault), new=False))

    def section() -> EvidenceSection | None:
        found = started.window.findChildren(EvidenceSection)
        return found[0] if found else None

    def listed() -> bool:
        shown = section()
        return (
            shown is not None and shown.model.rowCount() >= items and shown.model.index(0).data() is not None
        )

    def type_passphrase() -> None:
        screen = started.screen(UnlockScreen)
        screen._field.set_text(PASSPHRASE)
        screen._submit()

    taken = turns.step("unlock", type_passphrase, listed)
    print(f"passphrase to a list of {items + PHOTOGRAPHS} items: {taken:.2f} s")
    evidence = section()
    assert evidence is not None
    workspace = started.screen(Workspace)
    view = evidence.pane.list
    for number in (1, items // 2, items):
        turns.step("an item", partial(view.select_number, number))
    bar = view.verticalScrollBar()
    for place in range(10):
        turns.step("scrolling", partial(bar.setValue, bar.maximum() * place // 10))
    for words in ("e", "ex", "exhibit", "exhibit 77", ""):
        turns.step(f"search “{words}”", partial(evidence.search, words))
    turns.step("as a grid", lambda: view.show_as_grid(True))
    turns.step("as a list", lambda: view.show_as_grid(False))
    turns.step("select all", view.selectAll)
    turns.step("select one", lambda: view.select_number(items))
    for key in ("contacts", "cases", "security", "help", "evidence"):
        turns.step(f"first show of {key}", partial(workspace.open, key))
    turns.step("lock", started.program.lock)
    for name, longest in sorted(turns.longest_ms.items(), key=lambda entry: -entry[1]):
        print(f"longest turn, {name:28} {longest:7.0f} ms")


def main() -> None:
    """Make the vault, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    items = parser.parse_args().items
    application = make_application(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder) / "vault"
        make_vault(vault, items, Path(folder) / "photographs")
        started = make_started(application, SettingsFile(str(Path(folder) / "settings.json")))
        measure(application, started, vault, items)
        started.leaving.wait()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
