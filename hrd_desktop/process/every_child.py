"""Ending every child of this process, whoever started it: the last act before the process is replaced.

A child survives exec, and would then be a child that nobody knows of.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable


def end_every_child(timeout_s: float = 0.1, monotonic: Callable[[], float] = time.monotonic) -> int:
    """Kill every child and reap it; how many were not reaped within ``timeout_s`` seconds.

    Linux only (``/proc/<pid>/task/<tid>/children``, kernel option CONFIG_PROC_CHILDREN); elsewhere children
    are ended by those who started them, and the answer is 0.
    """
    if sys.platform != "linux":
        return 0
    left = set(_find_children())
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = monotonic() + timeout_s
    while left:
        left = {pid for pid in left if not _reaped(pid)}
        if not left or monotonic() > deadline:
            break
        time.sleep(0.002)
    return len(left)


def _find_children() -> list[int]:
    found: list[int] = []
    try:
        threads = os.listdir("/proc/self/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/self/task/{thread}/children", encoding="ascii") as children:
                found += [int(pid) for pid in children.read().split()]
        except OSError:
            continue
    return found


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        # Reaped by the thread that waited for it.
        return True
