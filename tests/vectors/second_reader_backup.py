"""Open and check a backup without the program: a second reader, made from docs/spec/backup-format.md alone.

    python second_reader_backup.py [--key-file FILE] BACKUP PASSFILE

Prints JSON: every snapshot, and every object that one of them needs with what became of reading it. Nothing
is written. Needs Python 3.11 and `cryptography`.
"""

from __future__ import annotations

import argparse
import base64
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from second_reader import Header, open_slots, read_header, root_of
from second_reader_credentials import RefusedError, credential_bytes, require
from second_reader_objects import derive, iter_body, open_object

PARTS = ("slots-a", "slots-b", "records", "records-journal", "derived", "derived-journal", "object")


@dataclass(frozen=True)
class Box:
    """What a key file seals."""

    copy: int
    opens_with: int
    vault_id: bytes
    backup_key: bytes


@dataclass(frozen=True)
class Row:
    """One object of a list."""

    name: bytes
    record_id: bytes
    sha256: bytes
    size: int
    absent: bool


def open_box(head: bytes, box: bytes, access_key: bytes) -> Box:
    okm = derive(access_key, box[:32], "sheaf/v1/backup-key", 44)
    try:
        inside = AESGCM(okm[:32]).decrypt(okm[32:], box[32:1024], head)
    except InvalidTag:
        raise RefusedError("damaged") from None
    version, copy, way = struct.unpack_from("<HBB", inside)
    if version > 1:
        raise RefusedError("newer-format", version)
    require(version == 1 and copy < 2 and way < 2 and not any(inside[4:8]) and not any(inside[56:]))
    return Box(copy, way, inside[8:24], inside[24:56])


def list_numbers(names: list[bytes], backup_key: bytes, vault_id: bytes) -> dict[int, bytes]:
    key = derive(backup_key, vault_id, "sheaf/v1/backup-names", 32)
    found = {}
    for name in names:
        block = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
        number = int.from_bytes(block.update(name) + block.finalize(), "big")
        if 1 <= number < 2**32:
            found[number] = name
    return found


def read_list(content: bytes) -> tuple[dict[str, Any], list[Row]]:
    require(len(content) >= 16 and content[:8] == b"SHEAFLST")
    version, size = struct.unpack_from("<II", content, 8)
    if version > 1:
        raise RefusedError("newer-format", version)
    require(version == 1)
    tail = content[16 + size :]
    require(16 + size <= len(content) and len(tail) % 80 == 0)
    rows: list[Row] = []
    for at in range(0, len(tail), 80):
        one = tail[at : at + 80]
        require(one[72] < 2 and not any(one[73:]) and (not rows or rows[-1].name < one[:16]))
        length = int.from_bytes(one[64:72], "little")
        rows.append(Row(one[:16], one[16:32], one[32:64], length, bool(one[72])))
    try:
        meta = json.loads(content[16 : 16 + size])
        check_members(meta)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RefusedError("damaged") from None
    return meta, rows


def check_members(meta: dict[str, Any]) -> None:
    for name in ("number", "epoch", "items", "made_us", "slot_generation"):
        require(type(meta[name]) is int and 0 <= meta[name] < 2**63)
    require(1 <= meta["number"] < 2**32)
    require(len(base64.b64decode(meta["vault_header"], validate=True)) == 4096)
    require(len(bytes.fromhex(meta["snapshot"])) == 16 and len(bytes.fromhex(meta["records_key"])) == 48)
    require(all(len(bytes.fromhex(key)) == 32 for key in meta["earlier_keys"]))
    require(all(len(bytes.fromhex(name)) == 16 for name in meta["destroyed"]))
    for slot in meta["slots"]:
        require(len(bytes.fromhex(slot["hash_a"])) == len(bytes.fromhex(slot["hash_b"])) == 32)
    reserve = meta["reserve"]
    if reserve is not None:
        require(len(bytes.fromhex(reserve["object"])) == 16)
        for kind, name, size in reserve["parts"]:
            require(kind in PARTS and (kind == "object") == (name is not None) and size >= 0)


class Backup:
    """An open backup: a ring of backup keys, and the names of its files."""

    def __init__(self, folder: Path, text: str, key_file: bytes | None) -> None:
        self.folder = folder
        self.names = [
            bytes.fromhex(path.parent.name + path.name)
            for path in sorted((folder / "objects").glob("??/" + "[0-9a-f]" * 30))
        ]
        best = -1
        for path in sorted((folder / "keys").glob("[0-9a-f]" * 32)):
            data = path.read_bytes()
            box = self.open_key_file(data, read_header(data), credential_bytes(text), key_file)
            if box is None:
                continue
            newest = max(list_numbers(self.names, box.backup_key, box.vault_id), default=0)
            if newest > best:
                best, self.vault_id, self.ring, self.way = (
                    newest,
                    box.vault_id,
                    [box.backup_key],
                    box.opens_with,
                )
        require(best >= 0, "no-slot-opens")

    def open_key_file(
        self, data: bytes, header: Header, credential: bytes, key_file: bytes | None
    ) -> Box | None:
        try:
            slots = open_slots({"a": data}, header, root_of(credential, header, key_file))
        except RefusedError as error:
            if error.kind != "no-slot-opens":
                raise
            return None
        own = [slot for _, slot in slots if slot.compartment == 0]
        return open_box(data[:4096], data[36_864:37_888], own[0].compartment_key) if own else None

    def content(self, name: bytes) -> bytes:
        digits = name.hex()
        path = self.folder / "objects" / digits[:2] / digits[2:]
        require(path.exists(), "missing")
        keys = [derive(key, self.vault_id, "sheaf/v1/backup-headers", 32) for key in self.ring]
        with path.open("rb") as file:
            header, _ = open_object(file.read(4096), path.stat().st_size, name, keys, self.vault_id)
            return b"".join(iter_body(file, header, self.vault_id))

    def lists(self) -> dict[int, tuple[dict[str, Any], list[Row]]]:
        found: dict[int, tuple[dict[str, Any], list[Row]]] = {}
        at = 0
        while at < len(self.ring):
            for number, name in list_numbers(self.names, self.ring[at], self.vault_id).items():
                found[number] = read_list(self.content(name))
                for key in found[number][0]["earlier_keys"]:
                    if bytes.fromhex(key) not in self.ring:
                        self.ring.append(bytes.fromhex(key))
            at += 1
        return found


def report(backup: Backup) -> dict[str, Any]:
    lists = backup.lists()
    destroyed = set(lists[max(lists)][0]["destroyed"]) if lists else set()
    bad: dict[str, str] = {}
    needed: set[str] = set()
    for meta, rows in lists.values():
        wanted = {row.name: row for row in rows if not row.absent and row.name.hex() not in destroyed}
        for name in [*wanted, bytes.fromhex(meta["snapshot"])]:
            needed.add(name.hex())
            try:
                content = backup.content(name)
                require(name not in wanted or len(content) == wanted[name].size)
            except RefusedError as error:
                bad[name.hex()] = error.kind
    return {
        "opens_with": backup.way,
        "snapshots": [
            {"number": number, "epoch": meta["epoch"], "items": meta["items"]}
            for number, (meta, _) in sorted(lists.items(), reverse=True)
        ],
        "objects": len(needed),
        "bad": bad,
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--key-file", type=Path)
    parser.add_argument("backup", type=Path)
    parser.add_argument("passfile", type=Path)
    given = parser.parse_args(arguments)
    text = given.passfile.read_text(encoding="utf-8").split("\n")[0]
    try:
        backup = Backup(given.backup, text, given.key_file.read_bytes() if given.key_file else None)
        sys.stdout.write(json.dumps(report(backup)) + "\n")
    except RefusedError as error:
        sys.stderr.write(error.kind + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
