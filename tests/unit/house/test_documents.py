"""Documents point at things that exist: links, tests, make targets."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NODE = re.compile(r"\btests/[\w/]+\.py(?:::\w+)*")


def documents(project: Path) -> list[Path]:
    """Return the pages that are part of the project."""
    return [*project.glob("*.md"), *(project / "docs").rglob("*.md"), *(project / "resources").rglob("*.md")]


def test_every_link_leads_somewhere(project: Path) -> None:
    for page in documents(project):
        for target in LINK.findall(page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(project)} links to {target}"


def test_every_test_that_a_page_names_exists(project: Path) -> None:
    named = {node for page in documents(project) for node in NODE.findall(page.read_text("utf-8"))}
    assert named
    for node in named:
        path, *parts = node.split("::")
        assert (project / path).is_file(), node
        tree: ast.AST = ast.parse((project / path).read_bytes())
        for part in parts:
            found = [
                child
                for child in ast.walk(tree)
                if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == part
            ]
            assert found, node
            tree = found[0]


def test_every_page_is_in_the_index(project: Path) -> None:
    docs = project / "docs"
    for page in docs.rglob("*.md"):
        if page.name != "README.md":
            index = page.parent / "README.md"
            assert page.name in index.read_text("utf-8"), (
                f"{page.name} is not in {index.relative_to(project)}"
            )


def test_guarantees_are_numbered_without_gaps(project: Path) -> None:
    text = (project / "docs" / "threat-model.md").read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"^\| G(\d+) \|", text, re.MULTILINE)]
    # They stand by what they are about; a number is never given twice.
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("target", ["setup", "run", "test", "check", "gates", "bench", "screenshots", "help"])
def test_make_help_names_the_target(project: Path, target: str) -> None:
    shown = subprocess.run(["make", "help"], cwd=project, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target}\s+\S", shown, re.MULTILINE)


def test_the_pipeline_runs_the_documented_command(project: Path) -> None:
    run = project / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    commands = [line for line in run.read_text("utf-8").splitlines() if "make" in line]
    assert commands == ["exec make test"]
    assert re.search(r"^make test\b", (project / "README.md").read_text("utf-8"), re.MULTILINE)
