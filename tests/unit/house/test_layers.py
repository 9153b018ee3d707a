"""The layers of docs/architecture.md are held by import-linter, and its contracts do bite."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LINT = (
    "import sys; from importlinter.cli import lint_imports_command as c; sys.argv[0] = 'lint'; sys.exit(c())"
)

# One import against each contract, all written into one copy: the module, the import, and how it is told.
FORBIDDEN = [
    (
        "domain/progress.py",
        "import hrd_desktop.services",
        "hrd_desktop.domain.progress -> hrd_desktop.services",
    ),
    ("bundle/reaches.py", "import hrd_desktop.storage", "hrd_desktop.bundle.reaches -> hrd_desktop.storage"),
    ("services/reaches.py", "from PySide6 import QtCore", "hrd_desktop.services.reaches -> PySide6"),
    ("cli/reaches.py", "import hrd_desktop.ui", "hrd_desktop.cli.reaches -> hrd_desktop.ui"),
    ("services/reaches.py", "import sqlcipher3", "hrd_desktop.services.reaches -> sqlcipher3"),
    ("storage/reaches.py", "from cryptography import x509", "hrd_desktop.storage.reaches -> cryptography"),
    ("bundle/reaches.py", "import pyrage", "hrd_desktop.bundle.reaches -> pyrage"),
    ("ui/reaches.py", "import hrd_desktop.crypto", "hrd_desktop.ui.reaches -> hrd_desktop.crypto"),
    ("storage/layout.py", "import click", "hrd_desktop.storage.layout -> click"),
    ("process/reaches.py", "import rich", "hrd_desktop.process.reaches -> rich"),
]


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


def test_every_contract_refuses_what_it_is_for(copy: Path) -> None:
    for module, statement, _ in FORBIDDEN:
        path = copy / "hrd_desktop" / module
        before = path.read_text("utf-8") if path.exists() else '"""Reaches where it must not."""\n'
        path.write_text(f"{before}\n{statement}\n", "utf-8")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    settings = tomllib.loads((copy / "pyproject.toml").read_text("utf-8"))
    told = " ".join(result.stdout.split())
    for contract in settings["tool"]["importlinter"]["contracts"]:
        assert f"{contract['name']} BROKEN" in told
    for _, _, told_as in FORBIDDEN:
        assert told_as in told


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
