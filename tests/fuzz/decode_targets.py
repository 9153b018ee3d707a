"""Both ends of the decoder's pipe: the readers of files that run in the child, and what it may say to us."""

from __future__ import annotations

import contextlib
import io
import subprocess
from pathlib import Path
from typing import cast

from hrd_desktop.decode.answers import Answer, PixelsAnswer, ProbeAnswer, TextAnswer
from hrd_desktop.decode.frames import (
    FIELD_VALUE_CHARS,
    NEED,
    SHAPE,
    FromChild,
    Operation,
    pack_frame,
)
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.decode.readers import iso_media, office, pictures, plain_text, sound
from hrd_desktop.decode.readers.dispatch import Readers
from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Findings, Refusal
from hrd_desktop.decode.readers.xmp import add_xmp
from hrd_desktop.decode.session import Session
from hrd_desktop.decode.signatures import media_type_of
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.decode.validity import is_valid_field
from hrd_desktop.domain.errors.base import SheafError
from tests.fuzz.target import Target
from tests.unit.decode import made_files

FIELDS_MOST = 64
TEXT_MOST = 10_000
LIMITS = DecodeLimits(text_chars=1_000, fields=8, edge_px=64, needs=20, need_bytes=1 << 16)
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
JPEG = made_files.picture("JPEG", (8, 8))
SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample" / "evidence"


def _stream(data: bytes) -> RemoteStream:
    return RemoteStream(len(data), lambda offset, length: data[offset : offset + length])


def _verify(findings: Findings) -> None:
    # A decoder that nobody has taken over sends only what the program will accept.
    assert len(findings.fields) <= FIELDS_MOST
    for name, value in findings.fields:
        assert is_valid_field(name, value)
        assert len(value) <= FIELD_VALUE_CHARS


def run_metadata(data: bytes) -> None:
    """What a file says about itself, by every reader of our own; codecs in C have fuzzers of their own."""
    findings = Findings(FIELDS_MOST)
    for probe in (
        iso_media.probe,
        sound.probe_wav,
        sound.probe_mp3,
        sound.probe_ogg,
        sound.probe_flac,
        plain_text.probe,
        office.probe,
    ):
        try:
            probe(_stream(data), findings)
        except (Refusal, *PARSER_FAILURES):
            # The child answers each of these with a refusal.
            pass
    with contextlib.suppress(PARSER_FAILURES):
        add_xmp(data, findings)
    for photograph in (_photograph(b"Exif\0\0" + data), _photograph(XMP_MARK + data), data):
        try:
            pictures.probe(_stream(photograph), findings)
        except (Refusal, *PARSER_FAILURES):
            pass
    _verify(findings)


def _photograph(segment: bytes) -> bytes:
    """A JPEG with the bytes where cameras write what they know."""
    return (
        JPEG[:2] + b"\xff\xe1" + (len(segment[:60_000]) + 2).to_bytes(2, "big") + segment[:60_000] + JPEG[2:]
    )


def run_text(data: bytes) -> None:
    """The text of a text file or an office document, and what kind of file it is."""
    for suffix in ("", ".txt", ".docx"):
        media_type = media_type_of(data[:4096], suffix)
        assert media_type.isascii()
    for read in (plain_text.text, office.text):
        try:
            text = read(_stream(data), TEXT_MOST)
        except (Refusal, *PARSER_FAILURES):
            continue
        assert len(text) <= TEXT_MOST


def _samples(*suffixes: str) -> list[bytes]:
    files = sorted(path for path in SAMPLE.rglob("*") if path.suffix in suffixes)
    return [path.read_bytes()[:20_000] for path in files]


def metadata_seeds() -> list[bytes]:
    """Files that the tests of decoding make, and the built-in sample."""
    jpeg = made_files.exif_jpeg()
    start = jpeg.find(b"Exif\0\0")
    return [jpeg, jpeg[start + 6 : start + 2000], *_samples(".jpg", ".wav", ".mp4", ".docx", ".txt", ".odt")]


def text_seeds() -> list[bytes]:
    """Texts in several encodings, office documents."""
    return [
        b"plain",
        "naïve \u202e text".encode("utf-16"),
        "текст".encode("cp1251"),
        *_samples(".txt", ".docx", ".odt"),
    ]


class _Child:
    """Stands where the decoder process stands; says the fuzzer's bytes and takes anything."""

    returncode = -9

    def __init__(self, said: bytes) -> None:
        self.stdin = io.BytesIO()
        self.stdout = io.BytesIO(said)

    def poll(self) -> None:
        return None

    def kill(self) -> None:
        return None

    def wait(self, timeout: float) -> int:
        return self.returncode


class _File:
    size_bytes = 1000

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset >= 0 and length > 0 and offset + length <= self.size_bytes
        return bytes(length)


def run_pipe(data: bytes) -> None:
    """Whatever a decoder that was taken over may say, to each kind of question."""
    if not data:
        return
    questions: tuple[tuple[Operation, Answer], ...] = (
        (Operation.PROBE, ProbeAnswer(LIMITS, 100)),
        (Operation.PICTURE, PixelsAnswer(64, 64)),
        (Operation.TEXT, TextAnswer(100)),
    )
    _operation, answer = questions[data[0] % 3]
    session = Session(cast("subprocess.Popen[bytes]", _Child(data[1:])), LIMITS, lambda: 0.0)
    try:
        # Not ``ask``: its deadline is a thread, and starting one an input would be all that is measured.
        session._serve(_File(), _File.size_bytes, answer)
    except SheafError:
        return
    if isinstance(answer, ProbeAnswer):
        assert all(is_valid_field(field.name, field.value) for field in answer.decoded.fields)
    elif isinstance(answer, PixelsAnswer):
        assert len(answer.pixels.rgba) == answer.pixels.height * answer.pixels.stride
    elif isinstance(answer, TextAnswer):
        assert len(answer.text) <= 100


def pipe_seeds() -> list[bytes]:
    """One honest conversation of each kind."""
    done = pack_frame(FromChild.DONE)
    need = pack_frame(FromChild.NEED, NEED.pack(0, 100))
    name = b"place"
    field = pack_frame(FromChild.FIELD, bytes((len(name),)) + name + b"X100")
    found = pack_frame(FromChild.FOUND, b"image/jpeg")
    shape = pack_frame(FromChild.SHAPE, SHAPE.pack(2, 1, 1)) + pack_frame(FromChild.PIXELS, bytes(8))
    text = pack_frame(FromChild.TEXT, b"hello\n")
    return [
        b"\0" + need + found + field + text + done,
        b"\1" + need + shape + done,
        b"\2" + text + done,
        b"\0" + pack_frame(FromChild.FAILED, b"\2"),
    ]


def load() -> None:
    """What the child loads before its first file."""
    Readers().load()


TARGETS = (
    Target("metadata", run_metadata, metadata_seeds),
    Target("text", run_text, text_seeds),
    Target("decoder-pipe", run_pipe, pipe_seeds),
)
