"""Landlock without rules: nothing is reachable, and what is already open stays usable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hrd_desktop.process.landlock import landlock_abi

pytestmark = pytest.mark.skipif(landlock_abi() < 1, reason="this kernel has no Landlock")


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", "-c", code, *arguments], capture_output=True, text=True)


def test_no_file_is_reachable_and_open_ones_are(tmp_path: Path) -> None:
    inside = tmp_path / "file"
    inside.write_text("content")
    done = _run(
        "import os, sys\n"
        "from hrd_desktop.process.landlock import landlock_abi, restrict_to_nothing\n"
        "path = sys.argv[1]\n"
        "kept = open(path)\n"
        "state = restrict_to_nothing()\n"
        "assert state.restricted and state.files and state.abi == landlock_abi()\n"
        "assert state.tcp == (state.abi >= 4) and state.scopes == (state.abi >= 6)\n"
        "for attempt in (lambda: open(path), lambda: open(path, 'w'), lambda: open(path + 'x', 'w'),\n"
        "                lambda: os.listdir(os.path.dirname(path)), lambda: os.unlink(path),\n"
        "                lambda: os.mkdir(path + 'd'), lambda: os.rename(path, path + 'r'),\n"
        "                lambda: os.symlink('a', path + 's'), lambda: open('/dev/null', 'w')):\n"
        "    try:\n"
        "        attempt()\n"
        "    except PermissionError:\n"
        "        continue\n"
        "    sys.exit('reached')\n"
        "print(kept.read())",
        str(inside),
    )
    assert (done.returncode, done.stdout) == (0, "content\n"), done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert inside.read_text() == "content"


@pytest.mark.skipif(landlock_abi() < 6, reason="this kernel's Landlock has no scopes")
def test_no_signal_reaches_another_process() -> None:
    with subprocess.Popen([sys.executable, "-I", "-c", "import sys; sys.stdin.read()"], stdin=-1) as other:
        done = _run(
            "import os, signal, sys\n"
            "from hrd_desktop.process.landlock import restrict_to_nothing\n"
            "assert restrict_to_nothing().scopes\n"
            "for pid in (int(sys.argv[1]), os.getppid()):\n"
            "    try:\n"
            "        os.kill(pid, signal.SIGTERM)\n"
            "    except PermissionError:\n"
            "        continue\n"
            "    sys.exit('reached')\n",
            str(other.pid),
        )
        assert done.returncode == 0, done.stderr
        assert other.poll() is None
        other.kill()


def test_more_than_one_thread_is_refused() -> None:
    done = _run(
        "import threading\n"
        "from hrd_desktop.process.landlock import restrict_to_nothing\n"
        "go = threading.Event()\n"
        "threading.Thread(target=go.wait, daemon=True).start()\n"
        "try:\n"
        "    restrict_to_nothing()\n"
        "except RuntimeError:\n"
        "    print('refused')\n"
    )
    assert done.stdout == "refused\n", done.stderr
