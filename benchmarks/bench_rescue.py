"""How long a rescue takes without any database: many small files, and a few large ones.

Beside it ``cp -r`` of the same folder, which is what any way out of it has to read and write at least. Both
end with a sync, on the disk of the folder for temporary files or of ``--folder``; asserts nothing but that
all came back.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.create import create
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.rescue import Rescue
from hrd_desktop.services.unlock import unlock

CREDENTIAL = credential_from_text("benchmark of a rescue")
#: (files, bytes of each)
SETS = ((2_000, 20_000), (8, 128 << 20))


def main() -> int:
    """Measure each set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    place = parser.parse_args().folder
    for files, size_bytes in SETS:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            measure(Path(folder), files, size_bytes)
    return 0


def measure(folder: Path, files: int, size_bytes: int) -> None:
    """Make, import, take the databases away, rescue."""
    originals = folder / "originals"
    originals.mkdir()
    for number in range(files):
        (originals / f"file {number}.bin").write_bytes(os.urandom(size_bytes))
    vault = str(folder / "vault")
    create(
        vault,
        CREDENTIAL,
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=0,
        random=os.urandom,
        clock=SystemClock(),
    )
    began = time.monotonic()
    with unlock(vault, CREDENTIAL, random=os.urandom, clock=SystemClock()) as session:
        Ingest(
            session,
            IngestChoices(),
            work_lanes=2,
            progress=NoProgress(),
            cancel=CancelToken(),
            new_id=lambda: new_uuid(os.urandom),
        ).run([bytes(originals)])
    imported_s = time.monotonic() - began
    with unlock(vault, CREDENTIAL, random=os.urandom, clock=SystemClock()) as session:
        # Taken when the import closed the vault.
        snapshots = session.read(lambda opened: opened.records.snapshots.load())
        paths = [session.vault.layout.object_path(name) for name, _, _ in snapshots]
    for path in (*paths, os.path.join(vault, "records.0"), os.path.join(vault, "derived.0")):
        os.unlink(path)
    os.sync()
    began = time.monotonic()
    subprocess.run(["cp", "-r", vault, str(folder / "copy")], check=True)
    os.sync()
    copied_s = time.monotonic() - began
    shutil.rmtree(folder / "copy")
    os.sync()
    began = time.monotonic()
    report = Rescue(
        vault,
        str(folder / "rescued"),
        CREDENTIAL,
        random=os.urandom,
        clock=SystemClock(),
        new_id=lambda: new_uuid(os.urandom),
        progress=NoProgress(),
        cancel=CancelToken(),
    ).run()
    os.sync()
    seconds = time.monotonic() - began
    assert report.from_headers + report.from_records == files and not report.lost
    total = files * size_bytes / 1e6
    print(
        f"{files} files of {size_bytes / 1e6:.2f} MB: imported in {imported_s:.2f} s, rescued without a "
        f"database "
        f"({report.records.origin}) in {seconds:.2f} s, {total / seconds:.0f} MB/s, {files / seconds:.0f} "
        f"files/s; cp -r and sync: {copied_s:.2f} s"
    )


if __name__ == "__main__":
    raise SystemExit(main())
