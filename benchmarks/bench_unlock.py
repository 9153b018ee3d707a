"""Unlocking a vault of many items: the key derivation, and everything else up to the first page of the list.

Option ``--items``, 100,000 by default. Prints medians in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from bench_search import PAGE, Words, build

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters, stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.records import ItemState
from hrd_desktop.services.create import create
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.records.items import ItemFilter

RUNS = 9
PASSPHRASE = "a throw-away vault"  # noqa: S105 - protects nothing


class TimedStretch:
    """The key derivation, and how long it took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
        began = time.perf_counter()
        stretched = stretch(secret, salt, parameters)
        self.seconds = time.perf_counter() - began
        return stretched


def make(root: str, items: int) -> None:
    """A vault whose databases know so many items; their objects are not there."""
    credential, clock = credential_from_text(PASSPHRASE), SystemClock()
    create(
        root,
        credential,
        parameters=MINIMUM,
        recovery_code=None,
        reserve_bytes=0,
        random=os.urandom,
        clock=clock,
    )
    source = random.Random(1)  # noqa: S311 - the same made-up items on every run
    vault = open_vault(root, credential=credential, stretch=stretch, random=os.urandom, clock=clock)
    build(vault.records, vault.derived, items, Words(source), source)
    vault.close()


def main() -> None:
    """Make a vault, or take what was made before; open it again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folder", help="make it there and keep it; open again what an earlier run has made")
    chosen = parser.parse_args()
    credential, clock = credential_from_text(PASSPHRASE), SystemClock()
    with tempfile.TemporaryDirectory() as passing:
        root = str(Path(chosen.folder or passing) / "vault")
        if not os.path.exists(root):
            make(root, chosen.items)
        figures: dict[str, list[float]] = {"key derivation": [], "the rest": [], "first page of the list": []}
        for number in range(RUNS + 1):
            timed = TimedStretch()
            began = time.perf_counter()
            vault = open_vault(root, credential=credential, stretch=timed, random=os.urandom, clock=clock)
            opened = time.perf_counter()
            vault.records.items.page(ItemFilter(state=ItemState.KEPT), limit=PAGE)
            shown = time.perf_counter()
            vault.close()
            if number:
                figures["key derivation"].append(timed.seconds)
                figures["the rest"].append(opened - began - timed.seconds)
                figures["first page of the list"].append(shown - opened)
        print(f"{chosen.items} items")
        for name, seconds in figures.items():
            print(f"  {name:24} median {median(seconds) * 1000:7.1f} ms")


if __name__ == "__main__":
    main()
