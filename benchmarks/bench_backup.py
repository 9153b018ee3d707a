"""Backing a vault up: first, again with nothing new, checking and restoring, beside restic and borg; rescue.

All of them back up the same vault folder onto the same disk, as whole commands, each ended by ``sync``. With
``--items`` the vault holds that many small files besides, which is what a second backup depends on. Then the
vault loses its databases and is rescued. At last, a vault of ``--sparse-gib``, unchanged, is backed up: its
objects of 64 MiB, and those of its backup, have their length and are holes, so it shows what is read of a
vault that large and not how fast. Options besides: ``--mib``, ``--folder`` (a disk to measure on). Programs
that are not installed are left out. For 10 GiB: ``bench_backup.py --mib 10240``; it takes 30 GiB at most.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from whole_commands import HRD_VAULT, MIB, PASSPHRASE, is_there, run

from hrd_desktop.crypto.body import object_size
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.unlock import unlock
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.vault import Vault

RESTIC = {"RESTIC_PASSWORD": PASSPHRASE, "RESTIC_PROGRESS_FPS": "0"}
SPARSE_MIB = 64
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
    shutil.rmtree(originals)


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
    shutil.rmtree(folder / "restored")
    shutil.rmtree(backup)
    return [first, again, check, restore]


def rescue(folder: Path) -> float:
    """The vault without its databases; it has lost them afterwards."""
    for name in ("records.0", "derived.0"):
        (folder / "vault" / name).unlink()
    script = '"$0" "$@" > /dev/null 2>&1'
    asks = ("--passphrase-file", folder / "secret")
    return timed(folder, script, HRD_VAULT, "rescue", folder / "vault", folder / "rescued", *asks)


def sparse(folder: Path, gib: int) -> list[float]:
    """An unchanged vault of so many GiB in holes: its first and its second backup that find nothing new."""
    count = gib * 1024 // SPARSE_MIB
    make_vault(folder, 0, count)
    asks = ("--passphrase-file", folder / "secret")
    vault, backup = folder / "vault", folder / "backup"
    run((HRD_VAULT, "backup", vault, backup, *asks), folder=folder)
    stretch_items(vault, backup)
    script = '"$0" "$@" > /dev/null'
    seconds = [timed(folder, script, HRD_VAULT, "backup", vault, backup, *asks) for _ in range(2)]
    lengths = sum(path.stat().st_size for path in backup.rglob("*") if path.is_file())
    print(f"{count} objects, {lengths / (1 << 30):.0f} GiB long")
    return seconds


def stretch_items(vault: Path, backup: Path) -> None:
    """Make every item of a vault, and its object in the backup, as long as ``SPARSE_MIB`` MiB."""
    size_bytes = SPARSE_MIB * MIB
    credential = load_credential(PASSPHRASE, None)
    with unlock(str(vault), credential, random=os.urandom, clock=SystemClock()) as session:

        def work(opened: Vault) -> list[bytes]:
            with opened.records.transaction():
                opened.records._database.execute("UPDATE item SET size_bytes = ?", (size_bytes,))
            return [item.object_name for item in opened.records.items.iter_items()]

        for name in session.change(work):
            for folder in (vault, backup):
                os.truncate(VaultLayout(str(folder)).object_path(name), object_size(size_bytes))


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
    shutil.rmtree(repository)
    shutil.rmtree(folder / "restic-out")
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
    shutil.rmtree(repository)
    shutil.rmtree(folder / "borg-out")
    return [first, again, check, restore]


def main() -> None:
    """Make the vault, and let each program have it in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--sparse-gib", type=int, default=100)
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
            print(f"{name:10} " + " ".join(f"{seconds:8.2f}" for seconds in work(folder)), flush=True)
        print(f"rescue without databases: {rescue(folder):.2f}", flush=True)
    if given.sparse_gib:
        with tempfile.TemporaryDirectory(dir=given.folder) as place:
            seconds = sparse(Path(place), given.sparse_gib)
            print("unchanged, seconds: " + ", ".join(f"{each:.2f}" for each in seconds))


if __name__ == "__main__":
    main()
