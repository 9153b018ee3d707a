"""Bundles by command: every form, what is held back and chosen; other tools accept them."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.cli import Place, on_terminal, sha256
from tests.e2e.conftest import SEEDS


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> bytes:
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout + done.stderr


def unzipped(archive: Path, to: Path) -> Path:
    run(tool("unzip"), "-qq", archive, "-d", to)
    (folder,) = to.iterdir()
    return folder


def accept(folder: Path) -> None:
    """Tools that know nothing of the program find the bag whole."""
    for lists in ("manifest", "tagmanifest"):
        for digest in ("sha256", "sha512"):
            run(f"{digest}sum", "--strict", "--quiet", "-c", f"{lists}-{digest}.txt", cwd=folder / "bag")
    assert b"is valid" in run(sys.executable, "-W", "ignore", "-m", "bagit", "--validate", folder / "bag")
    originals = {sha256(path.read_bytes()) for path in (folder / "bag/data/items").glob("*/original.*")}
    assert originals == {sha256(content) for content in SEEDS.values()}


@pytest.fixture
def age_key(seeded: Place) -> tuple[Path, str]:
    """An age identity file and its public key."""
    path = seeded.folder / "key.txt"
    run(tool("age-keygen"), "-o", path)
    return path, run(tool("age-keygen"), "-y", path).decode().strip()


def written(text: str) -> Path:
    (line,) = (line for line in text.splitlines() if line.startswith("Written and checked: "))
    return Path(line.partition(": ")[2])


def test_to_age_recipients(seeded: Place, age_key: tuple[Path, str]) -> None:
    identity, recipient = age_key
    other = seeded.folder / "other.txt"
    run(tool("age-keygen"), "-o", other)
    other_recipient = run(tool("age-keygen"), "-y", other).decode().strip()
    out = seeded.folder / "out"
    out.mkdir()
    done = seeded.opened(
        "export", "--all", "--recipient", recipient, "--recipient", other_recipient, "--out", out
    )
    bundle = written(done.text)
    assert re.fullmatch(r"[A-Za-z0-9]+\.zip\.age", bundle.name), "a random name says nothing"
    assert f"SHA-256 {sha256(bundle.read_bytes())}" in done.text
    assert sorted(path.suffix for path in out.iterdir()) == [".age", ".txt"]
    for key in (identity, other):
        opened = seeded.folder / f"{key.stem}.zip"
        run(tool("age"), "-d", "-i", key, "-o", opened, bundle)
        accept(unzipped(opened, seeded.folder / f"unzipped {key.stem}"))
    report = seeded.run("check-bundle", bundle, "--identity", identity, "--json").document
    assert (report["ok"], report["items"], report["faults"]) == (True, 3, [])
    stranger = seeded.folder / "stranger.txt"
    run(tool("age-keygen"), "-o", stranger)
    done = seeded.run("check-bundle", bundle, "--identity", stranger, expect=3)
    assert done.error_code == "bundle-wrong-identity"
    assert seeded.run("check-bundle", bundle, expect=3).error_code == "bundle-needs-identity"
    # The log says what left and to whom.
    assert seeded.json("show", "E0001")["custody"][-1]["action"] == "exported"

    data = bytearray(bundle.read_bytes())
    for position in (20, len(data) // 2, len(data) - 5):
        changed = bytearray(data)
        changed[position] ^= 1
        bundle.write_bytes(changed)
        done = seeded.run("check-bundle", bundle, "--identity", identity, "--json", expect=None)
        assert done.code in (3, 4), position
    bundle.write_bytes(data[:-100])
    seeded.run("check-bundle", bundle, "--identity", identity, expect=4)


def test_to_an_ssh_key(seeded: Place) -> None:
    key = seeded.folder / "id"
    run(tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "nobody@nowhere", "-f", key)
    public = key.with_suffix(".pub").read_text("utf-8").strip()
    out = seeded.folder / "out.zip.age"
    done = seeded.opened("export", "--all", "--recipient", public, "--out", out)
    assert "recognised" in done.err
    opened = seeded.folder / "opened.zip"
    run(tool("age"), "-d", "-i", key, "-o", opened, out)
    accept(unzipped(opened, seeded.folder / "unzipped"))
    assert seeded.run("check-bundle", out, "--identity", key, "--json").document["ok"]
    secret = key.read_text("utf-8")
    done = seeded.opened("export", "--all", "--recipient", secret, "--out", seeded.folder / "no", expect=2)
    assert done.error_code == "recipient-is-secret"
    assert secret.splitlines()[1] not in done.err
    assert not (seeded.folder / "no").exists()


def test_by_passphrase(seeded: Place) -> None:
    out, words = seeded.folder / "out.zip.age", seeded.folder / "words"
    done = seeded.opened("export", "--all", "--passphrase-out", words, "--out", out)
    passphrase = words.read_text("utf-8").strip()
    assert words.stat().st_mode & 0o777 == 0o600
    assert len(re.findall(r"[a-z]+(?:-[a-z]+)?", passphrase)) == 7
    assert passphrase not in done.text + done.err
    assert seeded.run("check-bundle", out, "--bundle-passphrase-file", words, "--json").document["ok"]
    wrong = seeded.secret("not the words", "one two three")
    done = seeded.run("check-bundle", out, "--bundle-passphrase-file", wrong, expect=3)
    assert done.error_code == "bundle-wrong-passphrase"
    assert seeded.run("check-bundle", out, expect=3).error_code == "bundle-needs-passphrase"
    done = seeded.opened("export", "--all", "--passphrase-out", words, "--out", "x", expect=2)
    assert (done.error_code, words.read_text("utf-8").strip()) == ("secret-file-exists", passphrase)


def test_a_page_that_opens_itself(seeded: Place) -> None:
    out, words = seeded.folder / "page.html", seeded.folder / "words"
    refused = seeded.opened("export", "--all", "--self-opening", "--out", out, expect=2)
    assert "--passphrase-out" in refused.err and not out.exists()
    done = seeded.opened("export", "--all", "--self-opening", "--passphrase-out", words, "--out", out)
    assert words.read_text("utf-8").strip() not in done.text + done.err + out.read_text("utf-8")
    assert seeded.run("check-bundle", out, "--bundle-passphrase-file", words, "--json").document["ok"]
    wrong = seeded.secret("not the words", "one two three four five six seven")
    done = seeded.run("check-bundle", out, "--bundle-passphrase-file", wrong, expect=3)
    assert done.error_code == "bundle-wrong-passphrase"
    text = out.read_text("utf-8")
    out.write_text(text.replace('class="chunk">', 'class="chunk">AAAA', 1), "utf-8")
    report = seeded.run("check-bundle", out, "--bundle-passphrase-file", words, "--json", expect=4).document
    assert report["faults"][0]["code"] == "opening-page"


def test_a_plain_folder_with_a_case(seeded: Place) -> None:
    out = seeded.folder / "out"
    done = seeded.opened("export", "--case", "GATE", "--plain-folder", "--out", out)
    assert "not encrypted" in done.err
    with open(out / "bag/data/index.csv", encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["exhibit"], row["original_name"], row["sources"]) == ("0001", "letter.txt", "")
    assert b"neighbour" not in b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    taken = seeded.secret("taken", "mine")
    done = seeded.opened("export", "--case", "GATE", "--plain-folder", "--out", taken, expect=1)
    assert (done.error_code, taken.read_text("utf-8")) == ("bundle-destination-exists", "mine\n")
    # Nothing of this computer or of the vault's own ids leaves.
    for trace in (str(seeded.folder), seeded.json("list")["items"][0]["id"]):
        for path in out.rglob("*"):
            assert not path.is_file() or trace.encode() not in path.read_bytes(), path

    assert "Unchanged since it was signed by key" in seeded.run("check-bundle", out).text
    (item,) = (out / "bag/data/items").glob("*/*")
    item.chmod(0o600)
    item.write_bytes(item.read_bytes().replace(b"dawn", b"dusk"))
    report = seeded.run("check-bundle", out, "--json", expect=4).document
    assert not report["ok"]
    assert {fault["path"] for fault in report["faults"]} == {str(item.relative_to(out))}


def test_what_leaves_is_listed_first_and_chosen(seeded: Place) -> None:
    seeded.opened("edit", "E0001", "--note", "the note", "--set", "latitude=12.5", "--set", "longitude=3.25")
    out = seeded.folder / "out"
    options = ("export", "--case", "GATE", "--out", out)
    listed = seeded.opened(*options, "--list-only").text
    assert not out.exists()
    assert "letter.txt" in listed
    assert "12.5" in listed
    assert "the note" not in listed
    assert "neighbour" not in listed
    chosen = seeded.opened(*options, "--with", "notes,sources", "--plain-folder").text
    assert "the note" in chosen
    assert "neighbour" in chosen
    index = (out / "bag/data/index.csv").read_text("utf-8-sig")
    assert "the note" in index
    assert "a neighbour" in index
    seeded.opened(*options, "--with", "everything", "--plain-folder", expect=2)


def test_privileged_and_sealed_items_are_held_back_and_named(seeded: Place) -> None:
    seeded.opened("edit", "E0001", "--set", "privileged=yes")
    out = seeded.folder / "out"
    done = seeded.opened("export", "--all", "--plain-folder", "--out", out, expect=6)
    assert "E0001" in done.text
    assert len(list((out / "bag/data/items").glob("*/*"))) == 2
    seeded.opened("edit", "E0002", "--set", "sealed=yes")
    only = ("export", "--item", "E0001", "--item", "E0002", "--plain-folder")
    done = seeded.opened(*only, "--out", seeded.folder / "none", expect=1)
    assert done.error_code == "held-back"
    assert not (seeded.folder / "none").exists()
    seeded.opened(*only, "--include-held-back", "--out", seeded.folder / "all")
    assert len(list((seeded.folder / "all/bag/data/items").glob("*/*"))) == 2


def test_wrong_usage(seeded: Place) -> None:
    out = ("--out", seeded.folder / "out")
    for words in (
        ("--all", "--plain-folder"),
        (*out, "--all"),
        (*out, "--plain-folder"),
        (*out, "--all", "--case", "GATE", "--plain-folder"),
        (*out, "--all", "--plain-folder", "--recipient", "age1x"),
        (*out, "--all", "--recipient", "age1notakey"),
        ("--out", seeded.vault / "inside", "--all", "--plain-folder"),
        ("--out", seeded.vault / "objects" / "00" / "inside", "--all", "--plain-folder"),
    ):
        seeded.opened("export", *words, expect=2)
    for words in ((*out, "--case", "ABSENT", "--plain-folder"), (*out, "--item", "E0077", "--plain-folder")):
        assert seeded.opened("export", *words, expect=1).error_code == "not-found"
    assert not (seeded.folder / "out").exists()
    assert len(list(seeded.vault.iterdir())) == 8


def test_a_damaged_item_stops_the_export_and_is_named(seeded: Place) -> None:
    (path,) = (path for path in seeded.object_files().values() if 76_800 < path.stat().st_size < 100_000)
    data = bytearray(path.read_bytes())
    data[9_000] ^= 0x80
    path.write_bytes(data)
    words = seeded.folder / "words"
    out = seeded.folder / "out.zip.age"
    seeded.opened("export", "--all", "--passphrase-out", words, "--out", out, expect=4)
    assert not words.exists()
    assert sorted(path.name for path in seeded.folder.iterdir()) == sorted(
        ["home", "originals", "vaults", "passphrase"]
    )


def test_a_file_that_is_no_bundle(seeded: Place) -> None:
    for content in (b"", b"PK\x03\x04 no zip", b"age-encryption.org/v1\nnothing", os.urandom(5000)):
        path = seeded.original("x", content)
        done = seeded.run("check-bundle", path, expect=None)
        assert done.code in (1, 3, 4), content[:10]
    assert seeded.run("check-bundle", seeded.folder / "absent", expect=1).error_code
    seeded.run("check-bundle", seeded.originals, expect=4)


def test_stock_age_asks_for_the_generated_passphrase(seeded: Place) -> None:
    out, words = seeded.folder / "out.zip.age", seeded.folder / "words"
    seeded.opened("export", "--all", "--passphrase-out", words, "--out", out)
    opened = seeded.folder / "opened.zip"
    code, _ = on_terminal(
        seeded,
        ["-d", "-o", opened, out],
        [(b"passphrase", words.read_bytes().strip() + b"\r")],
        program=tool("age"),
    )
    assert code == 0
    accept(unzipped(opened, seeded.folder / "unzipped"))
