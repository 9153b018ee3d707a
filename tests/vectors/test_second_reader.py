"""The second reader agrees with every vector, and reads a whole small vault made of them."""

import base64
import hashlib
import importlib
import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from sqlcipher3 import dbapi2

HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return content


def fill(seed: str, size: int) -> bytes:
    count = range(size // 32 + 1)
    return b"".join(hashlib.sha256(seed.encode() + i.to_bytes(8, "little")).digest() for i in count)[:size]


def join(
    pieces: list[dict[str, Any]], blobs: dict[str, str], patch: list[dict[str, Any]] | None = None
) -> bytes:
    data = bytearray()
    for piece in pieces:
        if "hex" in piece:
            data += bytes.fromhex(piece["hex"])
        elif "base64" in piece:
            data += base64.b64decode(piece["base64"])
        elif "zeros" in piece:
            data += bytes(piece["zeros"])
        elif "fill" in piece:
            data += fill(piece["fill"], piece["size"])
        else:
            data += base64.b64decode(blobs[piece["blob"]])[piece.get("from", 0) : piece.get("to")]
    for change in patch or []:
        for i, mask in enumerate(bytes.fromhex(change["xor"])):
            data[change["at"] + i] ^= mask
    return bytes(data)


def ids(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=vector.get("note", "")) for vector in vectors]


@pytest.fixture(scope="module", autouse=True)
def _scripts_on_path() -> Iterator[None]:
    sys.path.insert(0, str(HERE))
    yield
    sys.path.remove(str(HERE))


@pytest.fixture(scope="module")
def reader() -> ModuleType:
    return importlib.import_module("second_reader")


@pytest.fixture(scope="module")
def objects() -> ModuleType:
    return importlib.import_module("second_reader_objects")


@pytest.fixture(scope="module")
def credentials() -> ModuleType:
    return importlib.import_module("second_reader_credentials")


def refusal(reader: ModuleType, call: Any, *arguments: Any) -> str:
    with pytest.raises(reader.RefusedError) as caught:
        call(*arguments)
    kind: str = caught.value.kind
    return kind


@pytest.mark.parametrize("vector", ids(load("normalisation")["vectors"]))
def test_normalisation(credentials: ModuleType, vector: dict[str, Any]) -> None:
    if "assigned_in" in vector and unicodedata.unidata_version != "14.0.0":
        pytest.skip("the second reader knows of unassigned characters what its interpreter knows")
    if "kind" in vector:
        assert refusal(credentials, credentials.credential_bytes, vector["text"]) == vector["kind"]
    else:
        assert credentials.credential_bytes(vector["text"]).hex() == vector["utf8"]


def test_recovery_codes(credentials: ModuleType) -> None:
    vectors = load("recovery")
    for vector in vectors["codes"]:
        for form in ("letters", "digits"):
            assert credentials.find_recovery_code(vector[form]).hex() == vector["code"]
            assert credentials.credential_bytes(vector[form]).hex() == vector["credential_bytes"]
    for vector in vectors["accepted"]:
        found = credentials.find_recovery_code(vector["text"])
        assert found is not None and found.hex() == vector["code"], vector["note"]
    for vector in vectors["passphrases"]:
        assert credentials.find_recovery_code(vector["text"]) is None, vector["note"]


@pytest.mark.parametrize("vector", ids(load("kdf")["vectors"]))
def test_credential_to_root(reader: ModuleType, credentials: ModuleType, vector: dict[str, Any]) -> None:
    salt = bytes.fromhex(vector["salt"])
    cost = [vector[name] for name in ("memory_kib", "passes", "lanes")]
    header = reader.Header(b"", b"", *cost, salt)
    credential = credentials.credential_bytes(vector["text"])
    assert credential.hex() == vector["credential_bytes"]
    key_file = None if vector["key_file"] is None else bytes.fromhex(vector["key_file"])
    assert reader.root_of(credential, header, key_file).hex() == vector["root"]


SLOTS = load("slots")


@pytest.mark.parametrize("vector", ids(SLOTS["key_slot_files"]))
def test_key_slot_file(reader: ModuleType, vector: dict[str, Any]) -> None:
    data = join(vector["bytes"], SLOTS["blobs"])
    if "kind" in vector:
        assert refusal(reader, reader.read_header, data) == vector["kind"]
    else:
        assert reader.read_header(data).data == data[:4096]


@pytest.mark.parametrize("case", SLOTS["pairs"]["cases"], ids=lambda case: f"{case['a']}-{case['b']}")
def test_pair_of_key_slot_files(reader: ModuleType, case: dict[str, Any]) -> None:
    files = {name: pieces and join(pieces, {}) for name, pieces in SLOTS["pairs"]["files"].items()}
    copies = {"a": files[case["a"]], "b": files[case["b"]]}
    if "kind" in case:
        assert refusal(reader, reader.choose_header, copies) == case["kind"]
    else:
        assert reader.choose_header(copies).data == files["sound"][:4096]


@pytest.mark.parametrize("vector", ids(SLOTS["slots"]))
def test_slot(reader: ModuleType, vector: dict[str, Any]) -> None:
    head = base64.b64decode(SLOTS["blobs"]["header"])
    header = reader.Header(head, b"", 0, 0, 0, b"")
    place = join(vector["bytes"], SLOTS["blobs"], vector.get("patch"))
    number, root = vector["slot"], bytes.fromhex(vector["root"])
    if vector.get("kind") == "no-slot-opens":
        assert reader.open_slot(place, header, root, number) is None
    elif "kind" in vector:
        assert refusal(reader, reader.open_slot, place, header, root, number) == vector["kind"]
    else:
        assert shown(reader.open_slot(place, header, root, number)) == vector["opens"]


def shown(fields: Any) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in vars(fields).items()}


@pytest.mark.parametrize("entry", ids(SLOTS["opens"]))
def test_credentials_of_one_vault(reader: ModuleType, credentials: ModuleType, entry: dict[str, Any]) -> None:
    copies = {name: join(pieces, SLOTS["blobs"]) for name, pieces in SLOTS["files"].items()}
    header = reader.choose_header(copies)
    key_file = None if entry["key_file"] is None else bytes.fromhex(entry["key_file"])
    root = reader.root_of(credentials.credential_bytes(entry["text"]), header, key_file)
    if "kind" in entry:
        assert refusal(reader, reader.open_slots, copies, header, root) == entry["kind"]
        return
    assert root.hex() == entry["root"]
    found = reader.open_slots(copies, header, root)
    assert [name for name, _ in found] == ["a", "b"]
    for _, slot in found:
        assert shown(slot) == {name: entry[name] for name in shown(slot)}


@pytest.mark.parametrize("vector", ids(SLOTS["damage"]))
def test_damaged_key_slot_files(reader: ModuleType, vector: dict[str, Any]) -> None:
    copies = {
        name: join(SLOTS["files"][name], SLOTS["blobs"], vector[f"patch_{name}"])[
            : vector.get(f"size_{name}")
        ]
        for name in "ab"
    }
    root = bytes.fromhex(SLOTS["opens"][0]["root"])
    header = reader.choose_header(copies)
    if "kind" in vector:
        assert refusal(reader, reader.open_slots, copies, header, root) == vector["kind"]
    else:
        assert [(name, slot.slot) for name, slot in reader.open_slots(copies, header, root)] == [
            (name, 0) for name in vector["copies"]
        ]


def test_keys(reader: ModuleType) -> None:
    for vector in load("keys")["vectors"]:
        key, vault_id = bytes.fromhex(vector["compartment_key"]), bytes.fromhex(vector["vault_id"])
        assert reader.derive(key, vault_id, vector["label"], len(vector["key"]) // 2).hex() == vector["key"]


HEADERS = load("headers")


@pytest.mark.parametrize("vector", ids(HEADERS["vectors"]))
def test_object_header(reader: ModuleType, vector: dict[str, Any]) -> None:
    start = join(vector["bytes"], HEADERS["blobs"], vector.get("patch"))
    keys, vault_id = [bytes.fromhex(HEADERS["header_key"])], bytes.fromhex(HEADERS["vault_id"])
    arguments = (start, vector["file_length"], bytes.fromhex(vector["file_name"]), keys, vault_id)
    if "kind" in vector:
        assert refusal(reader, reader.open_object, *arguments) == vector["kind"]
        if vector.get("compartment_1"):
            assert reader.open_object(*arguments, 1)[0].size == 40_000
    else:
        header, copies = reader.open_object(*arguments)
        assert shown(header) == vector["opens"]
        assert copies == vector["good_copies"]


BODIES = load("bodies")


@pytest.mark.parametrize("vector", ids(BODIES["vectors"]))
def test_body(reader: ModuleType, vector: dict[str, Any]) -> None:
    body = join(vector["bytes"], BODIES["blobs"], vector.get("patch"))
    key, vault_id, name = (bytes.fromhex(BODIES[field]) for field in ("file_key", "vault_id", "object_name"))
    digest = bytes.fromhex(vector["sha256"])
    header = reader.ObjectHeader(1, 0, name, b"", key, vector["size"], digest, 0, 0, 0, "", b"")
    source = io.BytesIO(body + bytes(100))  # padding follows, and is never read
    if "kind" in vector:
        assert refusal(reader, list, reader.iter_body(source, header, vault_id)) == vector["kind"]
        return
    content = join(vector["opens"], {})
    assert b"".join(reader.iter_body(source, header, vault_id)) == content
    # A third opinion on the chunk scheme.
    decryptor = Cobblestone256Decryptor(key, bytes.fromhex(BODIES["context"]))
    assert decryptor.update(body) + decryptor.finalize() == content


def test_padded_lengths(objects: ModuleType) -> None:
    vectors = load("padding")
    for length, padded in vectors["lengths"]:
        assert objects.padded_bytes(length) == padded
        assert 0 <= padded - length < max(length * 0.12, 4096)
    for size, body, whole in vectors["sizes"]:
        assert objects.body_bytes(size) == body
        assert objects.padded_bytes(4096 + body) == whole


@pytest.mark.parametrize("vector", load("database")["vectors"], ids=lambda vector: vector["label"])
def test_database_page_sealed_by_hand_opens_in_sqlcipher(
    reader: ModuleType, vector: dict[str, Any], tmp_path: Path
) -> None:
    page = base64.b64decode(vector["base64"])
    path = tmp_path / "database"
    path.write_bytes(page)
    found = reader.database_tables(path, bytes.fromhex(vector["key"]))
    assert found == {"user_version": 7, "application_id": vector["application_id"], "tables": []}
    path.write_bytes(bytes(16) + page[16:])  # the salt on disk is not read
    assert reader.database_tables(path, bytes.fromhex(vector["key"])) == found
    path.write_bytes(page[:2000] + bytes([page[2000] ^ 1]) + page[2001:])
    assert refusal(reader, reader.database_tables, path, bytes.fromhex(vector["key"])) == "damaged"


@pytest.mark.parametrize("vector", load("database")["fixed"], ids=lambda vector: vector["label"])
def test_database_of_a_fixed_length_begins_as_its_vector(
    reader: ModuleType, vector: dict[str, Any], tmp_path: Path
) -> None:
    # Filled up with zeros, as a snapshot is: enough to be read.
    path = tmp_path / "database"
    path.write_bytes(base64.b64decode(vector["first_two_pages"]).ljust(vector["pages"] * 4096, b"\0"))
    found = reader.database_tables(path, bytes.fromhex(vector["key"]))
    assert found == {"user_version": 0, "application_id": vector["application_id"], "tables": []}


@pytest.mark.parametrize("vector", ids(load("custody")["vectors"]))
def test_custody(vector: dict[str, Any]) -> None:
    checker = importlib.import_module("second_checker")
    if "kind" in vector:
        with pytest.raises(checker.EventError) as caught:
            checker.check_events(vector["lines"])
        assert str(caught.value) == vector["kind"]
    else:
        assert len(checker.check_events(vector["lines"])) == len(vector["lines"])


@pytest.fixture
def small_vault(tmp_path: Path) -> Path:
    """A vault of one object, an object that is not its own, and a records database, from the vectors."""
    folder = tmp_path / "vault"
    (folder / "objects").mkdir(parents=True)
    for name, pieces in SLOTS["files"].items():
        (folder / f"keyslots.{name}").write_bytes(join(pieces, SLOTS["blobs"]))
    valid, body = HEADERS["vectors"][0], base64.b64decode(BODIES["blobs"]["body 40000"])
    whole = join(valid["bytes"], HEADERS["blobs"]) + body
    whole += fill("padding", valid["file_length"] - len(whole))
    own, other = valid["file_name"], "ff" * 16
    for digits, data in ((own, whole), (other, fill("reserve", 65_536))):
        (folder / "objects" / digits[:2]).mkdir()
        (folder / "objects" / digits[:2] / digits[2:]).write_bytes(data)
    key = load("keys")["vectors"][0]["key"]
    connection = dbapi2.connect(folder / "records.0")
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()
    (tmp_path / "passphrase").write_text("first passphrase\n", encoding="utf-8")
    return folder


def run(vault: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(HERE / "second_reader.py"), str(vault), str(vault.parent / "passphrase")]
    return subprocess.run([*command, *arguments], capture_output=True, timeout=120)


def test_listing_a_vault_writes_nothing(small_vault: Path) -> None:
    before = {path: path.read_bytes() for path in small_vault.rglob("*") if path.is_file()}
    result = run(small_vault, "list")
    assert result.returncode == 0, result.stderr
    listing = json.loads(result.stdout)
    assert (listing["slot"], listing["compartment"], listing["copies"]) == (0, 0, ["a", "b"])
    assert listing["databases"]["records"]["tables"] == ["item"]
    assert listing["databases"]["derived"] == {"kind": "missing"}
    kinds = {entry["name"]: entry.get("kind", "good") for entry in listing["objects"]}
    assert kinds == {HEADERS["vectors"][0]["file_name"]: "good", "ff" * 16: "not-ours"}
    assert before == {path: path.read_bytes() for path in small_vault.rglob("*") if path.is_file()}


def test_reading_one_object(small_vault: Path) -> None:
    for name in ("IMG_0001.JPG", HEADERS["vectors"][0]["file_name"]):
        result = run(small_vault, "cat", name)
        assert (result.returncode, result.stdout) == (0, fill("content", 40_000))
    assert json.loads(run(small_vault, "cat", "absent").stderr)["kind"] == "missing"


def test_a_tombstone_is_reported_and_not_acted_on(small_vault: Path) -> None:
    grave = next(v for v in SLOTS["key_slot_files"] if v["note"] == "tombstone")
    (small_vault / "keyslots.b").write_bytes(join(grave["bytes"], {}))
    before = sorted(small_vault.rglob("*"))
    result = run(small_vault, "list")
    assert (result.returncode, json.loads(result.stderr)["kind"]) == (1, "tombstone")
    assert sorted(small_vault.rglob("*")) == before
