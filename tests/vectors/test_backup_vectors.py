"""The vectors of backup-format.md, against the program and against the second reader."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hrd_desktop.crypto.backup_keys import BOX_AT, derive_backup_keys, open_key_file, rekey_mark
from hrd_desktop.domain.errors.backup import BackupDamagedError
from hrd_desktop.domain.errors.vault import NewerFormatError
from hrd_desktop.storage.backup.lists import parse_list

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("hrd-vault")
VECTORS: dict[str, Any] = json.loads((HERE / "backup.json").read_text(encoding="utf-8"))
FAILURES = {"damaged": BackupDamagedError, "newer-format": NewerFormatError}
PASSPHRASE = "steady copper umbrella orbit walnut fifteen kite"


def _ids(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_keys_and_names() -> None:
    backup_key, vault_id = bytes.fromhex(VECTORS["backup_key"]), bytes.fromhex(VECTORS["vault_id"])
    keys = derive_backup_keys(backup_key, vault_id)
    assert keys.headers.hex() == VECTORS["keys"]["sheaf/v1/backup-headers"]
    assert keys.names.hex() == VECTORS["keys"]["sheaf/v1/backup-names"]
    names = {int(number): bytes.fromhex(name) for number, name in VECTORS["names"].items()}
    assert {number: keys.list_name(number) for number in names} == names
    assert keys.find_lists([*names.values(), bytes(16), b"\xff" * 16]) == names
    compartment_key = bytes.fromhex(VECTORS["compartment_key"])
    assert rekey_mark(compartment_key, vault_id).hex() == VECTORS["mark"]


@pytest.mark.parametrize("vector", VECTORS["boxes"], ids=_ids)
def test_boxes(vector: dict[str, Any]) -> None:
    header, box = base64.b64decode(vector["header"]), base64.b64decode(vector["box"])
    data = header + bytes(BOX_AT - len(header)) + box
    access_key = bytes.fromhex(VECTORS["access_key"])
    if "kind" in vector:
        with pytest.raises(FAILURES[vector["kind"]]):
            open_key_file(data, access_key)
        return
    found = open_key_file(data, access_key)
    assert (found.copy, found.opens_with) == (vector["copy"], vector["opens_with"])
    assert (found.vault_id.hex(), found.backup_key.hex()) == (vector["vault_id"], vector["backup_key"])


@pytest.mark.parametrize("vector", VECTORS["lists"], ids=_ids)
def test_lists(vector: dict[str, Any]) -> None:
    content = base64.b64decode(vector["content"])
    if "kind" in vector:
        with pytest.raises(FAILURES[vector["kind"]]):
            parse_list(content)
        return
    found = parse_list(content)
    assert found.pack() == content
    assert [found.number, found.epoch, found.item_count] == [
        vector["members"][name] for name in ("number", "epoch", "items")
    ]
    rows = [
        [row.name.hex(), (row.record_id or bytes(16)).hex(), row.sha256.hex(), row.size_bytes, row.absent]
        for row in found.rows
    ]
    assert rows == vector["rows"]


def test_the_second_reader_says_the_same_of_every_vector(tmp_path: Path) -> None:
    script = (
        "import base64, json, sys; sys.path.insert(0, sys.argv[1]); import second_reader_backup as second\n"
        "vectors = json.load(open(sys.argv[1] + '/backup.json')); wrong = []\n"
        "def kind_of(call):\n"
        "    try: call(); return None\n"
        "    except second.RefusedError as error: return error.kind\n"
        "key = bytes.fromhex(vectors['access_key']); b64 = base64.b64decode\n"
        "for v in vectors['boxes']:\n"
        "    found = kind_of(lambda: second.open_box(b64(v['header']), b64(v['box']), key))\n"
        "    wrong += [v['name']] * (found != v.get('kind'))\n"
        "for v in vectors['lists']:\n"
        "    found = kind_of(lambda: second.read_list(b64(v['content'])))\n"
        "    wrong += [v['name']] * (found != v.get('kind'))\n"
        "print(json.dumps(wrong))\n"
    )
    command = [sys.executable, "-c", script, str(HERE)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    assert json.loads(done.stdout) == []


def test_the_second_reader_opens_what_the_program_made(tmp_path: Path) -> None:
    passfile, own = tmp_path / "passphrase", tmp_path / "own"
    passfile.write_text(PASSPHRASE + "\n")
    own.write_text("seven other words that open nothing else here\n")
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.bin").write_bytes(bytes([number]) * 20_000 * number)
    vault, backup = tmp_path / "vault", tmp_path / "backup"
    for arguments in (
        ("create", vault, "--kdf", "minimum"),
        ("import", vault, tmp_path / "in"),
        ("backup", vault, backup, "--own-passphrase-file", own),
    ):
        command = [PROGRAM, *arguments, "--passphrase-file", passfile]
        assert subprocess.run(command, capture_output=True, timeout=240).returncode == 0
    second = [sys.executable, HERE / "second_reader_backup.py", backup]
    wrong = subprocess.run([*second, passfile], capture_output=True, timeout=240)
    assert (wrong.returncode, wrong.stderr.strip()) == (1, b"no-slot-opens")
    done = subprocess.run([*second, own], capture_output=True, timeout=240, check=True)
    found = json.loads(done.stdout)
    assert found["bad"] == {} and found["objects"] == 4 and found["opens_with"] == 1
    assert [one["items"] for one in found["snapshots"]] == [3]
