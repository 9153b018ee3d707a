"""Where packages may not be installed, set-up prints the one command that would, and stops."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = ("sh", "dirname", "sed", "tr", "grep", "cat", "sha256sum", "readlink", "rm", "chmod", "mv", "env")

Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(project: Path, tmp_path: Path) -> Machine:
    """A machine made of a few tools and of `fakes`, commands that stand for its package system."""
    checkout, tools = tmp_path / "checkout", tmp_path / "tools"
    tools.mkdir()
    shutil.copytree(project / "scripts", checkout / "scripts")
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is missing"))
    (tools / "python3").symlink_to(sys.executable)

    def run(want: str = "run", **fakes: str) -> subprocess.CompletedProcess[str]:
        for name, body in fakes.items():
            path = tools / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
            path.chmod(0o755)
        return subprocess.run(
            [checkout / "scripts" / "setup.sh", want],
            env={"PATH": str(tools), "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def offered(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one command that was printed."""
    (command,) = [line.strip() for line in result.stderr.splitlines() if line.startswith("    ")]
    return command


def test_without_rights_the_one_command_is_printed(machine: Machine) -> None:
    result = machine(dpkg_query="true", apt_get="exit 99", id="echo 1000")
    assert result.returncode == 1
    assert offered(result).startswith(
        "apt-get update && apt-get install --yes --no-install-recommends libgl1 "
    )


def test_the_command_names_only_what_is_missing(machine: Machine, project: Path) -> None:
    listed = (project / "scripts" / "packages-run.txt").read_text("utf-8").splitlines()
    wanted = [line for line in listed if not line.startswith("#")]
    installed = "\n".join(f"installed {name}, " for name in wanted if name not in {"libegl1", "libglib2.0-0"})
    # A newer system's package that provides the old name, and one that was removed and left its settings.
    more = "installed libglib2.0-0t64, libglib2.0-0 (= 2.80)\nconfig-files libegl1, "
    result = machine(dpkg_query=f"cat <<'E'\n{installed}\n{more}\nE", apt_get="exit 99", id="echo 1000")
    assert result.returncode == 1
    assert offered(result).endswith("--no-install-recommends libegl1")


def test_tests_ask_for_their_tools_as_well(machine: Machine) -> None:
    result = machine("test", dpkg_query="true", apt_get="exit 99", id="echo 1000")
    assert {"strace", "age", "unzip"} <= set(offered(result).split())


def test_a_failed_installation_prints_the_command_too(machine: Machine) -> None:
    result = machine(dpkg_query="true", apt_get="exit 99", id="echo 0")
    assert result.returncode == 1
    assert "could not be installed" in result.stderr
    assert offered(result).startswith("apt-get update")


def test_sudo_is_used_where_it_asks_nothing(machine: Machine, tmp_path: Path) -> None:
    log = tmp_path / "sudo.log"
    result = machine(
        dpkg_query="true",
        apt_get="exit 99",
        id="echo 1000",
        sudo=f'printf "%s\\n" "$*" >>{log}; [ "$2" = true ]',
    )
    assert result.returncode == 1
    assert "apt-get update" in log.read_text("utf-8")


def test_a_machine_without_python_asks_for_it(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "tools" / "python3").unlink()
    result = machine(dpkg_query="true", apt_get="exit 99", id="echo 1000")
    assert {"python3", "python3-venv"} <= set(offered(result).split())


def test_a_wrong_word_is_refused(machine: Machine) -> None:
    assert machine("everything").returncode == 2
