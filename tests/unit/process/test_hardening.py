"""Hardening, read back from the system and tried by another process."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="read back through /proc")


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_answer_is_what_the_system_says() -> None:
    out = _run(
        "import os, resource\n"
        "from hrd_desktop.process.hardening import harden_process\n"
        "print(harden_process())\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))\n"
        "from hrd_desktop.process.kernel import prctl\n"
        "print(prctl(3))\n"
    )
    assert out.splitlines() == [
        "HardeningState(core_dumps_off=True, ptrace_off=True, private_files=True)",
        "(0, 0) 0o77",
        "0",
    ]


def test_exec_undoes_it_so_that_every_process_must_do_it() -> None:
    out = _run(
        "import os, resource, sys  # all imports first: the interpreter may lie in a private folder\n"
        "from hrd_desktop.process.hardening import harden_process\n"
        "harden_process()\n"
        "os.execv(sys.executable, [sys.executable, '-I', '-c',"
        " 'from hrd_desktop.process.kernel import prctl; print(prctl(3))'])\n"
    )
    assert out == "1\n"


def test_the_window_that_a_lock_became_has_done_it_again() -> None:
    """What replaces the process at a lock starts dumpable, and is not when the window would be shown."""
    shown = (
        "import resource\n"
        "from hrd_desktop import app\n"
        "from hrd_desktop.process.kernel import prctl\n"
        "print(prctl(3))\n"
        "def show(request):\n"
        "    print(prctl(3), resource.getrlimit(resource.RLIMIT_CORE))\n"
        "    return 0\n"
        "app._show = show\n"
        "app.run(['--place', '1,1,600,400'])\n"
    )
    out = _run(
        "import os, sys  # all imports first: the interpreter may lie in a private folder\n"
        "from hrd_desktop.process.hardening import harden_process\n"
        "from hrd_desktop.ui.process_lock import replace_process\n"
        "harden_process()\n"
        f"replace_process([sys.executable, '-I', '-c', {shown!r}])\n"
    )
    assert out.splitlines() == ["1", "0 (0, 0)"]


def test_another_process_of_the_user_cannot_read_the_memory() -> None:
    # Root may always; so both sides become a user without rights first.
    code = (
        "import os, resource, sys  # all imports first: the interpreter may lie in a private folder\n"
        "from hrd_desktop.process.hardening import harden_process\n"
        "from hrd_desktop.process.kernel import prctl\n"
        "if os.getuid() == 0:\n"
        "    os.setgid(65534); os.setuid(65534)\n"
        "prctl(4, 1)  # becoming another user made this process undumpable already\n"
        "if sys.argv[1] == 'hard':\n"
        "    harden_process()\n"
        "if os.fork() == 0:\n"
        "    prctl(4, 1)\n"
        "    try:\n"
        "        open(f'/proc/{os.getppid()}/mem', 'rb').close()\n"
        "        print('read', flush=True)\n"
        "    except PermissionError:\n"
        "        print('refused', flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    answers = []
    for mode in ("soft", "hard"):
        done = subprocess.run([sys.executable, "-I", "-c", code, mode], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout.strip())
    if answers[0] == "refused":
        pytest.skip("this kernel refuses all tracing of processes that are not descendants")
    assert answers == ["read", "refused"]
