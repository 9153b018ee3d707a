"""Rehearsing a panic: the real command on a throw-away vault that another program has open, timed.

Everything is made in a folder of its own, of random bytes, and is removed afterwards.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hrd_desktop.domain.errors.rehearse import RehearsalError
from hrd_desktop.domain.errors.vault import DiskFullError
from hrd_desktop.domain.progress import CancelToken, NoProgress, Progress
from hrd_desktop.process.children import ChildRegistry
from hrd_desktop.services.rehearse_holder import OPEN, TAKEN_IN
from hrd_desktop.services.throw_away import throw_away_folder
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import TOMBSTONE_BYTES, is_tombstone

HOLDER = "hrd_desktop.services.rehearse_holder"
#: A program that has not ended by then was not ended by the wipe.
PATIENCE_S = 10.0
#: What a rehearsal takes in unless told otherwise.
DEFAULT_SIZE_BYTES = 3_000_000
#: A vault takes this much more than what is taken in, one original at a time, and the databases.
_MARGIN = 1.15
_MARGIN_BYTES = 64 << 20
_LOOK_S = 0.1


@dataclass(frozen=True)
class RehearsedStep:
    """One line of the report, as ``wipe_report.Step`` has it."""

    step: str
    result: str
    detail: str
    ms: float | None


@dataclass(frozen=True)
class Rehearsal:
    """What happened, in milliseconds from the start of the panic's process.

    ``keys_overwritten_ms`` is counted from inside it, as in its own report. ``holder_ended_ms`` is None when
    the program that had the vault open did not end. ``keys_gone``: both key slot files, kept open
    meanwhile, hold nothing but tombstones. ``files_left``: how many files of the vault were still there.
    ``steps`` are those of the report; ``size_bytes`` is what had been taken in.
    """

    keys_overwritten_ms: float | None
    holder_ended_ms: float | None
    total_ms: float
    keys_gone: bool
    files_left: int
    exit_code: int
    size_bytes: int
    steps: tuple[RehearsedStep, ...]

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
    folder: str,
    panic: Callable[[str], Sequence[str]],
    *,
    monotonic_ns: Callable[[], int],
    size_bytes: int = DEFAULT_SIZE_BYTES,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Rehearsal:
    """Rehearse in a new folder inside ``folder``; ``panic`` gives the command for a vault's path.

    ``size_bytes`` of random files are taken in first; ``progress`` is told of them.
    Raises RehearsalError (the throw-away vault could not be made, or the command gave no report), Cancelled
    (before the wipe began), DiskFullError (there is not room enough; nothing was made), DiskFailedError,
    ChildNotStarted.
    """
    needed_bytes = round(size_bytes * _MARGIN) + _MARGIN_BYTES
    with disk_errors("rehearse"):
        if shutil.disk_usage(folder).free < needed_bytes:
            raise DiskFullError(needed_bytes=needed_bytes)
    with throw_away_folder("rehearsal", folder) as place:
        root = os.path.join(place, "vault")
        children = ChildRegistry()
        try:
            holder = children.spawn(HOLDER, root, str(size_bytes))
            try:
                _wait_until_open(holder, size_bytes, progress or NoProgress(), cancel or CancelToken())
                with disk_errors("rehearse"):
                    return _wipe(VaultLayout(root), panic(root), children, holder, monotonic_ns, size_bytes)
            finally:
                holder.kill()
                _close_pipes(holder)
        finally:
            children.close(PATIENCE_S)


def _wait_until_open(
    holder: subprocess.Popen[bytes], size_bytes: int, progress: Progress, cancel: CancelToken
) -> None:
    """Read what the other program says until its vault is filled and open."""
    if holder.stdout is None:
        raise RehearsalError(step="make-vault")
    progress.begin(0, size_bytes)
    try:
        while True:
            cancel.raise_if_cancelled()
            # It writes whole lines, and no more than one at a time is waiting for us to read.
            if sys.platform != "win32" and not select.select([holder.stdout], [], [], _LOOK_S)[0]:
                continue
            line = holder.stdout.readline()
            if line == OPEN:
                return
            if not line.startswith(TAKEN_IN):
                raise RehearsalError(step="make-vault")
            progress.advance(int(line.removeprefix(TAKEN_IN)))
    finally:
        progress.end()


def _wipe(
    layout: VaultLayout,
    command: Sequence[str],
    children: ChildRegistry,
    holder: subprocess.Popen[bytes],
    monotonic_ns: Callable[[], int],
    size_bytes: int,
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
        size_bytes=size_bytes,
        steps=steps,
    )


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _is_whole_tombstone(data: bytes) -> bool:
    return len(data) == TOMBSTONE_BYTES and is_tombstone(data)


def _read_report(printed: bytes) -> tuple[float | None, tuple[RehearsedStep, ...]]:
    try:
        report = json.loads(printed)
        steps = tuple(
            RehearsedStep(step["step"], step["result"], step["detail"], step["ms"])
            for step in report["steps"]
        )
        return report["keys_overwritten_ms"], steps
    except (ValueError, KeyError, TypeError):
        raise RehearsalError(step="report") from None


def _count_files(layout: VaultLayout) -> int:
    return sum(len(names) for _, _, names in os.walk(layout.root))
