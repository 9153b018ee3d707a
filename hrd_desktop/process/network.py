"""Giving up the network for good: this process, its threads and everything it starts.

The filter refuses every socket that is not AF_UNIX, and the ways around a refused ``socket`` call: io_uring
(which makes sockets without the call) and borrowing another process's socket or hands (``pidfd_getfd``,
``ptrace``, ``process_vm_writev``). What it does not stop: a file descriptor handed over on purpose by another
process through an AF_UNIX socket.
"""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from enum import Enum

from hrd_desktop.process.kernel import system_call
from hrd_desktop.process.seccomp import ALLOW, Condition, Filter, Rule, Test, assemble, install, refuse
from hrd_desktop.process.syscalls import Architecture, find_running_architecture

# A descriptor that nobody can have (the limit is 2**20 or less in practice, 2**30 at most), and an errno that
# no kernel returns: a filter of ours answers the one with the other. Nothing else does, so this tells across
# exec whether the filter is in force; an environment variable could lie, an AF_INET socket may be refused for
# another reason, and /proc/self/status only counts filters. The call is one that the filter refuses anyway,
# so that asking never makes a socket. The last digit of the errno is the version of the filter.
_PROBE_CALL = "io_uring_register"
_PROBE_DESCRIPTOR = 0x53484541
_PROBE_ANSWER = 2801


class NetworkObstacle(Enum):
    """Why the network could not be given up."""

    PLATFORM = "platform"
    ARCHITECTURE = "architecture"
    KERNEL = "kernel"


@dataclass(frozen=True)
class NetworkState:
    """What is true after the attempt: ``given_up``, or else the ``obstacle``."""

    given_up: bool
    obstacle: NetworkObstacle | None = None


def network_filter() -> Filter:
    """The rules, for every architecture."""
    local = Condition(0, Test.EQUALS, 1)  # AF_UNIX; socket(2) takes the family as an int
    no_family = refuse(errno.EAFNOSUPPORT)
    return Filter(
        rules=(
            Rule(_PROBE_CALL, refuse(_PROBE_ANSWER), Condition(0, Test.EQUALS, _PROBE_DESCRIPTOR)),
            Rule("socket", ALLOW, local),
            Rule("socket", no_family),
            Rule("socketpair", ALLOW, local),
            Rule("socketpair", no_family),
            Rule("io_uring_setup", refuse(errno.ENOSYS)),
            Rule("io_uring_enter", refuse(errno.ENOSYS)),
            Rule("io_uring_register", refuse(errno.ENOSYS)),
            Rule("pidfd_getfd", refuse(errno.EPERM)),
            Rule("ptrace", refuse(errno.EPERM)),
            Rule("process_vm_writev", refuse(errno.EPERM)),
        ),
        otherwise=ALLOW,
    )


def network_is_given_up() -> bool:
    """Whether the filter is in force here, installed by this process or by one it descends from."""
    architecture = find_running_architecture()
    return architecture is not None and _probe(architecture)


def _probe(architecture: Architecture) -> bool:
    try:
        system_call(architecture.numbers[_PROBE_CALL], _PROBE_DESCRIPTOR, 0, 0, 0)
    except OSError as refusal:
        return refusal.errno == _PROBE_ANSWER
    return False


def give_up_network() -> NetworkState:
    """Refuse every socket but AF_UNIX from now on; once is enough for all descendants, exec included.

    A second call installs nothing: filters add up, and each one costs every later system call a little.
    Where it is impossible the answer says so and nothing is pretended.
    """
    if sys.platform != "linux":
        return NetworkState(False, NetworkObstacle.PLATFORM)
    architecture = find_running_architecture()
    if architecture is None:
        return NetworkState(False, NetworkObstacle.ARCHITECTURE)
    if _probe(architecture):
        return NetworkState(True)
    try:
        install(assemble(network_filter(), architecture), architecture)
    except OSError:
        return NetworkState(False, NetworkObstacle.KERNEL)
    # Believed only after it was seen to work.
    return NetworkState(True) if _probe(architecture) else NetworkState(False, NetworkObstacle.KERNEL)
