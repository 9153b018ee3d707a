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
COMMANDS = {
    "bare interpreter": ("-I", "-c", "pass"),
    "panic, refused": ("-I", "-m", "hrd_desktop.cli.entry", "panic", "/nonexistent", "--yes"),
    "help": ("-I", "-m", "hrd_desktop.cli.entry", "--help"),
}


def milliseconds(arguments: tuple[str, ...]) -> list[float]:
    """Return the wall-clock time of each run, in milliseconds."""
    times = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd="/", capture_output=True, check=False)
        times.append((time.perf_counter() - began) * 1000)
    return times[1:]


def main() -> None:
    """Measure and print each command."""
    launcher = Path(sys.executable).with_name("hrd-vault")
    for name, arguments in COMMANDS.items():
        times = milliseconds(arguments)
        print(f"{name:18} median {statistics.median(times):6.1f} ms, fastest {min(times):6.1f} ms")
    if not launcher.exists():
        print("(.venv/bin/hrd-vault is missing: `make setup`)")


if __name__ == "__main__":
    main()
