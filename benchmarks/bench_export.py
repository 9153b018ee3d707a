"""How fast a bundle is written and checked, beside 7z and zip | age on the same bytes; asserts nothing.

    python benchmarks/bench_export.py [MIB]

Our export reads every byte three times (measured, written, read back) and writes two digests of each;
the others read it once and check nothing. The input is random, as pictures and video are to a packer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hrd_desktop.crypto.age_identities import new_identity
from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.domain.export import BundleForm, PlainFolder, SelfOpening, ToRecipients, WithPassphrase
from tests.unit.bundle.bundle_trees import make_source

FILES = 16
WORDS = "abacus drop-down abide zoology yo-yo unwed armful"


def measure(name: str, size_bytes: int, work: Callable[[], object]) -> None:
    """Print how long it took and what that is in MiB a second."""
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{name:<34} {seconds:7.2f} s {size_bytes / seconds / (1 << 20):8.0f} MiB/s")


def main(mib: int) -> None:
    """Export, pack and encrypt ``mib`` MiB in 16 files."""
    contents = [os.urandom(mib * (1 << 20) // FILES) for _ in range(FILES)]
    size_bytes = sum(map(len, contents))
    _, public = new_identity()
    recipient = parse_recipient(public)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = folder / "files"
        files.mkdir()
        for number, content in enumerate(contents):
            (files / f"{number}.bin").write_bytes(content)
        source = make_source(*contents)
        source.piece_bytes = 1 << 18
        forms: dict[str, BundleForm] = {
            "export, plain folder": PlainFolder(),
            "export, age key": ToRecipients((recipient,)),
            "export, passphrase": WithPassphrase(WORDS),
            "export, self-opening page": SelfOpening(WORDS),
        }
        print(f"{mib} MiB in {FILES} files; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for title, form in forms.items():
            out = folder / "out"
            out.mkdir()
            measure(title, size_bytes, partial(source.write, out, form, scrypt_log_n=18))
            shutil.rmtree(out)
        packed, sealed = folder / "x.zip", folder / "x.zip.age"
        commands: dict[str, tuple[str | Path, ...]] = {
            "7z a -mx0 -tzip": ("7z", "a", "-bso0", "-mx0", "-tzip", packed, files),
            "7z a -mx0 -p (7z, AES-256)": ("7z", "a", "-bso0", "-mx0", "-pwords", folder / "x.7z", files),
        }
        for title, command in commands.items():
            if shutil.which("7z"):
                measure(title, size_bytes, partial(subprocess.run, command, check=True))
        if shutil.which("zip") and shutil.which("age"):
            line = f"zip -q -0 -r - files | age -r {public} > {sealed.name}"
            piped = ("sh", "-c", line)
            measure("zip -0 | age", size_bytes, partial(subprocess.run, piped, cwd=folder, check=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 512)
