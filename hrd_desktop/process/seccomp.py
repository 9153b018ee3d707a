"""A small assembler for seccomp filters, and their installation.

A filter is a list of rules, tried in order; the first rule whose system call and condition match gives the
verdict. Sources: seccomp(2), ``Documentation/userspace-api/seccomp_filter.rst``, ``linux/bpf_common.h``.
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from enum import Enum

from hrd_desktop.process.kernel import PR_SET_NO_NEW_PRIVS, prctl, system_call
from hrd_desktop.process.syscalls import ARCHITECTURES, Architecture

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000
_LARGEST_ERRNO = 4095

_SET_MODE_FILTER = 1
_FLAG_TSYNC = 1

# struct seccomp_data: int nr; __u32 arch; __u64 instruction_pointer; __u64 args[6]
_OFFSET_NUMBER = 0
_OFFSET_ARCHITECTURE = 4
_OFFSET_ARGUMENTS = 16
_ARGUMENTS = 6

# BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JSET|BPF_K, BPF_RET|BPF_K
_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06
_LONGEST_PROGRAM = 4096


def refuse(errno: int) -> int:
    """The verdict *the call is not made and fails with* ``errno`` (1 to 4095)."""
    if not 1 <= errno <= _LARGEST_ERRNO:
        raise ValueError("errno out of range")
    return _ERRNO | errno


class Test(Enum):
    """How a condition looks at an argument."""

    __test__ = False  # not a test class, in spite of its name

    EQUALS = "equals"
    HAS_ANY_BIT = "has-any-bit"


@dataclass(frozen=True)
class Condition:
    """A test of the low 32 bits of one argument (0 to 5).

    Only the low half is looked at: use it for arguments that the kernel itself takes as ``int`` or whose
    meaning lies in the low bits, or else the ignored half would be a way around the test.
    """

    argument: int
    test: Test
    value: int


@dataclass(frozen=True)
class Rule:
    """One line of a filter: this call, under this condition (or any), gets this verdict."""

    syscall: str
    verdict: int
    condition: Condition | None = None


@dataclass(frozen=True)
class Filter:
    """Rules in order, and the verdict for calls that no rule matches."""

    rules: tuple[Rule, ...]
    otherwise: int


def _instruction(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, on_true, on_false, value)


def assemble(policy: Filter, architecture: Architecture, alien_verdict: int = KILL_PROCESS) -> bytes:
    """The BPF program (8 bytes an instruction) of ``policy`` for ``architecture``.

    Calls of another architecture, and calls with the alien bit (x32), get ``alien_verdict``: their numbers
    mean something else, so no rule may be applied to them. A rule for a call that only other architectures
    have is left out; a name that none has raises ``ValueError``.
    """
    for rule in policy.rules:
        if not any(rule.syscall in known.numbers for known in ARCHITECTURES):
            raise ValueError(f"unknown system call {rule.syscall}")
    program = [
        _instruction(_LOAD, _OFFSET_ARCHITECTURE),
        _instruction(_JUMP_EQUAL, architecture.audit_word, on_true=1),
        _instruction(_RETURN, alien_verdict),
        _instruction(_LOAD, _OFFSET_NUMBER),
    ]
    if architecture.alien_bit:
        program += [
            _instruction(_JUMP_ANY_BIT, architecture.alien_bit, on_false=1),
            _instruction(_RETURN, alien_verdict),
        ]
    for rule in policy.rules:
        number = architecture.numbers.get(rule.syscall)
        if number is not None:
            program += _assemble_rule(number, rule)
    program.append(_instruction(_RETURN, policy.otherwise))
    if len(program) > _LONGEST_PROGRAM:
        raise ValueError("filter too long")
    return b"".join(program)


def _assemble_rule(number: int, rule: Rule) -> list[bytes]:
    if rule.condition is None:
        return [_instruction(_JUMP_EQUAL, number, on_false=1), _instruction(_RETURN, rule.verdict)]
    condition = rule.condition
    if not 0 <= condition.argument < _ARGUMENTS:
        raise ValueError("argument out of range")
    code = _JUMP_EQUAL if condition.test is Test.EQUALS else _JUMP_ANY_BIT
    # Both supported architectures are little-endian: the low half of an argument comes first.
    return [
        _instruction(_JUMP_EQUAL, number, on_false=4),
        _instruction(_LOAD, _OFFSET_ARGUMENTS + 8 * condition.argument),
        _instruction(code, condition.value, on_false=1),
        _instruction(_RETURN, rule.verdict),
        _instruction(_LOAD, _OFFSET_NUMBER),
    ]


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def install(program: bytes, architecture: Architecture) -> None:
    """Put ``program`` in force for every thread of this process and all it starts, for good.

    Raises ``OSError`` when the kernel refuses, ``BlockingIOError`` when a thread could not be brought in.
    Filters add up and survive exec: the strictest verdict of all that were installed wins.
    """
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    instructions = ctypes.create_string_buffer(program, len(program))
    header = _SockFprog(len(program) // 8, ctypes.addressof(instructions))
    stray_thread = system_call(
        architecture.numbers["seccomp"], _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.addressof(header)
    )
    if stray_thread:
        raise BlockingIOError("a thread could not be filtered")
