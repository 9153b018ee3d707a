"""The assembled filters, run by an interpreter of BPF for both architectures and all kinds of calls."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.process.network import network_filter
from hrd_desktop.process.seccomp import (
    ALLOW,
    KILL_PROCESS,
    Condition,
    Filter,
    Rule,
    Test,
    assemble,
    refuse,
)
from hrd_desktop.process.syscalls import AARCH64, ARCHITECTURES, X86_64, Architecture

I386_WORD = 0x40000003
ARM_WORD = 0x40000028


def verdict_of(program: bytes, number: int, audit_word: int, arguments: tuple[int, ...] = ()) -> int:
    """Run ``program`` as the kernel would on one system call; only forward jumps exist, so it ends."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit_word, 0, *padded)
    accumulator, at = 0, 0
    instructions = list(struct.iter_unpack("<HBBI", program))
    while True:
        code, on_true, on_false, value = instructions[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x15:
            at += on_true if accumulator == value else on_false
        elif code == 0x45:
            at += on_true if accumulator & value else on_false
        elif code == 0x06:
            return int(value)
        else:
            raise AssertionError(f"unknown instruction {code:#x}")


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
@given(family=st.integers(0, 2**64 - 1))
def test_only_the_local_family_gets_a_socket(architecture: Architecture, family: int) -> None:
    program = assemble(network_filter(), architecture)
    for call in ("socket", "socketpair"):
        verdict = verdict_of(program, architecture.numbers[call], architecture.audit_word, (family,))
        # The kernel takes the family as an int: what lies above 32 bits does not count for it either.
        assert verdict == (ALLOW if family & 0xFFFFFFFF == 1 else refuse(errno.EAFNOSUPPORT))


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: a.name)
def test_the_ways_around_a_socket_are_refused_and_the_rest_is_not(architecture: Architecture) -> None:
    program = assemble(network_filter(), architecture)
    refused = {"io_uring_setup", "io_uring_enter", "io_uring_register", "pidfd_getfd", "ptrace"}
    refused |= {"process_vm_writev", "socket", "socketpair"}
    for name, number in architecture.numbers.items():
        verdict = verdict_of(program, number, architecture.audit_word, (7,))
        assert (verdict == ALLOW) == (name not in refused), name


@pytest.mark.parametrize("word", [I386_WORD, ARM_WORD, AARCH64.audit_word, 0])
@given(number=st.integers(0, 2**32 - 1))
def test_calls_of_another_architecture_kill(word: int, number: int) -> None:
    assert verdict_of(assemble(network_filter(), X86_64), number, word, (1,)) == KILL_PROCESS


@given(number=st.integers(0, 2**30 - 1))
def test_x32_calls_kill(number: int) -> None:
    program = assemble(network_filter(), X86_64)
    assert verdict_of(program, number | 0x40000000, X86_64.audit_word, (1,)) == KILL_PROCESS


_rules = st.builds(
    Rule,
    syscall=st.sampled_from(sorted(X86_64.numbers)),
    verdict=st.integers(1, 4095).map(refuse),
    condition=st.none()
    | st.builds(
        Condition,
        argument=st.integers(0, 5),
        test=st.sampled_from(Test),
        value=st.integers(0, 2**32 - 1),
    ),
)


def _expected(policy: Filter, name: str, arguments: tuple[int, ...]) -> int:
    for rule in policy.rules:
        if rule.syscall != name:
            continue
        if rule.condition is None:
            return rule.verdict
        low = arguments[rule.condition.argument] & 0xFFFFFFFF
        value = rule.condition.value
        if (low == value) if rule.condition.test is Test.EQUALS else bool(low & value):
            return rule.verdict
    return policy.otherwise


@given(
    rules=st.lists(_rules, max_size=60),
    name=st.sampled_from(sorted(X86_64.numbers)),
    arguments=st.tuples(*[st.integers(0, 2**64 - 1)] * 6),
    architecture=st.sampled_from(ARCHITECTURES),
)
def test_the_first_matching_rule_decides(
    rules: list[Rule], name: str, arguments: tuple[int, ...], architecture: Architecture
) -> None:
    policy = Filter(tuple(rules), ALLOW)
    number = architecture.numbers.get(name)
    if number is not None:
        program = assemble(policy, architecture)
        assert verdict_of(program, number, architecture.audit_word, arguments) == _expected(
            policy, name, arguments
        )


def test_a_misspelt_call_is_refused_at_assembly() -> None:
    with pytest.raises(ValueError, match="unknown system call"):
        assemble(Filter((Rule("opne", refuse(1)),), ALLOW), X86_64)


@pytest.mark.parametrize("number", [0, -1, 4096])
def test_an_errno_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="errno"):
        refuse(number)


@pytest.mark.parametrize(
    ("header", "architecture"),
    [
        ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", X86_64),
        ("/usr/include/asm-generic/unistd.h", AARCH64),
    ],
)
def test_the_numbers_are_those_of_the_kernel_headers(header: str, architecture: Architecture) -> None:
    if not Path(header).exists():
        pytest.skip("the kernel headers are not installed here")
    text = Path(header).read_text()
    found = {name: int(n) for name, n in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)}
    # Where a 32-bit twin exists the generic header calls the 64-bit one by the twin's number.
    found.setdefault("newfstatat", found.get("fstatat", -1))
    for name, number in architecture.numbers.items():
        assert found.get(name, number) == number, name
    assert len(found.keys() & architecture.numbers.keys()) > 60
