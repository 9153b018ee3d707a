"""What the decoder gives up, for good, before it sees the first byte of a file.

Two layers that do not depend on each other: Landlock takes the file system away, and a seccomp filter lets
through only calls that compute, allocate, and read and write what is already open. Either alone stops a file
from being opened, so a kernel without Landlock is still enough; one without seccomp is not.
"""

from __future__ import annotations

import errno
import mmap
import sys
from dataclasses import dataclass

from hrd_desktop.decode.frames import Rights
from hrd_desktop.process.landlock import restrict_to_nothing
from hrd_desktop.process.seccomp import (
    ALLOW,
    KILL_PROCESS,
    Condition,
    Filter,
    Rule,
    Test,
    assemble,
    install,
    refuse,
)
from hrd_desktop.process.syscalls import find_running_architecture

_PROT_EXEC = 4
# What pthread_create asks of clone(2), in glibc and in musl; no process can be made with these flags.
_THREAD_FLAGS = (0x003D0F00, 0x007D0F00)

_NEEDED = (
    # the pipes, and what is open already
    "read",
    "write",
    "close",
    "fstat",
    "lseek",
    # memory
    "brk",
    "munmap",
    "mremap",
    "madvise",
    # time and chance
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "getrandom",
    # this thread
    "futex",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "getpid",
    "gettid",
    "getrusage",
    "membarrier",
    "rseq",
    "set_robust_list",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "exit",
    "exit_group",
)

# No library makes these by accident: whoever does is an attacker, and gets no second try.
_NEVER = (
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "pidfd_send_signal",
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "mount",
    "fsopen",
    "open_tree",
    "chroot",
    "unshare",
    "setns",
    "init_module",
    "finit_module",
    "keyctl",
    "add_key",
    "request_key",
    "kcmp",
)


def decoder_filter() -> Filter:
    """What a decoder may call. New code cannot be mapped: an exploit is left with what is loaded already."""
    return Filter(
        rules=(
            *(Rule(name, ALLOW) for name in _NEEDED),
            Rule("mmap", refuse(errno.EPERM), Condition(2, Test.HAS_ANY_BIT, _PROT_EXEC)),
            Rule("mmap", ALLOW),
            Rule("mprotect", refuse(errno.EPERM), Condition(2, Test.HAS_ANY_BIT, _PROT_EXEC)),
            Rule("mprotect", ALLOW),
            # libde265, which decodes HEIC, cannot do without a thread; it is confined as this one is. The
            # flags of clone3 lie in memory, out of a filter's sight: at ENOSYS the C library takes clone.
            *(Rule("clone", ALLOW, Condition(0, Test.EQUALS, flags)) for flags in _THREAD_FLAGS),
            Rule("clone3", refuse(errno.ENOSYS)),
            *(Rule(name, KILL_PROCESS) for name in _NEVER),
        ),
        # Libraries look for fonts and settings, and live well with a refusal.
        otherwise=refuse(errno.EPERM),
    )


@dataclass(frozen=True)
class GivenUp:
    """What is gone; without ``Rights.FILES`` no file may be decoded on Linux."""

    rights: Rights
    landlock_abi: int


def give_up_rights(memory_bytes: int, cpu_s: int) -> GivenUp:
    """Limit memory to ``memory_bytes`` more than now, processor time to ``cpu_s``; give everything else up.

    Must be called with one thread, after every module, font and codec was loaded.
    """
    rights = Rights(0)
    if sys.platform == "win32":
        return GivenUp(rights, 0)
    import resource  # noqa: F401 - loads what _limit_resources needs; afterwards no module can be loaded

    # In this order: measuring opens a file, Landlock takes a descriptor, and after the filter nothing goes.
    ceiling_bytes = _address_space_bytes() + memory_bytes
    landlock = restrict_to_nothing()
    if landlock.restricted:
        rights |= Rights.LANDLOCK
    if _limit_resources(ceiling_bytes, cpu_s):
        rights |= Rights.MEMORY
    if _install_filter():
        rights |= Rights.NETWORK | Rights.FILES
    return GivenUp(rights, min(landlock.abi, 255))


def _install_filter() -> bool:
    architecture = find_running_architecture()
    if architecture is None:
        return False
    try:
        install(assemble(decoder_filter(), architecture), architecture)
    except OSError:
        return False
    return True


def _limit_resources(ceiling_bytes: int, cpu_s: int) -> bool:
    if sys.platform == "win32":
        return False
    import resource  # absent on Windows

    limits = [
        (resource.RLIMIT_AS, ceiling_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        # What is open stays open, and nothing can be opened any more.
        (resource.RLIMIT_NOFILE, 0),
    ]
    if sys.platform != "linux":
        # On Linux this would count threads, and the filter refuses processes.
        limits.append((resource.RLIMIT_NPROC, 0))
    try:
        for which, value in limits:
            resource.setrlimit(which, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _address_space_bytes() -> int:
    if sys.platform != "linux":
        # Without a way to ask: a generous guess, on top of which the headroom comes.
        return 1 << 30
    with open("/proc/self/statm", encoding="ascii") as statistics:
        return int(statistics.read().split()[0]) * mmap.PAGESIZE
