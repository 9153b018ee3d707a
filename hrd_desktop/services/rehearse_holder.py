"""The other program of a rehearsal: makes a throw-away vault, fills it, and keeps it open until ended.

Run as ``python -I -m hrd_desktop.services.rehearse_holder VAULT SIZE``, SIZE in bytes. The passphrase is
random and never told.
"""

from __future__ import annotations

import os
import shutil
import sys

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.process.spawn import begin_child
from hrd_desktop.services.create import choose_parameters, create
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock

#: Lengths of the items that are taken in: small ones first, then as many of the last as are wanted.
SMALL_BYTES = (100, 50_000)
LARGE_BYTES = 8_000_000
#: Taken in together, so that a large vault needs no more room than itself and these.
BATCH = 8
OPEN = b"open\n"
TAKEN_IN = b"taken in "


def lengths(size_bytes: int) -> list[int]:
    """The lengths of the items that make a vault of about this size; at least one of each small length."""
    left = max(0, size_bytes - sum(SMALL_BYTES))
    rest = [left % LARGE_BYTES] if left % LARGE_BYTES else []
    return [*SMALL_BYTES, *[LARGE_BYTES] * (left // LARGE_BYTES), *rest]


def main(root: str, size_bytes: int) -> None:
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
    session = unlock(root, credential, random=os.urandom, clock=clock)
    wanted = lengths(size_bytes)
    for first in range(0, len(wanted), BATCH):
        batch = wanted[first : first + BATCH]
        _take_in(session, root + ".originals", batch)
        os.write(1, TAKEN_IN + b"%d\n" % sum(batch))
    os.write(1, OPEN)
    # Until the wipe ends us, or whoever started us goes away.
    while os.read(0, 1):
        continue
    session.close()


def _take_in(session: Session, originals: str, batch: list[int]) -> None:
    """Take random files of these lengths in, and remove them again."""
    os.mkdir(originals, 0o700)
    for number, length in enumerate(batch):
        with open(os.path.join(originals, f"{number}.bin"), "xb") as file:
            file.write(os.urandom(length))
    Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(os.urandom),
    ).run([os.fsencode(originals)])
    shutil.rmtree(originals)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
