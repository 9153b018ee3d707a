"""A zip file of others read from the front, strictly: what one program sees in it, all see.

The bytes are pushed in as they come (out of a decryption, for one), and events come out. The entries
must follow one another without gaps and the central directory must say the same as the headers before
the entries: a file that shows different things to different programs is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from hrd_desktop.bundle.limits import (
    CheckLimits,
    Event,
    FaultSeen,
    FileBegun,
    FileData,
    FileEnded,
    FolderSeen,
    ReadingStopped,
)
from hrd_desktop.bundle.plain_text import escape_path
from hrd_desktop.domain.bundle_report import Fault, FaultKind

_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_END = b"PK\x05\x06"
_DESCRIPTOR = b"PK\x07\x08"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIBED, _UTF8 = 0x0001, 0x0008, 0x0800
_ALLOWED_FLAGS = _DESCRIBED | _UTF8 | 0x0006
_PIECE_BYTES = 1 << 16
_UNIX_HOSTS = (3, 19)
_FULL32 = 0xFFFFFFFF
# A step yields True when it can go on at once, False when it needs more bytes.
_Steps = Generator[bool, None, None]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a header says of an entry; compared whole between its two places."""

    name: bytes
    flags: int
    method: int
    crc32: int
    packed_bytes: int
    size_bytes: int


class ZipReader:
    """Takes the bytes of a zip file, gives events. One use; not for several threads."""

    def __init__(self, limits: CheckLimits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._position = 0
        self._ended = False
        self._events: list[Event] = []
        self._entries: dict[int, _Entry] = {}
        self._steps = self._read_all()

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take more bytes; the iteration, to be exhausted, gives the events and raises ``ReadingStopped``."""
        self._buffer += data
        return self._advance()

    def close(self) -> Iterator[Event]:
        """The bytes are at their end; the iteration raises ``ReadingStopped`` when the zip file is not."""
        self._ended = True
        return self._advance()

    def _advance(self) -> Iterator[Event]:
        more = True
        while more:
            stopped: ReadingStopped | None = None
            try:
                more = next(self._steps, False)
            except ReadingStopped as error:
                stopped = error
            events, self._events = self._events, []
            yield from events
            if stopped is not None:
                raise stopped

    def _read_all(self) -> _Steps:
        while True:
            yield from self._wait_for(4)
            signature = bytes(self._buffer[:4])
            if signature != _LOCAL:
                break
            yield from self._read_entry()
        directory_start = self._position
        missing = dict(self._entries)
        while signature == _CENTRAL:
            yield from self._read_directory_record(missing)
            yield from self._wait_for(4)
            signature = bytes(self._buffer[:4])
        if signature not in (_END, _END64):
            raise ReadingStopped(FaultKind.ZIP_STRUCTURE, detail="signature")
        if missing:
            raise ReadingStopped(FaultKind.ZIP_MISMATCH, detail="directory")
        yield from self._read_end(directory_start)
        while not self._ended or self._buffer:
            if self._buffer:
                raise ReadingStopped(FaultKind.ZIP_TRAILING)
            yield False

    def _wait_for(self, count: int) -> _Steps:
        while len(self._buffer) < count:
            if self._ended:
                raise ReadingStopped(FaultKind.ZIP_TRUNCATED)
            yield False

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._position += count
        return taken

    def _read_entry(self) -> _Steps:
        if len(self._entries) >= self._limits.max_files:
            raise ReadingStopped(FaultKind.LIMIT_FILES)
        offset = self._position
        yield from self._wait_for(30)
        fields = struct.unpack("<4sHHHHHLLLHH", self._take(30))
        _, _, flags, method, _, _, crc32, packed, size, name_bytes, extra_bytes = fields
        yield from self._wait_for(name_bytes + extra_bytes)
        raw_name = self._take(name_bytes)
        extra = self._take(extra_bytes)
        name = _decode_name(raw_name, flags)
        _verify_readable(name, flags, method)
        extras = _parse_extras(extra, name)
        _verify_unicode_path(extras, raw_name, name)
        described = bool(flags & _DESCRIBED)
        if not described:
            size, packed, _ = _widen(extras, name, size, packed)
        elif method == _STORED:
            # Where the bytes end could only be guessed, and programs guess differently.
            raise ReadingStopped(FaultKind.ZIP_UNSUPPORTED, escape_path(name), "stored-descriptor")
        is_folder = name.endswith("/")
        self._events.append(FolderSeen(name[:-1]) if is_folder else FileBegun(name))
        if method == _STORED:
            if packed != size:
                raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "stored-size")
            counted, actual_crc = yield from self._read_stored(size, name, is_folder)
            used = counted
        else:
            known = None if described else packed
            counted, used, actual_crc = yield from self._read_deflated(known, name, is_folder)
        if described:
            wide = 1 in extras
            crc32, packed, size = yield from self._read_descriptor(wide)
        if (counted, used) != (size, packed):
            raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "size")
        if actual_crc != crc32:
            self._events.append(FaultSeen(Fault(FaultKind.ZIP_CHECKSUM, escape_path(name))))
        if not is_folder:
            self._events.append(FileEnded())
        self._entries[offset] = _Entry(raw_name, flags, method, crc32, packed, size)

    def _give(self, data: bytes, name: str, is_folder: bool) -> None:
        if is_folder:
            raise ReadingStopped(FaultKind.ZIP_STRUCTURE, escape_path(name), "folder-data")
        self._events.append(FileData(data))

    def _read_stored(self, size: int, name: str, is_folder: bool) -> Generator[bool, None, tuple[int, int]]:
        crc32 = 0
        left = size
        while left:
            yield from self._wait_for(1)
            data = self._take(min(left, len(self._buffer), _PIECE_BYTES))
            crc32 = zlib.crc32(data, crc32)
            left -= len(data)
            self._give(data, name, is_folder)
        return size, crc32

    def _read_deflated(
        self, known_bytes: int | None, name: str, is_folder: bool
    ) -> Generator[bool, None, tuple[int, int, int]]:
        inflate = zlib.decompressobj(-15)
        counted = used = crc32 = 0
        while not inflate.eof:
            waiting = inflate.unconsumed_tail
            if not waiting:
                room = _PIECE_BYTES if known_bytes is None else min(_PIECE_BYTES, known_bytes - used)
                if room == 0:
                    raise ReadingStopped(FaultKind.ZIP_STRUCTURE, escape_path(name), "deflate")
                yield from self._wait_for(1)
                waiting = self._take(min(room, len(self._buffer)))
                used += len(waiting)
            try:
                data = inflate.decompress(waiting, _PIECE_BYTES)
            except zlib.error:
                raise ReadingStopped(FaultKind.ZIP_STRUCTURE, escape_path(name), "deflate") from None
            counted += len(data)
            if counted > self._limits.ratio_floor_bytes and counted > self._limits.max_ratio * used:
                raise ReadingStopped(FaultKind.LIMIT_RATIO, escape_path(name))
            if data:
                crc32 = zlib.crc32(data, crc32)
                self._give(data, name, is_folder)
                # Events are handed on before more is inflated: memory stays at one piece.
                yield True
        rest = inflate.unused_data
        if rest:
            self._buffer[:0] = rest
            self._position -= len(rest)
            used -= len(rest)
        return counted, used, crc32

    def _read_descriptor(self, wide: bool) -> Generator[bool, None, tuple[int, int, int]]:
        yield from self._wait_for(4)
        if self._buffer.startswith(_DESCRIPTOR):
            self._take(4)
        layout = "<LQQ" if wide else "<LLL"
        count = struct.calcsize(layout)
        yield from self._wait_for(count)
        crc32, packed, size = struct.unpack(layout, self._take(count))
        return crc32, packed, size

    def _read_directory_record(self, missing: dict[int, _Entry]) -> _Steps:
        yield from self._wait_for(46)
        fields = struct.unpack("<4sHHHHHHLLLHHHHHLL", self._take(46))
        _, made_by, _, flags, method, _, _, crc32, packed, size = fields[:10]
        name_bytes, extra_bytes, comment_bytes, disk, _, attributes, offset = fields[10:]
        yield from self._wait_for(name_bytes + extra_bytes + comment_bytes)
        raw_name = self._take(name_bytes)
        name = _decode_name(raw_name, flags)
        extras = _parse_extras(self._take(extra_bytes), name)
        self._take(comment_bytes)
        _verify_unicode_path(extras, raw_name, name)
        size, packed, offset = _widen(extras, name, size, packed, offset)
        entry = missing.pop(offset, None)
        if entry != _Entry(raw_name, flags, method, crc32, packed, size) or disk:
            raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "directory")
        kind = _special_kind(made_by >> 8, attributes, name)
        if kind is not None:
            self._events.append(FaultSeen(Fault(kind, escape_path(name))))

    def _read_end(self, directory_start: int) -> _Steps:
        end = self._position
        true = (len(self._entries), len(self._entries), end - directory_start, directory_start)
        wide = self._buffer.startswith(_END64)
        if wide:
            yield from self._wait_for(76)
            fields = struct.unpack("<4sQHHLLQQQQ", self._take(56))
            locator = struct.unpack("<4sLQL", self._take(20))
            if fields[1] != 44 or fields[4:6] != (0, 0) or fields[6:] != true:
                raise ReadingStopped(FaultKind.ZIP_MISMATCH, detail="end-64")
            if locator[0] != _LOCATOR64 or locator[1:] != (0, end, 1):
                raise ReadingStopped(FaultKind.ZIP_MISMATCH, detail="locator-64")
        yield from self._wait_for(22)
        fields = struct.unpack("<4sHHHHLLH", self._take(22))
        if fields[0] != _END:
            raise ReadingStopped(FaultKind.ZIP_STRUCTURE, detail="end")
        for told, value, full in zip(fields[3:7], true, (0xFFFF, 0xFFFF, _FULL32, _FULL32), strict=True):
            if told != value and not (wide and told == full):
                raise ReadingStopped(FaultKind.ZIP_MISMATCH, detail="end")
        if fields[1:3] != (0, 0):
            raise ReadingStopped(FaultKind.ZIP_UNSUPPORTED, detail="disks")
        if fields[7]:
            raise ReadingStopped(FaultKind.ZIP_TRAILING, detail="comment")


def _decode_name(raw_name: bytes, flags: int) -> str:
    # Without the flag the character code is anybody's guess; UTF-8 is what today's programs mean.
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError:
        shown = escape_path(raw_name.decode("utf-8", "surrogateescape"))
        raise ReadingStopped(FaultKind.ZIP_NAME, shown, "utf-8" if flags & _UTF8 else "legacy") from None


def _verify_readable(name: str, flags: int, method: int) -> None:
    if flags & _ENCRYPTED:
        raise ReadingStopped(FaultKind.ZIP_ENCRYPTED, escape_path(name))
    if flags & ~_ALLOWED_FLAGS:
        raise ReadingStopped(FaultKind.ZIP_UNSUPPORTED, escape_path(name), "flags")
    if method not in (_STORED, _DEFLATED):
        raise ReadingStopped(FaultKind.ZIP_UNSUPPORTED, escape_path(name), "method")


def _parse_extras(extra: bytes, name: str) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while extra:
        kind, count = struct.unpack("<HH", extra[:4]) if len(extra) >= 4 else (0, len(extra))
        if len(extra) < 4 + count or kind in found:
            raise ReadingStopped(FaultKind.ZIP_STRUCTURE, escape_path(name), "extra")
        found[kind] = extra[4 : 4 + count]
        extra = extra[4 + count :]
    return found


def _verify_unicode_path(extras: dict[int, bytes], raw_name: bytes, name: str) -> None:
    """A second name in the Info-ZIP extra field must be the first one: programs differ in which they use."""
    second = extras.get(0x7075)
    if second is not None and second[5:] != raw_name:
        raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "name")


def _widen(
    extras: dict[int, bytes], name: str, size: int, packed: int, offset: int = 0
) -> tuple[int, int, int]:
    """Sizes and offset with the ZIP64 field put in for those, and only those, that are full."""
    values = [size, packed, offset]
    wide = extras.get(1, b"")
    at = 0
    for index, value in enumerate(values):
        if value == _FULL32:
            if len(wide) < at + 8:
                raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "zip64")
            values[index] = int.from_bytes(wide[at : at + 8], "little")
            at += 8
    if at != len(wide):
        raise ReadingStopped(FaultKind.ZIP_MISMATCH, escape_path(name), "zip64")
    return values[0], values[1], values[2]


def _special_kind(host: int, attributes: int, name: str) -> FaultKind | None:
    # 0x400 marks a reparse point on Windows; the upper half is a Unix mode when a Unix made it.
    mode_type = attributes >> 28 if host in _UNIX_HOSTS else 0
    if mode_type == 0o12 or attributes & 0x400:
        return FaultKind.LINK
    expected = 0o4 if name.endswith("/") else 0o10
    return FaultKind.SPECIAL_FILE if mode_type not in (0, expected) else None
