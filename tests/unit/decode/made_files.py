"""Small files of many kinds, made here, and decoders that lie or attack; shared by the tests of decoding."""

from __future__ import annotations

import io
import struct
import sys
import textwrap
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image


@dataclass
class Bytes:
    """A reader of bytes in memory that remembers what was asked for."""

    data: bytes
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return self.data[offset : offset + length]


@dataclass(frozen=True)
class Claimed:
    """A file that claims a size and is all zeros."""

    size_bytes: int

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(length)


def python(code: str) -> list[str]:
    """The command that runs ``code`` isolated."""
    return [sys.executable, "-I", "-c", textwrap.dedent(code)]


# A decoder that says it is ready without having given anything up, waits for the request, and then acts.
READY = "sys.stdout.buffer.write(bytes((1, 0, 0, 0, 4, 0, 1, 31, 7))); sys.stdout.buffer.flush()\n"


def lying(act: str, ready: str = READY) -> list[str]:
    """A stand-in for a decoder that was taken over: it may send what it likes (``say``)."""
    return python(
        "import os, struct, sys, time\n"
        "def frame(kind, payload=b''):\n"
        "    return struct.pack('>BI', kind, len(payload)) + payload\n"
        "def say(*frames):\n"
        "    view = memoryview(b''.join(frames))\n"
        "    while view:\n"
        "        view = view[os.write(1, view):]\n"
        + ready
        + "sys.stdin.buffer.read1(1)\n"
        + textwrap.dedent(act)
        + "\ntime.sleep(600)\n"
    )


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """A picture, red on the left and blue on the right."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif_jpeg() -> bytes:
    """A photograph with everything in it that a field exists for."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0110] = "Model 7"
    exif[0x0131] = "Firmware 1.0"
    exif[0x013B] = "Jo\x00ignored"
    exif[0x0112] = 6
    exif[0x9C9D] = "Zoë".encode("utf-16-le") + b"\0\0"
    details = exif.get_ifd(0x8769)
    details[0x9003] = "2023:05:06 07:08:09"
    details[0x9011] = "+02:00"
    details[0x9291] = "25"
    details[0xA431] = "SN-12345"
    details[0xA435] = "LENS-9"
    details[0xA430] = "Owner Name"
    details[0x927C] = b"secret maker note"
    details[0x9286] = b"ASCII\0\0\0said \xe2\x80\xaeover"
    position = exif.get_ifd(0x8825)
    position[1], position[2] = "S", (33.0, 30.0, 36.0)
    position[3], position[4] = "W", (70.0, 15.0, 0.0)
    position[5], position[6] = b"\x01", 12.5
    position[17] = 271.5
    position[29], position[7] = "2023:05:06", (5.0, 8.0, 9.0)
    return picture("JPEG", exif=exif)


def zipped(members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of the members in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str = "<w:p><w:r><w:t>Hello</w:t><w:tab/><w:t>there</w:t></w:r></w:p>") -> bytes:
    """A document with properties."""
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
            "docProps/core.xml": '<c xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:t="http://purl.org/dc/terms/"><dc:creator>Ann</dc:creator><dc:title>Notes</dc:title>'
            "<lastModifiedBy>Bob</lastModifiedBy><t:created>2020-01-02T03:04:05Z</t:created></c>",
            "docProps/app.xml": "<p><Company>Org</Company><Application>Writer</Application>"
            "<Pages>3</Pages></p>",
        }
    )


def pdf(text: str = "Hello page", pages: int = 2, info: str = "/Title(T)/Author(Ann)") -> bytes:
    """A document with a line of text on each page."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    kids = []
    for number in range(pages):
        content = f"BT /F 12 Tf 20 20 Td ({text} {number}) Tj ET"
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents {len(objects)} 0 R"
            "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        )
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {pages}>>"
    objects.append(f"<<{info}/CreationDate(D:20200102030405+02'00')>>")
    out, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj{content}endobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += (
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R>>\nstartxref\n{table}\n%%EOF"
    )
    return out.encode("latin-1")


def box(kind: bytes, content: bytes) -> bytes:
    """One box of an MP4 file."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def movie() -> bytes:
    """A video's container with a turned track, a position in user data and Apple's keys."""
    mvhd = struct.pack(">4xIIII", 3_600_000_000, 3_600_000_060, 600, 1500)
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    tkhd = bytes(40) + matrix + struct.pack(">II", 1920 << 16, 1080 << 16)
    stsd = bytes(4) + struct.pack(">II4s", 1, 16, b"avc1")
    place = b"+27.5916+086.5640+8850/"
    user = box(b"\xa9xyz", struct.pack(">HH", len(place), 0) + place)
    key = b"com.apple.quicktime.make"
    keys = bytes(4) + struct.pack(">II4s", 1, 8 + len(key), b"mdta") + key
    items = box(struct.pack(">I", 1), box(b"data", struct.pack(">II", 1, 0) + b"Apple"))
    meta = box(b"hdlr", bytes(24)) + box(b"keys", keys) + box(b"ilst", items)
    track = box(b"tkhd", tkhd) + box(b"mdia", box(b"minf", box(b"stbl", box(b"stsd", stsd))))
    return box(b"ftyp", b"isom\0\0\0\0") + box(
        b"moov", box(b"mvhd", mvhd) + box(b"trak", track) + box(b"udta", user) + box(b"meta", meta)
    )


def wav() -> bytes:
    """Half a second of silence with a title."""
    form = struct.pack("<HHIIHH", 1, 2, 8000, 32000, 4, 16)
    info = b"INFO" + b"INAM" + struct.pack("<I", 4) + b"Sea\0"

    def chunk(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack("<I", len(content)) + content

    body = b"WAVE" + chunk(b"fmt ", form) + chunk(b"LIST", info) + chunk(b"data", bytes(16000))
    return chunk(b"RIFF", body)


def png_bomb(edge: int) -> bytes:
    """A small file that claims ``edge`` by ``edge`` pixels and would deliver."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    packer = zlib.compressobj(9)
    rows = packer.compress(bytes(1 + edge // 8) * 100) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


SMALL_FILES: dict[str, Callable[[], bytes]] = {
    "image/jpeg": exif_jpeg,
    "image/png": lambda: picture("PNG"),
    "image/gif": lambda: picture("GIF"),
    "image/webp": lambda: picture("WEBP"),
    "image/tiff": lambda: picture("TIFF"),
    "image/bmp": lambda: picture("BMP"),
    "application/pdf": pdf,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx,
    "video/mp4": movie,
    "audio/wav": wav,
    "text/plain": lambda: b"first line\nsecond line\n",
}
