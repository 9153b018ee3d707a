"""The house rules hold for the project, and each of them catches what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import house_rules
from scripts.house_rules import File, findings

DOCSTRING = '"""A module."""\n'

BROKEN = {
    "long module": File("hrd_desktop/storage/a.py", "x = 1\n" * 421),
    "import in a package file": File("hrd_desktop/storage/__init__.py", DOCSTRING + "import os\n"),
    "empty package file": File("hrd_desktop/storage/__init__.py", ""),
    "print": File("hrd_desktop/services/a.py", DOCSTRING + "def f():\n    print(1)\n"),
    "logging": File("hrd_desktop/services/a.py", DOCSTRING + "import logging\n"),
    "from logging": File("hrd_desktop/services/a.py", DOCSTRING + "from logging import info\n"),
    "unfinished": File("tests/unit/test_a.py", DOCSTRING + "# TODO: more\n"),
    "unfinished in words": File("scripts/a.sh", "# good enough for now\n"),
    "vague name": File("hrd_desktop/crypto/key_utils.py", DOCSTRING),
    "a home folder": File("docs/a.md", "see /home/amina/project\n"),
    "this checkout": File("tests/unit/test_a.py", f'X = "{house_rules.ROOT}/tests"\n'),
    "a registry": File("requirements/a.txt", "--extra-index-url https://example.org/simple/\n"),
    "a known registry": File("README.md", "https://pypi.org/project/x\n"),
    "ignore without a code": File("hrd_desktop/ui/a.py", DOCSTRING + "x = 1  # noqa\n"),
    "ignore without a reason": File("hrd_desktop/ui/a.py", DOCSTRING + "x = 1  # noqa: S101\n"),
    "type ignore without a reason": File("hrd_desktop/ui/a.py", DOCSTRING + "x = 1  # type: ignore[misc]\n"),
}

SOUND = {
    "short module": File("hrd_desktop/storage/a.py", DOCSTRING + "x = 1\n" * 380),
    "long table of test data": File("tests/unit/test_a.py", "x = 1\n" * 900),
    "package file": File("hrd_desktop/storage/__init__.py", DOCSTRING),
    "the command line prints": File("hrd_desktop/cli/a.py", DOCSTRING + "def f():\n    print(1)\n"),
    "a made-up home in a test": File("tests/unit/test_a.py", 'X = "/home/amina/secret.jpg"\n'),
    "reasoned ignore": File("hrd_desktop/ui/a.py", "x = 1  # noqa: S603  # fixed arguments\n"),
    "reasoned type ignore": File("hrd_desktop/ui/a.py", "x = 1  # type: ignore[misc]  # no stubs\n"),
    "a word that only looks alike": File("hrd_desktop/ui/a.py", "stubborn = 'for nowhere'\n"),
}


@pytest.mark.parametrize("file", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_named_with_its_place(file: File) -> None:
    found = findings(file)
    assert len(found) == 1
    assert found[0].startswith(file.path)


@pytest.mark.parametrize("file", SOUND.values(), ids=SOUND.keys())
def test_sound_files_pass(file: File) -> None:
    assert findings(file) == []


def test_every_rule_has_a_file_that_breaks_it() -> None:
    for rule in house_rules.RULES:
        assert any(list(rule(file)) for file in BROKEN.values()), rule.__name__


def test_the_project_keeps_its_rules(project: Path) -> None:
    if not (project / ".git").exists():
        pytest.skip("not a checkout: the list of files comes from git")
    found = [finding for file in house_rules.project_files(project) for finding in findings(file)]
    assert found == []


def test_only_the_rules_themselves_are_exempt(project: Path) -> None:
    assert all((project / name).is_file() for name in house_rules.SELF)
