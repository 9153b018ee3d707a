"""A working day in one process: imports, edits, searches, looks, exports, and a lock after each round.

The window replaces its process at a lock, and with it whatever had leaked. Here the process stays, so a leak
of any part of the core shows. Says a JSON document: for each round memory in KiB and open descriptors.

Usage: ``python -m tests.gates.working_day FOLDER ROUNDS``
"""

from __future__ import annotations

import gc
import json
import os
import secrets
import sys
import uuid
from pathlib import Path

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.browse import Browse, find_numbers, load_ids, load_rows
from hrd_desktop.services.create import create
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.edit import edit
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.preview import Previewer
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from tests.unit.decode import made_files

FILES_A_ROUND = 6
KEPT = 60


def main() -> None:
    """Make a vault, work in it, say what it took."""
    place, rounds = Path(sys.argv[1]), int(sys.argv[2])
    credential, clock, root = credential_from_text("correct horse"), SystemClock(), str(place / "vault")
    create(
        root,
        credential,
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=0,
        random=secrets.token_bytes,
        clock=clock,
    )
    seen = []
    for number in range(rounds):
        with unlock(root, credential, random=secrets.token_bytes, clock=clock) as session:
            work(session, place, number)
        gc.collect()
        seen.append({"kib": memory_kib(), "descriptors": len(os.listdir("/proc/self/fd"))})
    sys.stdout.write(json.dumps(seen))


def work(session: Session, place: Path, number: int) -> None:
    """One round: files come in, are looked at, found, changed; old ones go, so that the vault stays small."""
    originals = place / "originals"
    originals.mkdir(exist_ok=True)
    for file in range(FILES_A_ROUND):
        picture = made_files.picture("JPEG", (400 + number % 50, 300 + file))
        text = f"Round {number}, witness {file}. ".encode() * 50
        (originals / f"{file}.{'jpg' if file % 2 else 'txt'}").write_bytes(picture if file % 2 else text)
    ingest = Ingest(
        session,
        IngestChoices(source="a witness", tags=("day",)),
        work_lanes=2,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=uuid.uuid4,
    )
    taken = ingest.run([os.fsencode(originals)])
    assert not taken.failed, taken.failed
    derive_pending(session, cancel=CancelToken())
    numbers = find_numbers(session, Browse(words="witness"))
    load_rows(session, numbers[:50], "witness")
    previewer = Previewer(session)
    for done in taken.items:
        if done.item.media_type == "image/jpeg":
            previewer.picture(done.item.id, 200)
        else:
            previewer.text(done.item.id)
    previewer.close()
    for done in taken.items[:2]:
        edit(session, done.item.id, {"title": f"Round {number}"})
    destroy(session, load_ids(session, find_numbers(session, Browse())[KEPT:]))
    if number % 10 == 0:
        assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok


def memory_kib() -> int:
    """What the process has in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("the system does not tell")


if __name__ == "__main__":
    main()
