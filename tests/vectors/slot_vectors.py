"""Vectors of sections 2.1, 2.3 and 8 of vault-format.md: key slot files, their headers and slots."""

from __future__ import annotations

import struct
from collections.abc import Callable

from credential_vectors import code_number, letters, stretch
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from vector_bytes import (
    BYTES_NOTE,
    KIB64,
    KIND_NOTE,
    TIME_US,
    Json,
    b64,
    fill,
    hkdf,
    pieces,
    put,
    sha256,
    xor,
)

# --- 2 key slots --------------------------------------------------------------------------------------------


def header(
    memory_kib: int = KIB64, passes: int = 1, lanes: int = 1, version: int = 1, vault: str = "vault"
) -> bytes:
    body = b"SHEAFVLT" + struct.pack("<II", version, 0) + fill(vault + "-id", 16)
    body += struct.pack("<IIII", memory_kib, passes, lanes, 0) + fill("argon-salt", 32)
    return check(body.ljust(4064, b"\0"))


def check(body: bytes) -> bytes:
    return body + sha256(body)


def slot_inside(
    number: int, kind: int, flags: int = 0, old_key: bytes | None = None, generation: int | None = None
) -> bytes:
    inside = struct.pack("<HBBI", 1, number // 4, kind, flags) + fill(f"slot-id-{number}", 16)
    inside += struct.pack("<Q", TIME_US + number) + fill(f"compartment-{number // 4}-key", 32)
    inside += bytes([old_key is not None]) + (old_key or bytes(32))
    inside += struct.pack("<Q", number + 1 if generation is None else generation)
    return inside.ljust(4004, b"\0")


def seal_slot(root: bytes, head: bytes, number: int, inside: bytes, seed: str) -> bytes:
    salt, nonce = fill(seed + "-salt", 32), fill(seed + "-nonce", 12)
    okm = hkdf(root, salt, "sheaf/v1/slot", 64)
    return salt + okm[32:] + nonce + AESGCM(okm[:32]).encrypt(nonce, inside, head + bytes([number]))


def tombstone(seed: str) -> bytes:
    start = b"SHEAFEND" + fill(seed, 32)
    return start + sha256(start)


def slot_files(head: bytes) -> tuple[Json, Json, list[Json]]:
    key_file = fill("key-file", 1000)
    code = fill("recovery-0", 20)
    salt = head[48:80]
    credentials = {
        0: ("first passphrase", b"first passphrase", None, 1, 1),
        1: (letters(code_number(code)), b"\0" + code, None, 2, 0),
        2: ("third passphrase", b"third passphrase", key_file, 1, 2),
        5: ("hidden passphrase", b"hidden passphrase", None, 1, 0),
    }
    blobs: Json = {"header": b64(head)}
    files: Json = {}
    opens = []
    roots = {
        n: stretch(c[1], salt, KIB64, 1, 1) + (sha256(c[2]) if c[2] else b"") for n, c in credentials.items()
    }
    for copy in "ab":
        pieces: list[Json] = [{"blob": "header"}]
        for number in range(8):
            if number in credentials:
                _, _, _, kind, flags = credentials[number]
                name = f"slot{number}{copy}"
                blobs[name] = b64(
                    seal_slot(roots[number], head, number, slot_inside(number, kind, flags), name)
                )
                pieces.append({"blob": name})
            else:
                pieces.append({"fill": f"unused-{number}{copy}", "size": 4096})
        files[copy] = [*pieces, {"fill": f"tail-{copy}", "size": 28_672}]
    for number, (text, _, used_key_file, kind, flags) in credentials.items():
        opens.append(
            {
                "note": f"credential of slot {number}",
                "text": text,
                "key_file": used_key_file.hex() if used_key_file else None,
                "root": roots[number].hex(),
                **slot_fields(number, kind, flags),
            }
        )
    no = {"note": "wrong passphrase", "text": "wrong passphrase", "key_file": None, "kind": "no-slot-opens"}
    wrong_file = {
        "note": "another key file",
        "text": "third passphrase",
        "key_file": "00",
        "kind": "no-slot-opens",
    }
    missing_file = {
        "note": "no key file",
        "text": "third passphrase",
        "key_file": None,
        "kind": "no-slot-opens",
    }
    return blobs, files, [*opens, no, wrong_file, missing_file]


def damage_vectors() -> list[Json]:
    """Changes of the two files of one vault; the first passphrase (slot 0) opens what is left.

    `size_a` and `size_b` cut a file; the slots that are wholly in it still count.
    """

    def flip(*places: int) -> list[Json]:
        return [{"at": at, "xor": "01"} for at in places]

    slot, tag = 4096, 8191
    cases: list[tuple[str, list[Json], list[Json], list[str]]] = [
        ("tag of the slot in a", flip(tag), [], ["b"]),
        ("commitment of the slot in a", flip(slot + 32), [], ["b"]),
        ("salt of the slot in b", [], flip(slot), ["a"]),
        ("header of a: its slots still count", flip(100), [], ["a", "b"]),
        ("header of a, slot in b", flip(100), flip(tag), ["a"]),
        (
            "an unused slot, another's slot and the tail",
            flip(4 * 4096, 6 * 4096, 40_000),
            flip(2 * 4096),
            ["a", "b"],
        ),
        ("tag of the slot in both", flip(tag), flip(tag), []),
        ("commitment of the slot in both", flip(slot + 32), flip(slot + 63), []),
        ("tag in a, commitment in b", flip(tag), flip(slot + 32), []),
    ]
    kinds = {
        "tag of the slot in both": "damaged",
        "commitment of the slot in both": "no-slot-opens",
        "tag in a, commitment in b": "damaged",
    }
    vectors: list[Json] = [
        {"note": note, "patch_a": a, "patch_b": b} | ({"copies": copies} if copies else {"kind": kinds[note]})
        for note, a, b, copies in cases
    ]
    for note, size, changes, copies in (
        ("a cut after the slot", 8192, [], ["a", "b"]),
        ("a cut after the slot, slot in b", 8192, flip(tag), ["a"]),
        ("a cut inside the slot", 8191, [], ["b"]),
        ("a cut to nothing", 0, [], ["b"]),
    ):
        entry: Json = {"note": note, "patch_a": [], "patch_b": changes, "size_a": size, "copies": copies}
        vectors.append(entry)
    return vectors


def slot_fields(
    number: int, kind: int, flags: int, old_key: bytes | None = None, generation: int | None = None
) -> Json:
    return {
        "slot": number,
        "compartment": number // 4,
        "credential_kind": kind,
        "flags": flags,
        "slot_id": fill(f"slot-id-{number}", 16).hex(),
        "made_us": TIME_US + number,
        "compartment_key": fill(f"compartment-{number // 4}-key", 32).hex(),
        "old_compartment_key": old_key.hex() if old_key else None,
        "generation": number + 1 if generation is None else generation,
    }


def slot_vectors(head: bytes) -> list[Json]:
    root = fill("slot-root", 32)
    old = fill("old-compartment-key", 32)
    good = seal_slot(root, head, 0, slot_inside(0, 1), "single")
    vectors: list[Json] = []

    def add(note: str, number: int, data: bytes, expect: Json, key: bytes = root) -> None:
        vectors.append(
            {"note": note, "slot": number, "root": key.hex(), "bytes": [{"base64": b64(data)}], **expect}
        )

    def patch(note: str, at: int, kind: str) -> None:
        vectors.append(
            {
                "note": note,
                "slot": 0,
                "root": root.hex(),
                "bytes": [{"blob": "single"}],
                "patch": [{"at": at, "xor": "01"}],
                "kind": kind,
            }
        )

    def inside(note: str, change: Callable[[bytes], bytes], kind: str, number: int = 0) -> None:
        data = change(slot_inside(number, 1))
        add(note, number, seal_slot(root, head, number, data, "fault " + note), {"kind": kind})

    vectors.append(
        {
            "note": "valid",
            "slot": 0,
            "root": root.hex(),
            "bytes": [{"blob": "single"}],
            "opens": slot_fields(0, 1, 0),
        }
    )
    rekey = seal_slot(root, head, 3, slot_inside(3, 1, 0, old), "re-key")
    add("valid, a re-key under way", 3, rekey, {"opens": slot_fields(3, 1, 0, old)})
    largest = slot_inside(2, 1, generation=2**64 - 1)
    opens = {"opens": slot_fields(2, 1, 0, generation=2**64 - 1)}
    add("valid, the largest generation", 2, seal_slot(root, head, 2, largest, "largest"), opens)
    shares = seal_slot(root, head, 7, slot_inside(7, 3), "shares")
    add("valid, share set, compartment 1", 7, shares, {"opens": slot_fields(7, 3, 0)})
    for note, at, kind in (
        ("salt", 0, "no-slot-opens"),
        ("commitment", 63, "no-slot-opens"),
        ("nonce", 64, "damaged"),
        ("first byte of ciphertext", 76, "damaged"),
        ("last byte of ciphertext", 4079, "damaged"),
        ("tag", 4095, "damaged"),
    ):
        patch("one bit of the " + note, at, kind)
    vectors.append(
        {
            "note": "slot 0 moved to slot 1",
            "slot": 1,
            "root": root.hex(),
            "bytes": [{"blob": "single"}],
            "kind": "damaged",
        }
    )
    other = header(vault="other")
    add(
        "sealed with another header",
        0,
        seal_slot(root, other, 0, slot_inside(0, 1), "aad"),
        {"kind": "damaged"},
    )
    vectors.append(
        {
            "note": "root with a key file that the slot has not",
            "slot": 0,
            "bytes": [{"blob": "single"}],
            "root": (root + sha256(b"x")).hex(),
            "kind": "no-slot-opens",
        }
    )
    crossed = seal_slot(fill("other-root", 32), head, 0, slot_inside(0, 1), "single")
    add("commitment to this root, sealed under another", 0, good[:64] + crossed[64:], {"kind": "damaged"})
    inside("slot version 0", lambda d: put(d, 0, b"\0\0"), "damaged")
    inside("slot version 2", lambda d: put(d, 0, b"\2\0"), "newer-format")
    inside("compartment 1 in slot 0", lambda d: put(d, 2, b"\1"), "damaged")
    inside("compartment 0 in slot 4", lambda d: put(d, 2, b"\0"), "damaged", 4)
    inside("kind 0", lambda d: put(d, 3, b"\0"), "damaged")
    inside("kind 4", lambda d: put(d, 3, b"\4"), "damaged")
    inside("unknown flag", lambda d: put(d, 4, b"\4"), "damaged")
    inside("refresh flag in compartment 1", lambda d: put(d, 4, b"\1"), "damaged", 6)
    inside("re-key byte 2", lambda d: put(d, 64, b"\2"), "damaged")
    inside("an old key without a re-key", lambda d: put(d, 65, old), "damaged")
    inside("generation 0", lambda d: put(d, 97, bytes(8)), "damaged")
    inside("first zero byte", lambda d: put(d, 105, b"\1"), "damaged")
    inside("last zero byte", lambda d: put(d, 4003, b"\1"), "damaged")
    return vectors


def file_vectors(head: bytes) -> list[Json]:
    rest = [{"fill": "rest", "size": 61_440}]
    vectors: list[Json] = []

    def add(note: str, data: bytes, expect: str | None, tail: list[Json] = rest) -> None:
        parts = [*pieces(data), *tail]
        vectors.append({"note": note, "bytes": parts} | ({"kind": expect} if expect else {"version": 1}))

    def again(change: Callable[[bytes], bytes], base: bytes = head) -> bytes:
        return check(change(base[:4064]))

    add("valid", head, None)
    for note, field in (
        ("memory 4,194,304 KiB", header(memory_kib=4_194_304)),
        ("64 passes", header(passes=64)),
        ("16 lanes", header(lanes=16)),
    ):
        add(note, field, None)
    for note, field in (
        ("memory 65,535 KiB", header(memory_kib=65_535)),
        ("memory 0", header(memory_kib=0)),
        ("memory 4,194,305 KiB", header(memory_kib=4_194_305)),
        ("0 passes", header(passes=0)),
        ("65 passes", header(passes=65)),
        ("0 lanes", header(lanes=0)),
        ("17 lanes", header(lanes=17)),
        ("version 0", header(version=0)),
    ):
        add(note, field, "damaged")
    for at in (12, 15, 44, 47, 80, 4063):
        add(f"zero byte {at} is 1", check(put(head[:4064], at, b"\1")), "damaged")
    for at in (8, 16, 32, 48, 4063):
        add(f"byte {at} changed, checksum not", xor(head, at, 128), "damaged")
    add("checksum changed", xor(head, 4095), "damaged")
    add("magic changed, checksum right", again(lambda d: xor(d, 0)), "not-a-vault")
    add("version 2", header(version=2), "newer-format")
    add(
        "version 2 with fields this version does not know",
        again(lambda d: put(d, 32, b"\xff" * 64), header(version=2)),
        "newer-format",
    )
    add("version 2^32 - 1", header(version=2**32 - 1), "newer-format")
    add("version 2, checksum wrong", xor(header(version=2), 4095), "damaged")
    add("one byte short", head, "damaged", [{"fill": "rest", "size": 61_439}])
    add("one byte long", head, "damaged", [{"fill": "rest", "size": 61_441}])
    add("header alone", head, "damaged", [])
    vectors.append({"note": "empty", "bytes": [], "kind": "damaged"})
    grave, tail = tombstone("tombstone"), [{"fill": "grave", "size": 65_464}]
    vectors.append({"note": "tombstone", "bytes": [{"hex": grave.hex()}, *tail], "kind": "tombstone"})
    for note, parts in (
        ("nothing after its 72 bytes", []),
        ("the rest of the key slot file behind its block", [{"fill": "grave", "size": 4_024}, *rest]),
        ("one byte short", [{"fill": "grave", "size": 65_463}]),
        ("one byte long", [{"fill": "grave", "size": 65_465}]),
    ):
        grave_parts = [{"hex": grave.hex()}, *parts]
        vectors.append({"note": "tombstone, " + note, "bytes": grave_parts, "kind": "tombstone"})
    vectors.append(
        {"note": "71 bytes of a tombstone", "bytes": [{"hex": grave[:71].hex()}], "kind": "damaged"}
    )
    for note, at in (("magic", 7), ("random part", 8), ("checksum", 71)):
        vectors.append(
            {
                "note": f"no tombstone: its {note} changed",
                "bytes": [{"hex": xor(grave, at).hex()}, *tail],
                "kind": "not-a-vault",
            }
        )
    return vectors


def pair_vectors(head: bytes) -> Json:
    other = header(passes=2)
    whole: dict[str, list[Json] | None] = {
        "sound": [*pieces(head), {"fill": "rest", "size": 61_440}],
        "other": [*pieces(other), {"fill": "rest", "size": 61_440}],
        "damaged": [*pieces(xor(head, 100)), {"fill": "rest", "size": 61_440}],
        "short": pieces(head),
        "newer": [*pieces(header(version=2)), {"fill": "rest", "size": 61_440}],
        "foreign": [{"fill": "foreign", "size": 65_536}],
        "tombstone": [{"hex": tombstone("tombstone").hex()}, {"fill": "grave", "size": 65_464}],
        "missing": None,
    }
    cases = [
        ("sound", "sound", None),
        ("damaged", "sound", None),
        ("sound", "damaged", None),
        ("short", "sound", None),
        ("sound", "missing", None),
        ("sound", "other", "mixed"),
        ("damaged", "damaged", "damaged"),
        ("tombstone", "sound", "tombstone"),
        ("sound", "tombstone", "tombstone"),
        ("tombstone", "tombstone", "tombstone"),
        ("tombstone", "missing", "tombstone"),
        ("missing", "tombstone", "tombstone"),
        ("damaged", "tombstone", "tombstone"),
        ("tombstone", "newer", "tombstone"),
        ("sound", "newer", "newer-format"),
        ("newer", "damaged", "newer-format"),
        ("foreign", "newer", "newer-format"),
        ("foreign", "damaged", "damaged"),
        ("damaged", "foreign", "damaged"),
        ("short", "missing", "damaged"),
        ("foreign", "foreign", "not-a-vault"),
        ("foreign", "missing", "not-a-vault"),
        ("missing", "missing", "not-a-vault"),
        ("foreign", "sound", None),
    ]
    vectors: list[Json] = [{"a": a, "b": b} | ({"kind": kind} if kind else {}) for a, b, kind in cases]
    return {"files": whole, "cases": vectors}


def slots() -> Json:
    head = header()
    blobs, files, opens = slot_files(head)
    blobs["single"] = b64(seal_slot(fill("slot-root", 32), head, 0, slot_inside(0, 1), "single"))
    return {
        "_format": "Sections 2.1, 2.3 and 8. 'files' are keyslots.a and keyslots.b of one vault and 'opens'"
        " what each credential gives; 'damage' changes the two ('size_a': keyslots.a is cut to so many"
        " bytes) and says in which 'copies' slot 0 still opens. 'key_slot_files' are single files with"
        " what their header says: 'version',"
        " or the kind ('tombstone' means: finish the wipe). 'pairs' are a pair of files by name."
        " 'slots' are single slots, to be opened with 'root' under the blob 'header'; 'slot' is"
        " their number. " + BYTES_NOTE + " " + KIND_NOTE,
        "blobs": blobs,
        "files": files,
        "opens": opens,
        "damage": damage_vectors(),
        "key_slot_files": file_vectors(head),
        "pairs": pair_vectors(head),
        "slots": slot_vectors(head),
    }
