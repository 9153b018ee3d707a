"""Readers of untrusted bytes answer or refuse by name, whatever the bytes.

Every day: the seeds, the corpus and changed copies of them. In ``make gates``: minutes of a fuzzer that is
led by the branches it has seen, for each target.
"""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.run import CORPUS
from tests.fuzz.targets import TARGETS, load

PROJECT = Path(__file__).resolve().parents[2]
CHANGED_COPIES = 120
GATE_SECONDS = int(os.environ.get("FUZZ_SECONDS", "120"))


@pytest.fixture(scope="module", autouse=True)
def readers_loaded() -> None:
    load()


def corpus_of(name: str) -> list[bytes]:
    folder = CORPUS / name
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


def changed(data: bytes, source: random.Random) -> bytes:
    """A copy with a few bytes changed, doubled, cut or moved."""
    out = bytearray(data)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(out) + 1)
        piece = out[at : at + source.choice((1, 2, 4, 16, 100))]
        match source.randrange(5):
            case 0:
                out[at : at + 1] = bytes((source.randrange(256),))
            case 1:
                del out[at : at + len(piece)]
            case 2:
                out[at:at] = piece * source.randint(1, 3)
            case 3:
                out[at : at + 4] = source.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\r\n\r\n"))
            case _:
                other = source.randrange(len(out) + 1)
                out[other:other] = piece
    return bytes(out)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_seeds_corpus_and_changed_copies(name: str) -> None:
    target = TARGETS[name]
    known = [*target.seeds(), *corpus_of(name)]
    assert known
    source = random.Random(name)
    for data in (b"", b"\0", *known):
        target.run(data)
    for _ in range(CHANGED_COPIES):
        target.run(changed(source.choice(known)[:4_000], source))


def test_every_corpus_has_a_target_and_is_small() -> None:
    folders = {path.name for path in CORPUS.iterdir()}
    assert folders <= set(TARGETS)
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 1 << 20
    assert max(sizes) < 1 << 14


@pytest.mark.gate
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_minutes_of_fuzzing(
    name: str, full: bool, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    if not full:
        pytest.skip("with --full: minutes for each reader")
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not built for this system")
    command = [sys.executable, "-m", "tests.fuzz.run", name, "--seconds", str(GATE_SECONDS)]
    done = subprocess.run(
        [*command, "--findings", str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    found = {path.name: path.read_bytes()[:4096] for path in tmp_path.iterdir()}
    assert done.returncode == 0, f"{found}\n{done.stderr[-4000:]}"
    tried = next(line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line)
    record_property("figure", f"fuzzing {name}: {tried} inputs in {GATE_SECONDS} s, nothing found")
