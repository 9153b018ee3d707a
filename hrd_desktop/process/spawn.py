"""Starting our own children isolated, and what such a child does first.

``-I`` keeps the current folder, the user's site-packages and every PYTHON* variable out of the child's
imports, and ``/`` as its folder leaves nothing there to find: a hostile ``json.py`` beside the user's files
is never imported.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.domain.errors.process import ChildNotStarted, ChildOrphaned
from hrd_desktop.process.hardening import HardeningState, harden_process
from hrd_desktop.process.kernel import PR_SET_PDEATHSIG, prctl
from hrd_desktop.process.network import NetworkState, give_up_network

_PARENT_VARIABLE = "SHEAF_PARENT"
# Windows cannot load its own libraries without these; nothing else is passed on.
_PASSED_ON = ("SYSTEMROOT", "WINDIR") if sys.platform == "win32" else ()


@dataclass(frozen=True)
class ChildState:
    """What holds in a child after ``begin_child``; ``dies_with_parent`` by the kernel's own hand."""

    hardening: HardeningState
    network: NetworkState
    dies_with_parent: bool


def isolated_command(module: str, *arguments: str) -> list[str]:
    """The command that runs ``module`` isolated. No secret may be among ``arguments``: all users see them."""
    return [sys.executable, "-I", "-m", module, *arguments]


def isolated_environment() -> dict[str, str]:
    """All that a child gets: the language-neutral UTF-8 locale, a home and the id of this process.

    Without a home the interpreter asks the system's user database for one at start, and with it whatever
    daemon or directory server that is kept by. The root folder is nobody's.
    """
    environment = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": "/", _PARENT_VARIABLE: str(os.getpid())}
    for name in _PASSED_ON:
        if name in os.environ:
            environment[name] = os.environ[name]
    return environment


def spawn_isolated(module: str, *arguments: str, pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start ``module`` isolated, with unbuffered pipes on its standard input and output.

    Standard error goes nowhere: a traceback could carry the content of a file. Raises
    ``ChildNotStarted``.

    On Linux the child is killed by the kernel when the *thread* that called this ends: call it from a thread
    that lives as long as the child should, or through ``ChildRegistry``, which has one.
    """
    return spawn_command(isolated_command(module, *arguments), pass_fds=pass_fds)


def spawn_command(command: Sequence[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Like ``spawn_isolated`` for a command as ``isolated_command`` makes it."""
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            close_fds=True,
            pass_fds=tuple(pass_fds),
            cwd="/",
            env=isolated_environment(),
            # Its own session: Ctrl-C in a terminal is for the program, which then ends its children itself.
            start_new_session=True,
        )
    except OSError as failure:
        raise ChildNotStarted(failure.errno) from None


def begin_child() -> ChildState:
    """What every child does before anything else: harden, die with the parent, give up the network.

    Raises ``ChildOrphaned`` when the parent died before the kernel was told to watch it.
    """
    hardening = harden_process()
    dies_with_parent = _die_with_parent()
    return ChildState(hardening, give_up_network(), dies_with_parent)


def _die_with_parent() -> bool:
    if sys.platform != "linux":
        return False
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except OSError:
        return False
    # Between fork and prctl the parent may have died, and then no signal ever comes. Its id would have
    # changed by now to that of init or of a subreaper.
    expected = os.environ.get(_PARENT_VARIABLE)
    if expected is not None and expected != str(os.getppid()):
        raise ChildOrphaned()
    return expected is not None
