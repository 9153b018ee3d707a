"""What is declared is what is used, what is locked cannot change, and an install is complete."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

LISTS = ("build", "runtime", "dev")
#: Imported only by what runs in the system's own Python; its package is in scripts/packages-test.txt.
OF_THE_SYSTEM = {"gi"}
#: The other half of a library, which is never there alone.
HALF_OF = {"shiboken6": "PySide6"}


def names(listing: str) -> set[str]:
    """Return the normalised names of the libraries that a requirement file lists."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)", listing, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


@pytest.mark.parametrize("name", LISTS)
def test_every_library_is_locked_by_version_and_hash(project: Path, name: str) -> None:
    locked = (project / f"requirements/{name}.txt").read_text("utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", locked.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+( ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry[:80]
    assert "://" not in locked
    wanted = (project / f"requirements/{name}.in").read_text("utf-8")
    assert names(wanted) <= names(locked), "run `make lock`"


def test_tests_run_on_the_locked_versions_of_the_program(project: Path) -> None:
    def versions(name: str) -> dict[str, str]:
        locked = (project / f"requirements/{name}.txt").read_text("utf-8")
        return dict(re.findall(r"^([\w.-]+)==([\w.]+)", locked, re.MULTILINE))

    runtime = versions("runtime")
    shared = {name: version for name, version in versions("dev").items() if name in runtime}
    assert shared
    assert shared == {name: runtime[name] for name in shared}


def imported(path: Path) -> set[str]:
    """Return the top-level modules that a file imports and that are neither ours nor Python's."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    # A leading underscore is Python's own: a part of another version of it, or of its type stubs.
    ours = {"hrd_desktop", "tests", "scripts"} | OF_THE_SYSTEM
    return {name for name in found - sys.stdlib_module_names - ours if not name.startswith("_")}


@pytest.mark.parametrize(("folder", "lists"), [("hrd_desktop", ["runtime"]), ("tests", ["runtime", "dev"])])
def test_every_library_that_is_imported_is_declared(project: Path, folder: str, lists: list[str]) -> None:
    declared = {
        name for each in lists for name in names((project / f"requirements/{each}.in").read_text("utf-8"))
    }
    providers = packages_distributions()
    paths = list((project / folder).rglob("*.py"))
    for path in paths:
        for module in imported(path) - {other.stem for other in paths}:
            distributions = names("\n".join(providers.get(HALF_OF.get(module, module), [module])))
            assert distributions & declared, f"{path.name} imports {module}, which is not declared"


def test_every_resource_folder_is_installed(project: Path) -> None:
    settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    installed = settings["tool"]["setuptools"]["data-files"]
    resources = project / "resources"
    for folder in {path.parent for path in resources.rglob("*") if path.is_file()}:
        target = "/".join(("share/hrd-desktop", *folder.relative_to(resources).parts))
        assert target in installed, f"add {target!r} to [tool.setuptools.data-files]"
        matched = {path for pattern in installed[target] for path in project.glob(pattern)}
        assert {path for path in folder.iterdir() if path.is_file()} <= matched


def test_a_wheel_holds_the_package_the_resources_and_nothing_else(project: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(project / name, source)
    for name in ("hrd_desktop", "resources", "requirements"):
        shutil.copytree(project / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = "import setuptools.build_meta as b; b.build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())

    package = {
        path for path in (project / "hrd_desktop").rglob("*") if path.is_file() and path.suffix != ".pyc"
    }
    assert {path.relative_to(project).as_posix() for path in package} <= held
    shipped = {path.relative_to(project / "resources") for path in (project / "resources").rglob("*.*")}
    data = {name.split(".data/data/share/hrd-desktop/")[-1] for name in held if ".data/data/" in name}
    assert {path.as_posix() for path in shipped} <= data
    assert {name.split("/")[0].split("-")[0] for name in held} == {"hrd_desktop"} | {
        name.split("/")[0].split("-")[0] for name in held if ".data/" in name or ".dist-info/" in name
    }
    assert not any(name.startswith(("tests/", "docs/", "scripts/")) for name in held)
