"""The other program of a rehearsal: makes a throw-away vault, fills it, and keeps it open until ended.

Run as ``python -I -m hrd_desktop.services.rehearse_holder VAULT``. The passphrase is random and never told.
"""

from __future__ import annotations

import os
import sys

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.process.spawn import begin_child
from hrd_desktop.services.create import choose_parameters, create
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.unlock import unlock

#: Lengths of the items that are taken in.
ITEM_BYTES = (100, 50_000, 3_000_000)
OPEN = b"open\n"


def main(root: str) -> None:
    """Make, fill and hold; never returns by itself."""
    begin_child()
    credential = load_credential(os.urandom(16).hex(), None)
    clock = SystemClock()
    create(
        root,
        credential,
        parameters=choose_parameters("minimum"),
        recovery_code=None,
        reserve_bytes=0,
        random=os.urandom,
        clock=clock,
    )
    originals = root + ".originals"
    os.mkdir(originals, 0o700)
    for number, size in enumerate(ITEM_BYTES):
        with open(os.path.join(originals, f"{number}.bin"), "xb") as file:
            file.write(os.urandom(size))
    session = unlock(root, credential, random=os.urandom, clock=clock)
    Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(os.urandom),
    ).run([os.fsencode(originals)])
    os.write(1, OPEN)
    # Until the wipe ends us, or whoever started us goes away.
    while os.read(0, 1):
        continue
    session.close()


if __name__ == "__main__":
    main(sys.argv[1])
