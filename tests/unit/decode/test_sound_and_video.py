"""Container facts of sound and video through the real decoder."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from hrd_desktop.decode.client import Decoder
from hrd_desktop.decode.signatures import media_type_of
from hrd_desktop.domain.decoded import FieldName
from hrd_desktop.domain.errors.decode import FileTooDemanding
from tests.unit.decode.made_files import Bytes, box, movie, wav

N = FieldName


def _fields(decoder: Decoder, data: bytes, media_type: str) -> dict[FieldName, str]:
    return {field.name: field.value for field in decoder.probe(Bytes(data), media_type).fields}


def test_a_video_says_when_where_and_with_what(decoder: Decoder) -> None:
    assert _fields(decoder, movie(), "video/mp4") == {
        N.CREATED: "2018-01-28T16:00:00Z",
        N.MODIFIED: "2018-01-28T16:01:00Z",
        N.DURATION: "2.5",
        N.WIDTH: "1080",
        N.HEIGHT: "1920",
        N.ROTATION: "90",
        N.CODEC: "avc1",
        N.LATITUDE: "27.5916",
        N.LONGITUDE: "86.564",
        N.ALTITUDE: "8850",
        N.DEVICE_MAKE: "Apple",
    }


@pytest.mark.parametrize(
    ("written", "position"),
    [
        (b"+27.5916+086.5640/", (27.5916, 86.564)),
        (b"-3330.6-07015/", (-33.51, -70.25)),
        (b"+433000.36-0115306/", (43.5001, -11.885)),
        (b"+91+000/", None),
        (b"here", None),
    ],
)
def test_positions_in_every_form_of_the_standard(
    written: bytes, position: tuple[float, float] | None, decoder: Decoder
) -> None:
    user = box(b"\xa9xyz", struct.pack(">HH", len(written), 0) + written)
    file = box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", box(b"udta", user))
    found = decoder.probe(Bytes(file), "video/mp4").position
    assert found == (None if position is None else pytest.approx(position))


def test_a_wide_box_before_the_facts_is_skipped_not_read(decoder: Decoder) -> None:
    bulk = struct.pack(">I4sQ", 1, b"mdat", 16 + 5_000_000) + bytes(5_000_000)
    start = box(b"ftyp", b"isom\0\0\0\0")
    reader = Bytes(start + bulk + movie()[len(start) :])
    assert decoder.probe(reader, "video/mp4").duration_s == 2.5
    assert sum(length for _, length in reader.asked) < 1_000_000


def test_endless_boxes_are_too_demanding(decoder: Decoder) -> None:
    with pytest.raises(FileTooDemanding):
        decoder.probe(Bytes(box(b"ftyp", b"isom\0\0\0\0") + box(b"free", b"") * 30_000), "video/mp4")


def test_a_wav(decoder: Decoder) -> None:
    assert _fields(decoder, wav(), "audio/wav") == {
        N.SAMPLE_RATE: "8000",
        N.CHANNELS: "2",
        N.TITLE: "Sea",
        N.DURATION: "0.5",
    }


def test_tags_of_an_mp3(decoder: Decoder) -> None:
    def frame(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack(">IH", len(content), 0) + content

    tag = frame(b"TPE1", b"\x01" + "Zoë".encode("utf-16")) + frame(b"COMM", b"\x00engshort\0long")
    head = b"ID3\x03\0\0" + bytes((0, 0, len(tag) >> 7, len(tag) & 0x7F))
    audio = (b"\xff\xfb\x90\x00" + bytes(413)) * 100
    assert _fields(decoder, head + tag + audio, "audio/mpeg") == {
        N.AUTHOR: "Zoë",
        N.COMMENT: "long",
        N.SAMPLE_RATE: "44100",
        N.CHANNELS: "2",
        N.DURATION: "2.606",
    }


def test_a_flac(decoder: Decoder) -> None:
    packed = 48_000 << 44 | 1 << 41 | 15 << 36 | 96_000
    info = bytes(10) + packed.to_bytes(8) + bytes(16)
    comment = struct.pack("<I", 0) + struct.pack("<I", 1) + struct.pack("<I", 10) + b"ARTIST=Ann"
    data = b"fLaC" + b"\x00" + len(info).to_bytes(3) + info + b"\x84" + len(comment).to_bytes(3) + comment
    assert _fields(decoder, data, "audio/flac") == {
        N.SAMPLE_RATE: "48000",
        N.CHANNELS: "2",
        N.DURATION: "2",
        N.AUTHOR: "Ann",
    }


def test_recordings_of_the_real_world(samples_dir: Path, decoder: Decoder) -> None:
    for path in sorted([*samples_dir.glob("audio/*"), *samples_dir.glob("video/*")]):
        reader = Bytes(path.read_bytes())
        found = decoder.probe(reader, media_type_of(reader.data, path.suffix))
        assert found.duration_s is not None and 0.9 < found.duration_s < 5, path.name
