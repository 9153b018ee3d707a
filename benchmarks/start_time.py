"""How long the program takes to start: `panic` beside a bare interpreter, and a common command.

Prints medians over many runs in milliseconds; the first run of each is not counted.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 40
LAUNCHER = Path(sys.executable).with_name("hrd-vault")
COMMANDS: dict[str, tuple[str | Path, ...]] = {
    "bare interpreter": (sys.executable, "-I", "-c", "pass"),
    "panic, refused": (LAUNCHER, "panic", "/nonexistent", "--yes"),
    "help": (LAUNCHER, "--help"),
}


def milliseconds(command: tuple[str | Path, ...]) -> float:
    """Return the wall-clock time of one run."""
    began = time.perf_counter()
    subprocess.run(command, cwd="/", capture_output=True, check=False)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Measure the commands in turn, so that a busy moment falls on all of them, and print them."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for run in range(RUNS + 1):
        for name, command in COMMANDS.items():
            measured = milliseconds(command)
            if run:
                times[name].append(measured)
    for name, measured_all in times.items():
        print(
            f"{name:18} median {statistics.median(measured_all):6.1f} ms, fastest {min(measured_all):6.1f} ms"
        )


if __name__ == "__main__":
    main()
