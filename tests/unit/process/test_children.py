"""Children: what they inherit, how they die, and that nobody's module is taken for ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.process import ChildNotStarted, ChildrenRefused
from hrd_desktop.process.children import ChildRegistry
from hrd_desktop.process.spawn import isolated_command, isolated_environment, spawn_command

BOUND_S = 30.0


def _python(code: str) -> list[str]:
    return [sys.executable, "-I", "-c", code]


_WAIT = _python("import sys; sys.stdout.write('up'); sys.stdout.flush(); sys.stdin.read()")


def _close(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    child.stdout.close()


def _await_start(child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None
    assert child.stdout.read(2) == b"up"


def test_the_command_is_isolated() -> None:
    assert isolated_command("a.b", "1") == [sys.executable, "-I", "-m", "a.b", "1"]


def test_a_hostile_module_beside_the_users_files_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("print('hostile')\nraise SystemExit(0)\n")
    (tmp_path / "sitecustomize.py").write_text("print('hostile')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    with spawn_command(isolated_command("json.tool")) as child:
        out, _ = child.communicate(b'{"a": 1}', timeout=BOUND_S)
    assert out.split() == b'{ "a": 1 }'.split()
    # The same without isolation is taken in: the test above can fail.
    fooled = subprocess.run([sys.executable, "-m", "json.tool"], input=b"{}", capture_output=True)
    assert b"hostile" in fooled.stdout


def test_a_child_inherits_nothing_it_does_not_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    code = (
        "import os\n"
        "print(sorted(os.environ), os.getcwd(), os.getsid(0) == os.getpid())\n"
        "print(sorted(int(name) for name in os.listdir('/proc/self/fd'))[:4])\n"
        "os.write(2, b'nowhere')\n"
    )
    with spawn_command(_python(code)) as child:
        out, _ = child.communicate(timeout=BOUND_S)
    os.close(reader)
    os.close(writer)
    environment, descriptors = out.decode().splitlines()
    assert environment == "['HOME', 'LANG', 'LC_ALL', 'SHEAF_PARENT'] / True"
    assert descriptors == "[0, 1, 2, 3]"  # 3 is the listing itself
    assert isolated_environment()["SHEAF_PARENT"] == str(os.getpid())


def test_a_command_that_does_not_exist_is_a_typed_failure() -> None:
    registry = ChildRegistry()
    with pytest.raises(ChildNotStarted) as failure:
        registry.spawn_command(["/nonexistent/program"])
    assert failure.value.fields == {"errno": 2}
    assert "nonexistent" not in repr(failure.value)
    assert registry.close(BOUND_S) == 0


def test_all_children_are_killed_and_reaped() -> None:
    registry = ChildRegistry()
    children = [registry.spawn_command(_WAIT) for _ in range(3)]
    for child in children:
        _await_start(child)
    assert registry.running == 3
    assert registry.kill_all(BOUND_S) == 0
    assert [child.returncode for child in children] == [-signal.SIGKILL] * 3
    assert registry.running == 0
    for child in children:
        _close(child)
    assert registry.close(BOUND_S) == 0


def test_a_child_that_ended_by_itself_is_forgotten() -> None:
    registry = ChildRegistry()
    child = registry.spawn_command(_python("pass"))
    child.wait(BOUND_S)
    assert registry.running == 0
    _close(child)
    registry.close(BOUND_S)


def test_a_child_that_cannot_be_reaped_in_time_is_counted() -> None:
    # A clock that is already past every deadline: the child has no chance to be reaped.
    times = iter([0.0, *[100.0] * 50])
    registry = ChildRegistry(monotonic=lambda: next(times))
    child = registry.spawn_command(_WAIT)
    _await_start(child)
    left = registry.kill_all(-1.0)
    assert left in (0, 1)
    child.wait(BOUND_S)
    _close(child)
    assert child.returncode == -signal.SIGKILL
    assert registry.running == 0


def test_nothing_starts_after_close() -> None:
    registry = ChildRegistry()
    child = registry.spawn_command(_WAIT)
    _await_start(child)
    assert registry.close(BOUND_S) == 0
    assert child.returncode == -signal.SIGKILL
    _close(child)
    with pytest.raises(ChildrenRefused):
        registry.spawn_command(_WAIT)
    assert registry.close(BOUND_S) == 0


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    registry = ChildRegistry()
    started: list[subprocess.Popen[bytes]] = []
    code = (
        "import sys\n"
        "from hrd_desktop.process.spawn import begin_child\n"
        "assert begin_child().dies_with_parent\n"
        "sys.stdout.write('up'); sys.stdout.flush()\n"
        "sys.stdout.write(sys.stdin.read())\n"
    )
    lane = threading.Thread(target=lambda: started.append(registry.spawn_command(_python(code))))
    lane.start()
    lane.join()
    (child,) = started
    _await_start(child)
    out, _ = child.communicate(b"still here", timeout=BOUND_S)
    assert out == b"still here"
    registry.close(BOUND_S)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel kills orphans on Linux only")
def test_a_child_dies_with_its_parent_even_when_busy() -> None:
    # The middle process starts a child that never looks at its pipe, then is killed itself. The child holds
    # the write end of a pipe: its end shows as the end of the stream.
    reader, writer = os.pipe()
    child_code = (
        "import os\n"
        "from hrd_desktop.process.spawn import begin_child\n"
        "begin_child()\n"
        f"os.write({writer}, b'up')\n"
        "while True: pass\n"
    )
    middle_code = (
        "import sys, time\n"
        "from hrd_desktop.process.spawn import spawn_command\n"
        f"child = spawn_command([sys.executable, '-I', '-c', {child_code!r}], pass_fds=[{writer}])\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(_python(middle_code), stdin=-1, pass_fds=[writer]) as middle:
        os.close(writer)
        assert os.read(reader, 2) == b"up"
        middle.kill()
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel kills orphans on Linux only")
def test_a_child_whose_parent_is_gone_already_does_not_begin() -> None:
    code = (
        "from hrd_desktop.process.spawn import begin_child\n"
        "from hrd_desktop.domain.errors.process import ChildOrphaned\n"
        "try:\n"
        "    begin_child()\n"
        "except ChildOrphaned:\n"
        "    print('orphan')\n"
    )
    environment = {**isolated_environment(), "SHEAF_PARENT": "1"}
    done = subprocess.run(_python(code), env=environment, capture_output=True, text=True)
    assert done.stdout == "orphan\n", done.stderr


def test_a_child_begins_hardened_and_without_network() -> None:
    code = (
        "from hrd_desktop.process.spawn import begin_child\n"
        "state = begin_child()\n"
        "print(state.hardening.core_dumps_off, state.hardening.ptrace_off, state.network.given_up)\n"
    )
    with spawn_command(_python(code)) as child:
        out, _ = child.communicate(timeout=BOUND_S)
    assert out == b"True True True\n"
