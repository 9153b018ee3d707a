"""Open a vault of format 1 without the program: a second reader, made from docs/spec/vault-format.md alone.

    python second_reader.py [--key-file FILE | --shares] VAULT PASSFILE list
    python second_reader.py [--key-file FILE | --shares] VAULT PASSFILE cat NAME

`list` prints JSON: the slot that opened, the tables of the databases, and every object with what its header
says and whether its body agrees. `cat` writes the content of the object NAME (its 32 hexadecimal digits, or
the original name where only one object has it). Nothing is ever written to the vault: no mending, no
finishing of a wipe. Needs Python 3.11, `cryptography`, and `sqlcipher3` for the names of the tables.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from second_reader_credentials import RefusedError, credential_bytes, require
from second_reader_objects import ObjectHeader, derive, iter_body, open_object
from second_reader_shares import credential_of_shares

SLOT_FILE_BYTES = 65_536


# --- 2: key slots -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """The first 4,096 bytes of a key slot file."""

    data: bytes
    vault_id: bytes
    memory_kib: int
    passes: int
    lanes: int
    salt: bytes


@dataclass(frozen=True)
class Slot:
    """What a slot holds; times in microseconds since 1970."""

    slot: int
    compartment: int
    credential_kind: int
    flags: int
    slot_id: bytes
    made_us: int
    compartment_key: bytes
    old_compartment_key: bytes | None
    generation: int


def root_of(credential: bytes, header: Header, key_file: bytes | None) -> bytes:
    cost = Argon2id(
        salt=header.salt,
        length=32,
        iterations=header.passes,
        lanes=header.lanes,
        memory_cost=header.memory_kib,
    )
    return cost.derive(credential) + (hashlib.sha256(key_file).digest() if key_file is not None else b"")


def is_tombstone(data: bytes) -> bool:
    return data[:8] == b"SHEAFEND" and hashlib.sha256(data[:40]).digest() == data[40:72]


def read_header(untrusted: bytes) -> Header:
    require(not is_tombstone(untrusted), "tombstone")
    require(len(untrusted) == SLOT_FILE_BYTES)
    require(untrusted[:8] == b"SHEAFVLT", "not-a-vault")
    require(hashlib.sha256(untrusted[:4064]).digest() == untrusted[4064:4096])
    version, memory_kib, passes, lanes = struct.unpack_from("<I20xIII", untrusted, 8)
    if version > 1:
        raise RefusedError("newer-format", version)
    require(version == 1)
    require(65_536 <= memory_kib <= 4_194_304 and 1 <= passes <= 64 and 1 <= lanes <= 16)
    require(not any(untrusted[12:16] + untrusted[44:48] + untrusted[80:4064]))
    return Header(untrusted[:4096], untrusted[16:32], memory_kib, passes, lanes, untrusted[48:80])


def choose_header(copies: dict[str, bytes | None]) -> Header:
    """The header of a vault from the bytes of both key slot files, None for one that is missing.

    Of several kinds of refusal the first counts: tombstone, newer format, mixed, damaged, not a vault.
    """
    sound: list[Header] = []
    kinds: dict[str, RefusedError] = {}
    for data in copies.values():
        if data is None:
            continue
        try:
            sound.append(read_header(data))
        except RefusedError as error:
            kinds[error.kind] = error
    for kind in ("tombstone", "newer-format"):
        if kind in kinds:
            raise kinds[kind]
    require(len({header.data for header in sound}) <= 1, "mixed")
    if not sound:
        raise kinds.get("damaged", RefusedError("not-a-vault"))
    return sound[0]


def open_slot(data: bytes, header: Header, root: bytes, number: int) -> Slot | None:
    """None where the commitment does not match."""
    okm = derive(root, data[:32], "sheaf/v1/slot", 64)
    if not hmac.compare_digest(okm[32:], data[32:64]):
        return None
    try:
        inside = AESGCM(okm[:32]).decrypt(data[64:76], data[76:], header.data + bytes([number]))
    except InvalidTag:
        raise RefusedError("damaged") from None
    version, compartment, kind, flags = struct.unpack_from("<HBBI", inside)
    if version > 1:
        raise RefusedError("newer-format", version)
    rekey, old_key = inside[64], inside[65:97]
    require(version == 1 and compartment == number // 4 and kind in (1, 2, 3) and rekey in (0, 1))
    require(flags & ~3 == 0 and not (flags & 1 and compartment == 1) and not any(inside[105:]))
    require(rekey == 1 or not any(old_key))
    made_us, generation = (int.from_bytes(inside[at : at + 8], "little") for at in (24, 97))
    require(generation >= 1)
    keep_old = old_key if rekey else None
    return Slot(number, compartment, kind, flags, inside[8:24], made_us, inside[32:64], keep_old, generation)


def open_slots(copies: dict[str, bytes | None], header: Header, root: bytes) -> list[tuple[str, Slot]]:
    """All that open, by number and copy; all sixteen are tried."""
    found: list[tuple[str, Slot]] = []
    broken: list[RefusedError] = []
    for name, data in copies.items():
        for number in range(8):
            place = (data or b"")[4096 * (number + 1) : 4096 * (number + 2)]
            if len(place) < 4096:
                continue
            try:
                slot = open_slot(place, header, root, number)
            except RefusedError as error:
                broken.append(error)
            else:
                found += [(name, slot)] if slot else []
    if not found:
        raise broken[0] if broken else RefusedError("no-slot-opens")
    return sorted(found, key=lambda pair: (pair[1].slot, pair[0]))


# --- 5: databases -------------------------------------------------------------------------------------------


def database_tables(path: Path, key: bytes) -> dict[str, Any]:
    """Schema number, application id and names of the tables; nothing is written."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(path.absolute().as_uri() + "?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA cipher_page_size = 4096")
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        return {
            "user_version": connection.execute("PRAGMA user_version").fetchone()[0],
            "application_id": connection.execute("PRAGMA application_id").fetchone()[0],
            "tables": [row[0] for row in rows],
        }
    except dbapi2.DatabaseError:
        raise RefusedError("damaged") from None
    finally:
        connection.close()


def try_keys(path: Path, keys: list[bytes], vault_id: bytes, label: str) -> dict[str, Any]:
    if not path.exists():
        return {"kind": "missing"}
    journal = path.with_name(path.name + "-journal")
    if journal.exists() and journal.stat().st_size:
        return {
            "kind": "unclean",
            "note": "the journal is not empty; a reader that may write must open it first",
        }
    for key in keys:
        try:
            return database_tables(path, derive(key, vault_id, label, 48))
        except RefusedError:
            continue
    return {"kind": "damaged"}


# --- the command line ---------------------------------------------------------------------------------------


class Vault:
    """An opened vault folder, read only."""

    def __init__(self, folder: Path, credential: bytes, key_file: bytes | None) -> None:
        copies = {name: read_start(folder / f"keyslots.{name}", SLOT_FILE_BYTES + 1) for name in "ab"}
        self.folder = folder
        self.header = choose_header(copies)
        root = root_of(credential, self.header, key_file)
        self.opened = open_slots(copies, self.header, root)
        self.slot = self.opened[0][1]  # compartment 0 before 1, then the lower number, then copy a
        same = [slot for _, slot in self.opened if slot.compartment == self.slot.compartment]
        # A re-key under way: which key opens what is tried, new before old.
        keys = [s.compartment_key for s in same] + [
            s.old_compartment_key for s in same if s.old_compartment_key
        ]
        self.keys = list(dict.fromkeys(keys))
        label = "sheaf/v1/object-headers"
        self.header_keys = [derive(key, self.header.vault_id, label, 32) for key in self.keys]

    def iter_paths(self) -> Iterator[Path]:
        for path in sorted((self.folder / "objects").glob("[0-9a-f][0-9a-f]/*")):
            digits = path.parent.name + path.name
            if len(digits) == 32 and not set(digits) - set("0123456789abcdef") and path.is_file():
                yield path

    def open(self, path: Path) -> tuple[ObjectHeader, list[int]]:
        name = bytes.fromhex(path.parent.name + path.name)
        start = read_start(path, 4096) or b""
        keys, vault_id = self.header_keys, self.header.vault_id
        return open_object(start, path.stat().st_size, name, keys, vault_id, self.slot.compartment)

    def send(self, path: Path, header: ObjectHeader, write: Callable[[bytes], object]) -> None:
        with path.open("rb") as source:
            source.seek(4096)
            for chunk in iter_body(source, header, self.header.vault_id):
                write(chunk)

    def describe(self, path: Path) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": path.parent.name + path.name, "length": path.stat().st_size}
        try:
            header, good = self.open(path)
            entry |= {"good_copies": good} | plain(asdict(header))
            del entry["file_key"]
            self.send(path, header, len)
        except RefusedError as error:
            entry["kind"] = error.kind
        return entry


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Byte strings in hex; an original name as text where it is UTF-8."""
    shown = {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}
    if not fields["flags"] & 1:
        shown["original_name"] = fields["original_name"].decode("utf-8", "backslashreplace")
    return shown


def read_start(path: Path, most_bytes: int) -> bytes | None:
    try:
        with path.open("rb") as source:
            return source.read(most_bytes)
    except FileNotFoundError:
        return None


def listing(vault: Vault) -> dict[str, Any]:
    slot, vault_id = vault.slot, vault.header.vault_id
    files = {name: vault.folder / f"{name}.{slot.compartment}" for name in ("records", "derived")}
    return {
        "vault_id": vault_id.hex(),
        "slot": slot.slot,
        "compartment": slot.compartment,
        "copies": [name for name, found in vault.opened if found.slot == slot.slot],
        "generation": slot.generation,
        "re_key_under_way": slot.old_compartment_key is not None,
        "databases": {n: try_keys(path, vault.keys, vault_id, "sheaf/v1/" + n) for n, path in files.items()},
        "objects": [vault.describe(path) for path in vault.iter_paths()],
    }


def content_of(vault: Vault, name: str, write: Callable[[bytes], object]) -> None:
    wanted = []
    for path in vault.iter_paths():
        try:
            header, _ = vault.open(path)
        except RefusedError as error:
            if name == path.parent.name + path.name:
                raise error from None
            continue
        if name in (header.name.hex(), header.original_name.decode("utf-8", "surrogateescape")):
            wanted.append((path, header))
    require(len(wanted) == 1, "missing" if not wanted else "several")
    vault.send(*wanted[0], write)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Read a vault of format 1.")
    parser.add_argument("vault", type=Path)
    parser.add_argument("passfile", type=Path)
    parser.add_argument("action", choices=["list", "cat"])
    parser.add_argument("name", nargs="?")
    parser.add_argument("--key-file", type=Path)
    parser.add_argument("--shares", action="store_true", help="PASSFILE has shares, one a line")
    given = parser.parse_args(arguments)
    text = given.passfile.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    try:
        credential = credential_of_shares(text.splitlines()) if given.shares else credential_bytes(text)
        vault = Vault(given.vault, credential, given.key_file.read_bytes() if given.key_file else None)
        if given.action == "list":
            sys.stdout.write(json.dumps(listing(vault), indent=1, ensure_ascii=False) + "\n")
        else:
            content_of(vault, given.name or "", sys.stdout.buffer.write)
    except RefusedError as error:
        sys.stderr.write(json.dumps({"kind": error.kind, "number": error.number}) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
