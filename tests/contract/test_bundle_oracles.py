"""What leaves is opened and accepted by a recipient's tools: age, unzip, sha256sum, bagit and others."""

from __future__ import annotations

import hashlib
import os
import pty
import select
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.crypto.age_identities import parse_identities
from hrd_desktop.crypto.age_open import decrypt_age
from hrd_desktop.crypto.age_passphrase import encrypt_with_passphrase, iter_decrypt_with_passphrase
from hrd_desktop.crypto.age_recipients import encrypt_to_recipients, parse_recipient
from hrd_desktop.domain.errors.bundle import AgePayloadInvalid
from hrd_desktop.domain.export import PlainFolder, RecipientKind, ToRecipients, WithPassphrase
from tests.unit.bundle.bundle_trees import Source, make_source

WORDS = "abacus drop-down abide zoology yo-yo unwed armful"
SIZES = (0, 1, 65535, 65536, 65537, 3 * 65536)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=120)


def run_with_passphrase(command: list[str], answers: list[str]) -> int:
    """Run ``command`` on a terminal of its own and answer each of its questions; gives the exit code."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    seen = b""
    deadline = time.monotonic() + 120
    waiting = list(answers)
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
        if waiting and b"passphrase" in seen.lower() and seen.rstrip().endswith(b":"):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
            seen = b""
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


@pytest.fixture(scope="module")
def source() -> Source:
    return make_source(os.urandom(100_000), b"", b"text\n" * 20_000)


@pytest.fixture(scope="module")
def age_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "key.txt"
    assert run(tool("age-keygen"), "-o", path).returncode == 0
    return path


def public_of(age_key: Path) -> str:
    return run(tool("age-keygen"), "-y", age_key).stdout.decode().strip()


def unpack(path: Path, to: Path) -> Path:
    """Unpack with stock unzip; gives the one folder inside."""
    tested = run(tool("unzip"), "-tqq", path)
    assert (tested.returncode, tested.stdout, tested.stderr) == (0, b"", b"")
    assert run(tool("unzip"), "-qq", path, "-d", to).returncode == 0
    (folder,) = to.iterdir()
    return folder


def accept(folder: Path) -> None:
    """Every tool that checks a folder says yes."""
    bag = folder / "bag"
    for command in (
        ("sha256sum", "--strict", "--quiet", "-c", "manifest-sha256.txt"),
        ("sha256sum", "--strict", "--quiet", "-c", "tagmanifest-sha256.txt"),
        ("sha512sum", "--strict", "--quiet", "-c", "manifest-sha512.txt"),
        ("sha512sum", "--strict", "--quiet", "-c", "tagmanifest-sha512.txt"),
        ("shasum", "-a", "256", "--strict", "-c", "manifest-sha256.txt"),
    ):
        if shutil.which(command[0]):
            result = run(*command, cwd=bag)
            assert result.returncode == 0, (command, result.stderr)
    result = run(sys.executable, "-W", "ignore", "-m", "bagit", "--validate", bag)
    assert result.returncode == 0, result.stderr
    assert b"is valid" in result.stderr


def test_plain_folder(tmp_path: Path, source: Source) -> None:
    accept(source.write(tmp_path, PlainFolder()).path)


def test_bundle_to_an_age_key(tmp_path: Path, source: Source, age_key: Path) -> None:
    form = ToRecipients((parse_recipient(public_of(age_key)),))
    result = source.write(tmp_path, form)
    opened = tmp_path / "opened.zip"
    assert run(tool("age"), "-d", "-i", age_key, "-o", opened, result.path).returncode == 0
    accept(unpack(opened, tmp_path / "out"))
    assert run(sys.executable, "-m", "zipfile", "-t", opened).returncode == 0
    if shutil.which("7z"):
        listed = run("7z", "t", opened)
        assert listed.returncode == 0 and b"Warning" not in listed.stdout, listed.stdout
    if shutil.which("bsdtar"):
        assert run("bsdtar", "-tf", opened).returncode == 0
    assert check_bundle(result.path, identities=parse_identities(age_key.read_bytes())).sound


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_bundle_to_an_ssh_key(tmp_path: Path, source: Source, kind: str) -> None:
    key = tmp_path / "id"
    assert run(tool("ssh-keygen"), "-q", "-t", kind, "-N", "", "-C", "somebody", "-f", key).returncode == 0
    recipient = parse_recipient(key.with_suffix(".pub").read_text())
    assert recipient.kind is RecipientKind(f"ssh-{kind}")
    listed = run("ssh-keygen", "-l", "-f", key.with_suffix(".pub")).stdout.decode()
    assert recipient.fingerprint in listed
    out = tmp_path / "out"
    out.mkdir()
    result = source.write(out, ToRecipients((recipient,)))
    opened = tmp_path / "opened.zip"
    assert run(tool("age"), "-d", "-i", key, "-o", opened, result.path).returncode == 0
    accept(unpack(opened, tmp_path / "unpacked"))
    assert check_bundle(result.path, identities=parse_identities(key.read_bytes())).sound


def test_bundle_by_passphrase(tmp_path: Path, source: Source) -> None:
    result = source.write(tmp_path, WithPassphrase(WORDS))
    opened = tmp_path / "opened.zip"
    command = [tool("age"), "-d", "-o", str(opened), str(result.path)]
    assert run_with_passphrase(command, [WORDS]) == 0
    accept(unpack(opened, tmp_path / "out"))
    assert check_bundle(result.path, passphrase=WORDS).sound


def test_stock_age_refuses_another_passphrase(tmp_path: Path, source: Source) -> None:
    result = source.write(tmp_path, WithPassphrase(WORDS))
    opened = tmp_path / "opened.zip"
    assert run_with_passphrase([tool("age"), "-d", "-o", str(opened), str(result.path)], ["wrong"]) != 0
    assert not opened.exists()


@pytest.mark.parametrize("size", SIZES)
def test_stock_age_reads_what_the_passphrase_writer_writes(tmp_path: Path, size: int) -> None:
    plaintext = os.urandom(size)
    sealed, opened = tmp_path / "x.age", tmp_path / "x"
    with open(sealed, "wb") as file:
        encrypt_with_passphrase([plaintext], file.write, WORDS, randomness=os.urandom, log_n=2)
    assert run_with_passphrase([tool("age"), "-d", "-o", str(opened), str(sealed)], [WORDS]) == 0
    # Stock age makes no file at all for an empty plaintext.
    assert (opened.read_bytes() if opened.exists() else b"") == plaintext


@pytest.mark.parametrize("size", SIZES)
def test_the_passphrase_reader_reads_what_stock_age_writes(tmp_path: Path, size: int) -> None:
    plain, sealed = tmp_path / "x", tmp_path / "x.age"
    plain.write_bytes(os.urandom(size))
    assert run_with_passphrase([tool("age"), "-p", "-o", str(sealed), str(plain)], [WORDS, WORDS]) == 0
    with open(sealed, "rb") as file:
        assert b"".join(iter_decrypt_with_passphrase(file, WORDS)) == plain.read_bytes()
    if size == 65537:
        sealed.write_bytes(sealed.read_bytes()[:-17])
        with open(sealed, "rb") as file, pytest.raises(AgePayloadInvalid):
            for _ in iter_decrypt_with_passphrase(file, WORDS):
                pass


@pytest.mark.parametrize("size", SIZES)
def test_age_files_to_keys_both_ways(tmp_path: Path, age_key: Path, size: int) -> None:
    plaintext = os.urandom(size)
    plain, sealed, opened = tmp_path / "x", tmp_path / "x.age", tmp_path / "y"
    with open(sealed, "wb") as file:
        encrypt_to_recipients([plaintext], file.write, [parse_recipient(public_of(age_key))])
    assert run(tool("age"), "-d", "-i", age_key, "-o", opened, sealed).returncode == 0
    assert (opened.read_bytes() if opened.exists() else b"") == plaintext
    plain.write_bytes(plaintext)
    assert run(tool("age"), "-r", public_of(age_key), "-o", tmp_path / "z.age", plain).returncode == 0
    pieces: list[bytes] = []
    with open(tmp_path / "z.age", "rb") as file:
        decrypt_age(file, pieces.append, identities=parse_identities(age_key.read_bytes()))
    assert b"".join(pieces) == plaintext


def test_bags_that_bagit_makes_are_sound(tmp_path: Path) -> None:
    """The Library of Congress's own writer, version 0.97, several algorithms; in a folder and zipped."""
    folder = tmp_path / "made"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a b.txt").write_bytes(b"one")
    (folder / "é.bin").write_bytes(bytes(70_000))
    command = (
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "bagit",
        "--md5",
        "--sha256",
        "--contact-name",
        "A",
        folder,
    )
    assert run(*command).returncode == 0
    result = check_bundle(folder)
    assert result.faults == () and result.bag_version == "0.97" and result.algorithms == ("md5", "sha256")
    for packer in (["zip", "-qr", "x.zip", "made"], ["7z", "a", "-bso0", "-tzip", "x.zip", "made"]):
        if shutil.which(packer[0]) is None:
            continue
        (tmp_path / "x.zip").unlink(missing_ok=True)
        assert run(*packer, cwd=tmp_path).returncode == 0
        assert check_bundle(tmp_path / "x.zip").faults == ()
    (folder / "data" / "sub" / "a b.txt").write_bytes(b"two")
    assert {fault.kind.value for fault in check_bundle(folder).faults} == {"file-changed"}


def test_both_readers_agree_on_damage(tmp_path: Path, source: Source) -> None:
    """Where bagit.py says a bag of ours is damaged, so do we."""
    folder = source.write(tmp_path, PlainFolder()).path
    for path in sorted((folder / "bag").rglob("*")):
        if not path.is_file() or path.name.startswith("tagmanifest"):
            continue
        data = path.read_bytes()
        path.write_bytes(data + b"\n")
        ours = check_bundle(folder)
        theirs = run(sys.executable, "-W", "ignore", "-m", "bagit", "--validate", folder / "bag")
        assert not ours.sound and theirs.returncode != 0, path.name
        path.write_bytes(data)
    assert check_bundle(folder).sound


@pytest.mark.parametrize(
    "form", ["folder", "passphrase", "recipient", pytest.param("page", marks=pytest.mark.gate)]
)
def test_memory_does_not_grow_with_the_bundle(tmp_path: Path, form: str) -> None:
    """Peak resident size with 4 MiB and with 120 MiB of items differs by less than 24 MiB."""
    script = Path(__file__).with_name("bundle_memory.py")
    project = Path(__file__).parents[2]
    peaks: list[int] = []
    for size_mib in (4, 120):
        done = subprocess.run(
            [sys.executable, str(script), form, str(size_mib), str(tmp_path)],
            env={"PYTHONPATH": str(project), "PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
            timeout=200,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 24 << 10, peaks


def test_samples_leave_byte_for_byte(tmp_path: Path, samples_dir: Path) -> None:
    chosen = [path for path in sorted(samples_dir.rglob("*")) if path.is_file()]
    files = [path for path in chosen if path.stat().st_size < 3 << 20][:30]
    result = make_source(*(path.read_bytes() for path in files)).write(tmp_path, PlainFolder())
    accept(result.path)
    for number, path in enumerate(files, 1):
        written = (result.path / f"bag/data/items/{number:04d}/original.jpg").read_bytes()
        assert hashlib.sha256(written).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_zip_names_and_times_tell_nothing(tmp_path: Path, source: Source, age_key: Path) -> None:
    result = source.write(tmp_path, ToRecipients((parse_recipient(public_of(age_key)),)))
    opened = tmp_path / "opened.zip"
    assert run(tool("age"), "-d", "-i", age_key, "-o", opened, result.path).returncode == 0
    with zipfile.ZipFile(opened) as file:
        names = file.namelist()
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    top = result.path.name.removesuffix(".zip.age")
    assert all(name.startswith(f"{top}/") and name.isascii() for name in names)
