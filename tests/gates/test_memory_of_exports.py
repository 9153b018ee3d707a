"""A 2 GiB item leaves in every form, and is checked, in hardly more memory than the program needs idle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.bundle.opening_page import INSIDE_LIMIT_BYTES
from hrd_desktop.crypto.age_identities import new_identity
from tests.e2e.cli import PROGRAM, Place
from tests.unit.crypto.test_age_hybrid import new_pair

LARGE_BYTES = 2 << 30
INSIDE_BYTES = INSIDE_LIMIT_BYTES - (1 << 20)
ALLOWED_KIB = 150 << 10
#: Between the tests and the program: Linux counts what the starting process had as the most of the started.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(done.returncode)
"""


def peak_kib(place: Place, command: str, *arguments: str | Path) -> int:
    """The most memory that one process of this command had, its helpers included."""
    told = place.folder / "peak"
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURE, told, PROGRAM, command, *arguments],
        env=place.environment,
        cwd=place.folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(told.read_text())


def peaks_of(place: Place, size_bytes: int) -> dict[str, int]:
    """Peak in KiB of every form and of the check of what came out, beside ``idle``."""
    place.create()
    of_vault = (place.vault, "--passphrase-file", place.passfile)
    large, inside = place.originals / "large.mp4", place.originals / "inside.mp4"
    # Holes on this side; in the vault and in sealed bundles they are as random as everything else.
    with large.open("wb") as file:
        file.truncate(size_bytes)
    inside.write_bytes(os.urandom(INSIDE_BYTES))
    found = {"idle": peak_kib(place, "list", *of_vault)}
    found["import"] = peak_kib(place, "import", *of_vault, large, inside)
    large.unlink()
    (secret, public), (hybrid, hybrid_secret) = new_identity(), new_pair()
    key, words = place.secret("key", f"{secret}\n{hybrid_secret}"), place.folder / "words"
    forms: dict[str, tuple[str | Path, ...]] = {
        "age": ("--recipient", public),
        "post-quantum age": ("--recipient", hybrid),
        "passphrase age": ("--passphrase-out", words),
        "page with a file beside it": ("--self-opening", "--passphrase-out", words),
        "page alone": ("--self-opening", "--passphrase-out", words),
        "plain folder": ("--plain-folder",),
    }
    for form, options in forms.items():
        out = place.folder / "out"
        out.mkdir()
        item, least = ("E0002", INSIDE_BYTES) if form == "page alone" else ("E0001", size_bytes)
        found[form] = peak_kib(place, "export", *of_vault, "--item", item, *options, "--out", out)
        made = {path.suffix: path for path in out.iterdir()}
        bundle = made.get(".html") or made.get(".age") or made[""]
        sizes = [path.stat().st_size for path in out.rglob("*")]
        assert max(sizes) >= least
        assert form != "page alone" or bundle.stat().st_size > least
        opened_with = ("--bundle-passphrase-file", words) if words.exists() else ("--identity", key)
        found[f"check of {form}"] = peak_kib(place, "check-bundle", bundle, *opened_with)
        shutil.rmtree(out)
        words.unlink(missing_ok=True)
    shutil.rmtree(place.vault)
    return found


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_two_gib_leave_in_every_form(on_disk: Path, record_property: Callable[[str, object], None]) -> None:
    found = peaks_of(Place(on_disk), LARGE_BYTES)
    record_property("figure", ", ".join(f"{name} {kib >> 10} MiB" for name, kib in found.items()))
    assert {name: kib for name, kib in found.items() if kib - found["idle"] >= ALLOWED_KIB} == {}
