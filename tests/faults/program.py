"""Runs hrd-vault's own entry point with a known source of randomness.

Object names are random, and a fault has to be aimed at one file: with a seed the names of a run are those of
an earlier run. Nothing else of the program is changed; encryption, SQLCipher and the key derivation's process
draw from their own sources.

``program.py one SEED ARGUMENT...`` runs one command. ``program.py many`` reads a JSON list of argument lists
from standard input, runs them one after another and answers with a JSON list of
``{"code", "out", "err"}``; ``@files VAULT PASSPHRASE_FILE`` stands for ``_count_files``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
import threading
import traceback
from typing import Any


def seed_randomness(seed: str) -> None:
    """Make ``os.urandom`` a stream of its own, known from ``seed`` and the size and number of the call."""
    guard = threading.Lock()
    calls = [0]

    def known(size: int) -> bytes:
        with guard:
            calls[0] += 1
            return hashlib.shake_256(f"{seed}/{calls[0]}/{size}".encode()).digest(size)

    os.urandom = known


def remember_derived_keys() -> None:
    """Stretch each passphrase once in this process: the judge opens one vault many times."""
    from hrd_desktop.crypto import kdf

    kdf.stretch = functools.cache(kdf.stretch)


def run_entry(arguments: list[str]) -> int:
    """The exit code that the installed command would end with."""
    from hrd_desktop.cli.entry import main

    sys.argv = ["hrd-vault", *arguments]
    try:
        return main()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1


def run_apart(arguments: list[str]) -> dict[str, Any]:
    """Run one command with its output in files, as the shell would."""
    streams = [(number, os.memfd_create("output")) for number in (1, 2)]
    kept = {number: os.dup(number) for number, _ in streams}
    try:
        for number, file in streams:
            os.dup2(file, number)
        try:
            code = _count_files(*arguments[1:]) if arguments[0] == "@files" else run_entry(arguments)
        except Exception:  # noqa: BLE001  # what Python would print when the command dies of it
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        for number, original in kept.items():
            os.dup2(original, number)
            os.close(original)
    texts = []
    for _, file in streams:
        with os.fdopen(os.dup(file), "rb") as text:
            text.seek(0)
            texts.append(text.read().decode("utf-8", "backslashreplace"))
        os.close(file)
    return {"code": code, "out": texts[0], "err": texts[1]}


def _count_files(vault_path: str, passphrase_file: str) -> int:
    """Print what the records say should lie in the vault, and what does."""
    from hrd_desktop.cli.context import read_first_line
    from hrd_desktop.crypto.kdf import stretch
    from hrd_desktop.domain.clock import SystemClock
    from hrd_desktop.services.credentials import load_credential
    from hrd_desktop.storage.opening import open_vault

    vault = open_vault(
        vault_path,
        credential=load_credential(read_first_line(passphrase_file), None),
        stretch=stretch,
        random=os.urandom,
        clock=SystemClock(),
    )
    try:
        records = vault.records
        reserve = records.reserve.load()
        owned = {
            "items": [item.object_name.hex() for item in records.items.iter_items()],
            "snapshots": [name.hex() for name, _, _ in records.snapshots.load()],
            "reserve": [name.hex() for name, _ in reserve.objects] if reserve is not None else [],
            "reserved": [name.hex() for name in records.names.reserved()],
            "to_unlink": [name.hex() for name in records.names.to_unlink()],
        }
        intents = [records.slots.find_intent() is not None, records.rekey.state() is not None]
        # Header and body of every snapshot: they are in no list that verify walks.
        for name, _, _ in records.snapshots.load():
            vault.objects.verify(name, None)
        records.verify()
        vault.derived.verify()
    finally:
        vault.close()
    sys.stdout.write(json.dumps({**owned, "under_way": any(intents), "notices": vault.notices}))
    return 0


def main() -> int:
    """See the module's own words."""
    if sys.argv[1] == "one":
        if sys.argv[2]:
            seed_randomness(sys.argv[2])
        return run_entry(sys.argv[3:])
    remember_derived_keys()
    answers = [run_apart(arguments) for arguments in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
