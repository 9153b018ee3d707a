"""The program starts isolated, and `panic` starts with nothing heavy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"cryptography", "sqlcipher3", "sqlite3", "pyrage", "PySide6", "click", "rich", "PIL", "jinja2"}


def loaded(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after `statement`."""
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}


@pytest.fixture
def launcher() -> Path:
    """The command that set-up wrote."""
    path = Path(sys.prefix) / "bin" / "hrd-vault"
    assert path.exists(), "run `make setup`: the launcher is missing"
    return path


@pytest.mark.parametrize("module", ["cli.entry", "cli.panic", "services.wipe"])
def test_the_path_of_panic_loads_nothing_heavy(module: str) -> None:
    assert not loaded(f"import hrd_desktop.{module}") & HEAVY


def test_a_panic_that_runs_loads_nothing_heavy(tmp_home: Path, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    (vault / "objects" / "00").mkdir(parents=True)
    for name in ("keyslots.a", "keyslots.b"):
        (vault / name).write_bytes(b"SHEAFVLT" + bytes(65_528))
    code = (
        "import sys, json\n"
        f"sys.argv = ['hrd-vault', 'panic', {str(vault)!r}, '--yes', '--json']\n"
        "from hrd_desktop.cli.entry import main\n"
        "main()\n"
        "print()\nprint(json.dumps(sorted(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True
    )
    assert not (vault / "keyslots.a").exists()
    modules = json.loads(result.stdout.splitlines()[-1])
    assert not {name.split(".")[0] for name in modules} & HEAVY


def test_a_hostile_module_beside_the_files_is_not_imported(launcher: Path, tmp_path: Path) -> None:
    # Modules that every start or every command imports, waiting in the folder and on PYTHONPATH.
    for name in ("json", "re", "os", "hrd_desktop", "click", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hostile')\n", "utf-8")
    result = subprocess.run(
        [launcher, "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "json.py")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "hostile" not in result.stdout + result.stderr
    assert "panic" in result.stdout


def test_the_launcher_imports_nothing_but_the_entry(launcher: Path) -> None:
    lines = launcher.read_text("utf-8").splitlines()
    assert [line for line in lines if "import" in line] == [
        "import sys",
        "from hrd_desktop.cli.entry import main",
    ]
    assert " -I" in "".join(lines[:2])


def test_the_package_is_found_by_a_plain_path() -> None:
    # An import hook of an editable install would be paid for by every start.
    hooks = loaded("pass")
    assert not {name for name in hooks if name.startswith("__editable__")}
