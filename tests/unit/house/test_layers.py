"""The layers of docs/architecture.md are held by import-linter, and its contracts do bite."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT = (
    "import sys; from importlinter.cli import lint_imports_command as c; sys.argv[0] = 'lint'; sys.exit(c())"
)

FORBIDDEN = {
    "upward": ("domain/progress.py", "import hrd_desktop.services"),
    "between siblings": ("bundle/reaches.py", "import hrd_desktop.storage"),
    "Qt in a service": ("services/reaches.py", "from PySide6 import QtCore"),
    "Qt on the command line": ("cli/reaches.py", "import hrd_desktop.ui"),
    "SQL outside storage": ("services/reaches.py", "import sqlcipher3"),
    "primitives outside crypto": ("storage/reaches.py", "from cryptography.hazmat.primitives import hashes"),
    "age outside crypto": ("bundle/reaches.py", "import pyrage"),
    "keys in the window": ("ui/reaches.py", "import hrd_desktop.crypto"),
    "a library at the bottom": ("process/reaches.py", "import click"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of `folder/pyproject.toml` on `folder/hrd_desktop`."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    """The package and its contracts, to be broken."""
    shutil.copy(project / "pyproject.toml", tmp_path)
    shutil.copytree(
        project / "hrd_desktop", tmp_path / "hrd_desktop", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def test_the_layers_hold(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("module", "statement"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_forbidden_import_is_refused(copy: Path, module: str, statement: str) -> None:
    path = copy / "hrd_desktop" / module
    before = path.read_text("utf-8") if path.exists() else '"""Reaches where it must not."""\n'
    path.write_text(f"{before}\n{statement}\n", "utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


@pytest.mark.parametrize("layer", ["domain", "process"])
def test_the_bottom_needs_nothing_but_the_standard_library(project: Path, layer: str) -> None:
    allowed = sys.stdlib_module_names | {"hrd_desktop"}
    for path in (project / "hrd_desktop" / layer).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, f"{path.name}:{node.lineno}"
