"""Vectors of backup-format.md: derived keys, names of lists, the box in a key file, the content of a list."""

from __future__ import annotations

import json
import struct
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from object_vectors import COMPARTMENT_KEY, VAULT_ID
from slot_vectors import header
from vector_bytes import KIND_NOTE, TIME_US, Json, b64, fill, hkdf, put, sha256, xor

BACKUP_KEY = fill("backup-key", 32)
ACCESS_KEY = fill("access-key", 32)
FORMAT = (
    "'keys': label → bytes from the backup key ('backup_key') and the vault id; 'mark' from the compartment"
    " key. 'names': number of a list → its object name. 'boxes': the header of a key file and the 1,024 bytes"
    " at 36,864, opened with 'access_key'. 'lists': the content of a list's object, in base64, and what is in"
    " it. "
)


def list_name(number: int) -> bytes:
    key = hkdf(BACKUP_KEY, VAULT_ID, "sheaf/v1/backup-names", 32)
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return block.update(number.to_bytes(16, "big")) + block.finalize()


def box_inside(version: int = 1, copy: int = 0, way: int = 0, zero: int = 0) -> bytes:
    inside = struct.pack("<HBBI", version, copy, way, zero) + VAULT_ID + BACKUP_KEY
    return inside.ljust(976, b"\0")


def seal_box(inside: bytes, head: bytes, seed: str) -> bytes:
    salt = fill(seed, 32)
    okm = hkdf(ACCESS_KEY, salt, "sheaf/v1/backup-key", 44)
    return salt + AESGCM(okm[:32]).encrypt(okm[32:], inside, head)


def boxes() -> list[Json]:
    head = header()
    found: list[Json] = []
    for copy in (0, 1):
        for way in (0, 1):
            data = seal_box(box_inside(copy=copy, way=way), head, f"box {copy} {way}")
            found.append(
                {
                    "name": f"copy {copy}, way {way}",
                    "header": b64(head),
                    "box": b64(data),
                    "copy": copy,
                    "opens_with": way,
                    "vault_id": VAULT_ID.hex(),
                    "backup_key": BACKUP_KEY.hex(),
                }
            )
    good = seal_box(box_inside(), head, "box")
    faults: list[tuple[str, bytes, bytes, str]] = [
        ("a changed byte", head, xor(good, 500), "damaged"),
        ("a changed salt", head, xor(good, 3), "damaged"),
        ("another header", header(passes=2), good, "damaged"),
        ("version 2", head, seal_box(box_inside(version=2), head, "b1"), "newer-format"),
        ("version 0", head, seal_box(box_inside(version=0), head, "b2"), "damaged"),
        ("copy 2", head, seal_box(box_inside(copy=2), head, "b3"), "damaged"),
        ("way 2", head, seal_box(box_inside(way=2), head, "b4"), "damaged"),
        ("bytes 4 to 7 not zero", head, seal_box(box_inside(zero=1), head, "b5"), "damaged"),
        ("the end not zero", head, seal_box(put(box_inside(), 975, b"\1"), head, "b6"), "damaged"),
    ]
    for name, used, data, kind in faults:
        found.append({"name": name, "header": b64(used), "box": b64(data), "kind": kind})
    return found


def row(number: int, flags: int = 0, record: bytes | None = None, zero: bytes = bytes(7)) -> bytes:
    name = number.to_bytes(2, "big") + fill(f"row {number}", 14)
    record_id = fill(f"record {number}", 16) if record is None else record
    return name + record_id + sha256(name) + struct.pack("<Q", 1000 * number) + bytes([flags]) + zero


def members(**other: Any) -> Json:
    """The JSON object of a list."""
    slot = {
        "number": 0,
        "used": True,
        "slot_id": fill("slot-id-0", 16).hex(),
        "kind": 1,
        "label": "",
        "flags": 0,
        "made_us": TIME_US,
        "hash_a": sha256(b"a").hex(),
        "hash_b": sha256(b"b").hex(),
    }
    return {
        "number": 7,
        "epoch": 41,
        "items": 3,
        "made_us": TIME_US,
        "vault_header": b64(header()),
        "slot_generation": 1,
        "slots": [slot],
        "snapshot": fill("snapshot", 16).hex(),
        "records_key": fill("records-key", 48).hex(),
        "earlier_keys": [],
        "destroyed": [],
        "reserve": None,
    } | other


def content(meta: Json | bytes, rows: bytes = b"", magic: bytes = b"SHEAFLST", version: int = 1) -> bytes:
    text = meta if isinstance(meta, bytes) else json.dumps(meta, separators=(",", ":")).encode()
    return magic + struct.pack("<II", version, len(text)) + text + rows


def lists() -> list[Json]:
    three = row(1) + row(2, flags=1) + row(3, record=bytes(16))
    reserve = {
        "object": fill("reserve", 16).hex(),
        "parts": [
            ["slots-a", None, 16384],
            ["records", None, 1 << 20],
            ["object", fill("r", 16).hex(), 65536],
        ],
    }
    full = members(
        earlier_keys=[fill("earlier", 32).hex()], destroyed=[fill("destroyed", 16).hex()], reserve=reserve
    )
    found: list[Json] = []
    for name, meta, rows in (
        ("an empty vault", members(items=0), b""),
        ("three rows", members(), three),
        ("all", full, three),
    ):
        listed = [rows[at : at + 80] for at in range(0, len(rows), 80)]
        found.append(
            {
                "name": name,
                "content": b64(content(meta, rows)),
                "members": meta,
                "rows": [
                    [one[:16].hex(), one[16:32].hex(), one[32:64].hex(), 1000 * at, bool(one[72])]
                    for at, one in enumerate(listed, 1)
                ],
            }
        )
    good = content(members(), three)
    broken: list[tuple[str, bytes, str]] = [
        ("another magic", content(members(), three, magic=b"SHEAFLSX"), "damaged"),
        ("version 2", content(members(), three, version=2), "newer-format"),
        ("version 0", content(members(), three, version=0), "damaged"),
        ("shorter than its head", good[:15], "damaged"),
        ("cut in the object", good[:200], "damaged"),
        ("cut in a row", good[:-1], "damaged"),
        ("no JSON", content(b"{" + b" " * 50), "damaged"),
        ("an array", content(b"[]"), "damaged"),
        ("a member missing", content({k: v for k, v in members().items() if k != "slots"}), "damaged"),
        ("number 0", content(members(number=0)), "damaged"),
        ("number a text", content(members(number="7")), "damaged"),
        ("a number that is true", content(members(epoch=True)), "damaged"),
        ("a short header", content(members(vault_header=b64(bytes(100)))), "damaged"),
        ("a short records key", content(members(records_key="00" * 32)), "damaged"),
        ("a short earlier key", content(members(earlier_keys=["00" * 16])), "damaged"),
        ("rows out of order", content(members(), row(2) + row(1)), "damaged"),
        ("a row twice", content(members(), row(1) + row(1)), "damaged"),
        ("an unknown flag", content(members(), row(1, flags=2)), "damaged"),
        ("a zero byte that is not", content(members(), row(1, zero=b"\0\0\0\0\0\0\1")), "damaged"),
        (
            "a part of unknown kind",
            content(members(reserve={"object": "00" * 16, "parts": [["x", None, 1]]})),
            "damaged",
        ),
        (
            "an object without a name",
            content(members(reserve={"object": "00" * 16, "parts": [["object", None, 1]]})),
            "damaged",
        ),
    ]
    for name, data, kind in broken:
        found.append({"name": name, "content": b64(data), "kind": kind})
    return found


def backup() -> Json:
    labels = {"sheaf/v1/backup-headers": 32, "sheaf/v1/backup-names": 32}
    return {
        "_format": FORMAT + KIND_NOTE,
        "backup_key": BACKUP_KEY.hex(),
        "access_key": ACCESS_KEY.hex(),
        "vault_id": VAULT_ID.hex(),
        "compartment_key": COMPARTMENT_KEY.hex(),
        "mark": hkdf(COMPARTMENT_KEY, VAULT_ID, "sheaf/v1/backup-mark", 16).hex(),
        "keys": {label: hkdf(BACKUP_KEY, VAULT_ID, label, size).hex() for label, size in labels.items()},
        "names": {str(number): list_name(number).hex() for number in (1, 2, 255, 65_536, 2**32 - 1)},
        "boxes": boxes(),
        "lists": lists(),
    }
