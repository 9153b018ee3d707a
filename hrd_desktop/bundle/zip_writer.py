"""A zip file as a stream of bytes: stored entries, exact headers, ZIP64; source PKWARE APPNOTE 6.3."""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

ZIP64_LIMIT = 0xFFFFFFFF
ZIP64_COUNT = 0xFFFF
_VERSION = 20
_VERSION_ZIP64 = 45
_UTF8_NAMES = 0x0800
# 1980-01-01 00:00, the first date a zip can hold: when a bundle was made is nobody's to read here.
_DATE = 0x0021


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file to be stored: its size in bytes and CRC-32 are known before its bytes are read."""

    name: str = field(repr=False)
    size_bytes: int
    crc32: int
    open: Callable[[], AbstractContextManager[Iterable[bytes]]] = field(repr=False)


def iter_zip(entries: Iterable[ZipEntry], *, zip64_limit: int = ZIP64_LIMIT) -> Generator[bytes, None, None]:
    """Yield a zip file of ``entries``.

    Sizes stand in the headers before the bytes, without data descriptors, so that every program opens
    it, those that read from the front included. No times, no permissions, no system are told.
    ``zip64_limit`` is lower only in tests. Raises ``ValueError`` when an entry's bytes are more or
    fewer than announced, and whatever opening and reading an entry raise.
    """
    directory: list[bytes] = []
    directory_bytes = offset = count = 0
    for entry in entries:
        name = entry.name.encode("utf-8")
        large = entry.size_bytes >= zip64_limit
        header = _local_header(entry, name, large)
        yield header
        seen_bytes = 0
        with entry.open() as pieces:
            for piece in pieces:
                seen_bytes += len(piece)
                yield piece
        if seen_bytes != entry.size_bytes:
            raise ValueError("an entry's bytes differ in number from its header")
        record = _directory_record(entry, name, offset, zip64_limit)
        directory.append(record)
        directory_bytes += len(record)
        offset += len(header) + seen_bytes
        count += 1
    yield from directory
    yield _end_records(count, directory_bytes, offset, zip64_limit)


def zip_size_bytes(entries: Iterable[ZipEntry], *, zip64_limit: int = ZIP64_LIMIT) -> int:
    """The size of what ``iter_zip`` yields for the same entries, without reading any."""
    directory_bytes = offset = count = 0
    for entry in entries:
        name = entry.name.encode("utf-8")
        directory_bytes += len(_directory_record(entry, name, offset, zip64_limit))
        large = entry.size_bytes >= zip64_limit
        offset += len(_local_header(entry, name, large)) + entry.size_bytes
        count += 1
    return offset + directory_bytes + len(_end_records(count, directory_bytes, offset, zip64_limit))


def _local_header(entry: ZipEntry, name: bytes, large: bool) -> bytes:
    size = 0xFFFFFFFF if large else entry.size_bytes
    extra = struct.pack("<HHQQ", 1, 16, entry.size_bytes, entry.size_bytes) if large else b""
    version = _VERSION_ZIP64 if large else _VERSION
    return (
        struct.pack(
            "<4sHHHHHLLLHH",
            b"PK\x03\x04",
            version,
            _UTF8_NAMES,
            0,
            0,
            _DATE,
            entry.crc32,
            size,
            size,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def _directory_record(entry: ZipEntry, name: bytes, offset: int, zip64_limit: int) -> bytes:
    large = entry.size_bytes >= zip64_limit
    far = offset >= zip64_limit
    values = ([entry.size_bytes] * 2 if large else []) + ([offset] if far else [])
    extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
    size = 0xFFFFFFFF if large else entry.size_bytes
    version = _VERSION_ZIP64 if values else _VERSION
    return (
        struct.pack(
            "<4sHHHHHHLLLHHHHHLL",
            b"PK\x01\x02",
            version,
            version,
            _UTF8_NAMES,
            0,
            0,
            _DATE,
            entry.crc32,
            size,
            size,
            len(name),
            len(extra),
            0,
            0,
            0,
            0,
            0xFFFFFFFF if far else offset,
        )
        + name
        + extra
    )


def _end_records(count: int, directory_bytes: int, offset: int, zip64_limit: int) -> bytes:
    records = b""
    far = offset >= zip64_limit or directory_bytes >= zip64_limit
    many = count >= ZIP64_COUNT
    if far or many:
        records = struct.pack(
            "<4sQHHLLQQQQ",
            b"PK\x06\x06",
            44,
            _VERSION_ZIP64,
            _VERSION_ZIP64,
            0,
            0,
            count,
            count,
            directory_bytes,
            offset,
        ) + struct.pack("<4sLQL", b"PK\x06\x07", 0, offset + directory_bytes, 1)
    short_count = ZIP64_COUNT if many else count
    return records + struct.pack(
        "<4sHHHHLLH",
        b"PK\x05\x06",
        0,
        0,
        short_count,
        short_count,
        0xFFFFFFFF if directory_bytes >= zip64_limit else directory_bytes,
        0xFFFFFFFF if offset >= zip64_limit else offset,
        0,
    )
