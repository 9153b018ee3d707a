"""Replacing this process by a fresh one, so that no key and nothing that was shown stays in memory."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence

from hrd_desktop.process.every_child import end_every_child

Replace = Callable[[Sequence[str]], None]


def replace_process(command: Sequence[str]) -> None:
    """Become ``command``, with ``/`` as the folder; does not return.

    Children are killed first, since they would survive. Nothing open is handed on but the three standard
    streams. Where a process cannot be replaced (Windows) the new one is started and this one ends.
    """
    os.chdir("/")
    end_every_child()
    if sys.platform == "win32":
        import subprocess

        subprocess.Popen(list(command), close_fds=True, cwd="/")
        end_process()
    _keep_nothing_open()
    os.execv(command[0], list(command))


def end_process(code: int = 0) -> None:
    """End at once: no destructor, no waiting for threads that are still at work."""
    end_every_child()
    os._exit(code)


def silence_streams() -> None:
    """Let whatever is written to the standard streams from now on go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def _keep_nothing_open() -> None:
    # Python opens everything close-on-exec; a library written in C may not.
    try:
        descriptors = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        descriptors = list(range(3, 1024))
    for descriptor in descriptors:
        if descriptor > 2:
            with contextlib.suppress(OSError):
                os.set_inheritable(descriptor, False)
