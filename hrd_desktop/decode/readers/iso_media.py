"""MP4, MOV, M4A and 3GP: container facts from their boxes; nothing is decoded.

Sources: ISO/IEC 14496-12, the QuickTime File Format, ISO 6709 for positions.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers.findings import Findings, Refusal, decode_loosely, time_since
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.domain.decoded import FieldName

_MOST_BOXES = 20_000
_DEEPEST = 10
_LONGEST_VALUE_BYTES = 64 * 1024
_EPOCH_YEAR = 1904
_CONTAINERS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst"))

_USER_DATA = {
    b"\xa9mak": FieldName.DEVICE_MAKE,
    b"\xa9mod": FieldName.DEVICE_MODEL,
    b"\xa9swr": FieldName.SOFTWARE,
    b"\xa9too": FieldName.SOFTWARE,
    b"\xa9day": FieldName.CREATED,
    b"\xa9nam": FieldName.TITLE,
    b"\xa9ART": FieldName.AUTHOR,
    b"\xa9aut": FieldName.AUTHOR,
    b"\xa9cmt": FieldName.COMMENT,
    b"\xa9cpy": FieldName.COPYRIGHT,
    b"\xa9des": FieldName.DESCRIPTION,
}
_KEYS = {
    "com.apple.quicktime.make": FieldName.DEVICE_MAKE,
    "com.apple.quicktime.model": FieldName.DEVICE_MODEL,
    "com.apple.quicktime.software": FieldName.SOFTWARE,
    "com.apple.quicktime.creationdate": FieldName.TIME_ORIGINAL,
    "com.apple.quicktime.author": FieldName.AUTHOR,
    "com.apple.quicktime.title": FieldName.TITLE,
    "com.apple.quicktime.description": FieldName.DESCRIPTION,
    "com.apple.quicktime.comment": FieldName.COMMENT,
    "com.apple.quicktime.copyright": FieldName.COPYRIGHT,
    "com.apple.quicktime.location.name": FieldName.PLACE,
    "com.apple.quicktime.content.identifier": FieldName.UNIQUE_ID,
    "com.android.manufacturer": FieldName.DEVICE_MAKE,
    "com.android.model": FieldName.DEVICE_MODEL,
    "com.android.version": FieldName.SOFTWARE,
}
_LOCATION_KEY = "com.apple.quicktime.location.ISO6709"
_POSITION = re.compile(
    r"([+-])(\d{2})(\d{2})?(\d{2})?(\.\d+)?([+-])(\d{3})(\d{2})?(\d{2})?(\.\d+)?(?:([+-]\d+(?:\.\d+)?))?",
    re.ASCII,
)


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int  # of its content
    end: int


class _Walk:
    """The boxes of one file, at most so many in all: a file of empty boxes must not take for ever."""

    def __init__(self, stream: RemoteStream) -> None:
        self._stream = stream
        self._left = _MOST_BOXES

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        at = start
        while at + 8 <= end:
            self._left -= 1
            if self._left < 0:
                raise Refusal(FailureCode.TOO_LARGE)
            size, kind = struct.unpack(">I4s", self._stream.read_at(at, 8))
            header = 8
            if size == 1:
                if at + 16 > end:
                    return
                (size,) = struct.unpack(">Q", self._stream.read_at(at + 8, 8))
                header = 16
            elif size == 0:
                size = end - at
            if size < header:
                return
            yield _Box(kind, at + header, min(at + size, end))
            at += size

    def content(self, box: _Box, most: int = _LONGEST_VALUE_BYTES) -> bytes:
        return self._stream.read_at(box.start, min(box.end - box.start, most))


class _Reader:
    def __init__(self, stream: RemoteStream, findings: Findings) -> None:
        self._walk = _Walk(stream)
        self._findings = findings
        self._size: tuple[int, int] | None = None
        self._keys: list[str] = []
        self._tracks_seen = 0

    def read(self, start: int, end: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise Refusal(FailureCode.TOO_LARGE)
        for box in self._walk.boxes(start, end):
            if box.kind in _CONTAINERS:
                self.read(box.start, box.end, depth + 1)
            elif box.kind == b"meta":
                self._read_meta(box, depth)
            else:
                self._read_leaf(box)

    def _read_leaf(self, box: _Box) -> None:
        leaves = {
            b"mvhd": self._movie_header,
            b"tkhd": self._track_header,
            b"stsd": self._sample_description,
            b"\xa9xyz": self._user_position,
            b"loci": self._place,
            b"keys": self._read_keys,
        }
        if box.kind in leaves:
            leaves[box.kind](self._walk.content(box))
        elif box.kind in _USER_DATA:
            self._findings.add(_USER_DATA[box.kind], self._value(box))

    def _read_meta(self, box: _Box, depth: int) -> None:
        # QuickTime has a plain box here, MP4 one with four bytes of version and flags first.
        plain = self._walk.content(box, 8)[4:8] in (b"hdlr", b"keys", b"ilst")
        start = box.start + (0 if plain else 4)
        if depth > _DEEPEST:
            raise Refusal(FailureCode.TOO_LARGE)
        self._keys = []
        for inner in self._walk.boxes(start, box.end):
            if inner.kind == b"keys":
                self._read_keys(self._walk.content(inner))
            elif inner.kind == b"ilst":
                self._read_items(inner)

    def _read_keys(self, content: bytes) -> None:
        at = 8
        while at + 8 <= len(content) and len(self._keys) < 256:
            size = int.from_bytes(content[at : at + 4])
            if size < 8:
                return
            self._keys.append(decode_loosely(content[at + 8 : at + size]))
            at += size

    def _read_items(self, items: _Box) -> None:
        for item in self._walk.boxes(items.start, items.end):
            number = int.from_bytes(item.kind)
            key = self._keys[number - 1] if 1 <= number <= len(self._keys) else ""
            for data in self._walk.boxes(item.start, item.end):
                if data.kind != b"data":
                    continue
                value = self._walk.content(data)[8:]
                if key == _LOCATION_KEY:
                    self._position(decode_loosely(value))
                elif key in _KEYS:
                    self._findings.add(_KEYS[key], value)
                elif item.kind in _USER_DATA:
                    self._findings.add(_USER_DATA[item.kind], value)

    def _movie_header(self, content: bytes) -> None:
        wide = content[:1] == b"\x01"
        form = ">4xQQIQ" if wide else ">4xIIII"
        if len(content) < struct.calcsize(form):
            return
        created, modified, scale, duration = struct.unpack_from(form, content)
        for name, moment in ((FieldName.CREATED, created), (FieldName.MODIFIED, modified)):
            self._findings.add(name, time_since(_EPOCH_YEAR, moment) or "")
        if scale and duration not in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
            self._findings.add(FieldName.DURATION, round(duration / scale, 3))

    def _track_header(self, content: bytes) -> None:
        at = 88 if content[:1] == b"\x01" else 76
        if len(content) < at + 8:
            return
        width, height = (value >> 16 for value in struct.unpack_from(">II", content, at))
        if not (width and height) or self._size is not None:
            return
        a, b, _, c, d = struct.unpack_from(">iiiii", content, at - 36)
        turn = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}.get(
            (a >> 16, b >> 16, c >> 16, d >> 16), 0
        )
        if turn in (90, 270):
            width, height = height, width
        self._size = (width, height)
        self._findings.add(FieldName.WIDTH, width)
        self._findings.add(FieldName.HEIGHT, height)
        if turn:
            self._findings.add(FieldName.ROTATION, turn)

    def _sample_description(self, content: bytes) -> None:
        if len(content) >= 16:
            self._findings.add(FieldName.CODEC, content[12:16].decode("latin-1").strip())

    def _value(self, box: _Box) -> bytes:
        content = self._walk.content(box)
        # iTunes: a data box inside. QuickTime: length, language, text.
        if content[4:8] == b"data":
            return content[16 : int.from_bytes(content[:4])]
        if len(content) >= 4:
            return content[4 : 4 + int.from_bytes(content[:2])]
        return b""

    def _user_position(self, content: bytes) -> None:
        self._position(decode_loosely(content[4 : 4 + int.from_bytes(content[:2])]))

    def _place(self, content: bytes) -> None:
        # 3GPP TS 26.244, 8.3: flags, language, name, role, then longitude, latitude, altitude as 16.16.
        name, _, rest = content[6:].partition(b"\0")
        self._findings.add(FieldName.PLACE, name)
        if len(rest) >= 13:
            longitude, latitude, altitude = (value / 65536 for value in struct.unpack_from(">iii", rest, 1))
            self._findings.add(FieldName.LATITUDE, latitude)
            self._findings.add(FieldName.LONGITUDE, longitude)
            self._findings.add(FieldName.ALTITUDE, altitude)

    def _position(self, untrusted_text: str) -> None:
        match = _POSITION.match(untrusted_text.strip())
        if match is None:
            return
        parts = match.groups()
        self._findings.add(FieldName.LATITUDE, _degrees(*parts[:5]))
        self._findings.add(FieldName.LONGITUDE, _degrees(*parts[5:10]))
        if parts[10]:
            self._findings.add(FieldName.ALTITUDE, parts[10])


def _degrees(
    sign: str | None, degrees: str | None, minutes: str | None, seconds: str | None, rest: str | None
) -> float:
    """ISO 6709: the fraction belongs to the last of degrees, minutes and seconds that is there."""
    fraction = float(f"0{rest}") if rest else 0.0
    parts = [float(part) for part in (degrees, minutes, seconds) if part]
    parts[-1] += fraction
    value = 0.0
    for part in reversed(parts):
        value = value / 60 + part
    return -value if sign == "-" else value


def probe(stream: RemoteStream, findings: Findings) -> None:
    """Add what the container says; what a damaged box hides is left out."""
    _Reader(stream, findings).read(0, stream.size_bytes, 0)
