"""How long until the keys are overwritten: by command and in the window, idle and while files come in.

One vault is made and filled up to ``--gib`` with files in the place of objects, whose room on the disk is
taken but not written (a sparse file where the file system cannot do that). Each round wipes the keys and puts
the two key slot files back, so that the next round finds the same vault; at the end all of it is wiped once.
Options: ``--gib``, ``--rounds``, ``--folder`` (a disk to measure on). Prints p50 and p99 in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from shiboken6 import delete

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.create import create
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import PROOF_BYTES, is_tombstone
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace
from tests.e2e.cli import PASSPHRASE, Place  # found beside this file, not installed
from tests.ui.driving import Started, button, make_started  # likewise

ROUNDS = 200
GIB = 10.0
OBJECT_BYTES = 16 << 20
LONGEST_S = 60.0


def fill(layout: VaultLayout, size_bytes: int) -> str:
    """Put files in the place of objects until the vault has this size. Returns how they were made."""
    how = "room taken, not written"
    for _ in range(size_bytes // OBJECT_BYTES):
        path = Path(layout.object_path(os.urandom(16)))
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(os.urandom(4096))
            try:
                os.posix_fallocate(file.fileno(), 0, OBJECT_BYTES)
            except OSError:
                how = "sparse"
                file.truncate(OBJECT_BYTES)
    return how


def is_wiped(layout: VaultLayout) -> bool:
    """Whether both key slot files begin with a tombstone."""
    return all(is_tombstone(Path(layout.keyslots(copy)).read_bytes()[:PROOF_BYTES]) for copy in (0, 1))


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again, without a pause worth measuring."""
    ends = time.perf_counter() + LONGEST_S
    while not holds():
        if time.perf_counter() > ends:
            raise SystemExit("not measured: what was waited for did not come")
        time.sleep(0.0005)


def milliseconds_since(began: float) -> float:
    """On the clock of ``perf_counter``."""
    return (time.perf_counter() - began) * 1000


class Rounds:
    """The vault, and its key slots as they were."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.layout = VaultLayout(str(place.vault))
        self._slots = [Path(self.layout.keyslots(copy)).read_bytes() for copy in (0, 1)]

    def put_back(self) -> None:
        """Make it a vault again."""
        for copy, slots in enumerate(self._slots):
            with open(self.layout.keyslots(copy), "r+b") as file:
                file.write(slots)
                os.fsync(file.fileno())

    @contextmanager
    def _coming_in(self, wanted: bool, originals: Path) -> Iterator[None]:
        """While another process takes files in, or not."""
        if not wanted:
            yield
            return
        importer = self.place.start(
            "import", self.place.vault, originals, "--passphrase-file", self.place.passfile
        )
        journal = Path(self.layout.records(0) + "-journal")
        before = journal.stat().st_mtime_ns
        try:
            wait_until(lambda: journal.stat().st_mtime_ns != before or importer.poll() is not None)
            yield
        finally:
            importer.kill()
            importer.communicate()

    def by_command(self, busy: bool, originals: Path) -> dict[str, float]:
        """Once: from the start of the process, and as its own report counts it."""
        self.put_back()
        with self._coming_in(busy, originals):
            began = time.perf_counter()
            process = self.place.start("panic", self.place.vault, "--yes", "--keys-only", "--json")
            wait_until(lambda: is_wiped(self.layout))
            seen = milliseconds_since(began)
            printed, _ = process.communicate()
        report = json.loads(printed)
        return {"from the start of the process": seen, "inside it": report["keys_overwritten_ms"]}


def in_window(
    application: QApplication, rounds: Rounds, originals: Path, busy: bool, lock: bool
) -> dict[str, float]:
    """Once, in a window of its own: from the end of the gesture, on the thread that paints."""
    rounds.put_back()
    settings = SettingsFile(str(rounds.place.home / "settings.json"))
    started = make_started(application, settings)
    operations = None
    try:
        started.program.start(str(rounds.place.vault), new=False)
        screen = started.screen(UnlockScreen)
        screen._field.set_text(PASSPHRASE)
        button(started.window, "Unlock").click()
        turn_until(application, lambda: bool(started.window.findChildren(Workspace)))
        workspace = started.screen(Workspace)
        operations = started.leaving.operations
        if busy:
            section = workspace.findChildren(EvidenceSection)[0]
            section.import_paths([os.fsencode(originals)])
            turn_until(application, lambda: workspace.jobs.running > 0)
            ends = time.perf_counter() + 0.2
            turn_until(application, lambda: time.perf_counter() > ends)
        return _leave(started, lock)
    finally:
        started.leaving.wait()
        if operations is not None:
            # What a new process has behind it: nothing of the round before holds the vault.
            operations.forget().close()
        delete(started.program)
        delete(started.window)


def _leave(started: Started, lock: bool) -> dict[str, float]:
    marks: dict[str, float] = {}
    where, name = (started.window, "blank") if lock else (started.leaving, "wipe_keys")
    done = getattr(where, name)
    began = time.perf_counter()

    def marked(*arguments: object) -> None:
        done(*arguments)
        marks.setdefault(name, milliseconds_since(began))

    setattr(where, name, marked)
    ways = started.program._out
    if lock:
        ways.lock_now()
        return {"lock to blank, painted": marks[name], "lock to closed": milliseconds_since(began)}
    ways.wipe()
    return {"from the end of the gesture": marks[name]}


def turn_until(application: QApplication, holds: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    ends = time.perf_counter() + LONGEST_S
    while not holds():
        if time.perf_counter() > ends:
            raise SystemExit("not measured: the window did not come so far")
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def tell(what: str, found: list[dict[str, float]]) -> None:
    """Print the median, the 99th percentile and the slowest of each figure."""
    for name in found[0]:
        values = sorted(each[name] for each in found)
        p99 = values[min(len(values) - 1, round(0.99 * len(values)))]
        print(
            f"{what}, {name}: p50 {statistics.median(values):.2f} ms, p99 {p99:.2f} ms,"
            f" slowest {values[-1]:.2f} ms, {len(values)} rounds",
            flush=True,
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gib", type=float, default=GIB)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        place = Place(Path(folder))
        create(
            str(place.vault),
            credential_from_text(PASSPHRASE),
            parameters=MINIMUM,
            recovery_code=None,
            reserve_bytes=0,
            random=os.urandom,
            clock=SystemClock(),
        )
        layout = VaultLayout(str(place.vault))
        how = fill(layout, round(options.gib * (1 << 30)))
        for number in range(200):
            place.original(f"{number}.bin", os.urandom(2_000_000))
        rounds = Rounds(place)
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"vault of {options.gib:g} GiB ({how}); load for each processor {load:.1f}", flush=True)
        application = QApplication([])
        for busy in (False, True):
            state = "while files come in" if busy else "idle"
            tell(
                f"by command, {state}",
                [rounds.by_command(busy, place.originals) for _ in range(options.rounds)],
            )
            for lock in (True, False):
                tell(
                    f"in the window, {state}",
                    [
                        in_window(application, rounds, place.originals, busy, lock)
                        for _ in range(options.rounds)
                    ],
                )
        rounds.put_back()
        done = place.run("panic", place.vault, "--yes", "--json")
        for step in done.document["steps"]:
            if step["ms"] is not None:
                print(f"the whole wipe, {step['step']}: {step['result']}, {step['ms']:.1f} ms")


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as late:
        sys.exit(f"not measured: {late.cmd} did not end")
