"""Running other programs to the end and taking what the system says of them; shared by the benchmarks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HRD_VAULT = Path(sys.executable).with_name("hrd-vault")
#: Of throw-away vaults and repositories.
PASSPHRASE = "steady copper umbrella orbit walnut fifteen kite"  # noqa: S105 - protects nothing
MIB = 1 << 20


@dataclass(frozen=True)
class Finished:
    """Wall-clock seconds, and the most memory of one process in MiB (of the program or a child of it)."""

    seconds: float
    peak_mib: float


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    extra: Mapping[str, str] | None = None,
    said: bytes = b"",
    until_it_speaks: bool = False,
) -> Finished:
    """Run a command to its end with ``said`` on standard input; its output is thrown away.

    With ``until_it_speaks`` the seconds are those to its first word on standard output. Raises RuntimeError
    when it does not end with status 0: a figure of a failure is no figure.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **(extra or {})}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipe")
    process.stdin.write(said)
    process.stdin.close()
    process.stdout.read(1)
    spoke = time.perf_counter() - began
    while process.stdout.read(1 << 16):
        pass
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with {process.returncode}")
    return Finished(spoke if until_it_speaks else seconds, usage.ru_maxrss / 1024)


def is_there(*programs: str) -> bool:
    """Whether all of them are on the path."""
    return all(shutil.which(program) for program in programs)


def ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios, run by run: a busy moment falls on both of a pair."""
    return median(a / b for a, b in zip(ours, others, strict=True))


def fresh(folder: Path) -> Path:
    """An empty folder of this name; what was there is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
