"""The zip writer against other readers, the zip reader against what others write and what lies."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from hrd_desktop.bundle.zip_reader import ZipReader
from hrd_desktop.bundle.zip_writer import ZipEntry, iter_zip, zip_size_bytes
from hrd_desktop.domain.bundle_report import FaultKind

K = FaultKind


def entry(name: str, data: bytes) -> ZipEntry:
    return ZipEntry(name, len(data), zlib.crc32(data), lambda: contextlib.nullcontext([data]))


def read(data: bytes, piece_bytes: int = 1 << 20, limits: CheckLimits | None = None) -> dict[str, bytes]:
    """Files by name, faults that do not stop under ``!kind``, folders with their slash."""
    reader = ZipReader(limits or CheckLimits())
    files: dict[str, bytes] = {}
    name = ""

    def take(events: Iterator[Event]) -> None:
        nonlocal name
        for event in events:
            match event:
                case FileBegun(path):
                    name = path
                    files[name] = b""
                case FileData(piece):
                    files[name] += piece
                case FolderSeen(path):
                    files[path + "/"] = b""
                case FaultSeen(fault):
                    files[f"!{fault.kind}"] = fault.path.encode()
                case FileEnded():
                    name = ""

    for start in range(0, len(data), piece_bytes):
        take(reader.feed(data[start : start + piece_bytes]))
    take(reader.close())
    return files


def refused(data: bytes, limits: CheckLimits | None = None) -> tuple[FaultKind, str]:
    with pytest.raises(ReadingStopped) as caught:
        read(data, limits=limits)
    return caught.value.fault.kind, caught.value.fault.detail


contents = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0\\"), min_size=1, max_size=20),
    st.binary(max_size=200),
    max_size=6,
)


@given(contents, st.integers(1, 300), st.sampled_from([0xFFFFFFFF, 150, 1]))
def test_written_zip_is_read_by_both(files: dict[str, bytes], piece_bytes: int, zip64_limit: int) -> None:
    entries = [entry(name, data) for name, data in files.items()]
    written = b"".join(iter_zip(entries, zip64_limit=zip64_limit))
    assert len(written) == zip_size_bytes(entries, zip64_limit=zip64_limit)
    assert read(written, piece_bytes) == files
    with zipfile.ZipFile(io.BytesIO(written)) as other:
        assert other.testzip() is None
        assert {info.orig_filename: other.read(info) for info in other.infolist()} == files
        for info in other.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert (info.external_attr, info.create_system, info.comment) == (0, 0, b"")


@given(contents, st.integers(1, 300), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_zip_of_others_is_read(files: dict[str, bytes], piece_bytes: int, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    assert read(out.getvalue(), piece_bytes) == files


class Unseekable(io.RawIOBase):
    """A place that can only be written forward: zip writers then put sizes after the bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)
        self.data += piece
        return len(piece)


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("piece_bytes", [1, 7, 100_000])
def test_sizes_after_deflated_bytes_are_read(wide: bool, piece_bytes: int) -> None:
    out = Unseekable()
    data = bytes(range(256)) * 20
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in ("a", "b"):
            with target.open(name, "w", force_zip64=wide) as file:
                file.write(data)
    assert read(bytes(out.data), piece_bytes) == {"a": data, "b": data}


def test_sizes_after_stored_bytes_are_refused() -> None:
    out = Unseekable()
    with zipfile.ZipFile(out, "w") as target, target.open("a", "w") as file:
        file.write(b"x")
    assert refused(bytes(out.data)) == (K.ZIP_UNSUPPORTED, "stored-descriptor")


def sample() -> bytes:
    return b"".join(iter_zip([entry("a.txt", b"aaaa"), entry("b.txt", b"bbbb")]))


def test_entries_that_are_no_files() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, mode in (("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("good", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (mode | 0o777) << 16
            target.writestr(info, b"/etc/passwd")
        target.mkdir("folder")
    found = read(out.getvalue())
    assert found["!link"] == b"link" and found["!special-file"] == b"pipe" and "folder/" in found


def local(name: bytes, data: bytes, **fields: int) -> bytes:
    values = {
        "version": 20,
        "flags": 0,
        "method": 0,
        "crc": zlib.crc32(data),
        "packed": len(data),
        "size": len(data),
    }
    values |= fields
    return (
        struct.pack("<4sHHHHHLLLHH", b"PK\3\4", values["version"], values["flags"], values["method"], 0, 0x21,
                    values["crc"], values["packed"], values["size"], len(name), 0) + name + data
    )  # fmt: skip


def central(name: bytes, data: bytes, offset: int, **fields: int) -> bytes:
    values = {
        "flags": 0,
        "method": 0,
        "crc": zlib.crc32(data),
        "packed": len(data),
        "size": len(data),
        "disk": 0,
    }
    values |= fields
    return (
        struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, values["flags"], values["method"], 0, 0x21,
                    values["crc"], values["packed"], values["size"], len(name), 0, 0, values["disk"], 0, 0,
                    offset)
        + name
    )  # fmt: skip


def end(count: int, size: int, offset: int, comment: int = 0, disk: int = 0) -> bytes:
    return struct.pack("<4sHHHHLLH", b"PK\5\6", disk, disk, count, count, size, offset, comment)


def built(*parts: tuple[bytes, bytes], **fields: int) -> bytes:
    """A zip file of one entry, ``fields`` changed in both of its headers."""
    ((name, data),) = parts
    first = local(name, data, **fields)
    second = central(name, data, 0, **fields)
    return first + second + end(1, len(second), len(first))


def test_the_builder_makes_a_sound_file() -> None:
    assert read(built((b"a", b"x"))) == {"a": b"x"}


A, B = local(b"a", b"xx"), local(b"b", b"yy")
CA, CB = central(b"a", b"xx", 0), central(b"b", b"yy", len(A))
WHOLE = A + B + CA + CB + end(2, len(CA + CB), len(A + B))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (K.ZIP_TRUNCATED, "")),
        (b"#!/bin/sh\n" + WHOLE, (K.ZIP_STRUCTURE, "signature")),
        (WHOLE + b"\0", (K.ZIP_TRAILING, "")),
        (WHOLE + WHOLE, (K.ZIP_TRAILING, "")),
        (A + b"gap!" + B + CA + CB + end(2, len(CA + CB), len(A + B) + 4), (K.ZIP_STRUCTURE, "signature")),
        (A + B + CA + end(1, len(CA), len(A + B)), (K.ZIP_MISMATCH, "directory")),
        (A + CA + CB + end(2, len(CA + CB), len(A)), (K.ZIP_MISMATCH, "directory")),
        (A + CA + CA + end(2, len(CA + CA), len(A)), (K.ZIP_MISMATCH, "directory")),
        (A + B + CA + central(b"b", b"yy", 0) + end(2, 94, len(A + B)), (K.ZIP_MISMATCH, "directory")),
        (A + B + CA + central(b"c", b"yy", len(A)) + end(2, 94, len(A + B)), (K.ZIP_MISMATCH, "directory")),
        (A + B + CA + central(b"b", b"yy", len(A), size=1) + end(2, 94, len(A + B)),
         (K.ZIP_MISMATCH, "directory")),
        (A + B + CA + central(b"b", b"yy", len(A), disk=1) + end(2, 94, len(A + B)),
         (K.ZIP_MISMATCH, "directory")),
        (A + B + CA + CB + end(1, len(CA + CB), len(A + B)), (K.ZIP_MISMATCH, "end")),
        (A + B + CA + CB + end(2, len(CA), len(A + B)), (K.ZIP_MISMATCH, "end")),
        (A + B + CA + CB + end(2, len(CA + CB), 0), (K.ZIP_MISMATCH, "end")),
        (A + B + CA + CB + end(2, len(CA + CB), 0xFFFFFFFF), (K.ZIP_MISMATCH, "end")),
        (A + B + CA + CB + end(2, len(CA + CB), len(A + B), disk=1), (K.ZIP_UNSUPPORTED, "disks")),
        (A + B + CA + CB + end(2, len(CA + CB), len(A + B), comment=2) + b"hi", (K.ZIP_TRAILING, "comment")),
        (built((b"a", b"x"), flags=1), (K.ZIP_ENCRYPTED, "")),
        (built((b"a", b"x"), flags=0x40), (K.ZIP_UNSUPPORTED, "flags")),
        (built((b"a", b"x"), flags=0x2000), (K.ZIP_UNSUPPORTED, "flags")),
        (built((b"a", b"x"), method=14), (K.ZIP_UNSUPPORTED, "method")),
        (built((b"\xff", b"x")), (K.ZIP_NAME, "legacy")),
        (built((b"\xff", b"x"), flags=0x800), (K.ZIP_NAME, "utf-8")),
        (built((b"a", b"x"), size=2), (K.ZIP_MISMATCH, "stored-size")),
        (built((b"a", b"x"), size=0xFFFFFFFF), (K.ZIP_MISMATCH, "zip64")),
        (built((b"a/", b"x")), (K.ZIP_STRUCTURE, "folder-data")),
        (built((b"a", b"\xff\xff"), method=8), (K.ZIP_STRUCTURE, "deflate")),
        (built((b"a", b"\x03\x00extra"), method=8, size=0), (K.ZIP_MISMATCH, "size")),
        (built((b"a", b"\x4b"), method=8, size=1), (K.ZIP_STRUCTURE, "deflate")),
    ],
)  # fmt: skip
def test_zip_files_that_lie_are_refused_by_kind(data: bytes, expected: tuple[FaultKind, str]) -> None:
    assert refused(data) == expected


def test_wrong_checksum_is_reported_and_reading_goes_on() -> None:
    found = read(built((b"a", b"x"), crc=1))
    assert found == {"a": b"x", "!zip-checksum": b"a"}


def test_a_second_name_in_the_extra_field_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        info = zipfile.ZipInfo("safe")
        info.extra = struct.pack("<HHBL", 0x7075, 9, 1, 0) + b"evil"
        target.writestr(info, b"x")
    assert refused(out.getvalue()) == (K.ZIP_MISMATCH, "name")


def test_zip64_records_must_agree() -> None:
    good = b"".join(iter_zip([entry("a", b"xx")], zip64_limit=1))
    assert read(good) == {"a": b"xx"}
    record = good.index(b"PK\x06\x06")
    for position, expected in (
        (record + 4, (K.ZIP_MISMATCH, "end-64")),
        (record + 24, (K.ZIP_MISMATCH, "end-64")),
        (record + 40, (K.ZIP_MISMATCH, "end-64")),
        (record + 48, (K.ZIP_MISMATCH, "end-64")),
        (record + 56 + 8, (K.ZIP_MISMATCH, "locator-64")),
        (record + 56 + 16, (K.ZIP_MISMATCH, "locator-64")),
    ):
        altered = bytearray(good)
        altered[position] ^= 1
        assert refused(bytes(altered)) == expected


def test_every_truncation_is_refused() -> None:
    for whole in (sample(), b"".join(iter_zip([entry("a", b"xx")], zip64_limit=1))):
        for cut in range(len(whole)):
            assert refused(whole[:cut])[0] in (K.ZIP_TRUNCATED, K.ZIP_STRUCTURE)


@given(st.integers(0, len(sample()) - 1), st.integers(1, 255))
def test_every_changed_byte_is_noticed_or_harmless(position: int, change: int) -> None:
    """What no field of the comparison covers (times, versions) must not change what is read."""
    altered = bytearray(sample())
    altered[position] ^= change
    try:
        found = read(bytes(altered))
    except ReadingStopped:
        return
    assert found == {"a.txt": b"aaaa", "b.txt": b"bbbb"} or any(name.startswith("!") for name in found)


@given(st.binary(max_size=300), st.booleans())
def test_rubbish_is_refused(data: bytes, with_start: bool) -> None:
    empty = end(0, 0, 0)
    data = b"PK\3\4" + data if with_start else data
    if data != empty:
        with pytest.raises(ReadingStopped):
            read(data)


def test_a_bomb_is_stopped_and_costs_no_memory() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    data = local(b"a", packed, method=8, size=64 << 20)
    reader = ZipReader(CheckLimits(ratio_floor_bytes=1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ReadingStopped) as caught:
            for _ in reader.feed(data):
                pass
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.fault.kind is K.LIMIT_RATIO


def test_a_well_packed_file_below_the_floor_passes() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a", bytes(1 << 20))
    assert read(out.getvalue()) == {"a": bytes(1 << 20)}
    assert refused(out.getvalue(), CheckLimits(ratio_floor_bytes=1 << 16)) == (K.LIMIT_RATIO, "")
    assert refused(sample(), CheckLimits(max_files=1)) == (K.LIMIT_FILES, "")


def test_an_entry_must_have_the_announced_size() -> None:
    for announced in (3, 5):
        wrong = ZipEntry("a", announced, 0, lambda: contextlib.nullcontext([b"four"]))
        with pytest.raises(ValueError, match="differ in number"):
            list(iter_zip([wrong]))


def test_many_entries_use_zip64_counts() -> None:
    entries = [entry(f"{number:05x}", b"") for number in range(0x10000)]
    written = b"".join(iter_zip(entries))
    with zipfile.ZipFile(io.BytesIO(written)) as other:
        assert len(other.infolist()) == 0x10000
    assert len(read(written)) == 0x10000


def test_an_entry_beyond_four_gib_is_streamed() -> None:
    """Size and offsets beyond 32 bits, at constant memory; the bytes are zeros and not kept."""
    piece = bytes(1 << 22)
    count = 1025
    crc = 0
    # CRC-32 of zeros, computed once: the reader computes it again over the same bytes.
    for _ in range(count):
        crc = zlib.crc32(piece, crc)
    large = ZipEntry(
        "large", len(piece) * count, crc, lambda: contextlib.nullcontext(piece for _ in range(count))
    )
    reader = ZipReader(CheckLimits())
    seen = 0
    tail = hashlib.sha256()
    for data in iter_zip([large, entry("after", os.urandom(3))]):
        for event in reader.feed(data):
            if isinstance(event, FileData):
                seen += len(event.data)
            else:
                tail.update(type(event).__name__.encode())
    assert list(reader.close()) == []
    assert seen == len(piece) * count + 3
