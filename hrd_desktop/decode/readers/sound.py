"""WAV, MP3, Ogg and FLAC: duration, rates and tags from their headers; nothing is decoded.

Sources: RIFF and EBU Tech 3285 (bext), ID3v2.3 and 2.4, ISO/IEC 11172-3, RFC 3533, RFC 7845, RFC 9639, the
Vorbis I comment header.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from hrd_desktop.decode.readers.findings import Findings, decode_loosely
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.domain.decoded import FieldName

_MOST_CHUNKS = 1_000
_LONGEST_TAG_BYTES = 1024 * 1024
_TAIL_BYTES = 128 * 1024

_WAV_INFO = {
    b"INAM": FieldName.TITLE,
    b"IART": FieldName.AUTHOR,
    b"ICMT": FieldName.COMMENT,
    b"ICOP": FieldName.COPYRIGHT,
    b"ICRD": FieldName.CREATED,
    b"ISFT": FieldName.SOFTWARE,
    b"ITCH": FieldName.AUTHOR,
}
_ID3 = {
    b"TIT2": FieldName.TITLE,
    b"TPE1": FieldName.AUTHOR,
    b"TCOM": FieldName.AUTHOR,
    b"TENC": FieldName.AUTHOR,
    b"TOWN": FieldName.DEVICE_OWNER,
    b"TCOP": FieldName.COPYRIGHT,
    b"TSSE": FieldName.SOFTWARE,
    b"TDRC": FieldName.TIME_ORIGINAL,
    b"TDEN": FieldName.CREATED,
    b"TLAN": FieldName.LANGUAGE,
    b"COMM": FieldName.COMMENT,
}
_VORBIS = {
    "TITLE": FieldName.TITLE,
    "ARTIST": FieldName.AUTHOR,
    "PERFORMER": FieldName.AUTHOR,
    "COPYRIGHT": FieldName.COPYRIGHT,
    "ORGANIZATION": FieldName.ORGANISATION,
    "DESCRIPTION": FieldName.DESCRIPTION,
    "COMMENT": FieldName.COMMENT,
    "DATE": FieldName.TIME_ORIGINAL,
    "LOCATION": FieldName.PLACE,
    "CONTACT": FieldName.AUTHOR,
    "ENCODER": FieldName.SOFTWARE,
}
_ID3_CHARSETS = ("latin-1", "utf-16", "utf-16-be", "utf-8")

# kbit/s by index, layer III of MPEG-1 and of MPEG-2 and 2.5 (ISO/IEC 11172-3 table, 13818-3 table).
_BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = (44_100, 48_000, 32_000)


def _add_rates(findings: Findings, rate: int, channels: int) -> None:
    if rate > 0:
        findings.add(FieldName.SAMPLE_RATE, rate)
    if channels > 0:
        findings.add(FieldName.CHANNELS, channels)


def probe_wav(stream: RemoteStream, findings: Findings) -> None:
    """Add the format, the duration, and the INFO and bext chunks."""
    at, bytes_per_second = 12, 0
    for _ in range(_MOST_CHUNKS):
        header = stream.read_at(at, 8)
        if len(header) < 8:
            return
        kind, size = struct.unpack("<4sI", header)
        if kind == b"fmt ":
            content = stream.read_at(at + 8, min(size, 16))
            if len(content) == 16:
                _, channels, rate, bytes_per_second, _, _ = struct.unpack("<HHIIHH", content)
                _add_rates(findings, rate, channels)
        elif kind == b"data" and bytes_per_second:
            present = min(size, max(0, stream.size_bytes - at - 8))
            findings.add(FieldName.DURATION, round(present / bytes_per_second, 3))
        elif kind == b"LIST":
            _add_wav_info(stream.read_at(at + 8, min(size, _LONGEST_TAG_BYTES)), findings)
        elif kind == b"bext":
            _add_broadcast(stream.read_at(at + 8, min(size, 602)), findings)
        at += 8 + size + size % 2


def _add_wav_info(content: bytes, findings: Findings) -> None:
    if content[:4] != b"INFO":
        return
    at = 4
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, at)
        if kind in _WAV_INFO:
            findings.add(_WAV_INFO[kind], content[at + 8 : at + 8 + size])
        at += 8 + size + size % 2


def _add_broadcast(content: bytes, findings: Findings) -> None:
    findings.add(FieldName.DESCRIPTION, content[:256])
    findings.add(FieldName.ORGANISATION, content[256:288])
    findings.add(FieldName.UNIQUE_ID, content[288:320])
    date, time = decode_loosely(content[320:330]), decode_loosely(content[330:338])
    findings.add(FieldName.TIME_ORIGINAL, f"{date} {time.replace('-', ':').replace('.', ':')}")


def probe_mp3(stream: RemoteStream, findings: Findings) -> None:
    """Add the ID3v2 tags, and the duration from a Xing header or else from the first bit rate."""
    at = 0
    head = stream.read_at(0, 10)
    if head[:3] == b"ID3" and len(head) == 10:
        size = _seven_bits(head[6:10])
        _add_id3(head[3], stream.read_at(10, min(size, _LONGEST_TAG_BYTES)), findings)
        at = 10 + size
    _add_mpeg(stream, at, findings)


def _seven_bits(four: bytes) -> int:
    value = 0
    for byte in four:
        value = value << 7 | byte & 0x7F
    return value


def _add_id3(version: int, tag: bytes, findings: Findings) -> None:
    if version not in (3, 4):
        return
    at = 0
    while at + 10 <= len(tag) and tag[at] != 0:
        kind = tag[at : at + 4]
        size = _seven_bits(tag[at + 4 : at + 8]) if version == 4 else int.from_bytes(tag[at + 4 : at + 8])
        content = tag[at + 10 : at + 10 + size]
        if kind in _ID3 and content:
            findings.add(_ID3[kind], _id3_text(kind, content))
        at += 10 + size


def _id3_text(kind: bytes, content: bytes) -> str:
    charset = _ID3_CHARSETS[content[0]] if content[0] < len(_ID3_CHARSETS) else "latin-1"
    if kind == b"COMM":
        # language, short description, zero, text
        text = content[4:].decode(charset, "replace")
        return text.partition("\0")[2].lstrip("\ufeff").split("\0", 1)[0]
    return content[1:].decode(charset, "replace").split("\0", 1)[0]


def _add_mpeg(stream: RemoteStream, start: int, findings: Findings) -> None:
    data = stream.read_at(start, 64 * 1024)
    for at in range(max(0, len(data) - 4)):
        if data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0:
            word = int.from_bytes(data[at : at + 4])
            version, layer = word >> 19 & 3, word >> 17 & 3
            bit_rate_index, rate_index = word >> 12 & 15, word >> 10 & 3
            if version == 1 or layer != 1 or bit_rate_index in (0, 15) or rate_index == 3:
                continue
            rate = _SAMPLE_RATES[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
            mono = word >> 6 & 3 == 3
            _add_rates(findings, rate, 1 if mono else 2)
            samples = 1152 if version == 3 else 576
            side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
            frames = _xing_frames(data[at + 4 + side : at + 4 + side + 12])
            if frames:
                seconds = frames * samples / rate
            else:
                kilobits = (_BIT_RATES_1 if version == 3 else _BIT_RATES_2)[bit_rate_index]
                seconds = (stream.size_bytes - start - at) * 8 / (kilobits * 1000)
            findings.add(FieldName.DURATION, round(seconds, 3))
            return


def _xing_frames(header: bytes) -> int:
    if header[:4] in (b"Xing", b"Info") and len(header) == 12 and header[7] & 1:
        return int.from_bytes(header[8:12])
    return 0


def probe_ogg(stream: RemoteStream, findings: Findings) -> None:
    """Add the identification and comment headers, and the duration from the last page."""
    head = stream.read_at(0, 64 * 1024)
    rate = skip = 0
    if (at := head.find(b"\x01vorbis", 0, 512)) >= 0 and len(head) >= at + 16:
        channels, rate = struct.unpack_from("<BI", head, at + 11)
        _add_rates(findings, rate, channels)
        findings.add(FieldName.CODEC, "vorbis")
    elif (at := head.find(b"OpusHead", 0, 512)) >= 0 and len(head) >= at + 12:
        channels, skip = struct.unpack_from("<BH", head, at + 9)
        rate = 48_000
        _add_rates(findings, rate, channels)
        findings.add(FieldName.CODEC, "opus")
    for mark in (b"\x03vorbis", b"OpusTags"):
        if (at := head.find(mark)) >= 0:
            _add_vorbis_comments(head[at + len(mark) :], findings)
    tail = stream.read_at(max(0, stream.size_bytes - _TAIL_BYTES), _TAIL_BYTES)
    at = tail.rfind(b"OggS")
    if rate and at >= 0 and len(tail) >= at + 14:
        (position,) = struct.unpack_from("<q", tail, at + 6)
        if position > skip:
            findings.add(FieldName.DURATION, round((position - skip) / rate, 3))


def _comments(content: bytes) -> Iterator[bytes]:
    if len(content) < 4:
        return
    vendor = int.from_bytes(content[:4], "little")
    at = 4 + vendor + 4
    while at + 4 <= len(content):
        size = int.from_bytes(content[at : at + 4], "little")
        if at + 4 + size > len(content):
            return
        yield content[at + 4 : at + 4 + size]
        at += 4 + size


def _add_vorbis_comments(content: bytes, findings: Findings) -> None:
    for number, comment in enumerate(_comments(content)):
        if number >= _MOST_CHUNKS:
            return
        name, _, value = comment.partition(b"=")
        known = _VORBIS.get(name.decode("ascii", "replace").upper())
        if known is not None:
            findings.add(known, value)


def probe_flac(stream: RemoteStream, findings: Findings) -> None:
    """Add the stream information and the comments."""
    at = 4
    for _ in range(_MOST_CHUNKS):
        header = stream.read_at(at, 4)
        if len(header) < 4:
            return
        size = int.from_bytes(header[1:4])
        kind = header[0] & 0x7F
        if kind == 0:
            content = stream.read_at(at + 4, min(size, 34))
            if len(content) >= 18:
                packed = int.from_bytes(content[10:18])
                rate, channels, samples = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
                _add_rates(findings, rate, channels)
                if rate and samples:
                    findings.add(FieldName.DURATION, round(samples / rate, 3))
        elif kind == 4:
            _add_vorbis_comments(stream.read_at(at + 4, min(size, _LONGEST_TAG_BYTES)), findings)
        if header[0] & 0x80:
            return
        at += 4 + size
