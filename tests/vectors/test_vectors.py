"""The program against vectors that were made from the specification alone, by other code."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hrd_desktop.bundle.custody_check import CustodyLines
from hrd_desktop.crypto.body import (
    BODY_AT,
    BodyDecryptor,
    RangeReader,
    body_context,
    body_size,
    object_size,
    verify_object_size,
)
from hrd_desktop.crypto.credential import credential_from_text, digest_key_file, root_of
from hrd_desktop.crypto.custody import LINE_LIMIT_BYTES, verify_lines
from hrd_desktop.crypto.headers import open_header
from hrd_desktop.crypto.kdf import KdfParameters, stretch
from hrd_desktop.crypto.keys import DatabaseKey, derive_keys
from hrd_desktop.crypto.normalise import normalise_passphrase
from hrd_desktop.crypto.padding import padded_bytes
from hrd_desktop.crypto.recovery import find_code, format_digits, format_letters
from hrd_desktop.crypto.slots import KEY_SLOT_FILE_BYTES, open_slots, parse_header
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import (
    CustodyError,
    KdfParametersError,
    KeySlotsDamagedError,
    KeySlotsMixedError,
    NewerFormatError,
    NotAVaultError,
    ObjectDamagedError,
    ObjectMisplacedError,
    ObjectNotOursError,
    UnusablePassphraseError,
)
from hrd_desktop.storage.fixed_database import make_fixed_database
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import read_key_slots
from hrd_desktop.storage.tombstone import find_tombstone, is_tombstone

Json = dict[str, Any]

HERE = Path(__file__).resolve().parent
# The failures by the words of the specification; out-of-bounds parameters are *damaged* there and have a
# failure of their own here, because a file that asks for 4 TiB deserves a message of its own.
KINDS: dict[str, tuple[type[SheafError], ...]] = {
    "damaged": (ObjectDamagedError, KeySlotsDamagedError, KdfParametersError),
    "not-a-vault": (NotAVaultError,),
    "newer-format": (NewerFormatError,),
    "mixed": (KeySlotsMixedError,),
    "misplaced": (ObjectMisplacedError,),
    "not-ours": (ObjectNotOursError,),
    "unusable-passphrase": (UnusablePassphraseError,),
}


def load(name: str) -> Json:
    return dict(json.loads((HERE / f"{name}.json").read_text(encoding="utf-8")))


def assemble(pieces: Sequence[Json], blobs: Mapping[str, str], patches: Sequence[Json] = ()) -> bytes:
    data = bytearray()
    for piece in pieces:
        if "hex" in piece:
            data += bytes.fromhex(piece["hex"])
        elif "base64" in piece:
            data += base64.b64decode(piece["base64"])
        elif "zeros" in piece:
            data += bytes(piece["zeros"])
        elif "blob" in piece:
            data += base64.b64decode(blobs[piece["blob"]])[piece.get("from") : piece.get("to")]
        else:
            data += fill(piece["fill"], piece["size"])
    for patch in patches:
        for place, mask in enumerate(bytes.fromhex(patch["xor"])):
            data[patch["at"] + place] ^= mask
    return bytes(data)


def fill(seed: str, size: int) -> bytes:
    blocks = range(size // 32 + 1)
    return b"".join(hashlib.sha256(seed.encode() + struct.pack("<Q", n)).digest() for n in blocks)[:size]


def named(vectors: Sequence[Json]) -> list[Any]:
    return [pytest.param(vector, id=vector.get("note", str(place))) for place, vector in enumerate(vectors)]


BODIES = load("bodies")
HEADERS = load("headers")
SLOTS = load("slots")


@pytest.mark.parametrize("vector", named(load("normalisation")["vectors"]))
def test_normalisation(vector: Json) -> None:
    if "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            normalise_passphrase(vector["text"])
    else:
        assert normalise_passphrase(vector["text"]).hex() == vector["utf8"]


@pytest.mark.parametrize("vector", named(load("recovery")["codes"]))
def test_recovery_code_is_written_in_both_forms(vector: Json) -> None:
    code = bytes.fromhex(vector["code"])
    assert format_letters(code) == vector["letters"]
    assert format_digits(code) == vector["digits"]
    for text in (vector["letters"], vector["digits"]):
        assert credential_from_text(text).secret.hex() == vector["credential_bytes"]


@pytest.mark.parametrize("vector", named(load("recovery")["accepted"]))
def test_recovery_code_is_read_however_it_is_written(vector: Json) -> None:
    assert find_code(vector["text"]) == bytes.fromhex(vector["code"])


@pytest.mark.parametrize("vector", named(load("recovery")["passphrases"]))
def test_what_is_no_recovery_code_is_a_passphrase(vector: Json) -> None:
    assert find_code(vector["text"]) is None


@pytest.mark.parametrize("vector", named(load("kdf")["vectors"]))
def test_credential_to_root(vector: Json) -> None:
    digest = None if vector["key_file"] is None else digest_key_file([bytes.fromhex(vector["key_file"])])
    credential = credential_from_text(vector["text"], digest)
    assert credential.secret.hex() == vector["credential_bytes"]
    parameters = KdfParameters(vector["memory_kib"], vector["passes"], vector["lanes"])
    stretched = stretch(credential.secret, bytes.fromhex(vector["salt"]), parameters)
    assert stretched.hex() == vector["stretched"]
    assert root_of(stretched, credential.key_file_digest).hex() == vector["root"]


@pytest.mark.parametrize("vector", named(load("keys")["vectors"]))
def test_keys_of_a_compartment(vector: Json) -> None:
    keys = derive_keys(bytes.fromhex(vector["compartment_key"]), bytes.fromhex(vector["vault_id"]))
    by_label = {
        "sheaf/v1/records": keys.records.key + keys.records.salt,
        "sheaf/v1/derived": keys.derived.key + keys.derived.salt,
        "sheaf/v1/object-headers": keys.object_headers,
    }
    assert by_label[vector["label"]].hex() == vector["key"]


def test_padding() -> None:
    vectors = load("padding")
    for size, padded in vectors["lengths"]:
        assert padded_bytes(size) == padded
    for content, body, whole in vectors["sizes"]:
        assert (body_size(content), object_size(content)) == (body, whole)


@pytest.mark.parametrize("vector", named(SLOTS["key_slot_files"]))
def test_header_of_a_key_slot_file(vector: Json) -> None:
    data = assemble(vector["bytes"], SLOTS["blobs"])
    assert is_tombstone(data) == (vector.get("kind") == "tombstone")
    if vector.get("kind") == "tombstone":
        # What a tombstone is, storage tells, without cryptography. Here it is only no key slot file.
        with pytest.raises((NotAVaultError, KeySlotsDamagedError)):
            parse_header(data)
    elif "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            parse_header(data)
    else:
        header = parse_header(data)
        assert header.pack() == data[:4096]


@pytest.mark.parametrize("case", SLOTS["pairs"]["cases"], ids=lambda case: f"{case['a']}-{case['b']}")
def test_pair_of_key_slot_files(case: Json, tmp_path: Path) -> None:
    layout = VaultLayout(str(tmp_path))
    for copy, name in enumerate((case["a"], case["b"])):
        pieces = SLOTS["pairs"]["files"][name]
        if pieces is not None:
            Path(layout.keyslots(copy)).write_bytes(assemble(pieces, {}))
    assert find_tombstone(layout) == (case.get("kind") == "tombstone")
    if case.get("kind") == "tombstone":
        return
    if "kind" in case:
        with pytest.raises(KINDS[case["kind"]]):
            read_key_slots(layout)
    else:
        assert read_key_slots(layout).header_bytes == assemble(SLOTS["pairs"]["files"]["sound"], {})[:4096]


@pytest.mark.parametrize("vector", named(SLOTS["damage"]))
def test_damaged_key_slot_files(vector: Json) -> None:
    copies = [
        assemble(SLOTS["files"][name], SLOTS["blobs"], vector[f"patch_{name}"])[: vector.get(f"size_{name}")]
        for name in ("a", "b")
    ]
    header = assemble([{"blob": "header"}], SLOTS["blobs"])
    root = bytes.fromhex(SLOTS["opens"][0]["root"])
    if vector.get("kind") == "no-slot-opens":
        assert open_slots(copies, root, header) == ()
    elif "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            open_slots(copies, root, header)
    else:
        opened = open_slots(copies, root, header)
        assert [("ab"[slot.copy], slot.number) for slot in opened] == [(name, 0) for name in vector["copies"]]


@pytest.mark.parametrize("vector", named(SLOTS["slots"]))
@pytest.mark.parametrize("copy", [0, 1])
def test_single_slot(vector: Json, copy: int) -> None:
    header = assemble([{"blob": "header"}], SLOTS["blobs"])
    slot = assemble(vector["bytes"], SLOTS["blobs"], vector.get("patch", ()))
    filler = fill("other slots", KEY_SLOT_FILE_BYTES)
    start = 4096 * (1 + vector["slot"])
    file = header + filler[4096:start] + slot + filler[start + 4096 :]
    copies = [file if copy == place else None for place in (0, 1)]
    root = bytes.fromhex(vector["root"])
    if vector.get("kind") == "no-slot-opens":
        assert open_slots(copies, root, header) == ()
    elif "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            open_slots(copies, root, header)
    else:
        (opened,) = open_slots(copies, root, header)
        assert (opened.copy, opened.number) == (copy, vector["slot"])
        assert opened.slot_hash == hashlib.sha256(slot).digest()
        assert_slot_holds(opened.content, vector["opens"])


@pytest.mark.parametrize("vector", named(SLOTS["opens"]))
def test_credential_opens_its_slot_in_both_copies(vector: Json) -> None:
    copies = [assemble(SLOTS["files"][name], SLOTS["blobs"]) for name in ("a", "b")]
    header = parse_header(copies[0])
    digest = None if vector["key_file"] is None else digest_key_file([bytes.fromhex(vector["key_file"])])
    credential = credential_from_text(vector["text"], digest)
    stretched = stretch(credential.secret, header.salt, header.parameters)
    root = root_of(stretched, credential.key_file_digest)
    opened = open_slots(copies, root, header.pack())
    if "kind" in vector:
        assert opened == ()
        return
    assert root.hex() == vector["root"]
    assert [(slot.copy, slot.number) for slot in opened] == [(0, vector["slot"]), (1, vector["slot"])]
    for slot in opened:
        assert_slot_holds(slot.content, vector)


def assert_slot_holds(content: Any, expected: Json) -> None:
    old_key = content.old_compartment_key
    assert content.compartment == expected["compartment"]
    assert content.kind == expected["credential_kind"]
    assert content.flags == expected["flags"]
    assert content.slot_id.hex() == expected["slot_id"]
    assert content.made_utc_us == expected["made_us"]
    assert content.compartment_key.hex() == expected["compartment_key"]
    assert (None if old_key is None else old_key.hex()) == expected["old_compartment_key"]
    assert content.generation == expected["generation"]


def read_header(vector: Json, *, in_reserve: bool = False) -> Any:
    opened = open_header(
        assemble(vector["bytes"], HEADERS["blobs"], vector.get("patch", ())),
        bytes.fromhex(HEADERS["header_key"]),
        bytes.fromhex(HEADERS["vault_id"]),
        bytes.fromhex(vector["file_name"]),
    )
    verify_object_size(vector["file_length"], opened.header.size_bytes, in_reserve=in_reserve)
    return opened


@pytest.mark.parametrize("vector", named(HEADERS["vectors"]))
def test_object_header(vector: Json) -> None:
    if "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            read_header(vector)
        if vector.get("compartment_1"):
            read_header(vector, in_reserve=True)
        return
    opened = read_header(vector)
    assert opened.bad_copies == tuple(copy for copy in (0, 1) if copy not in vector["good_copies"])
    assert opened.differing is None
    header, expected = opened.header, vector["opens"]
    assert header.role == expected["role"]
    assert int(header.name_not_utf8) == expected["flags"]
    assert header.name.hex() == expected["name"]
    assert (header.record_id or bytes(16)).hex() == expected["record_id"]
    assert header.file_key.hex() == expected["file_key"]
    assert header.size_bytes == expected["size"]
    assert header.sha256.hex() == expected["sha256"]
    assert header.ingested_utc_us == expected["ingested_us"]
    assert (header.modified_utc_us if header.modified_utc_us is not None else -(2**63)) == (
        expected["modified_us"] if expected["modified_us"] is not None else -(2**63)
    )
    assert header.sequence == expected["sequence"]
    assert header.media_type == expected["media_type"]
    assert header.original_name.hex() == expected["original_name"]


def stream(body: bytes, size: int) -> bytes:
    """The content of a body whose header says ``size``, read as a stream."""
    context = body_context(bytes.fromhex(BODIES["vault_id"]), bytes.fromhex(BODIES["object_name"]))
    assert context.hex() == BODIES["context"]
    decryptor = BodyDecryptor(bytes.fromhex(BODIES["file_key"]), context)
    exact = body[: body_size(size)]
    return decryptor.update(exact[:20_000]) + decryptor.update(exact[20_000:]) + decryptor.finalize()


@pytest.mark.parametrize("vector", named(BODIES["vectors"]))
def test_body(vector: Json) -> None:
    body = assemble(vector["bytes"], BODIES["blobs"], vector.get("patch", ()))
    # As in a file: random bytes follow, so that a cut body does not end where the file does.
    file = bytes(BODY_AT) + body + fill("padding", 20_000)

    def read_at(offset: int, length: int) -> bytes:
        return file[offset : offset + length]

    context = bytes.fromhex(BODIES["context"])
    reader = RangeReader(bytes.fromhex(BODIES["file_key"]), context, vector["size"], read_at)
    if "SHA-256 of the header another" in vector["note"]:
        # Only the digest tells, and whoever streams compares it.
        content = stream(body, vector["size"])
        assert content == reader.read(0, vector["size"])
        assert hashlib.sha256(content).hexdigest() != vector["sha256"]
    elif "kind" in vector:
        with pytest.raises(KINDS[vector["kind"]]):
            stream(file[BODY_AT:], vector["size"])
        with pytest.raises(KINDS[vector["kind"]]):
            reader.read(0, vector["size"])
    else:
        expected = assemble(vector["opens"], BODIES["blobs"])
        assert stream(body, vector["size"]) == expected
        assert reader.read(0, len(expected) + 1) == expected
        assert hashlib.sha256(expected).hexdigest() == vector["sha256"]


@pytest.mark.parametrize("vector", named(load("custody")["vectors"]))
def test_custody(vector: Json) -> None:
    lines = [line.encode("utf-8") for line in vector["lines"]]
    if "kind" in vector:
        with pytest.raises(CustodyError) as failure:
            list(verify_lines(lines))
        assert failure.value.fields["kind"] == vector["kind"]
    else:
        assert len(list(verify_lines(lines))) == len(lines)
    # What checks a bundle goes on after a fault; the first one is the vector's.
    checker = CustodyLines("0001.jsonl", LINE_LIMIT_BYTES)
    faults = [*checker.take(b"".join(line + b"\n" for line in lines)), *checker.finish()]
    assert [fault.kind.value for fault in faults[:1]] == ([vector["kind"]] if "kind" in vector else [])


@pytest.mark.parametrize("vector", load("database")["fixed"], ids=lambda vector: vector["label"])
def test_databases_of_a_fixed_length(vector: Json, tmp_path: Path) -> None:
    """Byte for byte. The program draws the IVs of pages 2, 3, … and then that of page 1."""
    path, key, pages = tmp_path / "database", bytes.fromhex(vector["key"]), vector["pages"]
    numbers = iter([*range(2, pages + 1), 1])

    def random(size: int) -> bytes:
        return bytes(size) if size != 16 else fill(f"{vector['label']} {next(numbers)}", 16)

    path.write_bytes(bytes(pages * 4096))
    make_fixed_database(str(path), DatabaseKey(key[:32], key[32:]), vector["application_id"], random)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == vector["sha256"]
