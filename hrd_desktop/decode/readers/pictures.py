"""Pictures through Pillow and libheif: size, metadata, and upright RGBA pixels within a given edge."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers.exif import add_metadata
from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Findings, Refusal
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.domain.decoded import FieldName

# Formats that Pillow may try; everything else it knows stays shut.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "AVIF")
# Measured in pixels that must be held at once: four bytes each, and twice while they are turned.
_MOST_PIXELS = 100_000_000
# What a header may claim: a JPEG can be read at a fraction of its size, and phones reach 200 million.
_MOST_PIXELS_CLAIMED = 400_000_000

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "HEIF": "image/heic",
    "AVIF": "image/avif",
}

# Of these the beginning can be shown without the end. Others would come out blank, and that is a lie.
_READ_FROM_TOP = ("JPEG", "MPO", "PNG", "GIF", "TIFF", "BMP")
# These are turned by their codec already, and their size is given as turned.
_TURNED_BY_CODEC = ("HEIF", "TIFF")

# EXIF 2.32, 4.6.4: what brings a stored picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def load() -> None:
    """Load every codec and whatever it loads on first use; afterwards no file can be opened any more."""
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS_CLAIMED // 2  # Pillow refuses at twice this
    # As few threads as the codecs allow.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    plugins = (
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )
    if not all(plugins):
        raise RuntimeError("a codec is missing")
    Image.init()
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        sample = io.BytesIO()
        Image.new("RGB", (16, 16), (200, 100, 50)).save(sample, kind)
        _warm_up(sample)
    sample = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 100, 50)).save(sample, "TIFF", compression="tiff_lzw")
    _warm_up(sample)
    pillow_heif.libheif_info()


def _warm_up(sample: io.BytesIO) -> None:
    with Image.open(sample, formats=_FORMATS) as image:
        add_metadata(image, Findings(16))
        _upright_rgba(image, 8)


@contextmanager
def _opened(stream: RemoteStream) -> Iterator[Image.Image]:
    stream.seek(0)
    buffered = io.BufferedReader(stream, 64 * 1024)
    try:
        with warnings.catch_warnings():
            # Pillow warns between one and two times its limit; ours is checked by itself.
            warnings.simplefilter("ignore")
            with Image.open(cast(BinaryIO, buffered), formats=_FORMATS) as image:
                yield image
    except (MemoryError, Image.DecompressionBombError):
        raise Refusal(FailureCode.TOO_LARGE) from None
    except PARSER_FAILURES:
        raise Refusal(FailureCode.DAMAGED) from None
    finally:
        buffered.detach()


def probe(stream: RemoteStream, findings: Findings) -> str | None:
    """Add what the picture says of itself; its media type, or None when Pillow knows better not."""
    with _opened(stream) as image:
        original = image.info.get("original_orientation")
        if isinstance(original, int) and 1 <= original <= 8:
            # libheif turns the picture itself; the block that Pillow sees was changed to say so.
            findings.add(FieldName.ORIENTATION, original)
        add_metadata(image, findings)
        turned = image.format not in _TURNED_BY_CODEC and _orientation(image) >= 5
        width, height = image.size[::-1] if turned else image.size
        findings.add(FieldName.WIDTH, width)
        findings.add(FieldName.HEIGHT, height)
        frames = getattr(image, "n_frames", 1)
        if isinstance(frames, int) and frames > 1:
            findings.add(FieldName.FRAMES, frames)
        return MEDIA_TYPES.get(image.format or "")


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(0x0112, 1)
    except PARSER_FAILURES:
        return 1
    return value if isinstance(value, int) else 1


def picture(stream: RemoteStream, edge_px: int) -> tuple[int, int, bytes, bool]:
    """Width, height, RGBA bytes and whether all of the picture was there."""
    with _opened(stream) as image:
        try:
            return (*_upright_rgba(image, edge_px), True)
        except PARSER_FAILURES:
            if image.format not in _READ_FROM_TOP:
                raise
    # Once more, keeping what there is: half a photograph is still evidence.
    with _opened(stream) as image, _truncated_images():
        return (*_upright_rgba(image, edge_px), False)


@contextmanager
def _truncated_images() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _upright_rgba(image: Image.Image, edge_px: int) -> tuple[int, int, bytes]:
    # A JPEG is decoded at 1/2, 1/4 or 1/8 of its size where that is still enough: 64 times less work.
    turn = None if image.format in _TURNED_BY_CODEC else _TURNS.get(_orientation(image))
    half_px = max(1, min(image.size) // 2)
    too_many = image.width * image.height > _MOST_PIXELS
    enough_px = min(edge_px, half_px) if too_many else edge_px
    image.draft(None, (enough_px, enough_px))
    if image.width * image.height > _MOST_PIXELS:
        raise Refusal(FailureCode.TOO_LARGE)
    image.load()
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        # Deep grey: scale to eight bits instead of cutting off.
        shrunk = _eight_bits(image)
    else:
        shrunk = image.convert("RGBA") if image.mode in ("P", "PA", "LA", "1") else image
    shrunk.thumbnail((edge_px, edge_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
    upright = shrunk if turn is None else shrunk.transpose(turn)
    if upright.mode != "RGBA":
        upright = upright.convert("RGBA")
    return upright.width, upright.height, upright.tobytes()


def _eight_bits(image: Image.Image) -> Image.Image:
    low, high = cast(tuple[float, float], image.convert("F").getextrema())
    span = (high - low) or 1.0
    return image.convert("F").point(lambda value: value * (255.0 / span) + (-low * 255.0 / span)).convert("L")
