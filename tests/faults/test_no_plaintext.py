"""No canary lies on the disk in the clear: not in the vault, the home, or the raw device under them."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import Place, files_under, traces_of
from tests.faults.journey import Journey, find_traces, secrets_of
from tests.faults.warm import Warm, WarmPlace

IMAGE_BYTES = 64 << 20
CONTROL = "Control-word-7799-that-was-deleted"


def after_lock(place: Place, command: str) -> None:
    """What must hold of a vault that no command has open."""
    root = place.vault
    entries = [root, *root.rglob("*")]
    assert len({path.lstat().st_mtime_ns for path in entries}) == 1, command
    for path in entries:
        mode = path.lstat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), (command, path)
        assert not path.is_symlink()
    for name in ("records.0-journal", "derived.0-journal", "lock"):
        assert (root / name).stat().st_size == 0, (command, name)
    # Nothing else lies in the vault, and nothing of a working copy beside it.
    known = {"keyslots.a", "keyslots.b", "records.0", "derived.0", "records.0-journal", "derived.0-journal",
             "lock", "objects"}  # fmt: skip
    assert {path.name for path in root.iterdir()} == known, command
    assert [path.name for path in root.parent.iterdir()] == [root.name], command


@pytest.fixture(scope="module")
def gone_through(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Iterator[Journey]:
    """The whole job done once, the state of the vault checked after every command."""
    place = WarmPlace(tmp_path_factory.mktemp("plain"), warm)
    journey = Journey(place, place.folder / "out", lambda command: after_lock(place, command))
    journey.go()
    yield journey
    journey.panic()
    assert not place.vault.exists()


def test_the_vault_holds_no_plaintext_and_no_trace_of_use(gone_through: Journey) -> None:
    secrets = secrets_of(gone_through)
    searched = 0
    for path in files_under(gone_through.place.vault):
        assert find_traces(path.read_bytes(), secrets) == [], path
        searched += 1
    assert searched > 10
    names = " ".join(str(path) for path in gone_through.place.vault.rglob("*"))
    assert find_traces(names.encode(), {k: v for k, v in secrets.items() if "folder" not in k}) == []


def test_the_bundle_holds_no_plaintext(gone_through: Journey) -> None:
    secrets = secrets_of(gone_through)
    for path in gone_through.out.iterdir():
        if path.name.startswith("bundle"):
            assert find_traces(path.read_bytes(), secrets) == [], path


def test_the_home_and_every_folder_for_settings_and_temporary_files_is_empty(gone_through: Journey) -> None:
    # Were there a file one day, it would still have to hold none of the canaries.
    secrets = secrets_of(gone_through)
    secrets["vault"] = str(gone_through.place.vault)
    for path in files_under(gone_through.place.home):
        assert find_traces(path.read_bytes(), secrets) == [], path
    assert [path for path in gone_through.place.home.rglob("*") if not path.is_dir()] == []


def test_the_search_finds_what_is_there() -> None:
    """The tests above can fail: every form of a canary is found, at every alignment."""
    for what, text in {"x": "Canary 1234", "y": "\u0634\u0627\u0647\u062f"}.items():
        for form, trace in traces_of(text).items():
            for shift in range(3):
                data = b"#" * 1_000 + trace if not form.startswith("base64") else encoded(shift, text)
                found = find_traces(data, {what: text})
                assert any(entry.startswith(what) for entry in found), (form, shift)


def encoded(shift: int, text: str) -> bytes:
    import base64

    return base64.b64encode(b"#" * (9 + shift) + text.encode() + b"tail")


@pytest.fixture
def image(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A small ext4 file system in a file: (the image, where it is mounted)."""
    path, mounted = tmp_path / "disk.img", tmp_path / "mounted"
    mounted.mkdir()
    with open(path, "wb") as file:
        file.truncate(IMAGE_BYTES)
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("mkfs.ext4 is not installed")
    # Left to itself, ext4 would put a file's own bytes into its inode and zero tables when idle.
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", path], check=True, timeout=60)
    done = subprocess.run(
        ["mount", "-o", "loop", path, mounted], capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        pytest.skip("this system does not let a loop device be mounted")
    yield path, mounted
    if os.path.ismount(mounted):
        subprocess.run(["umount", mounted], check=True, timeout=60)


@pytest.mark.root
def test_the_raw_disk_under_the_vault_and_the_home(
    image: tuple[Path, Path], tmp_path: Path, warm: Warm
) -> None:
    path, mounted = image
    # Originals, secrets and the bundle come from and go elsewhere; all that the program has is on the image.
    place = WarmPlace(mounted / "on the image", warm)
    place.folder = tmp_path
    place.originals = tmp_path / "originals"
    place.originals.mkdir()
    deleted = mounted / "control"
    deleted.write_text(CONTROL * 1_000, "utf-8")
    os.sync()
    deleted.unlink()
    (mounted / "on the image" / "passphrase").unlink()
    journey = Journey(place, tmp_path / "out")
    journey.go()
    secrets = secrets_of(journey)
    unmount(mounted)
    assert search(path, {"control": CONTROL}), "what was deleted cannot be found: the search proves nothing"
    assert search(path, secrets) == []
    mount(path, mounted).check_returncode()
    journey.panic()
    unmount(mounted)
    assert search(path, secrets) == []


def mount(path: Path, mounted: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["mount", "-o", "loop", path, mounted], capture_output=True, timeout=60, check=False
    )


def unmount(mounted: Path) -> None:
    os.sync()
    subprocess.run(["umount", mounted], check=True, timeout=60)


def search(image: Path, secrets: dict[str, str]) -> list[str]:
    written = b"\0".join(data_of(image))
    assert len(written) > 1 << 20
    return find_traces(written, secrets)


def data_of(image: Path) -> Iterator[bytes]:
    """All of the image but its holes, which nobody has ever written to."""
    with open(image, "rb") as file:
        position = 0
        while True:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA)
            except OSError as error:
                assert error.errno == errno.ENXIO
                return
            end = os.lseek(file.fileno(), position, os.SEEK_HOLE)
            yield os.pread(file.fileno(), end - position, position)
            position = end
