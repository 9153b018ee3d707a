"""Pixels that the decoder returned, written as a small JPEG for lists and bundles.

Writing only: the program's own process never opens a picture with this library.
"""

from __future__ import annotations

import io

from hrd_desktop.domain.decoded import Pixels

MEDIA_TYPE = "image/jpeg"
QUALITY = 80


def encode_small_picture(pixels: Pixels) -> bytes:
    """A JPEG of ``pixels`` on white, without any metadata."""
    from PIL import Image

    picture = Image.frombytes("RGBA", (pixels.width, pixels.height), pixels.rgba)
    ground = Image.new("RGB", picture.size, (255, 255, 255))
    ground.paste(picture, mask=picture.getchannel("A"))
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
