"""Places and times that are not what a program expects: long paths, other file systems, clocks set back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from tests.e2e.cli import PASSPHRASE
from tests.faults.inprocess import Looker
from tests.faults.portable_disk import use_a_vault_on
from tests.faults.warm import Warm, WarmPlace

IMAGE_BYTES = 64 << 20


def folder_of_length(base: Path, length: int) -> Path:
    """A folder whose path has this many bytes, or a few less."""
    path = base
    while length - len(os.fsencode(path)) > 1:
        path /= "d" * min(100, length - len(os.fsencode(path)) - 1)
    return path


@pytest.mark.parametrize("length", [4_000, 1_000, 495])
def test_a_path_that_is_too_long_is_named_and_leaves_nothing(tmp_path: Path, warm: Warm, length: int) -> None:
    place = WarmPlace(tmp_path, warm)
    place.vault = folder_of_length(tmp_path, length) / "v"
    place.vault.parent.mkdir(parents=True)
    done = place.opened("create", "--kdf", "minimum", expect=1)
    assert (done.error_code, done.out) == ("path-too-long", b"")
    assert "too long" in done.err and "disk" not in done.err
    assert list(place.vault.parent.iterdir()) == []


def test_a_vault_under_a_path_that_became_too_long_is_told_of_and_can_be_moved_back(
    tmp_path: Path, warm: Warm
) -> None:
    place = WarmPlace(tmp_path, warm)
    place.vault = folder_of_length(tmp_path, 440) / "v"
    place.vault.parent.mkdir(parents=True)
    place.create()
    place.take(place.original("a.txt", b"a"))
    before = place.vault
    long = folder_of_length(tmp_path / "l", 900)
    long.mkdir(parents=True)
    place.vault = Path(shutil.move(before, long))
    for words in (("list",), ("verify",), ("import", place.originals)):
        assert place.opened(*words, expect=1).error_code == "path-too-long"
    # The keys can be taken wherever it lies.
    place.vault = Path(shutil.move(place.vault, before))
    assert place.json("verify")["ok"]
    assert place.opened("cat", "E0001").out == b"a"


def test_a_vault_under_a_long_path_is_wiped(tmp_path: Path, warm: Warm) -> None:
    place = WarmPlace(tmp_path, warm)
    place.create()
    long = folder_of_length(tmp_path / "l", 3_900)
    long.mkdir(parents=True)
    place.vault = Path(shutil.move(place.vault, long))
    place.run("panic", place.vault, "--yes")
    assert list(long.iterdir()) == []


def test_a_clock_that_was_set_back_ten_years(tmp_path: Path, warm: Warm) -> None:
    """What comes later stays later, nothing is taken for damage, and no item is lost."""
    place = WarmPlace(tmp_path, warm)
    place.create()
    place.take(place.original("a.txt", b"before"), "--case", "C-1")
    session = unlock(str(place.vault), load_credential(PASSPHRASE, None), random=os.urandom, clock=SetBack())
    with session:
        add_case(session, "C-2", "Opened before it was born")
        assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok
    place.take(place.original("b.txt", b"after"), "--case", "C-1")
    report = place.json("verify")
    assert (report["ok"], report["items"]) == (True, 2)
    assert place.opened("list").err == ""


#: What root is without the right to pass over the rights of files.
WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all")


@pytest.mark.root
@pytest.mark.parametrize("owner", [0, 65_534], ids=["ours", "of another"])
def test_a_vault_that_may_not_be_looked_into(tmp_path: Path, warm: Warm, owner: int) -> None:
    """Told as what it is, and a wipe gives itself the right where it can, or says that nothing was done."""
    place = WarmPlace(tmp_path, warm)
    place.create()
    os.chown(place.vault, owner, owner)
    place.vault.chmod(0 if owner == 0 else 0o700)
    done = place.opened("list", expect=1, before=WITHOUT_PRIVILEGE)
    assert done.error_code == "not-permitted"
    assert "cable" not in done.err
    if owner == 0:
        place.run("panic", place.vault, "--yes", before=WITHOUT_PRIVILEGE)
        assert not place.vault.exists()
    else:
        wiped = place.run("panic", place.vault, "--yes", before=WITHOUT_PRIVILEGE, expect=6)
        assert "NOTHING WAS OVERWRITTEN" in wiped.text
        assert place.opened("list").code == 0


@pytest.mark.root
def test_a_vault_that_may_not_be_written(tmp_path: Path, warm: Warm) -> None:
    """Files of another that can be read: nothing is changed, and that is said."""
    place = WarmPlace(tmp_path, warm)
    place.create()
    for path in (place.vault, *place.vault.rglob("*")):
        os.chown(path, 65_534, 65_534)
        path.chmod(0o755 if path.is_dir() else 0o644)
    before = {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}
    for command in (("list",), ("import", place.original("a.txt", b"a"))):
        assert place.opened(*command, expect=1, before=WITHOUT_PRIVILEGE).error_code == "not-permitted"
    wiped = place.run("panic", place.vault, "--yes", "--json", before=WITHOUT_PRIVILEGE, expect=6).document
    assert {"key-slots", "files"} <= {step["step"] for step in wiped["steps"] if step["result"] == "failed"}
    assert {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()} == before


class SetBack(SystemClock):
    """Ten years ago."""

    def now_utc(self) -> datetime:
        return super().now_utc() - timedelta(days=3_653)


@pytest.fixture
def exfat(tmp_path: Path) -> Iterator[Path]:
    """An exFAT file system of its own."""
    for tool in ("mkfs.exfat", "mount.exfat-fuse", "losetup"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    image, mounted = tmp_path / "exfat.img", tmp_path / "mounted"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_BYTES)
    subprocess.run(["mkfs.exfat", str(image)], check=True, capture_output=True)
    done = subprocess.run(
        ["losetup", "-f", "--show", str(image)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("this system gives no loop device")
    device = done.stdout.strip()
    try:
        done = subprocess.run(["mount.exfat-fuse", device, str(mounted)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("this system does not let exFAT be mounted")
        try:
            yield mounted
        finally:
            subprocess.run(["umount", str(mounted)], check=True)
    finally:
        subprocess.run(["losetup", "-d", device], check=True)


@pytest.mark.root
def test_a_vault_on_exfat(exfat: Path, tmp_path: Path, warm: Warm) -> None:
    """No rights, no links, times of ten milliseconds: the vault works, and the wipe wipes."""
    use_a_vault_on(exfat, WarmPlace(tmp_path, warm))


@pytest.mark.parametrize(
    "names",
    [pytest.param(20_000, id="many"), pytest.param(1_000_000, id="a million", marks=pytest.mark.gate)],
)
def test_names_that_crashes_left_reserved(
    tmp_path: Path, warm: Warm, names: int, request: pytest.FixtureRequest
) -> None:
    """All are dropped at the next unlock, the objects under them go, and no item is touched."""
    if names > 20_000 and not request.config.getoption("--full"):
        pytest.skip("a million names only with --full")
    place = WarmPlace(tmp_path, warm)
    place.create()
    place.take(place.original("a.txt", b"a"))
    whole = set(place.object_files())
    looker = Looker(tmp_path)
    with looker.opened(place.vault, "passphrase") as vault:
        random = Random(names)
        for _ in range(names // 10_000):
            with vault.records.quiet_transaction():
                vault.records.names.reserve([random.randbytes(16) for _ in range(10_000)])
        left = vault.records.names.reserved(limit=3)
        for name in left:
            Path(vault.layout.object_path(name)).write_bytes(b"half an object")
    with looker.opened(place.vault, "passphrase") as vault:
        assert vault.records.names.reserved(limit=1) == []
        assert not any(Path(vault.layout.object_path(name)).exists() for name in left)
    assert set(place.object_files()) == whole
    assert place.json("verify")["ok"]
