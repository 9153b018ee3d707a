"""System call numbers of the two Linux architectures that the filters are written for.

Sources: ``arch/x86/entry/syscalls/syscall_64.tbl`` for x86_64, ``include/uapi/asm-generic/unistd.h`` for
aarch64, ``include/uapi/linux/audit.h`` for the architecture words. Numbers never change once assigned.
"""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Architecture:
    """What a seccomp filter must know of one architecture.

    ``audit_word`` is the value of ``seccomp_data.arch``; ``alien_bit`` is set in the number of every call of
    a second calling convention that shares this word (x32 on x86_64), or is 0; ``numbers`` maps names.
    """

    name: str
    audit_word: int
    alien_bit: int
    numbers: Mapping[str, int]


# Assigned since 2019 in one table for all architectures.
_COMMON = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "fsopen": 430,
    "pidfd_open": 434,
    "clone3": 435,
    "openat2": 437,
    "pidfd_getfd": 438,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}

_X86_64 = {
    "read": 0,
    "write": 1,
    "open": 2,
    "close": 3,
    "fstat": 5,
    "poll": 7,
    "lseek": 8,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "ioctl": 16,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "nanosleep": 35,
    "getpid": 39,
    "socket": 41,
    "connect": 42,
    "socketpair": 53,
    "clone": 56,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "exit": 60,
    "kill": 62,
    "uname": 63,
    "gettimeofday": 96,
    "getrusage": 98,
    "ptrace": 101,
    "getuid": 102,
    "getppid": 110,
    "sigaltstack": 131,
    "prctl": 157,
    "chroot": 161,
    "mount": 165,
    "init_module": 175,
    "gettid": 186,
    "time": 201,
    "futex": 202,
    "sched_getaffinity": 204,
    "restart_syscall": 219,
    "clock_gettime": 228,
    "clock_getres": 229,
    "clock_nanosleep": 230,
    "exit_group": 231,
    "tgkill": 234,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "openat": 257,
    "newfstatat": 262,
    "ppoll": 271,
    "unshare": 272,
    "set_robust_list": 273,
    "perf_event_open": 298,
    "setns": 308,
    "getcpu": 309,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "finit_module": 313,
    "seccomp": 317,
    "getrandom": 318,
    "memfd_create": 319,
    "bpf": 321,
    "execveat": 322,
    "userfaultfd": 323,
    "membarrier": 324,
    "rseq": 334,
    **_COMMON,
}

_AARCH64 = {
    "ioctl": 29,
    "mount": 40,
    "chroot": 51,
    "openat": 56,
    "close": 57,
    "lseek": 62,
    "read": 63,
    "write": 64,
    "ppoll": 73,
    "newfstatat": 79,
    "fstat": 80,
    "exit": 93,
    "exit_group": 94,
    "unshare": 97,
    "futex": 98,
    "set_robust_list": 99,
    "nanosleep": 101,
    "init_module": 105,
    "clock_gettime": 113,
    "clock_getres": 114,
    "clock_nanosleep": 115,
    "ptrace": 117,
    "sched_getaffinity": 123,
    "sched_yield": 124,
    "restart_syscall": 128,
    "kill": 129,
    "tgkill": 131,
    "sigaltstack": 132,
    "rt_sigaction": 134,
    "rt_sigprocmask": 135,
    "rt_sigreturn": 139,
    "uname": 160,
    "getrusage": 165,
    "prctl": 167,
    "getcpu": 168,
    "gettimeofday": 169,
    "getpid": 172,
    "getppid": 173,
    "getuid": 174,
    "gettid": 178,
    "socket": 198,
    "socketpair": 199,
    "connect": 203,
    "brk": 214,
    "munmap": 215,
    "mremap": 216,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "clone": 220,
    "execve": 221,
    "mmap": 222,
    "mprotect": 226,
    "madvise": 233,
    "perf_event_open": 241,
    "setns": 268,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "finit_module": 273,
    "seccomp": 277,
    "getrandom": 278,
    "memfd_create": 279,
    "bpf": 280,
    "execveat": 281,
    "userfaultfd": 282,
    "membarrier": 283,
    "rseq": 293,
    **_COMMON,
}

X86_64 = Architecture("x86_64", 0xC000003E, 0x40000000, MappingProxyType(_X86_64))
AARCH64 = Architecture("aarch64", 0xC00000B7, 0, MappingProxyType(_AARCH64))
ARCHITECTURES = (X86_64, AARCH64)


def find_running_architecture() -> Architecture | None:
    """The architecture this interpreter makes its system calls in, or None where there is no table.

    A 32-bit interpreter on a 64-bit kernel reports the kernel's machine name but calls through another
    table; the pointer size tells them apart.
    """
    if sys.platform != "linux" or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return None
    machine = platform.machine()
    return next((known for known in ARCHITECTURES if known.name == machine), None)
