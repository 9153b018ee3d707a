"""The vectors in this folder are what their writer makes, and the writer shares no code with the program."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))


def test_writing_the_vectors_again_gives_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(HERE / "make_vectors.py"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=120)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in HERE.glob("*.json")}
    assert made.keys() == kept.keys()
    assert [name for name, data in made.items() if data != kept[name]] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_import_nothing_of_the_program(script: Path) -> None:
    allowed = {"cryptography", "sqlcipher3", *sys.stdlib_module_names, *(path.stem for path in SCRIPTS)}
    imported = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - allowed == set()
    writers = {path.stem for path in SCRIPTS if not path.stem.startswith("second_")}
    if script.stem.startswith("second_"):
        assert imported & writers == set()
    else:
        assert {name for name in imported if name.startswith("second_")} == set()
