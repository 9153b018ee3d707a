"""The network given up for real: every family but the local one, threads, children, exec."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the network is given up on Linux only")

_TRY = """
import errno, json, os, socket, subprocess, sys, threading
def attempts():
    answers = {}
    # AF_UNSPEC, INET, INET6, NETLINK, PACKET, BLUETOOTH, ALG, VSOCK, XDP, one that is unassigned; AF_UNIX
    for family in (0, 2, 10, 16, 17, 31, 38, 40, 44, 99, 1):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                answers[f"{int(family)}"] = "made"
            except OSError as refusal:
                if answers.get(f"{int(family)}") != "made":
                    answers[f"{int(family)}"] = errno.errorcode[refusal.errno]
    return answers
"""


def _run(code: str) -> Any:
    done = subprocess.run([sys.executable, "-I", "-c", _TRY + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _assert_only_local(answers: dict[str, str]) -> None:
    assert answers.pop("1") == "made"
    assert answers
    assert set(answers.values()) == {"EAFNOSUPPORT"}


def test_without_the_filter_the_same_attempts_succeed() -> None:
    answers = _run("print(json.dumps(attempts()))")
    assert answers["2"] == "made", (
        "this machine has no network to give up: the tests here would prove nothing"
    )


def test_only_local_sockets_are_left() -> None:
    _assert_only_local(
        _run(
            "from hrd_desktop.process.network import give_up_network\n"
            "assert give_up_network().given_up\n"
            "a, b = socket.socketpair()\n"
            "a.sendall(b'x'); assert b.recv(1) == b'x'\n"
            "print(json.dumps(attempts()))"
        )
    )


def test_a_thread_that_was_running_already_has_lost_it_too() -> None:
    _assert_only_local(
        _run(
            "from hrd_desktop.process.network import give_up_network\n"
            "go, answer = threading.Event(), []\n"
            "other = threading.Thread(target=lambda: (go.wait(), answer.append(attempts())))\n"
            "other.start()\n"
            "assert give_up_network().given_up\n"
            "go.set(); other.join()\n"
            "print(json.dumps(answer[0]))"
        )
    )


def test_a_child_after_exec_has_lost_it_and_knows() -> None:
    _assert_only_local(
        _run(
            "from hrd_desktop.process.network import give_up_network\n"
            "assert give_up_network().given_up\n"
            "code = sys.orig_argv[-1].split('from hrd_desktop')[0] + ("
            "'from hrd_desktop.process.network import network_is_given_up\\n'"
            "'assert network_is_given_up()\\n'"
            "'print(json.dumps(attempts()))')\n"
            "subprocess.run([sys.executable, '-I', '-c', code], check=True)"
        )
    )


def test_a_second_call_does_not_add_a_filter() -> None:
    answer = _run(
        "from hrd_desktop.process.network import give_up_network, network_is_given_up\n"
        "def filters():\n"
        "    for line in open('/proc/self/status'):\n"
        "        if line.startswith('Seccomp_filters:'):\n"
        "            return int(line.split()[1])\n"
        "before, known = filters(), network_is_given_up()\n"
        "give_up_network(); once = filters()\n"
        "assert give_up_network().given_up\n"
        "print(json.dumps([known, network_is_given_up(), once - before, filters() - once]))"
    )
    assert answer == [False, True, 1, 0]


def test_the_ways_around_are_refused() -> None:
    answer = _run(
        "import ctypes\n"
        "from hrd_desktop.process.network import give_up_network\n"
        "from hrd_desktop.process.kernel import system_call\n"
        "from hrd_desktop.process.syscalls import find_running_architecture\n"
        "assert give_up_network().given_up\n"
        "answers = {}\n"
        "for name in ('io_uring_setup', 'pidfd_getfd', 'ptrace', 'process_vm_writev'):\n"
        "    try:\n"
        "        system_call(find_running_architecture().numbers[name], 1, 0, 0, 0)\n"
        "        answers[name] = 'made'\n"
        "    except OSError as refusal:\n"
        "        answers[name] = errno.errorcode[refusal.errno]\n"
        "print(json.dumps(answers))"
    )
    assert answer == {
        "io_uring_setup": "ENOSYS",
        "pidfd_getfd": "EPERM",
        "ptrace": "EPERM",
        "process_vm_writev": "EPERM",
    }
