"""Making a vault with a reserve, a compartment in it, and overwriting all of it; then what an unlock answers.

Options: ``--mib`` (size of the reserve), ``--unlocks`` (of each kind), ``--folder`` (a disk to measure on).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import WrongCredentialError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.create import create
from hrd_desktop.services.reserve import make_compartment, refresh_reserve
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock

OUTER, INNER = "outer harvest lantern", "inner velvet orbit"


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def open_with(root: str, text: str, answer: AnswerTime | None = None) -> Session:
    """A session, begun with this passphrase."""
    return unlock(root, credential_from_text(text), random=os.urandom, clock=SystemClock(), answer=answer)


def answered(root: str, text: str) -> float:
    """Seconds to the answer, the cheapest key derivation included."""
    began, answer, session = time.perf_counter(), AnswerTime(), None
    with contextlib.suppress(WrongCredentialError):
        session = open_with(root, text, answer)
    answer.wait()
    passed = time.perf_counter() - began
    if session is not None:
        session.close()
    return passed


def main() -> None:
    """Make, use, time and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=64)
    parser.add_argument("--unlocks", type=int, default=10)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        root = os.path.join(folder, "vault")
        made = seconds(
            lambda: create(
                root,
                credential_from_text(OUTER),
                parameters=MINIMUM,
                recovery_code=None,
                reserve_bytes=given.mib << 20,
                random=os.urandom,
                clock=SystemClock(),
            )
        )
        print(f"vault with a reserve of {given.mib} MiB: {made:.2f} s")
        with open_with(root, OUTER) as session:
            taken = seconds(lambda: make_compartment(session, credential_from_text(INNER), None))
        print(f"a compartment in it: {taken:.2f} s")
        for name, text in (("first", OUTER), ("second", INNER), ("wrong", "none of them")):
            times = [answered(root, text) for _ in range(given.unlocks)]
            print(f"answer, {name}: {statistics.median(times):.3f} s, {len(times)} times")
        with open_with(root, OUTER) as session:
            again = seconds(lambda: refresh_reserve(session, progress=NoProgress(), cancel=CancelToken()))
        print(f"overwriting it: {again:.2f} s, {given.mib / again:.0f} MiB/s")


if __name__ == "__main__":
    main()
