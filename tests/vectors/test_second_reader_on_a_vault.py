"""The second reader opens vaults that the program made, and finds in them what was put in."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("hrd-vault")
FILES = {
    "empty.txt": b"",
    "one chunk less one.bin": bytes(range(256)) * 63 + bytes(255),
    "\u0634\u0627\u0647\u062f.txt": "\u0645\u0627 \u0631\u0623\u06cc\u062a".encode(),
    "larger.bin": hashlib.sha256(b"larger").digest() * 12_345,
}
PASSPHRASE = "  \u06a9\u062a\u0627\u0628\u200c \u06f1\u06f2\u06f3 cafe\u0301\u00a0x"


def program(*arguments: str | Path) -> str:
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=240)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


def second(vault: Path, passfile: Path, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, HERE / "second_reader.py", vault, passfile, *arguments]
    return subprocess.run(command, capture_output=True, timeout=240)


def listing(vault: Path, passfile: Path, *arguments: str | Path) -> dict[str, Any]:
    result = second(vault, passfile, "list", *arguments)
    assert result.returncode == 0, result.stderr.decode()
    shown: dict[str, Any] = json.loads(result.stdout)
    return shown


def secret_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a vault of four files, its passphrase and its recovery code."""
    folder = tmp_path_factory.mktemp("second")
    passfile = secret_file(folder, "passphrase", PASSPHRASE)
    (folder / "in").mkdir()
    for name, content in FILES.items():
        (folder / "in" / name).write_bytes(content)
    vault, code = folder / "vault", folder / "code"
    cost = ("--kdf", "minimum", "--passphrase-file", passfile)
    program("create", vault, *cost, "--recovery-code-file", code)
    program("import", vault, folder / "in", "--passphrase-file", passfile)
    return folder


def test_every_original_is_listed_whole(made: Path) -> None:
    found = listing(made / "vault", made / "passphrase")
    assert (found["compartment"], found["copies"]) == (0, ["a", "b"])
    assert found["databases"]["records"]["application_id"] == 0x53484652
    assert found["databases"]["derived"]["application_id"] == 0x53484644
    assert [entry for entry in found["objects"] if "kind" in entry] == []
    assert {tuple(entry["good_copies"]) for entry in found["objects"]} == {(0, 1)}
    originals = {e["original_name"]: e["sha256"] for e in found["objects"] if e["role"] == 1}
    assert originals == {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}


def test_originals_come_out_byte_for_byte(made: Path) -> None:
    for name, content in FILES.items():
        result = second(made / "vault", made / "passphrase", "cat", name)
        assert (result.returncode, result.stdout) == (0, content)


def test_the_passphrase_of_another_keyboard_opens(made: Path) -> None:
    other = secret_file(made, "other", "  \u0643\u062a\u0627\u0628 123 caf\u00e9 x")
    assert listing(made / "vault", other)["slot"] == listing(made / "vault", made / "passphrase")["slot"]


def test_the_recovery_code_opens(made: Path) -> None:
    lines = (made / "code").read_text(encoding="utf-8").split("\n")
    codes = [line.strip() for line in lines if line.count("-") in (8, 10) and " " not in line.strip()]
    assert codes
    for number, code in enumerate(codes):
        lower = secret_file(made, f"code {number}", code.lower().replace("-", " "))
        assert listing(made / "vault", lower)["slot"] != listing(made / "vault", made / "passphrase")["slot"]


def test_a_wrong_passphrase_opens_nothing(made: Path) -> None:
    result = second(made / "vault", secret_file(made, "wrong", "wrong"), "list")
    assert (result.returncode, json.loads(result.stderr)["kind"]) == (1, "no-slot-opens")


def test_the_reserve_is_seen_as_not_ours(made: Path) -> None:
    vault, passfile = made / "with reserve", made / "passphrase"
    program("create", vault, "--kdf", "minimum", "--reserve", "16MiB", "--passphrase-file", passfile)
    found = listing(vault, passfile)
    sizes = [entry["length"] for entry in found["objects"] if entry.get("kind") == "not-ours"]
    ladder, left = [], 14 * 2**20
    while left >= 2**16:
        for size in (2**exponent for exponent in range(16, 30, 2)):
            if size <= left:
                ladder.append(size)
                left -= size
    assert sorted(sizes) == sorted(ladder)
    assert [(vault / f"{name}.1").stat().st_size for name in ("records", "derived")] == [2**20, 2**20]


def test_a_compartment_in_the_reserve_opens_and_is_all_that_opens(made: Path) -> None:
    vault, outer, inner = made / "two", made / "passphrase", secret_file(made, "inner", "the inner one")
    program("create", vault, "--kdf", "minimum", "--reserve", "16MiB", "--passphrase-file", outer)
    program("reserve", vault, "use", "--yes", "--passphrase-file", outer, "--new-passphrase-file", inner)
    program("import", vault, made / "in", "--passphrase-file", inner)
    found = listing(vault, inner)
    assert (found["slot"], found["compartment"], found["copies"]) == (4, 1, ["a", "b"])
    assert found["databases"]["records"]["application_id"] == 0x53484652
    assert "item" in found["databases"]["records"]["tables"]
    ours = [entry for entry in found["objects"] if "kind" not in entry]
    assert {entry["kind"] for entry in found["objects"] if "kind" in entry} == {"not-ours"}
    originals = {e["original_name"]: e["sha256"] for e in ours if e["role"] == 1}
    assert originals == {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    result = second(vault, inner, "cat", "larger.bin")
    assert (result.returncode, result.stdout) == (0, FILES["larger.bin"])
    # From outside nothing of it opens, and the records copied in it open when they are filled up.
    opened_outside = [e for e in listing(vault, outer)["objects"] if "kind" not in e]
    assert {e["role"] for e in opened_outside} == {3}
    assert not {e["name"] for e in opened_outside} & {e["name"] for e in ours}
    (snapshot,) = [e["name"] for e in ours if e["role"] == 3]
    content = second(vault, inner, "cat", snapshot).stdout
    length = (vault / "records.1").stat().st_size
    assert len(content) < length
    (vault / "records.1").write_bytes(content.ljust(length, b"\0"))
    assert listing(vault, inner)["databases"]["records"] == found["databases"]["records"]


def test_after_a_change_and_a_rekey_only_the_new_passphrase_opens(made: Path) -> None:
    vault, old, new = made / "changed", made / "passphrase", secret_file(made, "new", "another one")
    program("create", vault, "--kdf", "minimum", "--passphrase-file", old)
    program("import", vault, made / "in", "--passphrase-file", old)
    before = listing(vault, old)
    program("slots", vault, "change", "--passphrase-file", old, "--new-passphrase-file", new)
    program("slots", vault, "rekey", "--passphrase-file", new)
    assert json.loads(second(vault, old, "list").stderr)["kind"] == "no-slot-opens"
    after = listing(vault, new)
    assert not after["re_key_under_way"]
    assert [entry for entry in after["objects"] if "kind" in entry] == []
    originals = [
        {e["name"]: e["sha256"] for e in found["objects"] if e["role"] == 1} for found in (before, after)
    ]
    assert originals[0] == originals[1] and len(originals[0]) == len(FILES)
