"""Custody logs: adding events to a log of growing length, checking it, and proving its events."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.custody import seal_event
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.create import create
from hrd_desktop.services.log_papers import LogPapers
from hrd_desktop.services.receipts import give_receipt
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify_logs import check_logs
from hrd_desktop.storage.vault import Vault

EVENTS = int(os.environ.get("EVENTS", "5000"))
AT_ONCE = 500


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure once."""
    with tempfile.TemporaryDirectory() as folder:
        root, credential = str(Path(folder) / "vault"), credential_from_text("benchmark")
        create(
            root,
            credential,
            parameters=MINIMUM,
            recovery_code=None,
            reserve_bytes=0,
            random=os.urandom,
            clock=SystemClock(),
        )
        with unlock(root, credential, random=os.urandom, clock=SystemClock()) as session:
            case = add_case(session, "LONG")

            def add(vault: Vault) -> None:
                custody = vault.records.custody
                log = custody.log_of(case.id)
                for number in range(AT_ONCE):
                    sealed = seal_event({"sequence": log.size + number, "item": 1}, vault.random)
                    custody.append(log.id, 1, log.id, sealed.leaf, sealed.leaf_hash, sealed.disclosures)

            times = [timed(lambda: session.write(add)) for _ in range(EVENTS // AT_ONCE)]
            print(f"first {AT_ONCE} events: {1e6 * times[0] / AT_ONCE:.0f} us each")
            print(f"last {AT_ONCE} of {EVENTS}: {1e6 * times[-1] / AT_ONCE:.0f} us each")
            print(f"receipt: {1e3 * timed(lambda: give_receipt(session, case)):.1f} ms")

            def prove(vault: Vault) -> None:
                papers = LogPapers(vault, vault.records.custody.log_of(case.id))
                for index in range(0, EVENTS, EVENTS // AT_ONCE):
                    papers.proof(index, EVENTS, "")

            print(f"proof of one event: {1e6 * timed(lambda: session.read(prove)) / AT_ONCE:.0f} us")
            print(f"check of all logs: {timed(lambda: session.read(check_logs)):.2f} s")


if __name__ == "__main__":
    main()
