"""The list of one snapshot: what belongs to the vault as it was at one moment (backup format, section 4)."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hrd_desktop.crypto.backup_keys import HIGHEST_LIST
from hrd_desktop.domain.errors.backup import BackupDamagedError
from hrd_desktop.domain.errors.vault import NewerFormatError
from hrd_desktop.domain.slots import SlotRecord

MAGIC = b"SHEAFLST"
LIST_VERSION = 1
LIST_MEDIA_TYPE = "application/x-sheaf-backup-list"
RESERVE_MEDIA_TYPE = "application/x-sheaf-backup-reserve"
ROW_BYTES = 80
_HEAD = struct.Struct("<8sII")
# name, record id, SHA-256, size, flags, zero
_ROW = struct.Struct("<16s16s32sQB7s")
_ABSENT = 1
_NO_RECORD = bytes(16)
_PART_KINDS = frozenset(
    ("slots-a", "slots-b", "records", "records-journal", "derived", "derived-journal", "object")
)


@dataclass(frozen=True, repr=False)
class ListRow:
    """One object of the vault. ``absent``: it could not be read when this snapshot was made."""

    name: bytes
    record_id: bytes | None
    sha256: bytes
    size_bytes: int
    absent: bool = False


@dataclass(frozen=True, repr=False)
class ReservePart:
    """One part of the reserve's content; ``name`` is that of a reserve object."""

    kind: str
    name: bytes | None
    size_bytes: int


@dataclass(frozen=True, repr=False)
class CarriedReserve:
    """The object that holds the reserve, and what its content consists of, in order."""

    object_name: bytes
    parts: tuple[ReservePart, ...]


@dataclass(frozen=True, repr=False)
class BackupList:
    """All that one list says. ``records_key`` is the SQLCipher raw key and salt of the records' copy."""

    number: int
    epoch: int
    item_count: int
    made_us: int
    vault_header: bytes
    slots: tuple[SlotRecord, ...]
    snapshot: bytes
    records_key: bytes
    slot_generation: int
    rows: tuple[ListRow, ...]
    earlier_keys: tuple[bytes, ...] = ()
    destroyed: frozenset[bytes] = field(default_factory=frozenset)
    reserve: CarriedReserve | None = None

    def needed(self) -> frozenset[bytes]:
        """The objects that this snapshot needs, the reserve's apart."""
        present = {row.name for row in self.rows if not row.absent}
        return frozenset((present | {self.snapshot}) - self.destroyed)

    def pack(self) -> bytes:
        """The content of the list's object."""
        meta = json.dumps(
            {
                "number": self.number,
                "epoch": self.epoch,
                "items": self.item_count,
                "made_us": self.made_us,
                "vault_header": base64.b64encode(self.vault_header).decode(),
                "slot_generation": self.slot_generation,
                "slots": [_slot_to_json(slot) for slot in self.slots],
                "snapshot": self.snapshot.hex(),
                "records_key": self.records_key.hex(),
                "earlier_keys": [key.hex() for key in self.earlier_keys],
                "destroyed": sorted(name.hex() for name in self.destroyed),
                "reserve": None if self.reserve is None else _reserve_to_json(self.reserve),
            },
            separators=(",", ":"),
        ).encode()
        rows = b"".join(
            _ROW.pack(
                row.name,
                _NO_RECORD if row.record_id is None else row.record_id,
                row.sha256,
                row.size_bytes,
                _ABSENT if row.absent else 0,
                bytes(7),
            )
            for row in sorted(self.rows, key=lambda row: row.name)
        )
        return _HEAD.pack(MAGIC, LIST_VERSION, len(meta)) + meta + rows


def parse_list(content: bytes) -> BackupList:
    """Read a list back. Raises BackupDamagedError, NewerFormatError."""
    if len(content) < _HEAD.size:
        raise BackupDamagedError(part="list")
    magic, version, meta_bytes = _HEAD.unpack_from(content)
    if magic != MAGIC or version < 1:
        raise BackupDamagedError(part="list")
    if version > LIST_VERSION:
        raise NewerFormatError(part="backup-list", found=version, known=LIST_VERSION)
    rows_at = _HEAD.size + meta_bytes
    if rows_at > len(content) or (len(content) - rows_at) % ROW_BYTES:
        raise BackupDamagedError(part="list")
    try:
        meta = json.loads(content[_HEAD.size : rows_at])
        return _list_of(meta, _rows(content[rows_at:]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BackupDamagedError(part="list") from None


def _list_of(meta: Mapping[str, Any], rows: tuple[ListRow, ...]) -> BackupList:
    found = BackupList(
        number=_whole(meta["number"]),
        epoch=_whole(meta["epoch"]),
        item_count=_whole(meta["items"]),
        made_us=_whole(meta["made_us"]),
        vault_header=base64.b64decode(meta["vault_header"], validate=True),
        slots=tuple(_slot_of(slot) for slot in meta["slots"]),
        snapshot=_bytes(meta["snapshot"], 16),
        records_key=_bytes(meta["records_key"], 48),
        slot_generation=_whole(meta["slot_generation"]),
        rows=rows,
        earlier_keys=tuple(_bytes(key, 32) for key in meta["earlier_keys"]),
        destroyed=frozenset(_bytes(name, 16) for name in meta["destroyed"]),
        reserve=None if meta["reserve"] is None else _reserve_of(meta["reserve"]),
    )
    if not 1 <= found.number <= HIGHEST_LIST or len(found.vault_header) != 4096:
        raise ValueError
    return found


def _rows(data: bytes) -> tuple[ListRow, ...]:
    rows: list[ListRow] = []
    before = b""
    for name, record_id, sha256, size_bytes, flags, zero in _ROW.iter_unpack(data):
        if name <= before or flags & ~_ABSENT or any(zero):
            raise ValueError
        before = name
        record = None if record_id == _NO_RECORD else record_id
        rows.append(ListRow(name, record, sha256, size_bytes, bool(flags & _ABSENT)))
    return tuple(rows)


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError
    return value


def _bytes(text: str, size_bytes: int) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != size_bytes:
        raise ValueError
    return data


def _reserve_to_json(reserve: CarriedReserve) -> dict[str, object]:
    parts = [[part.kind, part.name and part.name.hex(), part.size_bytes] for part in reserve.parts]
    return {"object": reserve.object_name.hex(), "parts": parts}


def _reserve_of(value: Mapping[str, Any]) -> CarriedReserve:
    parts: list[ReservePart] = []
    for kind, name, size_bytes in value["parts"]:
        if kind not in _PART_KINDS or (kind == "object") != (name is not None):
            raise ValueError
        parts.append(ReservePart(kind, None if name is None else _bytes(name, 16), _whole(size_bytes)))
    return CarriedReserve(_bytes(value["object"], 16), tuple(parts))


def _slot_to_json(slot: SlotRecord) -> dict[str, object]:
    return {
        "number": slot.number,
        "used": slot.used,
        "slot_id": slot.slot_id.hex() if slot.slot_id else None,
        "kind": slot.kind,
        "label": slot.label,
        "flags": slot.flags,
        "made_us": slot.made_us,
        "hash_a": slot.hash_a.hex(),
        "hash_b": slot.hash_b.hex(),
    }


def _slot_of(value: Mapping[str, Any]) -> SlotRecord:
    return SlotRecord(
        number=_whole(value["number"]),
        used=bool(value["used"]),
        slot_id=_bytes(value["slot_id"], 16) if value["slot_id"] else None,
        kind=_whole(value["kind"]),
        label=str(value["label"]),
        flags=_whole(value["flags"]),
        made_us=_whole(value["made_us"]),
        hash_a=_bytes(value["hash_a"], 32),
        hash_b=_bytes(value["hash_b"], 32),
    )
