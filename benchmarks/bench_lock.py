"""How long the window takes: start to unlock screen, Ctrl+L to blank, Ctrl+L to the unlock screen again.

Runs the program on a display of its own, with real keys, and looks at it through the accessibility tree; what
looking costs (a few milliseconds to tens) is part of every figure. Prints medians in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.e2e.cli import PASSPHRASE, Place  # found beside this file, not installed
from tests.e2e.window.desk import Desk, missing_tools, open_desk  # likewise
from tests.e2e.window.window import Window  # likewise

RUNS = 7
SAMPLE = Path(__file__).resolve().parent.parent / "resources" / "sample" / "evidence"


def milliseconds_since(began: float) -> float:
    """How long ago, on the clock of ``perf_counter``."""
    return (time.perf_counter() - began) * 1000


def started_at(pid: int) -> tuple[str, int]:
    """What tells a process from the one that it was replaced by: its command line, and its memory's start."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return command.decode(errors="replace"), int(Path(f"/proc/{pid}/stat").read_text().split()[25])


def measure_lock(window: Window) -> dict[str, float]:
    """One lock, from the key to each thing that follows."""
    window.take_keyboard()
    before = started_at(window.process.pid)
    # The key is sent by a process of its own, whose end is the moment after the press.
    window.keys("ctrl+l")
    began = time.perf_counter()
    while started_at(window.process.pid) == before:
        time.sleep(0.001)
    replaced = milliseconds_since(began)
    window.wait("Unlock")
    return {"Ctrl+L to a fresh process": replaced, "Ctrl+L to the unlock screen": milliseconds_since(began)}


def measure(desk: Desk, place: Place) -> dict[str, list[float]]:
    """All figures, each as often as ``RUNS``; the first round is not counted."""
    figures: dict[str, list[float]] = {}
    for number in range(RUNS + 1):
        began = time.perf_counter()
        window = Window(desk, place.vault, log=place.folder / "said")
        try:
            window.wait("Unlock")
            round_ = {"start to the unlock screen": milliseconds_since(began)}
            window.take_keyboard()
            window.wait("Passphrase", states=["focused"])
            window.type(PASSPHRASE)
            window.keys("Return")
            began = time.perf_counter()
            window.wait_for_rows("Items", lambda rows: len(rows) > 0)
            round_["passphrase to the list"] = milliseconds_since(began)
            round_.update(measure_lock(window))
        finally:
            window.end()
        if number:
            for name, value in round_.items():
                figures.setdefault(name, []).append(value)
    return figures


def main() -> None:
    """Measure and print."""
    if lacking := missing_tools():
        print(f"not measured; not on this machine: {lacking}")
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.create()
        place.take(SAMPLE)
        with open_desk(place.folder / "desk", place.environment) as desk:
            figures = measure(desk, place)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"load for each processor: {load:.1f}; key derivation at its least cost")
    for name, values in figures.items():
        print(f"{name:30} median {statistics.median(values):7.0f} ms, fastest {min(values):7.0f} ms")


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as late:
        sys.exit(f"not measured: {late.cmd} did not end")
