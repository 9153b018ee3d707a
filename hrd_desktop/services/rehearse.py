"""Rehearsing a panic: the real command on a throw-away vault that another program has open, timed.

Everything is made in a folder of its own, of random bytes, and is removed afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hrd_desktop.domain.errors.rehearse import RehearsalError
from hrd_desktop.process.children import ChildRegistry
from hrd_desktop.services.rehearse_holder import OPEN
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import TOMBSTONE_BYTES, is_tombstone

HOLDER = "hrd_desktop.services.rehearse_holder"
#: A program that has not ended by then was not ended by the wipe.
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Rehearsal:
    """What happened, in milliseconds from the start of the panic's process.

    ``keys_overwritten_ms`` is counted from inside it, as in its own report. ``holder_ended_ms`` is None when
    the program that had the vault open did not end. ``keys_gone``: both key slot files, kept open
    meanwhile, hold nothing but tombstones. ``files_left``: how many files of the vault were still there.
    """

    keys_overwritten_ms: float | None
    holder_ended_ms: float | None
    total_ms: float
    keys_gone: bool
    files_left: int
    exit_code: int
    steps: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """Whether everything that a panic promises has happened."""
        return (
            self.exit_code == 0
            and self.keys_gone
            and self.files_left == 0
            and self.keys_overwritten_ms is not None
            and self.holder_ended_ms is not None
        )


def rehearse(
    folder: str, panic: Callable[[str], Sequence[str]], *, monotonic_ns: Callable[[], int]
) -> Rehearsal:
    """Rehearse in a new folder inside ``folder``; ``panic`` gives the command for a vault's path.

    Raises RehearsalError (the throw-away vault could not be made, or the command gave no report),
    DiskFullError, DiskFailedError, ChildNotStarted.
    """
    with disk_errors("rehearse"):
        place = tempfile.mkdtemp(prefix="sheaf-rehearsal-", dir=folder)
    children = ChildRegistry()
    try:
        return _rehearse(os.path.join(place, "vault"), panic, children, monotonic_ns)
    finally:
        children.close(PATIENCE_S)
        shutil.rmtree(place, ignore_errors=True)


def _rehearse(
    root: str,
    panic: Callable[[str], Sequence[str]],
    children: ChildRegistry,
    monotonic_ns: Callable[[], int],
) -> Rehearsal:
    holder = children.spawn(HOLDER, root)
    try:
        if holder.stdout is None or holder.stdout.readline() != OPEN:
            raise RehearsalError(step="make-vault")
        with disk_errors("rehearse"):
            return _wipe(VaultLayout(root), panic(root), children, holder, monotonic_ns)
    finally:
        holder.kill()
        _close_pipes(holder)


def _wipe(
    layout: VaultLayout,
    command: Sequence[str],
    children: ChildRegistry,
    holder: subprocess.Popen[bytes],
    monotonic_ns: Callable[[], int],
) -> Rehearsal:
    ended: list[int] = []

    def watch() -> None:
        holder.wait()
        ended.append(monotonic_ns())

    with open(layout.keyslots(0), "rb") as a, open(layout.keyslots(1), "rb") as b:
        watching = threading.Thread(target=watch, name="rehearse", daemon=True)
        watching.start()
        started = monotonic_ns()
        wiper = children.spawn_command(command)
        try:
            printed = wiper.stdout.read() if wiper.stdout is not None else b""
            exit_code = wiper.wait()
        finally:
            _close_pipes(wiper)
        total_ms = (monotonic_ns() - started) / 1e6
        watching.join(PATIENCE_S)
        keys_gone = all(_is_whole_tombstone(file.read()) for file in (a, b))
    keys_overwritten_ms, steps = _read_report(printed)
    return Rehearsal(
        keys_overwritten_ms=keys_overwritten_ms,
        holder_ended_ms=(ended[0] - started) / 1e6 if ended else None,
        total_ms=total_ms,
        keys_gone=keys_gone,
        files_left=_count_files(layout),
        exit_code=exit_code,
        steps=steps,
    )


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _is_whole_tombstone(data: bytes) -> bool:
    return len(data) == TOMBSTONE_BYTES and is_tombstone(data)


def _read_report(printed: bytes) -> tuple[float | None, tuple[tuple[str, str, str], ...]]:
    try:
        report = json.loads(printed)
        steps = tuple((step["step"], step["result"], step["detail"]) for step in report["steps"])
        return report["keys_overwritten_ms"], steps
    except (ValueError, KeyError, TypeError):
        raise RehearsalError(step="report") from None


def _count_files(layout: VaultLayout) -> int:
    return sum(len(names) for _, _, names in os.walk(layout.root))
