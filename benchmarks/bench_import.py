"""Taking files in, beside programs that keep or encrypt files: one large file, and two thousand small ones.

Whole commands, in turn, on the same folder of the same disk, each ended by ``sync``; what it takes to open a
vault or a repository (mostly key derivation) is measured beside it and taken off. Options: ``--mib``,
``--files``, ``--runs``, ``--folder`` (a disk to measure on). Programs that are not installed are left out.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from whole_commands import HRD_VAULT, MIB, PASSPHRASE, Finished, fresh, is_there, ratio, run

RESTIC = {"RESTIC_PASSWORD": PASSPHRASE, "RESTIC_PROGRESS_FPS": "0"}
BORG = {"BORG_PASSPHRASE": PASSPHRASE, "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}

#: Runs one program over a folder of originals; the second figure is what opening alone takes.
Contestant = Callable[[Path, Path], tuple[Finished, float]]


def _seconds(*arguments: str | Path, folder: Path, extra: dict[str, str] | None = None) -> float:
    return run(arguments, folder=folder, extra=extra).seconds


def sheaf(originals: Path, place: Path) -> tuple[Finished, float]:
    """Our own import, until everything is in the vault for good and said to be so.

    What comes after that, reading texts and making small pictures for the search, no other program here does.
    """
    vault, asks, opening = _new_vault(place)
    command = (HRD_VAULT, "import", vault, originals, *asks)
    return run(command, folder=place, until_it_speaks=True), opening


def sheaf_whole(originals: Path, place: Path) -> tuple[Finished, float]:
    """Our own import with looking into every file, to the end of the command."""
    vault, asks, opening = _new_vault(place)
    command = ("sh", "-c", '"$0" "$@" && sync', HRD_VAULT, "import", vault, originals, *asks)
    return run(command, folder=place), opening


def _new_vault(place: Path) -> tuple[Path, tuple[str | Path, ...], float]:
    """An empty vault, the options that open it, and how long opening takes."""
    secret = place / "secret"
    secret.write_text(PASSPHRASE + "\n")
    vault = place / "vault"
    asks = ("--passphrase-file", secret)
    run((HRD_VAULT, "create", vault, "--kdf", "minimum", *asks), folder=place)
    opening = _seconds(HRD_VAULT, "unlock-test", vault, *asks, folder=place)
    subprocess.run(["/bin/sync"], check=True)
    return vault, asks, opening


def copy(originals: Path, place: Path) -> tuple[Finished, float]:
    """Copying, flushing, hashing: the least that anybody does with evidence."""
    script = 'cp -r "$0" copy && sync && find "$0" -type f -exec sha256sum {} + >/dev/null'
    return run(("sh", "-c", script, originals), folder=place), 0.0


def age(originals: Path, place: Path) -> tuple[Finished, float]:
    """A tar through age; it hashes nothing that a person could compare."""
    run(("age-keygen", "-o", "key"), folder=place)
    script = 'tar -c -C "$0" . | age -R recipient > out.age && sync'
    run(("sh", "-c", "age-keygen -y key > recipient"), folder=place)
    return run(("sh", "-c", script, originals), folder=place), 0.0


def restic(originals: Path, place: Path) -> tuple[Finished, float]:
    """A restic repository."""
    repository = place / "repository"
    run(("restic", "init", "--quiet", "-r", repository), folder=place, extra=RESTIC)
    opening = _seconds("restic", "-r", repository, "cat", "config", folder=place, extra=RESTIC)
    script = 'restic -r "$1" backup --quiet "$0" && sync'
    return run(("sh", "-c", script, originals, repository), folder=place, extra=RESTIC), opening


def borg(originals: Path, place: Path) -> tuple[Finished, float]:
    """A borg repository."""
    repository = place / "repository"
    run(("borg", "init", "--encryption=repokey-blake2", repository), folder=place, extra=BORG)
    opening = _seconds("borg", "list", repository, folder=place, extra=BORG)
    script = 'borg create "$1::one" "$0" && sync'
    return run(("sh", "-c", script, originals, repository), folder=place, extra=BORG), opening


def gocryptfs(originals: Path, place: Path) -> tuple[Finished, float]:
    """A copy into a mounted gocryptfs folder."""
    sealed, clear = fresh(place / "sealed"), fresh(place / "clear")
    secret = place / "secret"
    secret.write_text(PASSPHRASE + "\n")
    run(("gocryptfs", "-q", "-init", "-passfile", secret, sealed), folder=place)
    run(("gocryptfs", "-q", "-passfile", secret, sealed, clear), folder=place)
    try:
        return run(("sh", "-c", 'cp -r "$0" "$1" && sync', originals, clear), folder=place), 0.0
    finally:
        run(("fusermount", "-u", clear), folder=place)


CONTESTANTS: dict[str, tuple[Contestant, tuple[str, ...]]] = {
    "this program": (sheaf, ()),
    "... and looking into files": (sheaf_whole, ()),
    "cp + sync + sha256sum": (copy, ()),
    "age": (age, ("age",)),
    "restic": (restic, ("restic",)),
    "borg": (borg, ("borg",)),
    "gocryptfs + cp": (gocryptfs, ("gocryptfs", "fusermount")),
}


def compare(originals: Path, place: Path, runs: int) -> None:
    """Every program in turn, ``runs`` times, after one round that is not counted."""
    there = [name for name, (_, needs) in CONTESTANTS.items() if is_there(*needs)]
    taken: dict[str, list[float]] = {name: [] for name in there}
    peak: dict[str, float] = dict.fromkeys(there, 0.0)
    for number in range(runs + 1):
        for name in there:
            finished, opening = CONTESTANTS[name][0](originals, fresh(place / "work"))
            if number:
                taken[name].append(finished.seconds - opening)
                peak[name] = max(peak[name], finished.peak_mib)
    ours = taken["this program"]
    for name in there:
        print(
            f"  {name:26} median {median(taken[name]):7.2f} s   fastest {min(taken[name]):7.2f} s   "
            f"this program / it {ratio(ours, taken[name]):5.2f}   memory {peak[name]:6.0f} MiB",
            flush=True,
        )


def memory(place: Path, sizes_mib: tuple[int, ...]) -> None:
    """How the most memory grows with the file: beside a vault that is opened and closed."""
    work = fresh(place / "work")
    secret = work / "secret"
    secret.write_text(PASSPHRASE + "\n")
    vault = work / "vault"
    asks = ("--passphrase-file", secret)
    run((HRD_VAULT, "create", vault, "--kdf", "minimum", *asks), folder=work)
    # The memory of Argon2id is its child's, which comes into the figure of whoever waits for it.
    idle = run((HRD_VAULT, "unlock-test", vault, *asks), folder=work).peak_mib
    for size in sizes_mib:
        original = work / "original"
        make_file(original, size * MIB)
        peak = run((HRD_VAULT, "import", vault, original, *asks), folder=work).peak_mib
        print(
            f"  {size:5} MiB: {peak:4.0f} MiB, {peak - idle:+4.0f} MiB beside opening and closing", flush=True
        )


def make_file(path: Path, size_bytes: int) -> None:
    """A file of random bytes."""
    with path.open("wb") as file:
        for start in range(0, size_bytes, MIB):
            file.write(os.urandom(min(MIB, size_bytes - start)))


def main() -> None:
    """Make the originals, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    source = random.Random(1)  # noqa: S311 - the same sizes on every run
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        place = Path(folder)
        large = fresh(place / "large")
        make_file(large / "film.bin", chosen.mib * MIB)
        print(f"one file of {chosen.mib} MiB", flush=True)
        compare(large, place, chosen.runs)
        (large / "film.bin").unlink()
        small = fresh(place / "small")
        total = 0
        for number in range(chosen.files):
            size = source.randrange(2_000, 60_000)
            total += size
            make_file(small / f"note-{number:05}.txt", size)
        print(f"{chosen.files} files, {total / MIB:.0f} MiB in all", flush=True)
        compare(small, place, chosen.runs)
        print("memory", flush=True)
        memory(place, (1, 64, chosen.mib))


if __name__ == "__main__":
    main()
