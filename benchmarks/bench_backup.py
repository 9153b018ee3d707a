"""Backing a vault up: first, again with nothing new, checking and restoring, beside restic and borg.

All of them back up the same vault folder onto the same disk, as whole commands, each ended by ``sync``. With
``--items`` the vault holds that many small files besides, which is what a second backup depends on. Options:
``--mib``, ``--items``, ``--folder`` (a disk to measure on). Programs that are not installed are left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from whole_commands import HRD_VAULT, MIB, PASSPHRASE, is_there, run

RESTIC = {"RESTIC_PASSWORD": PASSPHRASE, "RESTIC_PROGRESS_FPS": "0"}
BORG = {"BORG_PASSPHRASE": PASSPHRASE, "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}


def make_vault(folder: Path, mib: int, items: int) -> None:
    """A vault with ``mib`` MiB in files of 64 MiB, and ``items`` small files."""
    originals = folder / "originals"
    originals.mkdir()
    for number in range(0, mib, 64):
        with open(originals / f"large{number}", "wb") as file:
            for _ in range(min(64, mib - number)):
                file.write(os.urandom(MIB))
    for number in range(items):
        (originals / f"small{number}").write_bytes(os.urandom(2000))
    secret = folder / "secret"
    secret.write_text(PASSPHRASE + "\n")
    asks = ("--passphrase-file", secret)
    run((HRD_VAULT, "create", folder / "vault", "--kdf", "minimum", *asks), folder=folder)
    run((HRD_VAULT, "import", folder / "vault", originals, *asks), folder=folder)


def timed(folder: Path, script: str, *arguments: str | Path, extra: dict[str, str] | None = None) -> float:
    """Seconds of a script that ends with a sync."""
    subprocess.run(["/bin/sync"], check=True)
    return run(("sh", "-c", script + " && sync", *arguments), folder=folder, extra=extra).seconds


def sheaf(folder: Path) -> list[float]:
    """Our own: first, again, check, restore."""
    asks = ("--passphrase-file", folder / "secret")
    vault, backup = folder / "vault", folder / "backup"
    script = '"$0" "$@" > /dev/null'
    first = timed(folder, script, HRD_VAULT, "backup", vault, backup, *asks)
    again = timed(folder, script, HRD_VAULT, "backup", vault, backup, *asks)
    check = timed(folder, script, HRD_VAULT, "backup-check", backup, *asks)
    restore = timed(folder, script, HRD_VAULT, "restore", backup, folder / "restored", *asks)
    return [first, again, check, restore]


def restic(folder: Path) -> list[float]:
    """A restic repository of the vault folder."""
    repository = folder / "restic"
    run(("restic", "init", "--quiet", "-r", repository), folder=folder, extra=RESTIC)
    back_up = 'restic -r "$0" backup --quiet vault'
    first = timed(folder, back_up, repository, extra=RESTIC)
    again = timed(folder, back_up, repository, extra=RESTIC)
    check = timed(folder, 'restic -r "$0" check --quiet --read-data', repository, extra=RESTIC)
    restore = timed(
        folder, 'restic -r "$0" restore latest --quiet --target restic-out', repository, extra=RESTIC
    )
    return [first, again, check, restore]


def borg(folder: Path) -> list[float]:
    """A borg repository of the vault folder."""
    repository = folder / "borg"
    run(("borg", "init", "-e", "repokey", repository), folder=folder, extra=BORG)
    first = timed(folder, 'borg create "$0::first" vault', repository, extra=BORG)
    again = timed(folder, 'borg create "$0::again" vault', repository, extra=BORG)
    check = timed(folder, 'borg check --verify-data "$0"', repository, extra=BORG)
    (folder / "borg-out").mkdir()
    restore = timed(folder, 'cd borg-out && borg extract "$0::again"', repository, extra=BORG)
    return [first, again, check, restore]


def main() -> None:
    """Make the vault, and let each program have it in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        make_vault(folder, given.mib, given.items)
        print(f"{given.mib} MiB and {given.items} small files; seconds")
        print(f"{'':10} {'first':>8} {'again':>8} {'check':>8} {'restore':>8}")
        contestants = {"sheaf": sheaf}
        contestants |= {name: work for name, work in (("restic", restic), ("borg", borg)) if is_there(name)}
        for name, work in contestants.items():
            print(f"{name:10} " + " ".join(f"{seconds:8.2f}" for seconds in work(folder)))


if __name__ == "__main__":
    main()
