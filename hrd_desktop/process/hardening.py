"""Making this process unreadable for others before it holds a secret."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from hrd_desktop.process.kernel import PR_GET_DUMPABLE, PR_SET_DUMPABLE, prctl


@dataclass(frozen=True)
class HardeningState:
    """What holds after the attempt, read back from the system and not assumed.

    ``core_dumps_off``: a crash leaves no memory on disk. ``ptrace_off``: no process of the same user, without
    special rights, can read this one's memory. ``private_files``: what this process creates is for its owner
    only, unless it says otherwise.
    """

    core_dumps_off: bool
    ptrace_off: bool
    private_files: bool


def harden_process() -> HardeningState:
    """Switch core dumps and same-user ptrace off and create files for the owner only.

    Must be called first thing in every process: exec makes a process dumpable again. Where the platform has
    no such switch the answer says so.
    """
    private_files = sys.platform != "win32"
    os.umask(0o077)
    core_dumps_off = _limit_core_dumps()
    ptrace_off = False
    if sys.platform == "linux":
        # A core_pattern that pipes to a program (systemd-coredump) ignores RLIMIT_CORE; it obeys this.
        try:
            prctl(PR_SET_DUMPABLE, 0)
            ptrace_off = prctl(PR_GET_DUMPABLE) == 0
        except OSError:
            ptrace_off = False
        core_dumps_off = core_dumps_off and ptrace_off
    return HardeningState(core_dumps_off, ptrace_off, private_files)


def _limit_core_dumps() -> bool:
    if sys.platform == "win32":
        return False
    import resource  # absent on Windows

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
